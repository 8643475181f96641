"""Subdivision after Catmull and Clark."""

import numpy as np
import pytest

from ffnet.demo.surface import refine

CUBE = np.array([[0, 1, 3, 2], [4, 6, 7, 5], [0, 4, 5, 1], [2, 3, 7, 6], [0, 2, 6, 4], [1, 5, 7, 3]])
CORNERS = np.array([[x, y, z] for x in (-1.0, 1.0) for y in (-1.0, 1.0) for z in (-1.0, 1.0)])


def test_a_cube_becomes_what_catmull_and_clark_say():
    matrix, triangles, _ = refine(8, CUBE, np.zeros(6, int))
    points = matrix @ CORNERS
    assert np.abs(points[:8]) == pytest.approx(np.full((8, 3), 5 / 9))  # (Q + 2 R) / 3 = (1/3 + 4/3 * ...) by hand
    assert np.sort(np.abs(points[8:20]), axis=1) == pytest.approx(np.tile([0, 0.75, 0.75], (12, 1)))
    assert np.sort(np.abs(points[20:]), axis=1) == pytest.approx(np.tile([0, 0, 1], (6, 1)))
    assert len(triangles) == 48


def test_a_flat_grid_stays_flat_in_place_and_its_triangles_face_the_same_way():
    numbers = np.arange(20).reshape(4, 5)
    quads = np.stack([numbers[:-1, :-1], numbers[:-1, 1:], numbers[1:, 1:], numbers[1:, :-1]], -1).reshape(-1, 4)
    flat = np.stack([*np.meshgrid(np.arange(5.0), np.arange(4.0)), np.full((4, 5), 2.0)], -1).reshape(-1, 3)
    matrix, triangles, parts = refine(20, quads, np.arange(12))
    points = matrix @ flat
    a, b, c = (points[triangles[:, k]] for k in range(3))
    assert (np.cross(b - a, c - a)[:, 2] > 0).all()
    assert points[:, 2] == pytest.approx(2.0)
    assert points[:20].reshape(4, 5, 3)[1:-1, 1:-1] == pytest.approx(flat.reshape(4, 5, 3)[1:-1, 1:-1])
    assert np.bincount(parts).tolist() == [8] * 12
