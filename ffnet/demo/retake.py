"""Scans of the collection taken again: the same people, faces, noise and cameras, the head or the light changed."""

import filecmp
import logging
import os
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence

from ffnet.demo.model import FaceModel
from ffnet.demo.render import GAMMA
from ffnet.demo.roster import REMEDY, SUFFIXES, Scan, Subject, find_scans
from ffnet.demo.settings import DemoSettings
from ffnet.demo.studio import UNCHANGED, Change, prepare
from ffnet.demo.write_subject import write_scan
from ffnet.errors import InputError

log = logging.getLogger(__name__)

CHANGES: dict[str, Callable[[float], Change]] = {  # axis of section `robustness` -> severity -> Change
    "yaw": lambda degrees: Change(turn=(0.0, degrees, 0.0)),
    "pitch": lambda degrees: Change(turn=(degrees, 0.0, 0.0)),
    "roll": lambda degrees: Change(turn=(0.0, 0.0, degrees)),
    "lamp": lambda degrees: Change(lamp=degrees),
    "dim": lambda factor: Change(light=factor**GAMMA),  # the camera makes that a factor on grey levels
}


def retake_scans(
    model: FaceModel,
    settings: DemoSettings,
    layout: str,
    stems: Iterable[str],
    change: Change,
    folder: str | os.PathLike,
) -> None:
    """Writes the files of scans, by the stems of their names, into a folder, after a Change in the studio.

    Raises InputError if the settings generate no such scan.
    """
    for subject, scans in find_scans(settings, layout, stems).items():
        _retake(model, settings, subject, scans, change, folder)


def check_generated(
    model: FaceModel, settings: DemoSettings, layout: str, files: Mapping[str, tuple[str, str]]
) -> None:
    """Raises InputError unless the settings generate these files byte for byte.

    files: the stem of a scan's name -> its mesh and its texture.
    """
    for subject, scans in find_scans(settings, layout, files).items():
        with tempfile.TemporaryDirectory() as folder:
            _retake(model, settings, subject, scans, UNCHANGED, folder)
            for scan in scans:
                for path, suffix in zip(files[scan.stem], SUFFIXES[layout], strict=False):  # landmark files come last
                    if not (os.path.isfile(path) and filecmp.cmp(path, f"{folder}/{scan.stem}{suffix}", shallow=False)):
                        raise InputError(
                            f"{path or scan.stem}: is not as the generator writes it with the section `demo` of"
                            f" config.yaml; {REMEDY}"
                        )


def _retake(
    model: FaceModel,
    settings: DemoSettings,
    subject: Subject,
    scans: Sequence[Scan],
    change: Change,
    folder: str | os.PathLike,
) -> None:
    sitter = prepare(model, subject, settings)
    for scan in scans:
        write_scan(f"{folder}/{scan.stem}", subject, scan, sitter, settings, change)
    log.info("%s: %d scans", subject.name, len(scans))
