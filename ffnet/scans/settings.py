"""What config.yaml says of the collections and of reading, turning and cropping their scans."""

import difflib
import re
from dataclasses import dataclass
from typing import Literal

from ffnet.errors import InputError
from ffnet.expressions import EXPRESSIONS, NEUTRAL
from ffnet.settings import setting

CLASS_NAME = re.compile(r"[a-z][a-z0-9_]{0,31}")
Unit = Literal["mm", "cm", "m"]  # of the coordinates in a file
RESERVED = ("repeat", "fold", "scan", "subject", "label")  # columns of the predictions


@dataclass(frozen=True)
class DatasetSettings:
    """One entry of the section `datasets`."""

    layout: Literal["bu3dfe", "bu4dfe", "bosphorus", "manifest"]
    folder: str
    unit: Unit
    classes: tuple[str, ...]
    intensities: tuple[int, ...] = setting(least=1, most=4)
    takes: Literal["all", "first"] = setting()
    projection: Literal["gridfit", "raycast", "splat"] = setting()


def check_classes(dataset: DatasetSettings, where: str) -> None:
    """Raises InputError unless the classes of a dataset can be told apart and occur in its layout.

    where: the dataset's name in messages. One's own list may have any; the collections have the six and neutral.
    """
    classes, where = dataset.classes, f"{where}.classes"
    if len(set(classes)) < max(2, len(classes)):
        raise InputError(f"{where}: at least two names are needed, none of them twice; {list(classes)} came")
    for name in classes:
        if not CLASS_NAME.fullmatch(name) or name in RESERVED:
            raise InputError(f"{where}: '{name}' cannot be a class; small letters, digits and '_' make its name")
        known = EXPRESSIONS if dataset.layout == "bu4dfe" else (*EXPRESSIONS, NEUTRAL)
        if dataset.layout != "manifest" and name not in known:
            near = difflib.get_close_matches(name, known, n=1, cutoff=0.0)[0]
            raise InputError(f"{where}: '{name}' is no expression of {dataset.layout}; did you mean '{near}'?")


@dataclass(frozen=True)
class PoseSettings:
    """Turning a face to the camera: section `scans.pose`."""

    landmarks: Literal["detector", "files"]
    view_size: int = setting(least=64)
    view_extent: float = setting(least=100.0)
    rounds: int = setting(least=1, most=10)
    window: Literal[1, 3, 5, 7, 9] = setting()


@dataclass(frozen=True)
class CropSettings:
    """The square that the maps show: section `scans.crop`."""

    unit: Literal["eye_distances", "mm"]
    extent: float = setting(least=0.5)
    below_eyes: float = setting(least=-1.0, most=2.0)


@dataclass(frozen=True)
class ScanSettings:
    """Section `scans`."""

    shards: int = setting(least=1)
    extent_least: float = setting(least=0.0)
    extent_most: float = setting(least=0.0)
    longest_edge: float = setting(least=0.0)
    pixel_spacing: float | None = setting(least=0.001)
    frame_step: int | None = setting(least=1)
    pose: PoseSettings = setting()
    crop: CropSettings = setting()
