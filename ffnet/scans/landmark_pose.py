"""The pose of a face from the landmark file beside its mesh: BU-3DFE's .bnd, Bosphorus' .lm3 or .lm2.

It does not depend on which side the collections call left, nor on the order of BU-3DFE's points within a group: both
sides are tried, and only the middle and the outermost points of a group are used.
"""

import difflib
import functools
import os
import pathlib
import re
from collections.abc import Iterable

import numpy as np
from scipy import ndimage
from scipy.spatial import cKDTree

from ffnet.errors import ScanError
from ffnet.geometry.mesh import Mesh
from ffnet.geometry.raycast import cast_view, pixel_centres
from ffnet.landmarks.mean_face import mean_face
from ffnet.scans.formats.landmark_files import read_bnd, read_lm2, read_lm3
from ffnet.scans.pose import REACH, Pose, fit_rotation
from ffnet.scans.settings import PoseSettings

# BU-3DFE: eyes, brows, nose, mouth; the contour says little about the pose
GROUPS = (slice(0, 8), slice(8, 16), slice(16, 26), slice(26, 36), slice(36, 48), slice(48, 68))
OTHER_SIDE = [1, 0, 3, 2, 4, 5]
EYES, NOSE, CONTOUR = slice(0, 16), 4, 68
# dlib's points whose mean lies at the middle of each group; the nose's run down both sides and along its base
NOSE_OUTLINE = [27, 28, 29] * 2 + [*range(31, 36), 31, 35]
MIDDLES = (range(36, 42), range(42, 48), range(17, 22), range(22, 27), NOSE_OUTLINE, range(48, 68))
BELOW_BROW = 2.5  # mm from dlib's brow, its upper edge, down to the middle of the outline
# Bosphorus: dlib's point of each label; mouth and chin move too much with expression
LABELS = {
    **{"outer left eyebrow": [17], "middle left eyebrow": [19], "inner left eyebrow": [21]},
    **{"outer right eyebrow": [26], "middle right eyebrow": [24], "inner right eyebrow": [22]},
    **{"outer left eye corner": [36], "inner left eye corner": [39]},
    **{"outer right eye corner": [45], "inner right eye corner": [42]},
    **{"left nose peak": [31], "nose tip": [30], "right nose peak": [35]},
    **{"nose saddle left": [27, 39], "nose saddle right": [27, 42]},
}
OTHER_LABELS = (
    *("left mouth corner", "right mouth corner", "upper lip outer middle", "upper lip inner middle"),
    *("lower lip inner middle", "lower lip outer middle", "chin middle", "left ear lobe", "right ear lobe"),
)
WANTED = ("outer left eye corner", "outer right eye corner", "nose tip")
LEAST_LABELS = 8
MOST_PIXELS_OFF = 0.02  # share of the photo's width from a landmark in it to the nearest measured point
AROUND_TIP = 10  # mm in which the nose tip is sought
WORST_FIT = 12.0  # mm, root mean square; faces differ from the mean face by some 4


def pose_from_file(mesh: Mesh, path: str | os.PathLike, scale: float, settings: PoseSettings) -> Pose:
    """The Pose of a Mesh by its landmark file, route "files".

    mesh: in mm. path: .bnd, .lm3 or .lm2. scale: mm per unit of the file. Raises ScanError if the file is damaged, does
    not belong to the mesh or holds too few landmarks.
    """
    suffix = pathlib.Path(path).suffix.lower()
    notes: tuple[str, ...] = ()
    if suffix == ".bnd":
        points = read_bnd(path)[1] * scale
        _check_on_mesh(points[:CONTOUR], mesh, path)
        middles = np.stack([points[group].mean(axis=0) for group in GROUPS])
        target, deviation = mean_groups()
        rotation = _fit([middles, middles[OTHER_SIDE]], target, deviation, path)
        eyes = points[EYES] @ rotation.T
        corners = eyes[[eyes[:, 0].argmin(), eyes[:, 0].argmax()]]
        tip = _foremost(mesh, rotation, rotation @ middles[NOSE] - target[NOSE], settings.window, path)
    else:
        places = _on_photo(mesh, read_lm2(path)) if suffix == ".lm2" else read_lm3(path)
        scale = 1.0 if suffix == ".lm2" else scale
        notes = _unknown_labels(places, path)
        named = _near({_plain(label): place * scale for label, place in places.items()}, mesh)
        rotation = _fit_labels(named, path)
        corners, tip = np.stack([named[label] for label in WANTED[:2]]) @ rotation.T, rotation @ named["nose tip"]
    return Pose(
        rotation=rotation,
        nose_tip=rotation.T @ tip,
        eye_distance=float(np.linalg.norm(corners[0] - corners[1])),
        eyes=corners.mean(axis=0) - tip,
        route="files",
        notes=notes,
    )


