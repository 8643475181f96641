"""gridfit against pygridfit, problem by problem."""

import contextlib
import io

import numpy as np
import pytest

from ffnet.maps.gridfit import REGULARIZERS, gridfit

PROBLEMS = 6  # of each combination


def problem(seed):
    """Points x, y, z (N,), uneven nodes and a smoothness, all drawn."""
    rng = np.random.default_rng([17, seed])
    columns, rows = rng.integers(6, 22, 2)
    nodes_x = rng.normal(0, 100) + np.cumsum(rng.uniform(0.3, 2.0, columns))
    nodes_y = rng.normal(0, 100) + np.cumsum(rng.uniform(0.3, 2.0, rows))
    count = rng.integers(columns * rows // 2, columns * rows * 3)
    x, y = rng.uniform(nodes_x[0], nodes_x[-1], count), rng.uniform(nodes_y[0], nodes_y[-1], count)
    z = rng.normal(0, 1, count) + np.sin(x) * np.cos(y) * 5 + rng.normal(0, 50)
    return x, y, z, nodes_x, nodes_y, float(10 ** rng.uniform(-1.5, 1.5))


def peer_fit(x, y, z, nodes_x, nodes_y, smoothness, interpolation, regularizer):
    with contextlib.redirect_stdout(io.StringIO()):
        from pygridfit import GridFit
    names = {"smoothness": smoothness, "interp": interpolation, "regularizer": regularizer}
    return GridFit(x, y, z, nodes_x, nodes_y, **names).fit().zgrid


@pytest.mark.parametrize("seed", range(PROBLEMS))
@pytest.mark.parametrize("regularizer", REGULARIZERS)
@pytest.mark.parametrize("interpolation", ["triangle", "bilinear"])
def test_pygridfit_gives_the_same_to_a_millionth_on_drawn_problems(interpolation, regularizer, seed):
    *points_and_nodes, smoothness = problem(seed)
    theirs = peer_fit(*points_and_nodes, smoothness, interpolation, regularizer)
    names = {"interpolation": interpolation, "regularizer": regularizer}
    ours = gridfit(*points_and_nodes, smoothness=smoothness, **names)
    assert np.abs(ours - theirs).max() < 1e-6 * np.abs(theirs).max()


@pytest.mark.parametrize("regularizer", REGULARIZERS)
def test_nearest_is_held_to_pygridfit_only_where_it_too_takes_the_near_corner(regularizer):
    """pygridfit's "nearest" takes the corner of the cell that lies opposite to the nearest: of a point at the lower
    left it takes the upper right. So both agree where each point is handed to it mirrored within its cell."""
    x, y, z, nodes_x, nodes_y, smoothness = problem(7)
    mirrored = []
    for points, nodes in ((x, nodes_x), (y, nodes_y)):
        cell = np.clip(np.searchsorted(nodes, points, side="right") - 1, 0, len(nodes) - 2)
        mirrored.append(nodes[cell] + nodes[cell + 1] - points)
    names = {"interpolation": "nearest", "regularizer": regularizer}
    ours = gridfit(x, y, z, nodes_x, nodes_y, smoothness=smoothness, **names)
    theirs = peer_fit(*mirrored, z, nodes_x, nodes_y, smoothness, **names)
    assert np.abs(ours - theirs).max() < 1e-6 * np.abs(theirs).max()
    as_it_came = peer_fit(x, y, z, nodes_x, nodes_y, smoothness, **names)
    assert np.abs(ours - as_it_came).max() > 1e-2 * np.abs(theirs).max()
