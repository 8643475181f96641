"""What all demo faces share: MakeHuman's head made smooth, with the canvas that its skin is painted on."""

import os
import zipfile
from typing import NamedTuple

import numpy as np
import scipy.sparse

from ffnet.demo import canvas
from ffnet.demo.identity import average_shape
from ffnet.demo.makehuman import Head
from ffnet.demo.surface import refine
from ffnet.errors import InputError
from ffnet.geometry.raycast import cast_rays, interpolate
from ffnet.storage import atomic_path

NOSE_TIP = 30
BACK, BOTTOM = -165.0, -215.0  # mm from the nose tip; no sensor sees farther back or down


class FaceModel(NamedTuple):
    """A Head with its refined surface.

    head: makehuman.Head. matrix: (V, N) sparse, refined vertices from the head's. triangles: (T, 3) int64. parts: (T,)
    into makehuman.PARTS. uv: (T, 3, 2) float32, atlas coordinates of the triangles' corners. points: (V, 3) float32,
    the mean face, mm, origin at its nose tip. masks: (3, H, W) uint8, makehuman.PAINT on the canvas, 0 to 255.
    """

    head: Head
    matrix: scipy.sparse.csr_matrix
    triangles: np.ndarray
    parts: np.ndarray
    uv: np.ndarray
    points: np.ndarray
    masks: np.ndarray


def build_model(head: Head) -> FaceModel:
    """The FaceModel of a Head."""
    matrix, triangles, parts = refine(len(head.vertices), head.quads, head.parts)
    points = matrix @ average_shape(head)
    points -= points[head.landmarks[NOSE_TIP]]
    seen = (points[triangles, 2].max(axis=1) > BACK) & (points[triangles, 1].max(axis=1) > BOTTOM)
    triangles, parts = triangles[seen], parts[seen]
    uv = canvas.atlas_coordinates(points, triangles, parts)
    masks = _masks(points, triangles[parts == 0], matrix @ head.paint)
    return FaceModel(head, matrix, triangles, parts, uv.astype(np.float32), points.astype(np.float32), masks)


def _masks(points: np.ndarray, triangles: np.ndarray, paint: np.ndarray) -> np.ndarray:
    """Paint (V, 3) at the vertices, seen on the canvas from outside: (3, HEIGHT, WIDTH) uint8."""
    import cv2

    outward = np.hypot(points[:, 0], points[:, 2] - canvas.AXIS_DEPTH)
    rolled = np.column_stack([canvas.roll_out(points), outward])
    rows, columns = np.mgrid[: canvas.HEIGHT, : canvas.WIDTH]
    origins = np.stack([columns, rows, np.full(rows.shape, 400.0)], axis=-1)
    hits = cast_rays(rolled, triangles, origins, np.array([0.0, 0.0, -1.0]))
    masks = np.nan_to_num(interpolate(paint[triangles], hits))
    return np.stack([cv2.GaussianBlur(255 * mask, (0, 0), 1.5).astype(np.uint8) for mask in np.moveaxis(masks, -1, 0)])


def save_model(path: str | os.PathLike, model: FaceModel) -> None:
    """Writes a FaceModel as .npz, the same bytes every time."""
    matrix = {name: getattr(model.matrix, name) for name in ("data", "indices", "indptr")}
    rest = {name: value for name, value in model._asdict().items() if name not in ("head", "matrix")}
    arrays = model.head._asdict() | {f"refined_{name}": array for name, array in (rest | matrix).items()}
    with atomic_path(path) as temporary:
        np.savez(temporary, **arrays)


def load_model(path: str | os.PathLike) -> FaceModel:
    """The FaceModel that save_model wrote. Raises InputError if the file is no such model."""
    try:
        with open(path, "rb") as opened, np.load(opened) as file:
            head = Head(**{name: file[name] for name in Head._fields})
            refined = {name.removeprefix("refined_"): file[name] for name in file if name.startswith("refined_")}
            parts = tuple(refined.pop(name) for name in ("data", "indices", "indptr"))
            matrix = scipy.sparse.csr_matrix(parts, shape=(len(refined["points"]), len(head.vertices)))
            return FaceModel(head=head, matrix=matrix, **refined)
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise InputError(f"{path}: not the unpacked MakeHuman head ({error}); delete it and run again") from error
