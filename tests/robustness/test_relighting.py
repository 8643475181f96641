"""Another lamp, and less light."""

import numpy as np
import pytest

from ffnet.geometry.mesh import sample_texture
from ffnet.robustness.relighting import dim, lamp_direction, relight, texel_normals
from ffnet.robustness.turning import rotation_about, turn_mesh
from tests.robustness.conftest import grid_mesh


def test_the_lamp_stands_to_the_right_at_its_angle():
    np.testing.assert_allclose(lamp_direction(0), [0, 0, 1])
    np.testing.assert_allclose(lamp_direction(90), [1, 0, 0], atol=1e-12)
    np.testing.assert_allclose(lamp_direction(-30), [-0.5, 0, np.sqrt(3) / 2])


@pytest.mark.parametrize("degrees", [0.0, 60.0, 80.0, -60.0])
@pytest.mark.parametrize("tilt", [0.0, 30.0])
def test_a_plane_is_lit_by_lamberts_law(plane, degrees, tilt):
    lit = relight(turn_mesh(plane, rotation_about("yaw", tilt)), lamp_direction(degrees), 0.3)
    expected = 200 * (0.3 + 0.7 * max(0.0, np.cos(np.deg2rad(degrees - tilt))))
    assert np.abs(lit.texture - expected).max() <= 0.5 + 1e-6 and lit.texture.dtype == np.uint8


def test_the_side_turned_away_has_the_ambient_light_alone(sphere):
    lit = relight(sphere, lamp_direction(90.0), 0.25)
    left = sphere.vertices[sphere.triangles][:, :, 0].max(axis=1) < -10
    colours = sample_texture(lit.texture, sphere.uv[left].mean(axis=1))
    np.testing.assert_allclose(colours, 25.0, atol=0.01)
    assert lit.texture.max() > 98


def test_texels_have_the_normal_of_the_place_that_they_show(sphere):
    normals = texel_normals(sphere)
    middles = sphere.uv.mean(axis=1)
    # away from the poles, where triangles are slivers
    chosen = np.abs(middles[:, 1] - 0.5) < 0.3
    places = sphere.vertices[sphere.triangles].mean(axis=1)[chosen]
    found = sample_texture(normals, middles[chosen])
    assert np.abs(found - places / 50.0).max() < 0.08
    np.testing.assert_allclose(np.linalg.norm(normals, axis=-1), 1.0)


def test_a_texture_that_is_wider_or_higher_is_lit_in_its_own_places():
    """A roof: the right half of the texture is lit from the right, the left half is not."""
    for shape in ((20, 80, 3), (80, 20, 3)):
        roof = grid_mesh(40.0, 21, lambda x, y: -np.abs(x), np.full(shape, 100, np.uint8))
        lit = relight(roof, lamp_direction(90.0), 0.0).texture[..., 0]
        width = shape[1]
        assert (lit[:, : width // 4] == 0).all() and (lit[:, -(width // 4) :] == 71).all()  # 100 cos 45


def test_texels_off_the_mesh_are_lit_as_the_nearest_on_it(plane):
    half = plane._replace(uv=0.25 + plane.uv / 2)
    assert (relight(half, lamp_direction(60.0), 0.0).texture == 100).all()


def test_a_texture_without_a_texel_on_the_mesh_stays_dark_without_ambient_light(plane):
    nowhere = plane._replace(uv=plane.uv * 0)
    assert (relight(nowhere, lamp_direction(0.0), 0.5).texture == 100).all()


@pytest.mark.parametrize(("factor", "expected"), [(1.0, 200), (0.5, 100), (0.0, 0)])
def test_dimming_multiplies_the_texture(plane, factor, expected):
    dark = dim(plane, factor)
    assert (dark.texture == expected).all() and dark.vertices is plane.vertices
