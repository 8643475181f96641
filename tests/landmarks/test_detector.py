"""What dlib is given, and what becomes of its answers."""

import importlib.util

import numpy as np
import pytest

from ffnet.errors import InputError
from ffnet.landmarks import detector
from ffnet.landmarks.detector import detect_face, predict_landmarks

PICTURE = np.zeros((90, 100, 3), np.uint8)
PICTURE[:, :, 0], PICTURE[:, :, 2] = 200, 10  # red first
PICTURE[7, 9, 1] = 77


class Box:
    """A dlib.rectangle."""

    def __init__(self, *edges):
        self.edges = edges

    def left(self):
        return self.edges[0]

    def top(self):
        return self.edges[1]

    def right(self):
        return self.edges[2]

    def bottom(self):
        return self.edges[3]


class Point:
    def __init__(self, x, y):
        self.x, self.y = x, y


class Models:
    """dlib's detector and predictor, which keep what they are given."""

    def __init__(self, boxes, scores):
        self.boxes, self.scores, self.given = boxes, scores, {}

    def run(self, image, upsample):
        self.given.update(image=image, upsample=upsample)
        return self.boxes, self.scores, [0] * len(self.boxes)

    def __call__(self, image, box):
        self.given.update(image=image, box=(box.left(), box.top(), box.right(), box.bottom()))
        return self

    def parts(self):
        return [Point(number, 2 * number) for number in range(68)]


@pytest.fixture
def models(monkeypatch):
    made = Models([Box(1, 2, 3, 4), Box(5, 6, 7, 8), Box(9, 9, 9, 9)], [0.1, 0.9, 0.3])
    monkeypatch.setattr(detector, "_models", lambda: (made, made))
    return made


def test_dlib_gets_the_picture_as_it_is_red_first(models):
    detect_face(PICTURE, upsample=1)
    np.testing.assert_array_equal(models.given["image"], PICTURE)
    assert models.given["upsample"] == 1
    predict_landmarks(PICTURE[:, ::-1], (1.9, 2, 30, 40))
    np.testing.assert_array_equal(models.given["image"], PICTURE[:, ::-1])
    assert models.given["image"].flags.c_contiguous and models.given["box"] == (1, 2, 30, 40)


def test_the_box_of_the_most_certain_face_is_taken_and_none_where_there_is_none(models):
    assert detect_face(PICTURE, upsample=0) == (5, 6, 7, 8)
    models.boxes, models.scores = [], []
    assert detect_face(PICTURE, upsample=0) is None


def test_landmarks_are_x_and_y_in_the_order_of_dlib(models):
    points = predict_landmarks(PICTURE, (0, 0, 10, 10))
    np.testing.assert_array_equal(points, np.arange(68.0)[:, None] * [1, 2])


def test_a_missing_model_file_is_named(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(InputError, match="68_face_landmarks.dat is missing; install face_recognition_models"):
        detector._models.__wrapped__()
