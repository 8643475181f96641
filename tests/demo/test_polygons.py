"""Grids cut into polygons."""

import numpy as np

from ffnet.demo.polygons import cut_cells


def plane(rows, columns):
    x, y = np.meshgrid(np.arange(float(columns)), -np.arange(float(rows)))
    return np.stack([x, y, np.zeros_like(x)], axis=-1)


def fans(polygons):
    for polygon in polygons:
        size = (polygon >= 0).sum()
        yield from ((polygon[0], polygon[k], polygon[k + 1]) for k in range(1, size - 1))


def test_polygons_of_three_to_six_vertices_cover_a_plane_once_and_face_the_sensor():
    points = plane(21, 24)
    polygons, used = cut_cells(points, 2.0, np.random.default_rng(0))
    sizes = (polygons >= 0).sum(axis=1)
    assert set(sizes) == {3, 4, 5, 6}
    assert used.tolist() == list(range(21 * 24))
    a, b, c = (points.reshape(-1, 3)[used][list(corner)] for corner in zip(*fans(polygons), strict=True))
    areas = np.cross(b - a, c - a)[:, 2] / 2
    assert areas.min() > 0.4 and np.isclose(areas.sum(), 20 * 23)


def test_a_hole_stays_open_and_its_corners_are_cut_to_triangles():
    points = plane(9, 9)
    points[4, 4] = np.nan
    polygons, used = cut_cells(points, 2.0, np.random.default_rng(0))
    assert 40 not in used and polygons.max() == len(used) - 1
    a, b, c = (points.reshape(-1, 3)[used][list(corner)] for corner in zip(*fans(polygons), strict=True))
    assert np.isclose(np.cross(b - a, c - a)[:, 2].sum() / 2, 64 - 2)


def test_a_step_is_not_bridged():
    points = plane(4, 6)
    points[:, 3:, 2] = 10.0
    polygons, used = cut_cells(points, 5.0, np.random.default_rng(0))
    assert (polygons >= 0).any(axis=1).all()
    for polygon in polygons:
        assert len(set(points.reshape(-1, 3)[used][polygon[polygon >= 0], 2])) == 1
