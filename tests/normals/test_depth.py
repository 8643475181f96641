import numpy as np
import pytest

from ffnet.normals.depth import normals_from_depth


def grid(size, spacing):
    """x to the right and y upwards of pixel centres, mm."""
    steps = (np.arange(size) - (size - 1) / 2) * spacing
    return steps[None, :].repeat(size, 0), -steps[:, None].repeat(size, 1)


@pytest.mark.parametrize(("a", "b"), [(0.0, 0.0), (0.5, 0.0), (0.0, 0.5), (-0.3, 0.8)])
def test_a_tilted_plane_has_its_normal_everywhere(a, b):
    x, y = grid(20, 1.5)
    expected = np.array([-a, -b, 1]) / np.sqrt(a * a + b * b + 1)
    normals = normals_from_depth(a * x + b * y + 7, 1.5)
    np.testing.assert_allclose(normals, np.broadcast_to(expected, normals.shape), atol=1e-12)


def test_a_sphere_has_its_radius_as_normal():
    x, y = grid(112, 1.0)
    radius = 70.0
    z = np.sqrt(np.where(x**2 + y**2 < 45**2, radius**2 - x**2 - y**2, np.nan))
    normals = normals_from_depth(z, 1.0)
    expected = np.stack([x, y, z], axis=-1) / radius
    cosine = (normals * expected).sum(-1)
    assert np.degrees(np.nanmedian(np.arccos(np.clip(cosine, -1, 1)))) < 0.1
    assert np.nanmin(cosine) > np.cos(np.radians(2.5))


def test_normals_are_nan_exactly_where_depth_is_and_unit_elsewhere():
    rng = np.random.default_rng(0)
    depth = rng.normal(size=(30, 30))
    depth[rng.random((30, 30)) < 0.3] = np.nan
    normals = normals_from_depth(depth, 1.0)
    np.testing.assert_array_equal(np.isnan(normals).any(-1), np.isnan(depth))
    np.testing.assert_allclose(np.linalg.norm(normals, axis=-1)[~np.isnan(depth)], 1)


def test_a_pixel_alone_faces_the_camera():
    depth = np.full((3, 3), np.nan)
    depth[1, 1] = 4
    np.testing.assert_array_equal(normals_from_depth(depth, 1.0)[1, 1], [0, 0, 1])