@functools.cache
def mean_groups() -> tuple[np.ndarray, np.ndarray]:
    """The middles of BU-3DFE's groups on the mean face (6, 3), and how far faces differ from them (6, 3), mm."""
    points, deviation = mean_face()
    middles = np.stack([points[list(members)].mean(axis=0) for members in MIDDLES])
    middles[2:4, 1] -= BELOW_BROW
    return middles, np.stack([deviation[list(members)].mean(axis=0) for members in MIDDLES])


def _plain(label: str) -> str:
    """A label in lower case, with one spelling for those that occur in two."""
    return label.lower().replace("middle of the ", "middle ")


def _unknown_labels(labels: Iterable[str], path: str | os.PathLike) -> tuple[str, ...]:
    """A note on each label that no landmark of the collection has, with the nearest that one has."""
    known = [*LABELS, *OTHER_LABELS]
    unknown = [label for label in labels if _plain(label) not in known]
    nearest = [difflib.get_close_matches(_plain(label), known, n=1, cutoff=0.0)[0] for label in unknown]
    return tuple(
        f"{path}: the label '{label}' is unknown and not used; did it mean '{near}'?"
        for label, near in zip(unknown, nearest, strict=True)
    )


def _fit_labels(named: dict[str, np.ndarray], path: str | os.PathLike) -> np.ndarray:
    labels = [label for label in LABELS if label in named and swapped(label) in named]
    lacking = [label for label in WANTED if label not in named]
    if lacking or len(labels) < LEAST_LABELS:
        raise ScanError(f"{path}: only {len(labels)} landmarks for the pose lie on the mesh; missing: {lacking}")
    points, deviation = mean_face()
    target = np.stack([points[LABELS[label]].mean(axis=0) for label in labels])
    deviation = np.stack([deviation[LABELS[label]].mean(axis=0) for label in labels])
    ways = [np.stack([named[name(label)] for label in labels]) for name in (str, swapped)]
    return _fit(ways, target, deviation, path)


def swapped(label: str) -> str:
    """The label of the landmark on the other side of the face."""
    return re.sub("left|right", lambda side: {"left": "right", "right": "left"}[side[0]], label)


def _fit(ways: list[np.ndarray], target: np.ndarray, deviation: np.ndarray, path: str | os.PathLike) -> np.ndarray:
    """The rotation (3, 3) of whichever array of points (K, 3) fits the target best."""
    fits = []
    for points in ways:
        rotation = fit_rotation(points, target, deviation)
        apart = points @ rotation.T - target
        error = np.sqrt(((apart - apart.mean(axis=0)) ** 2).sum(axis=1).mean())
        fits.append((float(error), rotation))
    error, rotation = min(fits, key=lambda fit: fit[0])
    if error > WORST_FIT:
        raise ScanError(f"{path}: the landmarks are {error:.0f} mm off those of any face; do they belong to the scan?")
    return rotation


def _check_on_mesh(points: np.ndarray, mesh: Mesh, path: str | os.PathLike) -> None:
    off = cKDTree(mesh.vertices).query(points)[0] > REACH
    if off.any():
        raise ScanError(f"{path}: {off.sum()} of {len(points)} landmarks lie off the mesh; do they belong to the scan?")


def _near(named: dict[str, np.ndarray], mesh: Mesh) -> dict[str, np.ndarray]:
    """The named points that lie on the mesh."""
    distances = cKDTree(mesh.vertices).query(np.reshape([*named.values()], (-1, 3)))[0]
    return {label: point for (label, point), off in zip(named.items(), distances, strict=True) if off <= REACH}


def _on_photo(mesh: Mesh, pixels: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The vertices of a mesh that the photo shows at named places (column, row)."""
    height, width = mesh.texture.shape[:2]
    shown = mesh.uv.reshape(-1, 2) * [width, -height] + [0, height]
    distances, nearest = cKDTree(shown).query(np.reshape([*pixels.values()], (-1, 2)))
    return {
        label: mesh.vertices[mesh.triangles.ravel()[corner]]
        for label, corner, off in zip(pixels, nearest, distances, strict=True)
        if off <= MOST_PIXELS_OFF * width
    }


def _foremost(mesh: Mesh, rotation: np.ndarray, guess: np.ndarray, window: int, path: str | os.PathLike) -> np.ndarray:
    """The point (3,) nearest to the camera around a guess, in the frontal frame; medians of `window` mm ignore
    spikes."""
    vertices = mesh.vertices @ rotation.T
    side = 2 * AROUND_TIP
    _, depth = cast_view(vertices, mesh.triangles, guess[:2], side, side)
    x, y = pixel_centres(guess[:2], side, side)
    depth = ndimage.median_filter(np.nan_to_num(depth, nan=-np.inf), window)
    depth[np.hypot(x - guess[0], y[:, None] - guess[1]) > AROUND_TIP] = -np.inf
    row, column = np.unravel_index(depth.argmax(), depth.shape)
    if not abs(depth[row, column] - guess[2]) < 2 * AROUND_TIP:
        raise ScanError(f"{path}: the mesh has no nose where the landmarks place it; do they belong to the scan?")
    return np.array([x[column], y[row], depth[row, column]])
