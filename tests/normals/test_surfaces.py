"""Normals of surfaces whose normals are known, from their exact depth and from their meshes."""

import numpy as np
import pytest
import yaml

from ffnet.geometry.mesh import Mesh
from ffnet.geometry.raycast import pixel_centres
from ffnet.maps.project import project
from ffnet.maps.settings import MapSettings
from ffnet.maps.shard import clean_maps
from ffnet.normals.depth import normals_from_depth
from ffnet.settings import read_settings

EXTENT, SIZE, REACH = 140.0, 112, 52.0  # mm, pixels, mm from the middle


def sphere(x, y):
    z = np.sqrt(80.0**2 - x**2 - y**2)
    return z, np.stack([x, y, z], axis=-1)


def ellipsoid(x, y):
    a, b, c = 75.0, 95.0, 60.0
    x, y = x - 8, y + 5  # off the middle, so that no symmetry hides a sign
    z = c * np.sqrt(1 - (x / a) ** 2 - (y / b) ** 2)
    return z, np.stack([x / a**2, y / b**2, z / c**2], axis=-1)


def saddle(x, y):
    z = 0.2 * x - 0.1 * y + (x**2 - 0.7 * y**2 + 0.5 * x * y) / 150
    return z, np.stack([-0.2 - (2 * x + 0.5 * y) / 150, 0.1 - (0.5 * x - 1.4 * y) / 150, np.ones_like(x)], axis=-1)


SURFACES = [sphere, ellipsoid, saddle]


def angles(normals, true):
    """Degrees between normals and true directions (..., 3)."""
    true = true / np.linalg.norm(true, axis=-1, keepdims=True)
    return np.degrees(np.arccos(np.clip((normals * true).sum(axis=-1), -1, 1)))


def places():
    """x and y (SIZE, SIZE) of the pixels, mm, and which lie within REACH."""
    x, y = pixel_centres((0.0, 0.0), EXTENT, SIZE)
    x, y = np.meshgrid(x, y)
    return x, y, np.hypot(x, y) < REACH


@pytest.mark.parametrize("surface", SURFACES)
def test_normals_of_exact_depth_are_right_to_a_tenth_of_a_degree(surface):
    x, y, inside = places()
    x, y = np.where(inside, x, 0), np.where(inside, y, 0)
    z, true = surface(x, y)
    depth = np.where(inside, z, np.nan)
    depth[40:43, 60:70] = np.nan
    normals = normals_from_depth(depth, EXTENT / SIZE)
    np.testing.assert_array_equal(np.isnan(normals), np.isnan(depth)[..., None].repeat(3, axis=2))
    apart = angles(normals, true)
    assert np.nanmedian(apart) < 0.1 and np.nanmax(apart) < 3
    for axis in range(3):
        assert np.nanmedian(angles(normals * (1 - 2 * (np.arange(3) == axis)), true)) > 10  # a wrong sign shows
    assert np.nanmedian(angles(normals[..., [1, 0, 2]], true)) > 5  # and x taken for y


def mesh_of(surface):
    steps = np.linspace(-REACH * 1.2, REACH * 1.2, 90)
    x, y = np.meshgrid(steps, steps[::-1])
    corner = np.arange(x.size).reshape(x.shape)
    a, b, c, d = corner[:-1, :-1].ravel(), corner[1:, :-1].ravel(), corner[1:, 1:].ravel(), corner[:-1, 1:].ravel()
    inside = np.hypot(x, y).ravel() < REACH
    z, _ = surface(np.where(inside.reshape(x.shape), x, 0), np.where(inside.reshape(x.shape), y, 0))
    triangles = np.concatenate([np.stack([a, b, c], axis=1), np.stack([a, c, d], axis=1)])
    triangles = triangles[inside[triangles].all(axis=1)]
    used, triangles = np.unique(triangles, return_inverse=True)
    vertices, triangles = np.stack([x, y, z], axis=-1).reshape(-1, 3)[used], triangles.reshape(-1, 3)
    return Mesh(vertices, triangles, np.full((len(triangles), 3, 2), 0.5), np.full((2, 2, 3), 90, np.uint8))


@pytest.mark.parametrize(("way", "most"), [("gridfit", 0.5), ("raycast", 0.5), ("splat", 6.0)])
@pytest.mark.parametrize("surface", SURFACES)
def test_normals_of_projected_meshes_are_right_to_half_a_degree(surface, way, most, request):
    """Issue 4: under 0.5 degrees in the median. A splat is not: the mean of a few points lies beside the centre."""
    section = yaml.safe_load((request.config.rootpath / "config.yaml").read_text())["maps"]
    settings = read_settings(MapSettings, section, "config.yaml: maps")
    maps = clean_maps(project(mesh_of(surface), (0.0, 0.0), EXTENT, way, settings), settings)
    normals = normals_from_depth(maps["depth"], EXTENT / SIZE)
    np.testing.assert_array_equal(np.isnan(normals).any(axis=2), np.isnan(maps["depth"]))
    x, y, _ = places()
    inside = np.hypot(x, y) < REACH - 6
    _, true = surface(np.where(inside, x, 0), np.where(inside, y, 0))
    apart = angles(normals, true)[inside]
    print(f"{surface.__name__} {way}: {np.median(apart):.3f} degrees")
    assert np.median(apart) < most
