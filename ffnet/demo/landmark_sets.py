"""The landmark sets of both collections, made from the 68 points of the true surface."""

import numpy as np

# unverified which side the collections call left: here BU-3DFE's left is the person's, Bosphorus' the picture's
BOSPHORUS_POINTS = {
    "Outer left eyebrow": (17,),
    "Middle left eyebrow": (19,),
    "Inner left eyebrow": (21,),
    "Inner right eyebrow": (22,),
    "Middle right eyebrow": (24,),
    "Outer right eyebrow": (26,),
    "Outer left eye corner": (36,),
    "Inner left eye corner": (39,),
    "Inner right eye corner": (42,),
    "Outer right eye corner": (45,),
    "Nose saddle left": (27, 39),
    "Nose saddle right": (27, 42),
    "Left nose peak": (31,),
    "Nose tip": (30,),
    "Right nose peak": (35,),
    "Left mouth corner": (48,),
    "Upper lip outer middle": (51,),
    "Right mouth corner": (54,),
    "Upper lip inner middle": (62,),
    "Lower lip inner middle": (66,),
    "Lower lip outer middle": (57,),
    "Chin middle": (8,),
}
BROW_HEIGHT = 5.0  # mm from the upper to the lower edge of a brow
NOSE_HALF_WIDTH = (8.0, 9.0, 11.0)  # mm beside points 27, 28 and 29


def bosphorus_points(landmarks: np.ndarray) -> dict[str, np.ndarray]:
    """{label: point (3,)} of the 22 landmarks, from the 68 (68, 3)."""
    return {label: landmarks[list(points)].mean(axis=0) for label, points in BOSPHORUS_POINTS.items()}


def bu3dfe_points(landmarks: np.ndarray) -> np.ndarray:
    """The 83 points (83, 3): eyes 0-15, brows 16-35, nose 36-47, mouth 48-67, contour 68-82; from the 68 (68, 3)."""
    down = np.array([0.0, BROW_HEIGHT, 0.0])
    groups = [_eye(landmarks[[45, 44, 43, 42, 47, 46]]), _eye(landmarks[[36, 37, 38, 39, 40, 41]])]
    for brow in (landmarks[26:21:-1], landmarks[17:22]):
        groups += [brow, brow[::-1] - down]
    aside = np.array([[width, 0.0, 0.0] for width in NOSE_HALF_WIDTH])
    base = landmarks[31:36]
    inside = np.stack([base[1], (base[1] + base[2]) / 2, (base[2] + base[3]) / 2, base[3]])
    groups += [landmarks[27:30] - aside, base[:1], inside, base[4:], (landmarks[27:30] + aside)[::-1]]
    return np.concatenate([*groups, landmarks[48:68], landmarks[1:16]])


def _eye(points: np.ndarray) -> np.ndarray:
    """Eight points round an eye from six: the middles of the upper and of the lower lid are added."""
    upper, lower = (points[1] + points[2]) / 2, (points[4] + points[5]) / 2
    return np.stack([points[0], points[1], upper, points[2], points[3], points[4], lower, points[5]])
