"""Turning faces to the camera: closed forms."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from ffnet.demo.studio import rotation_xyz
from ffnet.geometry.raycast import pixel_centres
from ffnet.landmarks.mean_face import mean_face
from ffnet.scans.pose import REACH, RIGID, fit_rotation, points_under


def test_fit_rotation_returns_the_very_turn_whatever_the_weights():
    random = np.random.default_rng(0)
    for _ in range(20):
        rotation = Rotation.random(random_state=random).as_matrix()
        points = random.normal(0, 30, (15, 3))
        found = fit_rotation(points, points @ rotation.T + random.normal(0, 50, 3), random.uniform(1, 5, (15, 3)))
        np.testing.assert_allclose(found, rotation, atol=1e-9)


def test_fit_rotation_of_a_flat_face_is_no_mirror_image():
    points = np.array([[-40.0, 0, 0], [40, 0, 0], [0, 30, 0], [0, -35, 0]])
    found = fit_rotation(points, points * [-1, 1, 1], np.ones((4, 3)))
    assert np.linalg.det(found) == pytest.approx(1)


def test_fit_rotation_trusts_the_points_that_are_alike_on_all_faces():
    points = mean_face()[0][RIGID]
    bent, deviation = points.copy(), np.ones_like(points)
    bent[:5, 2] += 20
    assert np.degrees(Rotation.from_matrix(fit_rotation(bent, points, deviation)).magnitude()) > 3
    deviation[:5, 2] = 1000
    np.testing.assert_allclose(fit_rotation(bent, points, deviation), np.eye(3), atol=1e-3)


def test_fit_rotation_finds_the_least_weighted_sum_of_squares():
    random = np.random.default_rng(1)
    points, target = random.normal(0, 30, (2, 12, 3))
    deviation = random.uniform(1, 6, (12, 3))

    def cost(rotation):
        apart = (target - target.mean(axis=0)) - (points - points.mean(axis=0)) @ rotation.T
        shift = (apart / deviation**2).sum(axis=0) / (1 / deviation**2).sum(axis=0)
        return (((apart - shift) / deviation) ** 2).sum()

    target = points @ rotation_xyz([10, -20, 5]).T + random.normal(0, 4, (12, 3))
    best = fit_rotation(points, target, deviation)
    for axis in np.eye(3):
        for degrees in (-0.1, 0.1):
            assert cost(Rotation.from_rotvec(axis * np.radians(degrees)).as_matrix() @ best) > cost(best)


def test_points_under_pixels_of_a_plane_lie_on_the_plane():
    x, y = pixel_centres((10.0, -5.0), 80.0, 80)
    depth = 3 + 0.5 * x[None, :] - 0.25 * y[:, None]
    points = points_under(np.array([[5.0, 60.0], [40.0, 41.0]]), x, y, depth, window=5)
    np.testing.assert_allclose(points[:, :2], [[x[5], y[60]], [x[40], y[41]]])
    np.testing.assert_allclose(points[:, 2], 3 + 0.5 * points[:, 0] - 0.25 * points[:, 1])


def test_points_under_pixels_ignore_a_spike_and_reach_over_a_small_hole_only():
    x, y = pixel_centres((0.0, 0.0), 80.0, 80)
    depth = np.full((80, 80), 7.0)
    depth[20:22, 20:22] = 30.0
    depth[48:53, 48:53] = np.nan
    depth[:, 68:] = np.nan
    near, far = 67 + REACH, 67 + REACH + 1  # pixels of 1 mm
    pixels = np.array([[20.0, 20.0], [50.0, 50.0], [near, 10.0], [far, 10.0], [-30.0, 200.0]])
    z = points_under(pixels, x, y, depth, window=5)[:, 2]
    np.testing.assert_array_equal(z, [7, 7, 7, np.nan, 7])
