"""The 51 landmarks of brows, eyes, nose and mouth on the texture map (paper, section 2.2)."""

import numpy as np

from ffnet.geometry.shading import shaded_grey
from ffnet.landmarks.detector import detect_face, predict_landmarks
from ffnet.masks.settings import MaskSettings
from ffnet.normals.depth import normals_from_depth

SALIENT = slice(17, 68)  # of dlib's 68: all but the chin line
ONE_COLOUR = 2  # levels between the lightest and the darkest pixel of a texture that shows nothing


def find_landmarks(
    texture: np.ndarray, depth: np.ndarray, spacing: float, settings: MaskSettings
) -> tuple[np.ndarray, str]:
    """Landmarks (51, 2) x, y in pixels of the small texture, and what served: "detector", "relief" or "crop".

    texture: (S, S, 3) uint8 RGB; S is a multiple of settings.size. depth: (S, S) mm, NaN off the face. spacing: mm per
    pixel. dlib sees the texture at settings.size, magnified, as it answers in whole pixels; of a texture of one colour
    it sees the shaded depth map instead ("relief"). Where its detector finds no face, the whole crop is the face's box.
    A face found on the texture is kept even if its landmarks turn out implausible, and none is looked for elsewhere:
    then the texture is not where the mesh is, and other landmarks would hide that.
    """
    # magnified four times no face is too small for the detector: with the picture doubled once more it found no new one
    # in 288 demo scans, and 23 new ones in 1008 spoilt pictures, with landmarks hardly better than those from the crop
    plain = np.ptp(texture[np.isfinite(depth)], axis=0).max(initial=0) <= ONE_COLOUR
    picture = shaded_grey(normals_from_depth(depth, spacing)) if plain else texture
    large = _magnified(picture, settings)
    box, served = detect_face(large, upsample=0), "relief" if plain else "detector"
    if box is None:
        edge = (len(large) - settings.box * settings.magnify * settings.size) / 2
        box, served = (edge, edge, len(large) - 1 - edge, len(large) - 1 - edge), "crop"
    # pixel centres: c in the small picture is magnify * c + (magnify - 1) / 2 in the large one
    offset = _margin(settings) + (settings.magnify - 1) / 2
    return (predict_landmarks(large, box)[SALIENT] - offset) / settings.magnify, served


def _magnified(picture: np.ndarray, settings: MaskSettings) -> np.ndarray:
    """The picture as dlib sees it, in a black margin."""
    import cv2

    small = cv2.resize(picture, (settings.size, settings.size), interpolation=cv2.INTER_AREA)
    large = cv2.resize(small, None, fx=settings.magnify, fy=settings.magnify, interpolation=cv2.INTER_CUBIC)
    return np.pad(large, [(_margin(settings),) * 2] * 2 + [(0, 0)])


def _margin(settings: MaskSettings) -> int:
    return round(settings.margin * settings.magnify * settings.size)
