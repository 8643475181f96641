"""The files beside a scan's that have its name; used while the workflow is planned, so plain Python only."""

import functools
import os
from collections.abc import Iterable

IMAGES = (".bmp", ".png", ".jpg", ".jpeg", ".ppm", ".tif", ".tiff")
LANDMARKS = {".wrl": (".bnd",), ".bnt": (".lm3", ".lm2")}
OWN_TEXTURE = (".wrl", ".obj", ".ply", ".glb", ".off", ".stl")  # meshes whose files say where their colours are


class Paths(frozenset[str]):
    """Paths of files, with a look-up of names that differ in capital letters alone."""

    @functools.cached_property
    def folded(self) -> dict[str, str]:
        """{path with its name in lower case: path}"""
        return {_fold(path): path for path in sorted(self)}


def _fold(path: str) -> str:
    folder, name = os.path.split(path)
    return os.path.join(folder, name.lower())


def files_in(folder: str) -> Paths:
    """The paths of a folder's entries; empty if there is no such folder. "" is the current folder."""
    return Paths(
        os.path.join(folder, name) for name in (os.listdir(folder or ".") if os.path.isdir(folder or ".") else ())
    )


def image_beside(path: str, present: Paths) -> str:
    """The image among the paths `present` that lies beside a scan and has its name, or ""."""
    stem = path[: -len(".abs.gz")] if path.lower().endswith(".abs.gz") else os.path.splitext(path)[0]
    return _beside(path, stem, IMAGES, present)


def landmarks_beside(path: str, present: Paths) -> str:
    """The landmark file among the paths `present` that lies beside a scan and has its name, or ""."""
    stem, suffix = os.path.splitext(path)
    return _beside(path, stem, LANDMARKS.get(suffix.lower(), ()), present)


def _beside(path: str, stem: str, suffixes: Iterable[str], present: Paths) -> str:
    """The first of some files with the stem that is there; one with the same capital letters comes first."""
    exact = [stem + written for suffix in suffixes for written in (suffix, suffix.upper())]
    found = [candidate for candidate in exact if candidate in present]
    found += [present.folded[_fold(candidate)] for candidate in exact if _fold(candidate) in present.folded]
    return next((candidate for candidate in found if candidate != path), "")
