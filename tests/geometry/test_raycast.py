import numpy as np

from ffnet.geometry.mesh import Mesh, sample_texture, vertex_normals
from ffnet.geometry.raycast import cast_view, interpolate, pixel_centres, view_texture


def square(side=40.0, slope=0.5):
    """A tilted square, z = slope * x + 3, with texture coordinates that follow x and y."""
    half = side / 2
    corners = np.array([[-half, -half], [half, -half], [half, half], [-half, half]])
    vertices = np.column_stack([corners, slope * corners[:, 0] + 3])
    triangles = np.array([[0, 1, 2], [0, 2, 3]])
    uv = (corners / side + 0.5)[triangles]
    ramp = np.zeros((64, 64, 3), np.uint8)
    ramp[..., 0] = np.arange(64) * 4  # red grows to the right
    ramp[..., 1] = np.arange(64)[:, None] * 4  # green grows downwards
    return Mesh(vertices, triangles, uv, ramp)


def test_depth_of_a_tilted_square_at_pixel_centres():
    mesh = square()
    hits, depth = cast_view(mesh.vertices, mesh.triangles, (0, 0), 60.0, 30)
    x, y = pixel_centres((0, 0), 60.0, 30)
    inside = (np.abs(x)[None, :] < 20) & (np.abs(y)[:, None] < 20)
    np.testing.assert_array_equal(np.isfinite(depth), inside)
    np.testing.assert_allclose(depth[inside], np.broadcast_to(0.5 * x + 3, (30, 30))[inside], atol=1e-4)
    assert x[0] == -29 and y[0] == 29 and (hits.triangle[~inside] == -1).all()


def test_texture_comes_from_the_same_places():
    mesh = square()
    hits, depth = cast_view(mesh.vertices, mesh.triangles, (0, 0), 40.0, 32)
    colours = view_texture(mesh, hits)
    x, y = pixel_centres((0, 0), 40.0, 32)
    np.testing.assert_allclose(colours[16, :, 0], ((x / 40 + 0.5) * 64 - 0.5) * 4, atol=0.05)
    np.testing.assert_allclose(colours[:, 16, 1], ((0.5 - y / 40) * 64 - 0.5) * 4, atol=0.05)
    assert np.isnan(view_texture(mesh, cast_view(mesh.vertices, mesh.triangles, (99, 0), 40.0, 4)[0])).all()


def test_corner_values_are_interpolated_linearly():
    mesh = square()
    hits, _ = cast_view(mesh.vertices, mesh.triangles, (0, 0), 40.0, 8)
    x, y = pixel_centres((0, 0), 40.0, 8)
    places = interpolate(mesh.vertices[mesh.triangles], hits)
    np.testing.assert_allclose(places[..., 0], np.broadcast_to(x, (8, 8)), atol=1e-4)
    np.testing.assert_allclose(places[..., 1], np.broadcast_to(y[:, None], (8, 8)), atol=1e-4)


def test_vertex_normals_point_outwards_from_a_counter_clockwise_square():
    mesh = square()
    expected = np.array([-0.5, 0, 1]) / np.hypot(0.5, 1)
    np.testing.assert_allclose(vertex_normals(mesh.vertices, mesh.triangles), np.tile(expected, (4, 1)))


def test_a_texture_of_one_pixel_and_coordinates_over_the_edge_are_fine():
    texture = np.full((1, 1, 3), 7, np.uint8)
    np.testing.assert_array_equal(sample_texture(texture, np.array([[0.0, 0.0], [2.0, -1.0]])), np.full((2, 3), 7))
