"""What each interpolation and each regulariser is, by closed forms and limits."""

import numpy as np
import pytest
from scipy.interpolate import NearestNDInterpolator, RegularGridInterpolator

from ffnet.maps.gridfit import gridfit

NODES_X, NODES_Y = np.cumsum(np.linspace(0.5, 1.5, 9)), np.cumsum(np.linspace(1.2, 0.6, 7))
RNG = np.random.default_rng(5)
AT_NODES = RNG.normal(0, 3, (len(NODES_Y), len(NODES_X)))
X, Y = RNG.uniform(NODES_X[0], NODES_X[-1], 2000), RNG.uniform(NODES_Y[0], NODES_Y[-1], 2000)


def loose_fit(values, **names):
    """A fit that is hardly smoothed."""
    return gridfit(X, Y, values, NODES_X, NODES_Y, smoothness=1e-6, **names)


def test_bilinear_is_the_bilinear_interpolation_of_the_nodes():
    oracle = RegularGridInterpolator((NODES_Y, NODES_X), AT_NODES)
    np.testing.assert_allclose(loose_fit(oracle((Y, X)), interpolation="bilinear"), AT_NODES, atol=1e-6)


def test_triangle_is_linear_on_the_two_halves_of_each_cell():
    """Cells are cut along the diagonal from their least to their greatest x and y; an affine map of a triangle's
    corners is worked out here for one point at a time."""

    def interpolate(x, y):
        i, j = np.searchsorted(NODES_X, x) - 1, np.searchsorted(NODES_Y, y) - 1
        right = (x - NODES_X[i]) / np.diff(NODES_X)[i] > (y - NODES_Y[j]) / np.diff(NODES_Y)[j]
        corners = [(i, j), (i + 1, j + 1), (i + 1, j) if right else (i, j + 1)]
        system = np.array([[1, NODES_X[i], NODES_Y[j]] for i, j in corners])
        return np.linalg.solve(system, [AT_NODES[j, i] for i, j in corners]) @ [1, x, y]

    values = [interpolate(x, y) for x, y in zip(X, Y, strict=True)]
    np.testing.assert_allclose(loose_fit(values, interpolation="triangle"), AT_NODES, atol=1e-6)


def test_nearest_is_the_value_of_the_nearest_node():
    x, y = np.meshgrid(NODES_X, NODES_Y)
    oracle = NearestNDInterpolator(np.column_stack([x.ravel(), y.ravel()]), AT_NODES.ravel())
    np.testing.assert_allclose(loose_fit(oracle(X, Y), interpolation="nearest"), AT_NODES, atol=1e-6)


def test_nearest_gives_a_node_the_mean_of_its_points():
    x, y = (axis.ravel() for axis in np.meshgrid(NODES_X, NODES_Y))
    twice = np.concatenate([AT_NODES.ravel() - 1, AT_NODES.ravel() + 3])
    names = {"interpolation": "nearest", "smoothness": 1e-6}
    fit = gridfit(np.tile(x, 2), np.tile(y, 2), twice, NODES_X, NODES_Y, **names)
    np.testing.assert_allclose(fit, AT_NODES + 1, atol=1e-6)


@pytest.mark.parametrize("regularizer", ["gradient", "diffusion"])
def test_the_smoothest_fit_by_second_differences_is_the_best_a_bx_cy_dxy(regularizer):
    """Second differences along x and y vanish for 1, x, y and x y alone; the Laplacian too, as nothing but the second
    difference along the border is asked of the border's nodes."""
    values = np.sin(X) + Y**2 / 9
    basis = np.stack([np.ones_like(X), X, Y, X * Y], axis=1)
    best = np.linalg.lstsq(basis, values, rcond=None)[0]
    x, y = np.meshgrid(NODES_X, NODES_Y)
    names = {"interpolation": "bilinear", "regularizer": regularizer, "smoothness": 1e4}
    fit = gridfit(X, Y, values, NODES_X, NODES_Y, **names)
    np.testing.assert_allclose(fit, best[0] + best[1] * x + best[2] * y + best[3] * x * y, atol=1e-4)


def test_the_smoothest_fit_by_springs_is_the_mean():
    values = np.sin(X) + Y**2 / 9
    fit = gridfit(X, Y, values, NODES_X, NODES_Y, regularizer="springs", smoothness=1e4)
    np.testing.assert_allclose(fit, values.mean(), atol=1e-4)


def test_gradient_bends_as_a_ruler_between_points_on_three_columns():
    """With values that do not change with y, the least sum of squared second differences through three columns solves
    a small system of its own: minimise |D z|^2 with z given there."""
    nodes, rows = np.arange(9.0), np.arange(6.0)
    given, values = np.array([0, 3, 8]), np.array([0.0, 2.0, -1.0])
    second = np.diff(np.eye(9), 2, axis=0)
    system = np.zeros((12, 12))
    system[:9, :9] = second.T @ second
    system[:9, 9:], system[9:, :9] = np.eye(9)[:, given], np.eye(9)[given]
    ruler = np.linalg.solve(system, np.append(np.zeros(9), values))[:9]
    x, y = np.meshgrid(nodes[given], rows)
    fit = gridfit(x.ravel(), y.ravel(), np.tile(values, 6), nodes, rows, smoothness=1e-4)
    np.testing.assert_allclose(fit, np.tile(ruler, (6, 1)), atol=1e-6)


@pytest.mark.parametrize("regularizer", ["gradient", "diffusion", "springs"])
def test_between_two_columns_of_points_every_regulariser_draws_a_straight_line(regularizer):
    nodes, rows = np.arange(9.0), np.arange(6.0)
    x, y = np.meshgrid([0.0, 8.0], rows)
    names = {"smoothness": 1e-4, "regularizer": regularizer}
    fit = gridfit(x.ravel(), y.ravel(), np.tile([3.0, 7.0], 6), nodes, rows, **names)
    np.testing.assert_allclose(fit, np.tile(3 + nodes / 2, (6, 1)), atol=1e-5)


def test_diffusion_keeps_a_saddle_and_gradient_bends_it():
    """x^2 - y^2 has no Laplacian, but second differences along both axes; its border bends, so that is given."""
    nodes = np.arange(8.0)
    x, y = np.meshgrid(nodes, nodes)
    saddle = x**2 - y**2
    border = (x == 0) | (x == 7) | (y == 0) | (y == 7)
    inside = {}
    for regularizer in ("gradient", "diffusion"):
        fit = gridfit(x[border], y[border], saddle[border], nodes, nodes, smoothness=1e-4, regularizer=regularizer)
        inside[regularizer] = np.abs(fit - saddle)[1:-1, 1:-1].max()
    assert inside["diffusion"] < 1e-5 < 0.01 < inside["gradient"]


def test_smoother_fits_are_flatter_and_fit_worse():
    values = np.sin(2 * X) + RNG.normal(0, 0.1, len(X))
    oracle, rough, far = (NODES_Y, NODES_X), [], []
    for smoothness in (0.1, 1.0, 10.0):
        fit = gridfit(X, Y, values, NODES_X, NODES_Y, smoothness=smoothness, interpolation="bilinear")
        rough.append(np.abs(np.diff(fit, 2, axis=1)).sum())
        far.append(np.linalg.norm(RegularGridInterpolator(oracle, fit)((Y, X)) - values))
    assert rough[0] > rough[1] > rough[2] and far[0] < far[1] < far[2]
