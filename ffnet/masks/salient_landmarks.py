"""The 51 landmarks of brows, eyes, nose and mouth on the texture map (paper, section 2.2)."""

import numpy as np

from ffnet.geometry.shading import shaded_grey
from ffnet.landmarks.detector import detect_face, predict_landmarks
from ffnet.masks.settings import MaskSettings
from ffnet.normals.depth import normals_from_depth

SALIENT = slice(17, 68)  # of dlib's 68: all but the chin line
ONE_COLOUR = 2  # grey levels that a texture of one colour spans at most


def find_landmarks(
    texture: np.ndarray, depth: np.ndarray, spacing: float, settings: MaskSettings
) -> tuple[np.ndarray, str]:
    """Landmarks (51, 2) x, y in pixels of the small texture, and how they were found: "detector", "relief" or "crop".

    texture: (S, S, 3) uint8 RGB; S is a multiple of settings.size. depth: (S, S) mm, NaN off the face. spacing: mm per
    pixel. dlib gets the texture at settings.size, magnified because it answers in whole pixels. If the texture has one
    colour, it gets the shaded depth map instead ("relief"). If its detector finds no face, the whole crop is the box.
    A face found on the texture is kept even if its landmarks are implausible: the texture is then not where the mesh
    is, and landmarks found in another way would hide that.
    """
    # Magnified four times, no face is too small for the detector. With the picture doubled once more it found no more
    # faces in 288 demo scans and 23 more in 1008 degraded pictures, with landmarks hardly better than from the crop.
    plain = not has_colours(texture, depth)
    picture = shaded_grey(normals_from_depth(depth, spacing)) if plain else texture
    large = _magnified(picture, settings)
    box, found_by = detect_face(large, upsample=0), "relief" if plain else "detector"
    if box is None:
        edge = (len(large) - settings.box * settings.magnify * settings.size) / 2
        box, found_by = (edge, edge, len(large) - 1 - edge, len(large) - 1 - edge), "crop"
    # pixel centres: c in the small picture is magnify * c + (magnify - 1) / 2 in the large one
    offset = _margin(settings) + (settings.magnify - 1) / 2
    return (predict_landmarks(large, box)[SALIENT] - offset) / settings.magnify, found_by


def has_colours(texture: np.ndarray, depth: np.ndarray) -> bool:
    """Whether a texture (S, S, 3) shows more than one colour on the face, where depth (S, S) is not NaN."""
    return bool(np.ptp(texture[np.isfinite(depth)], axis=0).max(initial=0) > ONE_COLOUR)


def _magnified(picture: np.ndarray, settings: MaskSettings) -> np.ndarray:
    """The picture as dlib gets it, in a black margin."""
    import cv2

    small = cv2.resize(picture, (settings.size, settings.size), interpolation=cv2.INTER_AREA)
    large = cv2.resize(small, None, fx=settings.magnify, fy=settings.magnify, interpolation=cv2.INTER_CUBIC)
    return np.pad(large, [(_margin(settings),) * 2] * 2 + [(0, 0)])


def _margin(settings: MaskSettings) -> int:
    return round(settings.margin * settings.magnify * settings.size)
