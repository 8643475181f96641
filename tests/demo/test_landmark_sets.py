"""The landmark sets of both collections."""

import numpy as np
import pytest

from ffnet.demo.landmark_sets import bosphorus_points, bu3dfe_points
from ffnet.geometry.raycast import cast_rays


def test_every_group_of_the_83_points_is_where_it_belongs():
    numbers = np.arange(68)
    landmarks = np.stack([numbers, 100.0 + numbers, np.zeros(68)], axis=1)
    points = bu3dfe_points(landmarks)
    assert points.shape == (83, 3)
    for start, stop, low, high in ((0, 8, 42, 47), (8, 16, 36, 41), (16, 26, 22, 26), (26, 36, 17, 21)):
        assert points[start:stop, 0].min() == low and points[start:stop, 0].max() == high
    assert points[48:68, 0].tolist() == list(range(48, 68)) and points[68:, 0].tolist() == list(range(1, 16))
    assert points[36:48, 0].mean() == pytest.approx(30, abs=2)


def test_bosphorus_has_22_labels_with_the_nose_tip_at_point_30():
    points = bosphorus_points(np.arange(204.0).reshape(68, 3))
    assert len(points) == 22 and points["Nose tip"].tolist() == [90, 91, 92]


def test_the_68_points_of_the_mean_face_are_seen_from_the_front(model):
    """Each lies on the surface that a sensor in front sees, so none is inside the mouth or behind a lid."""
    landmarks = model.points[model.head.landmarks].astype(float)
    origins = landmarks + [0.0, 0.0, 300.0]
    inner = np.arange(17, 60)
    hits = cast_rays(model.points, model.triangles, origins[inner], np.array([0.0, 0.0, -1.0]))
    assert np.abs(hits.distance - 300).max() < 6 and np.median(np.abs(hits.distance - 300)) < 0.5
