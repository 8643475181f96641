"""Which files the demo collection has, from its settings alone. The Snakefile imports this: keep it light."""

from collections.abc import Iterable
from typing import NamedTuple

from ffnet.demo.settings import DemoSettings
from ffnet.errors import InputError
from ffnet.expressions import EXPRESSIONS, NEUTRAL
from ffnet.seeds import seed_of

LAYOUTS = ("bu3dfe", "bosphorus")
STUDIO_AXES = ("yaw", "pitch", "roll", "lamp", "dim")  # what can be changed before a scan is taken: see retake.py
ETHNICITIES = ("WH", "BL", "LA", "AE", "AM", "IN")
ETHNICITY_SHARES = (0.36, 0.16, 0.12, 0.18, 0.08, 0.10)
BU3DFE_CODES = dict(zip((*EXPRESSIONS, NEUTRAL), ("AN", "DI", "FE", "HA", "SA", "SU", "NE"), strict=True))
BOSPHORUS_CODES = dict(
    zip(
        (*EXPRESSIONS, NEUTRAL),
        ("E_ANGER", "E_DISGUST", "E_FEAR", "E_HAPPY", "E_SADNESS", "E_SURPRISE", "N_N"),
        strict=True,
    )
)
REMEDY = (
    "give that section the settings that the collection was generated with, or set robustness.geometry: mesh, which"
    " changes the scans as they were read"
)
SUFFIXES = {"bu3dfe": ("_F3D.wrl", "_F3D.bmp", "_F3D.bnd"), "bosphorus": (".bnt", ".png", ".lm2", ".lm3")}


class Subject(NamedTuple):
    """One person of one layout: number from 0, name as in the file names, sex "F" or "M", code of ETHNICITIES."""

    layout: str
    number: int
    name: str
    sex: str
    ethnicity: str


class Scan(NamedTuple):
    """One scan of a subject: stem of its files, expression, intensity 1 to 4 (0: neutral), take from 0."""

    stem: str
    expression: str
    intensity: int
    take: int


def list_subjects(settings: DemoSettings, layout: str) -> list[Subject]:
    """The Subjects of a layout; the first k do not depend on how many follow."""
    return [_subject(settings.seed, layout, number) for number in range(settings.subjects)]


def find_subject(settings: DemoSettings, layout: str, name: str) -> Subject:
    """The Subject of this name."""
    return next(subject for subject in list_subjects(settings, layout) if subject.name == name)


def find_scans(settings: DemoSettings, layout: str, stems: Iterable[str]) -> dict[Subject, list[Scan]]:
    """Each Subject's Scans of these stems. Raises InputError if the generator makes no scan of one of them."""
    listed = {
        scan.stem: (subject, scan)
        for subject in list_subjects(settings, layout)
        for scan in list_scans(settings, subject)
    }
    found: dict[Subject, list[Scan]] = {}
    for stem in stems:
        if stem not in listed:
            raise InputError(
                f"{stem}: the generator makes no such scan with the section `demo` of config.yaml; {REMEDY}"
            )
        subject, scan = listed[stem]
        found.setdefault(subject, []).append(scan)
    return found


def _subject(seed: int, layout: str, number: int) -> Subject:
    share = seed_of(seed, layout, number, "ethnicity") / 2**63
    ethnicity = ETHNICITIES[-1]
    for code, part in zip(ETHNICITIES, ETHNICITY_SHARES, strict=True):
        if share < part:
            ethnicity = code
            break
        share -= part
    sex = "FM"[number % 2]
    name = f"{sex}{number // 2 + 1:04d}" if layout == "bu3dfe" else f"bs{number:03d}"
    return Subject(layout, number, name, sex, ethnicity)


def list_scans(settings: DemoSettings, subject: Subject) -> list[Scan]:
    """The Scans of a subject, neutral first."""
    if subject.layout == "bu3dfe":
        scans = [(NEUTRAL, 0, 0)] + [(name, level, 0) for name in EXPRESSIONS for level in settings.intensities]
        return [
            Scan(f"{subject.name}_{BU3DFE_CODES[name]}{level:02d}{subject.ethnicity}", name, level, take)
            for name, level, take in scans
        ]
    scans = [(NEUTRAL, 0, 0)] + [(name, 4, take) for name in EXPRESSIONS for take in range(settings.takes)]
    return [Scan(f"{subject.name}_{BOSPHORUS_CODES[name]}_{take}", name, level, take) for name, level, take in scans]


def makehuman_path(settings: DemoSettings) -> str:
    """Where the unpacked MakeHuman head lies."""
    return f"{settings.folder}/makehuman.npz"


def subject_folder(settings: DemoSettings, layout: str, name: str) -> str:
    """The folder of a subject's files."""
    return f"{settings.folder}/{layout}/{name}"


def truth_path(settings: DemoSettings, layout: str, name: str) -> str:
    """The generator's own truth on a subject's scans, which only tests read."""
    return f"{settings.folder}/truth/{layout}/{name}.csv"


def subject_files_of(settings: DemoSettings, subject: Subject) -> list[str]:
    """Every file of a subject's scans, in the order of list_scans."""
    folder = subject_folder(settings, subject.layout, subject.name)
    suffixes = SUFFIXES[subject.layout]
    return [f"{folder}/{scan.stem}{suffix}" for scan in list_scans(settings, subject) for suffix in suffixes]


def collection_files(settings: DemoSettings, layout: str) -> list[str]:
    """Every file of a layout."""
    return [file for subject in list_subjects(settings, layout) for file in subject_files_of(settings, subject)]
