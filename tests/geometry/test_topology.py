import numpy as np
import pytest
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import ConvexHull

from ffnet.geometry import topology
from ffnet.geometry.topology import first_equal, join_vertices, strip_triangles, turned_triangles


def sphere(count=300):
    """Points on a sphere of radius 1 and its triangles, counter-clockwise seen from outside."""
    points = np.random.default_rng(0).normal(size=(count, 3))
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    triangles = ConvexHull(points).simplices.astype(np.int64)
    outward = np.einsum("ij,ij->i", normals(points, triangles), points[triangles].mean(axis=1)) > 0
    return points, np.where(outward[:, None], triangles, triangles[:, ::-1])


def normals(points, triangles):
    a, b, c = (points[triangles[:, corner]] for corner in range(3))
    return np.cross(b - a, c - a)


def turn(triangles, turned):
    return np.where(turned[:, None], triangles[:, ::-1], triangles)


def test_vertices_of_one_position_become_the_first_of_them_and_those_in_no_triangle_go():
    points, triangles = sphere()
    soup = points[triangles].reshape(-1, 3)
    loose = np.array([[np.nan] * 3, [0, 0, 0]])
    vertices, joined = join_vertices(np.concatenate([loose, soup]), np.arange(len(soup)).reshape(-1, 3) + 2)
    assert len(vertices) == len(points)
    np.testing.assert_array_equal(vertices[joined], points[triangles])
    np.testing.assert_array_equal(vertices[:3], soup[:3])  # in the order of the file


def test_a_mesh_without_repeated_vertices_keeps_their_order():
    points, triangles = sphere()
    vertices, joined = join_vertices(points, triangles)
    np.testing.assert_array_equal(vertices, points)
    np.testing.assert_array_equal(joined, triangles)


def test_a_mesh_without_repeated_vertices_loses_those_in_no_triangle():
    points, triangles = sphere()
    loose = np.array([[0.0, 0, 0], [-0.0, 5, 0]])
    vertices, joined = join_vertices(np.concatenate([loose, points]), triangles + 2)
    np.testing.assert_array_equal(vertices, points)
    np.testing.assert_array_equal(joined, triangles)


def test_zero_with_and_without_a_sign_is_one_position():
    assert first_equal(np.array([[0.0, 1, 2], [1, 0, 0]]) + 0.0).tolist() == [0, 1]
    vertices, _ = join_vertices(np.array([[-0.0, 1, 2], [0.0, 1, 2], [3, 4, 5]]), np.array([[0, 1, 2]]))
    assert len(vertices) == 2 and not np.signbit(vertices).any()


def test_points_are_compared_themselves_where_their_sort_key_cannot_tell_them_apart(monkeypatch):
    monkeypatch.setattr(topology, "MIX", np.ones(3))
    points = np.array([[1.0, 2, 3], [3, 2, 1], [1, 2, 3], [2, 2, 2], [3, 2, 1]])
    assert first_equal(points).tolist() == [0, 1, 0, 3, 1]


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 1.0])
def test_triangles_of_a_closed_surface_are_turned_outwards_whichever_way_they_ran(share):
    points, triangles = sphere()
    wrong = np.random.default_rng(1).random(len(triangles)) < share
    np.testing.assert_array_equal(turned_triangles(points, turn(triangles, wrong)), wrong)


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_triangles_of_a_face_open_behind_are_turned_towards_the_camera(share):
    points, triangles = sphere()
    triangles = triangles[(points[triangles][..., 2] > -0.2).all(axis=1)]
    wrong = np.random.default_rng(2).random(len(triangles)) < share
    np.testing.assert_array_equal(turned_triangles(points, turn(triangles, wrong)), wrong)


def test_a_mesh_of_more_triangles_than_are_worked_on_at_once_is_turned_as_a_whole(monkeypatch):
    monkeypatch.setattr(topology, "BLOCK", 7)
    test_triangles_of_a_closed_surface_are_turned_outwards_whichever_way_they_ran(0.1)


def test_each_connected_part_is_turned_by_itself():
    points, triangles = sphere()
    wrong = np.repeat([False, True], len(triangles))
    both = np.concatenate([triangles, triangles[:, ::-1] + len(points)])
    np.testing.assert_array_equal(turned_triangles(np.concatenate([points, points + [3, 0, 0]]), both), wrong)


def test_triangles_that_share_no_edge_with_one_other_alone_are_left_to_themselves():
    points = np.array([[0.0, 0, 0], [0, 1, 0], [1, 0, 0.1], [-1, 0, 0.1], [0, 0.5, 1]])
    triangles = np.array([[0, 2, 1], [0, 1, 3], [0, 1, 4]])  # one edge, three triangles
    assert turned_triangles(points, triangles).tolist() == [False, False, False]


def test_a_strip_turns_every_other_triangle_and_starts_anew_behind_a_minus_one():
    assert strip_triangles(np.array([0, 1, 2, 3, 4])).tolist() == [[0, 1, 2], [2, 1, 3], [2, 3, 4]]
    assert strip_triangles(np.array([0, 1, 2, 3, -1, 4, 5, 6, 7])).tolist() == [
        *([0, 1, 2], [2, 1, 3]),
        *([4, 5, 6], [6, 5, 7]),
    ]
    assert strip_triangles(np.array([0, 1])).shape == strip_triangles(np.array([0, 1, -1, 2, 3])).shape == (0, 3)


@pytest.mark.parametrize("count", [200, 2000])
def test_a_part_is_inward_if_all_its_volumes_together_are(count):
    random = np.random.default_rng(count)
    triangles = random.integers(0, count, (count // 3, 1)) + np.array([0, 1, 5])  # some large parts, some small
    volume = random.normal(size=len(triangles))
    edges = triangles[:, [0, 1, 0, 2]].reshape(-1, 2)
    graph = coo_array((np.ones(len(edges)), edges.T), shape=(count + 5, count + 5))
    part = connected_components(graph, directed=False)[1][triangles[:, 0]]
    inward = (np.bincount(part, volume) < 0)[part]
    assert 0 < inward.sum() < len(inward)
    np.testing.assert_array_equal(topology._inward(volume, triangles, count + 5), inward)
