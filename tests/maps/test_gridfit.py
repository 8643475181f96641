import contextlib
import io

import numpy as np
import pytest

from ffnet.maps.gridfit import INTERPOLATIONS, REGULARIZERS, gridfit

NODES_X, NODES_Y = np.linspace(0, 10, 14), np.linspace(-3, 9, 17)


def scattered(count, seed=0):
    rng = np.random.default_rng(seed)
    return rng.uniform(0, 10, count), rng.uniform(-3, 9, count)


@pytest.mark.parametrize("regularizer", ["gradient", "diffusion"])
@pytest.mark.parametrize("interpolation", ["triangle", "bilinear"])
def test_a_plane_comes_back_exactly_also_where_no_points_are(interpolation, regularizer):
    x, y = scattered(300)
    kept = x < 6
    z = 2 * x[kept] - 0.5 * y[kept] + 3
    fit = gridfit(x[kept], y[kept], z, NODES_X, NODES_Y, interpolation=interpolation, regularizer=regularizer)
    expected = 2 * NODES_X[None, :] - 0.5 * NODES_Y[:, None] + 3
    covered = NODES_X < 6 if regularizer == "diffusion" else slice(None)
    np.testing.assert_allclose(fit[:, covered], expected[:, covered], atol=1e-8 if regularizer == "gradient" else 0.6)


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


@pytest.mark.parametrize("regularizer", REGULARIZERS)
@pytest.mark.parametrize("interpolation", ["triangle", "bilinear"])
def test_pygridfit_gives_the_same_on_uneven_nodes(interpolation, regularizer):
    with contextlib.redirect_stdout(io.StringIO()):
        from pygridfit import GridFit
    rng = np.random.default_rng(3)
    nodes_x, nodes_y = np.cumsum(rng.uniform(0.5, 1.5, 12)), np.cumsum(rng.uniform(0.5, 1.5, 15))
    x, y = rng.uniform(nodes_x[0], nodes_x[-1], 400), rng.uniform(nodes_y[0], nodes_y[-1], 400)
    z = np.sin(x) + y
    peer = GridFit(x, y, z, nodes_x, nodes_y, smoothness=0.7, interp=interpolation, regularizer=regularizer).fit()
    ours = gridfit(x, y, z, nodes_x, nodes_y, smoothness=0.7, interpolation=interpolation, regularizer=regularizer)
    np.testing.assert_allclose(ours, peer.zgrid, rtol=1e-9)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"x": [1.0, 2.0], "y": [1.0, 2.0], "values": [1.0, 2.0]}, "2 points without NaN came; at least 3"),
        ({"x": [1.0, 2.0, 11.0]}, "1 of 3 points have x outside 0 to 10"),
        ({"y": [-9.0, -9.0, 1.0]}, "2 of 3 points have y outside -3 to 9"),
        ({"nodes_x": NODES_X[::-1]}, "nodes_x: at least 3 strictly rising values"),
        ({"values": [1.0]}, "have 3, 3 and 1 points"),
        ({"regularizer": "springz"}, "regularizer 'springz'"),
    ],
)
def test_what_cannot_be_fitted_is_said(change, message):
    good = {"x": [1.0, 2.0, 3.0], "y": [1.0, 2.0, 4.0], "values": [1.0, 2.0, 3.0]}
    with pytest.raises(ValueError, match=message):
        gridfit(**({"nodes_x": NODES_X, "nodes_y": NODES_Y} | good | change))
