"""Depth and texture of a pixel belong to the same point, whatever the projection."""

import numpy as np
import pytest
import yaml
from scipy.spatial import Delaunay

from ffnet.geometry.mesh import Mesh
from ffnet.geometry.raycast import pixel_centres
from ffnet.maps.project import project
from ffnet.maps.settings import MapSettings
from ffnet.maps.shard import clean_maps
from ffnet.settings import read_settings

CENTER, EXTENT, SIZE = np.array([12.0, -7.0]), 140.0, 112
PIXEL = EXTENT / SIZE
SLOPE = 0.5


@pytest.fixture(scope="module")
def settings(request):
    section = yaml.safe_load((request.config.rootpath / "config.yaml").read_text())["maps"]
    return read_settings(MapSettings, section, "config.yaml: maps")


def tilted_mesh(axis, regular):
    """A tilted disc whose depth encodes its position along an axis, as does its texture: red x, green y. Vertices
    on a regular grid, as of a range image, or scattered, as of a mesh."""
    rng = np.random.default_rng(2)
    steps = np.linspace(-66, 66, 110)
    places = np.stack(np.meshgrid(steps, steps), axis=-1).reshape(-1, 2)
    places += 0 if regular else rng.uniform(-0.5, 0.5, places.shape)
    places = places[np.hypot(*places.T) < 62] + CENTER
    triangles = Delaunay(places).simplices
    a, b, c = places[triangles[:, 0]], places[triangles[:, 1]], places[triangles[:, 2]]
    turned = (b - a)[:, 0] * (c - a)[:, 1] < (b - a)[:, 1] * (c - a)[:, 0]
    triangles[turned] = triangles[turned, ::-1]
    vertices = np.column_stack([places, SLOPE * places[:, axis]])
    texture = np.zeros((256, 256, 3), np.uint8)
    texture[..., 0], texture[..., 1] = np.arange(256), np.arange(255, -1, -1)[:, None]
    uv = (places - CENTER) / EXTENT + 0.5
    return Mesh(vertices, triangles.astype(np.int64), uv[triangles], texture)


@pytest.mark.parametrize("regular", [True, False], ids=["range image", "mesh"])
@pytest.mark.parametrize("axis", [0, 1], ids=["x", "y"])
@pytest.mark.parametrize("way", ["gridfit", "raycast", "splat"])
def test_texture_and_depth_tell_the_same_place(way, axis, regular, settings):
    """Issue 4: within half a pixel of 112 in the median; on average, where no rounding of colours hides it, a tenth."""
    maps = clean_maps(project(tilted_mesh(axis, regular), CENTER, EXTENT, way, settings), settings)
    face = np.isfinite(maps["depth"])
    by_depth = maps["depth"][face] / SLOPE
    by_texture = ((maps["texture"][face][:, axis] + 0.5) / 256 - 0.5) * EXTENT + CENTER[axis]
    x, y = pixel_centres(CENTER, EXTENT, SIZE)
    by_pixel = np.broadcast_arrays(x[None, :], y[:, None])[axis][face]
    for first, second in ((by_depth, by_texture), (by_depth, by_pixel), (by_texture, by_pixel)):
        assert np.median(np.abs(first - second)) < PIXEL / 2
        assert abs(np.mean(first - second)) < PIXEL / 10
    assert face.sum() == pytest.approx(np.pi * 62**2 / PIXEL**2, rel=0.03)
