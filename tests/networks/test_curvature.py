"""Curvature of analytic surfaces, from their normals."""

import math

import numpy as np
import pytest
import torch
from scipy.ndimage import gaussian_filter

from ffnet.networks.curvature import curvature_map, curvature_masks, curvatures, gaussian_blur

SIDE = 65
ROW, COLUMN = np.mgrid[:SIDE, :SIDE]
X, Y = COLUMN - 32.0, 32.0 - ROW  # y is up
NEAR = (slice(None), slice(None), slice(28, 37), slice(28, 37))
BEND = 1 / 200  # 1/pixel
SURFACES = {  # slopes of z and the shape index at the middle
    "cap": (-BEND * X, -BEND * Y, 1.0),
    "ridge": (-BEND * X, 0 * Y, 0.5),
    "saddle": (BEND * X, -BEND * Y, 0.0),
    "rut": (0 * X, BEND * Y, -0.5),
    "cup": (BEND * X, BEND * Y, -1.0),
}


def normals_of(p, q):
    normals = np.stack([-p, -q, np.ones_like(p)]) / np.sqrt(1 + p**2 + q**2)
    return torch.from_numpy(normals[None].astype(np.float32))


@pytest.mark.parametrize("name", SURFACES)
def test_the_shape_index_of_the_five_kinds_of_surface(name):
    p, q, expected = SURFACES[name]
    index = curvature_map(normals_of(p, q), "shape_index")
    assert index.shape == (1, 1, SIDE, SIDE)
    np.testing.assert_allclose(index[NEAR], expected, atol=0.03)


def test_the_shape_index_does_not_depend_on_the_pixel_spacing():
    fine, coarse = (curvature_map(normals_of(-k * X, -0.3 * k * Y), "shape_index") for k in (BEND, 2 * BEND))
    np.testing.assert_allclose(fine[0, 0, 32, 32], coarse[0, 0, 32, 32], atol=1e-4)


def test_a_saddle_across_the_diagonal_is_one_too_and_turns_with_the_picture():
    """z = x y / 200: here only the mixed slope is not 0."""
    mean, gaussian, _ = curvatures(normals_of(BEND * Y, BEND * X))
    np.testing.assert_allclose(mean[NEAR], 0, atol=1e-5)
    np.testing.assert_allclose(gaussian[NEAR], -(BEND**2), rtol=0.02)


def test_mean_and_gaussian_curvature_of_a_sphere():
    radius = 100.0
    z = np.sqrt(radius**2 - X**2 - Y**2)
    mean, gaussian, _ = curvatures(normals_of(-X / z, -Y / z))
    np.testing.assert_allclose(mean[..., 4:-4, 4:-4], -1 / radius, rtol=0.02)
    np.testing.assert_allclose(gaussian[..., 4:-4, 4:-4], 1 / radius**2, rtol=0.04)
    curvedness = curvature_map(normals_of(-X / z, -Y / z), "curvedness")
    np.testing.assert_allclose(curvedness[..., 4:-4, 4:-4], 1 / radius, rtol=0.02)


def test_it_is_zero_beside_the_edge_of_the_face_and_off_it():
    normals = normals_of(-BEND * X, -BEND * Y)
    normals[..., :20] = 0
    for kind in ("shape_index", "curvedness"):
        values = curvature_map(normals, kind)
        assert (values[..., :21] == 0).all() and (values[..., 21:-1, 1:-1][..., 21:] != 0).all()
        assert (values[..., -1] == 0).all() and (values[..., 0, :] == 0).all()


def test_it_mirrors_with_the_face():
    p, q = BEND * X + BEND * Y, BEND * Y * 0.4
    normals = normals_of(p, q)
    mirrored = normals.flip(-1) * torch.tensor([-1.0, 1.0, 1.0])[:, None, None]
    for kind in ("shape_index", "curvedness"):
        torch.testing.assert_close(curvature_map(mirrored, kind), curvature_map(normals, kind).flip(-1))


def test_zeros_behind_the_three_channels_change_nothing():
    normals = normals_of(-BEND * X, BEND * Y)
    padded = torch.nn.functional.pad(normals, (0, 0, 0, 0, 0, 5))
    assert torch.equal(curvature_map(padded, "shape_index"), curvature_map(normals, "shape_index"))


def test_gradients_are_finite_on_a_plane_and_off_the_face():
    normals = normals_of(0 * X, 0 * Y)
    normals[..., :10] = 0
    normals.requires_grad_()
    for kind in ("shape_index", "curvedness"):
        (gradient,) = torch.autograd.grad(curvature_map(normals, kind).sum(), normals)
        assert gradient.isfinite().all()


def bump(row, column, height=4.0, width=6.0):
    """Slopes of a Gaussian bump."""
    x, y = COLUMN - column, row - ROW
    z = height * np.exp(-(x**2 + y**2) / (2 * width**2))
    return -x / width**2 * z, -y / width**2 * z


def test_masks_are_one_where_the_face_is_most_curved_and_near_zero_where_it_is_flat():
    side = 64
    normals = normals_of(*bump(20, 40))[..., :side, :side]
    masks = curvature_masks(normals)
    assert {name: tuple(mask.shape) for name, mask in masks.items()} == {
        "mask1": (1, 1, 32, 32),
        "mask2": (1, 1, 16, 16),
    }
    for name, factor in (("mask1", 2), ("mask2", 4)):
        mask = masks[name][0, 0].numpy()
        assert mask.max() == 1 and mask.min() >= 0
        peak = np.unravel_index(mask.argmax(), mask.shape)
        assert abs(peak[0] - 20 / factor) <= 1 and abs(peak[1] - 40 / factor) <= 1
        assert mask[-2, 2] < 1e-3


def test_each_faces_masks_are_scaled_alone_and_a_flat_one_has_none():
    both = torch.cat([normals_of(*bump(20, 40)), normals_of(*bump(20, 40, height=1.0)), normals_of(0 * X, 0 * Y)])
    mask = curvature_masks(both)["mask1"]
    assert mask.amax(dim=(1, 2, 3)).tolist() == [1, 1, 0]


def test_the_blur_is_scipys():
    picture = np.random.default_rng(0).random((40, 40)).astype(np.float32)
    ours = gaussian_blur(torch.from_numpy(picture)[None, None], 2.0)[0, 0].numpy()
    expected = gaussian_filter(picture, 2.0, mode="constant", truncate=3.0)
    np.testing.assert_allclose(ours, expected, atol=1e-6)
    assert math.isclose(gaussian_blur(torch.ones(1, 1, 40, 40), 2.0)[0, 0, 20, 20], 1, rel_tol=1e-5)
