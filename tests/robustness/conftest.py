"""Surfaces of known form: a plane, a sphere."""

import numpy as np
import pytest

from ffnet.geometry.mesh import Mesh


def grid_mesh(side, count, height=lambda x, y: 0 * x, texture=None):
    """A square of count x count vertices, side mm long, z = height(x, y); texture coordinates follow x and y."""
    x, y = np.meshgrid(np.linspace(-side / 2, side / 2, count), np.linspace(-side / 2, side / 2, count))
    corner = (np.arange(count - 1)[:, None] * count + np.arange(count - 1)).ravel()
    triangles = np.concatenate([corner[:, None] + [0, 1, count + 1], corner[:, None] + [0, count + 1, count]])
    vertices = np.stack([x, y, height(x, y)], axis=-1).reshape(-1, 3)
    uv = (vertices[:, :2] / side + 0.5)[triangles]
    return Mesh(vertices, triangles, uv, np.full((64, 64, 3), 200, np.uint8) if texture is None else texture)


def sphere_mesh(radius=50.0, rings=60):
    """A whole sphere about the origin, triangles counter-clockwise seen from outside."""
    polar, around = np.meshgrid(np.linspace(0, np.pi, rings), np.linspace(0, 2 * np.pi, 2 * rings), indexing="ij")
    points = np.stack([np.sin(polar) * np.cos(around), np.cos(polar), np.sin(polar) * np.sin(around)], axis=-1)
    width = 2 * rings
    corner = (np.arange(rings - 1)[:, None] * width + np.arange(width - 1)).ravel()
    triangles = np.concatenate([corner[:, None] + [0, 1, width + 1], corner[:, None] + [0, width + 1, width]])
    uv = np.stack([around / (2 * np.pi), polar / np.pi], axis=-1).reshape(-1, 2)[triangles]
    return Mesh(radius * points.reshape(-1, 3), triangles, uv, np.full((32, 64, 3), 100, np.uint8))


@pytest.fixture
def plane():
    """A plane of 100 mm that faces the camera."""
    return grid_mesh(100.0, 41)


@pytest.fixture(scope="session")
def sphere():
    """A sphere of radius 50 mm."""
    return sphere_mesh()
