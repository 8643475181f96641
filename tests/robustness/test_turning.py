"""A turned head, and what a scanner in front sees of it."""

import numpy as np
import pytest

from ffnet.errors import ScanError
from ffnet.geometry.raycast import cast_view, pixel_centres
from ffnet.robustness.turning import rotation_about, turn, turn_mesh, visible_part
from tests.robustness.conftest import grid_mesh


def test_a_turn_of_0_degrees_is_the_mesh_itself(sphere):
    for axis in ("yaw", "pitch", "roll"):
        assert turn(sphere, axis, 0.0) is sphere


@pytest.mark.parametrize(
    ("axis", "moved"),
    [
        ("yaw", {(0, 0, 1): (1, 0, 0), (1, 0, 0): (0, 0, -1), (0, 1, 0): (0, 1, 0)}),
        ("pitch", {(0, 0, 1): (0, -1, 0), (0, 1, 0): (0, 0, 1), (1, 0, 0): (1, 0, 0)}),
        ("roll", {(1, 0, 0): (0, 1, 0), (0, 1, 0): (-1, 0, 0), (0, 0, 1): (0, 0, 1)}),
    ],
)
def test_a_quarter_turn_moves_the_nose_as_it_is_documented(axis, moved):
    for before, after in moved.items():
        np.testing.assert_allclose(rotation_about(axis, 90.0) @ before, after, atol=1e-12)


def test_turning_back_gives_the_same_vertices_and_their_mean_stays(sphere):
    rotation = rotation_about("yaw", 37.0)
    turned = turn_mesh(sphere, rotation)
    np.testing.assert_allclose(turned.vertices.mean(axis=0), sphere.vertices.mean(axis=0), atol=1e-9)
    np.testing.assert_allclose(turn_mesh(turned, rotation.T).vertices, sphere.vertices, atol=1e-9)
    assert np.abs(turned.vertices - sphere.vertices).max() > 20


@pytest.mark.parametrize(("axis", "sign"), [("yaw", (-1, 0)), ("pitch", (0, 1))])
@pytest.mark.parametrize("degrees", [20.0, 60.0])
def test_a_plane_turned_has_the_slope_of_the_tangent(plane, axis, sign, degrees):
    seen = turn(plane, axis, degrees)
    assert len(seen.triangles) == len(plane.triangles)
    _, depth = cast_view(seen.vertices, seen.triangles, np.zeros(2), 40.0, 20)
    x, y = pixel_centres(np.zeros(2), 40.0, 20)
    expected = np.tan(np.deg2rad(degrees)) * (sign[0] * x[None, :] + sign[1] * y[:, None])
    np.testing.assert_allclose(depth, np.broadcast_to(expected, depth.shape), atol=1e-3)


@pytest.mark.parametrize("axis", ["yaw", "pitch", "roll"])
def test_of_a_sphere_turned_as_of_one_that_is_not_only_the_front_half_is_seen(sphere, axis):
    seen = turn(sphere, axis, 50.0)
    assert 0.45 < len(seen.triangles) / len(sphere.triangles) < 0.55
    assert seen.vertices[:, 2].min() > -4  # one ring of triangles reaches over the edge
    np.testing.assert_allclose(np.linalg.norm(seen.vertices, axis=1), 50.0, atol=0.3)  # the mean is near the middle
    assert len(np.unique(seen.triangles)) == len(seen.vertices)  # nothing hidden stays as a point


@pytest.mark.parametrize(("degrees", "side"), [(45.0, 1), (-45.0, -1)])
def test_a_wall_hides_the_floor_behind_it(degrees, side):
    """A wall of height h hides h tan(a) of the floor, on the side that a turn by a moves away from the camera."""
    wall = grid_mesh(100.0, 201, lambda x, y: 20.0 * (np.abs(x) < 0.3))
    rotation, middle = rotation_about("yaw", degrees), wall.vertices.mean(axis=0)
    seen = (turn(wall, "yaw", degrees).vertices - middle) @ rotation + middle  # turned back about the same point
    floor = side * seen[np.abs(seen[:, 2]) < 1e-6, 0]
    assert not ((floor > 1.5) & (floor < 19)).any()
    assert ((floor > 20) & (floor < 22)).any() and ((floor < -1) & (floor > -3)).any()


def test_a_mesh_seen_from_behind_leaves_no_scan(plane):
    with pytest.raises(ScanError, match="nothing of the mesh can be seen from the front"):
        turn(plane, "yaw", 180.0)


def test_a_surface_in_front_hides_what_is_behind_it_and_nothing_else(plane):
    small = grid_mesh(30.0, 13, lambda x, y: 0 * x + 25.0)
    both = plane._replace(
        vertices=np.concatenate([plane.vertices, small.vertices]),
        triangles=np.concatenate([plane.triangles, small.triangles + len(plane.vertices)]),
        uv=np.concatenate([plane.uv, small.uv]),
    )
    seen = visible_part(both)
    middles = seen.vertices[seen.triangles].mean(axis=1)
    behind = middles[middles[:, 2] < 1]
    assert (np.abs(behind[:, :2]).max(axis=1) > 15).all()
    assert len(behind) == (np.abs(plane.vertices[plane.triangles].mean(axis=1)[:, :2]).max(axis=1) > 15).sum()
    assert (middles[:, 2] > 1).sum() == len(small.triangles)
