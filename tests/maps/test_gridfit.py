import numpy as np
import pytest

from ffnet.maps.gridfit import INTERPOLATIONS, REGULARIZERS, gridfit

NODES_X, NODES_Y = np.linspace(0, 10, 14), np.linspace(-3, 9, 17)
UNEVEN = 10 * np.linspace(0, 1, 14) ** 1.7, 12 * np.linspace(0, 1, 17) ** 0.6 - 3


def scattered(count, seed=0):
    rng = np.random.default_rng(seed)
    return rng.uniform(0, 10, count), rng.uniform(-3, 9, count)


@pytest.mark.parametrize("regularizer", ["gradient", "diffusion"])
@pytest.mark.parametrize("interpolation", ["triangle", "bilinear"])
@pytest.mark.parametrize("smoothness", [0.01, 1.0, 100.0])
def test_a_plane_comes_back_exactly(interpolation, regularizer, smoothness):
    x, y = scattered(300)
    for nodes_x, nodes_y in ((NODES_X, NODES_Y), UNEVEN):
        fit = gridfit(
            x,
            y,
            2 * x - 0.5 * y + 3,
            nodes_x,
            nodes_y,
            smoothness=smoothness,
            interpolation=interpolation,
            regularizer=regularizer,
        )
        np.testing.assert_allclose(fit, 2 * nodes_x[None, :] - 0.5 * nodes_y[:, None] + 3, atol=1e-9)


def test_gradient_carries_a_plane_on_to_where_no_points_are():
    x, y = scattered(300)
    kept = x < 6
    fit = gridfit(x[kept], y[kept], 2 * x[kept] - 0.5 * y[kept] + 3, NODES_X, NODES_Y)
    np.testing.assert_allclose(fit, 2 * NODES_X[None, :] - 0.5 * NODES_Y[:, None] + 3, atol=1e-8)


@pytest.mark.parametrize("interpolation", INTERPOLATIONS)
@pytest.mark.parametrize("regularizer", REGULARIZERS)
def test_a_constant_comes_back_exactly(interpolation, regularizer):
    x, y = scattered(50)
    fit = gridfit(x, y, np.full(50, 4.2), NODES_X, NODES_Y, interpolation=interpolation, regularizer=regularizer)
    np.testing.assert_allclose(fit, 4.2, rtol=1e-8)


@pytest.mark.parametrize("regularizer", REGULARIZERS)
def test_points_on_the_nodes_come_back_when_smoothness_goes_to_zero(regularizer):
    x, y = (a.ravel() for a in np.meshgrid(NODES_X, NODES_Y))
    z = np.sin(x) * np.cos(y)
    for interpolation in INTERPOLATIONS:
        fit = gridfit(x, y, z, NODES_X, NODES_Y, smoothness=1e-5, interpolation=interpolation, regularizer=regularizer)
        np.testing.assert_allclose(fit.ravel(), z, atol=1e-6)


def test_columns_are_fitted_as_they_are_alone_and_nan_points_are_dropped():
    x, y = scattered(200)
    values = np.stack([np.sin(x), y**2], axis=1)
    both = gridfit(x, y, values, NODES_X, NODES_Y)
    assert both.shape == (17, 14, 2)
    np.testing.assert_allclose(both[..., 1], gridfit(x, y, values[:, 1], NODES_X, NODES_Y), atol=1e-9)
    holed = np.vstack([values, [[np.nan, 1.0]]])
    np.testing.assert_allclose(gridfit(np.append(x, 5), np.append(y, 5), holed, NODES_X, NODES_Y), both, atol=1e-12)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"x": [1.0, 2.0], "y": [1.0, 2.0], "values": [1.0, 2.0]}, "expected at least 3 points without NaN, got 2"),
        ({"x": [1.0, 2.0, 11.0]}, "1 of 3 points have x outside 0 to 10"),
        ({"y": [-9.0, -9.0, 1.0]}, "2 of 3 points have y outside -3 to 9"),
        ({"values": [1.0, np.nan, 3.0]}, "expected at least 3 points without NaN, got 2"),
        ({"nodes_x": NODES_X[::-1]}, "nodes_x: expected at least 3 strictly rising values"),
        ({"nodes_y": [-3.0, 9.0]}, "nodes_y: expected at least 3 strictly rising values"),
        ({"nodes_y": [-3.0, 5.0, 5.0, 9.0]}, "nodes_y: expected at least 3 strictly rising values"),
        ({"values": [1.0]}, "expected as many x as y and values, got 3, 3 and 1"),
        (
            {"regularizer": "springz"},
            "interpolation of triangle, .* of gradient, .* got 'triangle' and 'springz'",
        ),
        ({"interpolation": "cubic"}, "got 'cubic' and"),
        ({}, "3 points do not determine .* 'gradient': expected at least 4"),
        ({"regularizer": "diffusion"}, "3 points do not determine the surface with the regularizer 'diffusion'"),
    ],
)
def test_what_cannot_be_fitted_is_said(change, message):
    good = {"x": [1.0, 2.0, 3.0], "y": [1.0, 2.0, 4.0], "values": [1.0, 2.0, 3.0]}
    with pytest.raises(ValueError, match=message):
        gridfit(**({"nodes_x": NODES_X, "nodes_y": NODES_Y} | good | change))


@pytest.mark.parametrize("regularizer", ["gradient", "diffusion"])
def test_points_on_a_line_are_refused_where_they_leave_the_surface_open(regularizer):
    line = np.linspace(1, 8, 50)
    with pytest.raises(ValueError, match="50 points do not determine the surface .* not all on a line"):
        gridfit(line, line, line, NODES_X, NODES_Y, regularizer=regularizer)
    assert np.isfinite(gridfit(line, line, line, NODES_X, NODES_Y, regularizer="springs")).all()
