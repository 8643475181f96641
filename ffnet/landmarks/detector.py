"""dlib's face detector and its 68 landmarks.

The model file is part of the package face_recognition_models, whose own import fails on current Pythons: only its
folder is looked up. Its licence excludes commercial use.
"""

import functools
import importlib.util
import pathlib
from collections.abc import Iterable
from typing import Any

import numpy as np

from ffnet.errors import InputError

MODEL = "shape_predictor_68_face_landmarks.dat"


@functools.cache
def _models() -> tuple[Any, Any]:
    import dlib

    package = importlib.util.find_spec("face_recognition_models")
    path = pathlib.Path(package.origin).parent / "models" / MODEL if package and package.origin else None
    if path is None or not path.is_file():
        raise InputError(f"{MODEL} is missing; install face_recognition_models as pinned in requirements.lock")
    return dlib.get_frontal_face_detector(), dlib.shape_predictor(str(path))


def detect_face(image: np.ndarray, upsample: int) -> tuple[float, float, float, float] | None:
    """The box (left, top, right, bottom) in pixels of the most certain face in an RGB uint8 image, or None.

    upsample: how many times the image is doubled first, as the detector's smallest face is 80 pixels.
    """
    detector, _ = _models()
    boxes, scores, _ = detector.run(np.ascontiguousarray(image), upsample)
    if not boxes:
        return None
    box = boxes[int(np.argmax(scores))]
    return box.left(), box.top(), box.right(), box.bottom()


def predict_landmarks(image: np.ndarray, box: Iterable[float]) -> np.ndarray:
    """The 68 landmarks (68, 2) x, y in whole pixels of an RGB uint8 image, given the face's box."""
    import dlib

    _, predictor = _models()
    shape = predictor(np.ascontiguousarray(image), dlib.rectangle(*(int(edge) for edge in box)))
    return np.array([(point.x, point.y) for point in shape.parts()], float)
