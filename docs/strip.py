"""The strip at the top of README: one generated scan, its maps and masks, FFNet-M, and what it predicts.

usage: python -m docs.strip OUT.png; run it in the project folder after the default demo has finished (`make`)
"""

import csv
import sys
from collections import defaultdict
from typing import NamedTuple

import numpy as np

from docs.strip_figure import strip_figure
from ffnet.demo.studio import rotation_xyz
from ffnet.expressions import EXPRESSIONS
from ffnet.figures.maps_figure import on_map
from ffnet.figures.saving import save_figure
from ffnet.geometry.mesh import Mesh, vertex_normals
from ffnet.geometry.packing import unpack_mesh
from ffnet.geometry.raycast import cast_view, interpolate, view_texture
from ffnet.geometry.shading import shade
from ffnet.storage import read_stage

DATASET, EXPERIMENT, SCAN, SHARD = "demo-bu3dfe", "FFNet-M", "F0001_HA04WH", "shard-00"
TURN = (-5.0, -17.0, 0.0)  # degrees by which the rendered head is turned
VIEW, FINER = 720, 2  # pixels of the rendered mesh; it is cast on a finer grid and averaged
DPI = 180


class Strip(NamedTuple):
    """What the strip shows of one scan, and of all tested scans.

    mesh: (VIEW, VIEW, 4) RGBA. depth: (S, S) in [0, 1], NaN off the face. normals, texture: (S, S, 3) in [0, 1], white
    off the face. landmarks: (51, 2) in pixels of the maps. mask1, mask2: (S/2, S/2) and (S/4, S/4). probabilities:
    (classes,) of this scan, from the run that tested it. matrix: (classes, classes) percent of each true class.
    accuracy: percent, the mean over runs.
    """

    mesh: np.ndarray
    depth: np.ndarray
    normals: np.ndarray
    texture: np.ndarray
    landmarks: np.ndarray
    mask1: np.ndarray
    mask2: np.ndarray
    probabilities: np.ndarray
    matrix: np.ndarray
    accuracy: float


def read_strip(results: str) -> Strip:
    """The Strip from a results folder."""
    scans = read_stage(f"{results}/{DATASET}/scans/{SHARD}.h5").columns
    shard = read_stage(f"{results}/{DATASET}/shards/{SHARD}.h5").columns
    with open(f"{results}/{DATASET}/predictions/{EXPERIMENT}.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    at = shard["scan"].tolist().index(SCAN)
    place = scans["scan"].tolist().index(SCAN)
    face = (shard["normals"][at] != 0).any(axis=-1)
    return Strip(
        mesh=render(unpack_mesh(scans, place), scans["center"][place], float(scans["extent"][place])),
        depth=np.where(face, shard["depth"][at], np.nan),
        normals=np.where(face[..., None], (shard["normals"][at] + 1) / 2, 1),
        texture=np.where(face[..., None], (shard["texture"][at] + 1) / 2, 1),
        landmarks=on_map(shard["landmarks"][at], shard["mask1"].shape[1], len(face)),
        mask1=shard["mask1"][at],
        mask2=shard["mask2"][at],
        **scores(rows),
    )


def scores(rows: list[dict[str, str]]) -> dict:
    """The fields of Strip that come from predictions, the rows of a CSV."""
    counts, right = np.zeros((len(EXPRESSIONS), len(EXPRESSIONS))), defaultdict(list)
    for row in rows:
        true, predicted = EXPRESSIONS.index(row["label"]), int(np.argmax([float(row[name]) for name in EXPRESSIONS]))
        counts[true, predicted] += 1
        right[row["repeat"], row["fold"]].append(true == predicted)
    shown = next(row for row in rows if row["scan"] == SCAN)
    return {
        "probabilities": np.array([float(shown[name]) for name in EXPRESSIONS]),
        "matrix": 100 * counts / counts.sum(axis=1, keepdims=True),
        "accuracy": 100 * float(np.mean([np.mean(run) for run in right.values()])),
    }


def render(mesh: Mesh, center: np.ndarray, extent: float) -> np.ndarray:
    """The mesh from the side (VIEW, VIEW, 4) RGBA: shaded on its right half, with its texture on its left one."""
    middle = np.array([*center, np.median(mesh.vertices[:, 2])])
    turn = rotation_xyz(np.array(TURN))
    vertices = (mesh.vertices - middle) @ turn.T
    hits, _ = cast_view(vertices, mesh.triangles, np.zeros(2), 1.36 * extent, VIEW * FINER)
    light = shade(interpolate(vertex_normals(vertices, mesh.triangles)[mesh.triangles], hits))[..., None]
    across = interpolate(mesh.vertices[mesh.triangles], hits)[..., 0]
    clay = np.array([0.80, 0.83, 0.88]) * light * 1.08
    skin = view_texture(mesh, hits) / 255 * light * 1.15
    colours = np.where((across > 0)[..., None], clay, skin)
    colours[np.abs(across) < 0.45] = 1.0  # mm: the line between the halves
    known = np.isfinite(colours).all(axis=-1, keepdims=True)
    picture = np.concatenate([np.where(known, np.clip(colours, 0, 1), 0) * known, known], axis=-1)
    picture = picture.reshape(VIEW, FINER, VIEW, FINER, 4).mean(axis=(1, 3))
    picture[..., :3] /= np.maximum(picture[..., 3:], 1e-9)
    return picture


if __name__ == "__main__":
    save_figure(strip_figure(read_strip("results")), [sys.argv[1]], DPI)
