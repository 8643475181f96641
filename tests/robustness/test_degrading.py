"""Noise, holes, fewer points, blur: amounts, seeds, and what stays as it was."""

import numpy as np
import pytest

from ffnet.errors import ScanError
from ffnet.geometry.mesh import sample_texture
from ffnet.geometry.raycast import cast_view, pixel_centres, view_texture
from ffnet.robustness.degrading import add_noise, blur_texture, cut_holes, texel_size, thin_points
from tests.robustness.conftest import grid_mesh


def seeded(seed=0):
    return np.random.default_rng(seed)


def test_noise_is_along_the_view_alone_and_as_strong_as_asked(plane):
    for deviation in (0.5, 3.0):
        moved = add_noise(plane, deviation, seeded()).vertices - plane.vertices
        assert (moved[:, :2] == 0).all()
        assert abs(moved[:, 2].std() / deviation - 1) < 0.06 and abs(moved[:, 2].mean()) < 0.08 * deviation


def test_noise_of_another_strength_is_the_same_noise_and_of_another_seed_is_not(plane):
    weak, strong, other = (add_noise(plane, d, seeded(s)).vertices for d, s in ((1, 0), (2, 0), (1, 1)))
    np.testing.assert_allclose(strong, 2 * weak - plane.vertices, atol=1e-12)
    assert np.abs(other - weak).max() > 1
    np.testing.assert_array_equal(add_noise(plane, 0.0, seeded()).vertices, plane.vertices)


def test_a_hole_takes_the_triangles_with_a_corner_within_its_radius(plane):
    holed = cut_holes(plane, 1, 8.0, seeded(3))
    centre = plane.vertices[seeded(3).permutation(len(plane.vertices))[0]]
    near = np.linalg.norm(plane.vertices - centre, axis=1) <= 8.0
    assert 0 < near.sum() < 60
    assert len(holed.triangles) == (~near[plane.triangles].any(axis=1)).sum()
    assert (np.linalg.norm(holed.vertices - centre, axis=1) > 8.0).all()


def test_fewer_holes_are_among_more_and_none_is_the_mesh_itself(plane):
    few, many = (cut_holes(plane, count, 5.0, seeded()) for count in (2, 6))
    assert {tuple(point) for point in many.vertices} < {tuple(point) for point in few.vertices}
    assert cut_holes(plane, 0, 5.0, seeded()) is plane


def test_holes_that_leave_nothing_leave_no_scan(plane):
    with pytest.raises(ScanError, match="the holes leave nothing of the mesh"):
        cut_holes(plane, 3, 500.0, seeded())


@pytest.mark.parametrize("share", [0.5, 0.1])
def test_a_share_of_the_points_stays_where_it_was(share):
    surface = grid_mesh(100.0, 61, lambda x, y: 10 * np.cos(x / 20))
    thin = thin_points(surface, share, seeded())
    wanted = round(share * len(surface.vertices))
    assert 0.98 * wanted <= len(thin.vertices) <= wanted  # a point whose triangles all collapse is none of the mesh
    assert {tuple(point) for point in thin.vertices} <= {tuple(point) for point in surface.vertices}
    corners = thin.triangles
    assert (corners[:, 0] != corners[:, 1]).all() and (corners[:, 1] != corners[:, 2]).all()


def test_fewer_points_are_among_more_and_all_is_the_mesh_itself(plane):
    few, many = (thin_points(plane, share, seeded()) for share in (0.2, 0.5))
    assert {tuple(point) for point in few.vertices} <= {tuple(point) for point in many.vertices}
    assert thin_points(plane, 1.0, seeded()) is plane
    same = thin_points(plane, 0.2, seeded())
    np.testing.assert_array_equal(same.vertices, few.vertices)
    assert {tuple(point) for point in thin_points(plane, 0.2, seeded(1)).vertices} != {tuple(p) for p in few.vertices}


def test_a_thinned_plane_stays_a_plane_whose_colours_stay_in_their_places():
    ramp = np.zeros((64, 64, 3), np.uint8)
    ramp[..., 0], ramp[..., 1] = np.arange(64) * 4, np.arange(64)[:, None] * 4
    plane = grid_mesh(100.0, 41, lambda x, y: 0.3 * x, ramp)
    thin = thin_points(plane, 0.2, seeded())
    hits, depth = cast_view(thin.vertices, thin.triangles, np.zeros(2), 60.0, 30)
    x, y = pixel_centres(np.zeros(2), 60.0, 30)
    seen = np.isfinite(depth)
    assert seen.mean() > 0.98
    np.testing.assert_allclose(depth[seen], np.broadcast_to(0.3 * x, depth.shape)[seen], atol=1e-3)
    colours = view_texture(thin, hits)
    np.testing.assert_allclose(
        colours[..., 0][seen], np.broadcast_to(((x / 100 + 0.5) * 64 - 0.5) * 4, seen.shape)[seen], atol=0.2
    )
    np.testing.assert_allclose(
        colours[..., 1][seen], np.broadcast_to((((0.5 - y / 100) * 64 - 0.5) * 4)[:, None], seen.shape)[seen], atol=0.2
    )


@pytest.mark.parametrize(("share", "message"), [(0.0, "thinning leaves no vertex"), (0.001, "leaves no triangle")])
def test_thinning_that_leaves_nothing_leaves_no_scan(plane, share, message):
    with pytest.raises(ScanError, match=message):
        thin_points(plane, share, seeded())


def test_texels_are_measured_on_the_surface(plane):
    assert texel_size(plane) == pytest.approx(100 / 64)
    steep = grid_mesh(100.0, 41, lambda x, y: np.sqrt(3) * x)  # twice the area
    assert texel_size(steep) == pytest.approx(100 / 64 * np.sqrt(2))
    wide = grid_mesh(100.0, 41, texture=np.zeros((16, 64, 3), np.uint8))
    assert texel_size(wide) == pytest.approx(100 / 32)
    assert texel_size(plane._replace(uv=plane.uv * 0)) == np.inf


def test_an_edge_is_blurred_by_a_gaussian_in_millimetres():
    """A step becomes the normal distribution, so that it rises from 16% to 84% over two standard deviations."""
    edge = np.zeros((200, 200, 3), np.uint8)
    edge[:, 100:] = 250
    plane = grid_mesh(100.0, 41, texture=edge)  # 0.5 mm per texel
    row = sample_texture(blur_texture(plane, 4.0).texture, np.stack([np.linspace(0, 1, 2001), np.full(2001, 0.5)], -1))
    x = np.interp([0.1587 * 250, 0.8413 * 250], row[:, 0], np.linspace(-50, 50, 2001))
    np.testing.assert_allclose(x, [-4.0, 4.0], atol=0.15)


def test_no_blur_and_a_mesh_without_texels_stay_as_they_are(plane):
    assert blur_texture(plane, 0.0) is plane
    nowhere = plane._replace(uv=plane.uv * 0)
    assert blur_texture(nowhere, 5.0) is nowhere
