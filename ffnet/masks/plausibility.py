"""How well 51 landmarks fit a face and this scan. Wrong ones would silently put the masks in wrong places."""

from typing import NamedTuple

import numpy as np

from ffnet.errors import ScanError
from ffnet.landmarks.mean_face import mean_face
from ffnet.masks.salient_landmarks import SALIENT
from ffnet.masks.settings import MaskSettings

FIRST = SALIENT.start
LEFT = np.r_[17:22, 31, 32, 36:42, 48:51, 58:62, 67] - FIRST  # in the picture
RIGHT = np.r_[26:21:-1, 35, 34, 45:41:-1, 47, 46, 54:51:-1, 56:54:-1, 64:62:-1, 65] - FIRST  # their mirror images
PARTS = {"left brow": (17, 22), "right brow": (22, 27), "left eye": (36, 42), "right eye": (42, 48)}
PARTS |= {"eyes": (36, 48), "nose": (31, 36), "mouth": (48, 68)}
ABOVE = [("left brow", "left eye"), ("right brow", "right eye"), ("eyes", "nose"), ("nose", "mouth")]
RIGID = slice(0, 48 - FIRST)  # brows, nose and eyes: the relief under a mouth depends on how far it is open


class Plausibility(NamedTuple):
    """How well 51 landmarks fit a face. Every part is between 0, the worst, and 1, the best.

    inside: 1 minus twice the share of points off the face. order: the share of mirrored pairs with the left one on the
    left, times the share of brows above eyes, eyes above nose, nose above mouth. shape: 1 minus the distance from the
    mean face after a similarity, root mean square as a share of the points' own, which is 0.52 outer eye distances in
    the mean face. stance: 1 minus how far that similarity scales and turns, in e-folds and radians together; scans
    are in mm and frontal, so neither should be needed.
    relief: 1 minus the share of the depth's spread under brows, eyes and nose that the mean face does not explain.
    """

    inside: float
    order: float
    shape: float
    stance: float
    relief: float

    @property
    def total(self) -> float:
        """All parts multiplied, in [0, 1]."""
        return float(np.prod(self))


TEXTURED = ", does the texture belong to this scan, and is it aligned with the mesh"
WHY = {
    "inside": "too many of the landmarks lie off the face",
    "order": "landmarks that belong left and right of, or above, each other are mixed up",
    "shape": "the landmarks do not form a face",
    "stance": "the landmarks form a face that is too small, too large or turned",
    "relief": "the surface under the landmarks is not that of brows, eyes and nose",
}


def plausibility(landmarks: np.ndarray, size: int, depth: np.ndarray, spacing: float) -> Plausibility:
    """The Plausibility of landmarks (51, 2) x, y in pixels of a size x size picture.

    depth: (S, S) mm towards the camera, NaN off the face, of the same square. spacing: mm per pixel of depth.
    """
    points = (np.asarray(landmarks, float) + 0.5) * (len(depth) / size) - 0.5  # in pixels of depth
    under = depth_under(points, depth)
    target = mean_face()[0][SALIENT]
    distance, scale, turn = fit_similarity(points * spacing * [1, -1], target[:, :2])
    return Plausibility(
        inside=max(0.0, 1 - 2 * float(np.isnan(under).mean())),
        order=order_kept(points),
        shape=1 - distance,
        stance=max(0.0, 1 - float(np.hypot(np.log(scale), turn))) if scale > 0 else 0.0,
        relief=relief_explained(under[RIGID], target[RIGID, 2]),
    )


def check_plausibility(score: Plausibility, settings: MaskSettings, coloured: bool) -> None:
    """Raises ScanError that says what is wrong if the total is below settings.least_plausibility.

    It names the first part below a half, as the later ones mean little then, or else the weakest. coloured: whether the
    scan has a texture.
    """
    if score.total < settings.least_plausibility:
        parts = score._asdict()
        wrong = next((part for part, value in parts.items() if value < 0.5), min(parts, key=lambda part: parts[part]))
        least = settings.least_plausibility
        raise ScanError(
            f"{WHY[wrong]} (plausibility {score.total:.2f}, masks.least_plausibility is {least:g}); "
            f"does the face look towards +z, with y up{TEXTURED if coloured else ''}?"
        )


def depth_under(points: np.ndarray, depth: np.ndarray) -> np.ndarray:
    """Depth (N,) at the pixels that hold points (N, 2) x, y; NaN off the picture."""
    columns, rows = np.floor(points + 0.5).astype(int).T
    inside = (columns >= 0) & (columns < depth.shape[1]) & (rows >= 0) & (rows < depth.shape[0])
    return np.where(inside, depth[np.where(inside, rows, 0), np.where(inside, columns, 0)], np.nan)


def order_kept(points: np.ndarray) -> float:
    """The share of mirrored pairs in order times that of parts above each other; points (51, 2), y downwards."""
    height = {name: points[first - FIRST : last - FIRST, 1].mean() for name, (first, last) in PARTS.items()}
    aside = np.mean(points[LEFT, 0] < points[RIGHT, 0])
    return float(aside * np.mean([height[upper] < height[lower] for upper, lower in ABOVE]))


def fit_similarity(points: np.ndarray, target: np.ndarray) -> tuple[float, float, float]:
    """Fits target (N, 2) onto points (N, 2) by the best shift, turn and scale, without mirroring.

    Returns the remaining root mean square distance as a share of the points' own about their centre, in [0, 1]; the
    scale, at least 0; and the turn in radians.
    """
    source, goal = ((shape - shape.mean(axis=0)) @ [1, 1j] for shape in (points, target))
    spread = np.vdot(goal, goal).real
    agreement = np.vdot(goal, source) / spread  # source is about agreement * goal
    own = np.vdot(source, source).real / spread
    explained = min(abs(agreement) ** 2 / own, 1.0) if own > 0 else 0.0
    return float(np.sqrt(1 - explained)), float(abs(agreement)), float(np.angle(agreement))


def relief_explained(depth: np.ndarray, target: np.ndarray) -> float:
    """1 minus the share of the spread of depths (N,) that those of the mean face (N,), scaled and shifted, leave
    unexplained. NaN is left out. 0 where the two are anticorrelated or fewer than half are known."""
    known = np.isfinite(depth)
    if known.mean() < 0.5:
        return 0.0
    found, goal = (values[known] - values[known].mean() for values in (depth, target))
    own = (found @ found) * (goal @ goal)
    agreement = found @ goal / np.sqrt(own) if own > 0 else 0.0
    return float(1 - np.sqrt(1 - np.clip(agreement, 0, 1) ** 2))
