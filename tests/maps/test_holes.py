"""Filling holes: exact on cubic surfaces, held against scipy elsewhere, bounded where a hole is open to one side."""

import numpy as np
import pytest
from scipy.interpolate import CubicSpline, griddata

from ffnet.maps.holes import NEAREST, fill_holes, lagrange_weights

ROWS, COLUMNS = np.mgrid[-20:21, -20:21] * 1.25  # mm, the pixels of a face of 140 mm
EVERYWHERE = np.ones(ROWS.shape, bool)
DISC = np.hypot(ROWS, COLUMNS) < 20
SURFACES = {
    "nose": np.sqrt(np.maximum(15**2 - ROWS**2 - COLUMNS**2, 0)),
    "nose aside": np.sqrt(np.maximum(15**2 - (ROWS - 2.5) ** 2 - (COLUMNS + 1.25) ** 2, 0)),
    "saddle": (COLUMNS**2 - ROWS**2) / 40 + ROWS * COLUMNS / 50,
    "waves": 3 * np.sin(ROWS / 6) * np.cos(COLUMNS / 7),
}


def cut_square(size):
    """Which pixels (41, 41) are in a square hole in the middle."""
    return np.maximum(np.abs(ROWS), np.abs(COLUMNS)) <= size // 2 * 1.25


def by_scipy(values):
    """values (41, 41) with its NaN filled by scipy's cubic interpolation of scattered points."""
    known = np.isfinite(values)
    filled = values.copy()
    filled[~known] = griddata(np.argwhere(known), values[known], np.argwhere(~known).astype(float), method="cubic")
    return filled


@pytest.mark.parametrize("size", [1, 3, 5, 9])
def test_a_surface_of_the_third_order_is_filled_exactly(size):
    x, y = COLUMNS / 10, ROWS / 10
    surface = 1 + x - 2 * y + x * y - y**2 + 0.5 * x**3 - x**2 * y + 0.2 * y**3
    filled = fill_holes(np.where(cut_square(size), np.nan, surface), EVERYWHERE)
    np.testing.assert_allclose(filled, surface, atol=1e-11)


@pytest.mark.parametrize(("size", "least"), [(3, 0.02), (5, 0.08), (9, 0.4)])
@pytest.mark.parametrize("surface", SURFACES.values(), ids=SURFACES)
def test_holes_in_curved_surfaces_are_filled_about_as_well_as_by_scipy(surface, size, least):
    """Holes of 4 to 11 mm. On these surfaces a plane through the nearest pixels is wrong by 0.2 to 1.5 mm."""
    hole = cut_square(size)
    values = np.where(hole, np.nan, surface)
    ours, scipys = (np.abs(filled - surface)[hole].max() for filled in (fill_holes(values, DISC), by_scipy(values)))
    assert ours < max(least, 1.5 * scipys)


def test_noise_around_a_hole_is_amplified_no_more_than_by_scipy():
    noisy = SURFACES["nose"] + np.random.default_rng(5).normal(0, 0.2, ROWS.shape)
    for size in (3, 5, 9):
        hole = cut_square(size)
        values = np.where(hole, np.nan, noisy)
        ours, scipys = (filled - SURFACES["nose"] for filled in (fill_holes(values, DISC), by_scipy(values)))
        assert np.sqrt(np.mean(ours[hole] ** 2)) < 1.1 * np.sqrt(np.mean(scipys[hole] ** 2))


def test_a_single_pixel_is_the_mean_of_four_cubics_weighted_by_their_steps():
    """Worked by hand: the cubic through -2, -1, 1, 2 has the weights -1/6, 4/6, 4/6, -1/6; a diagonal step is sqrt(2)
    long, and both distances enter the weight of a line, so diagonals count half."""
    values = np.random.default_rng(3).normal(size=(5, 5))
    row, column, down, up = values[2], values[:, 2], values.diagonal(), values[:, ::-1].diagonal()
    cubic = [line @ [-1 / 6, 4 / 6, 0, 4 / 6, -1 / 6] for line in (row, column, down, up)]
    values[2, 2] = np.nan
    filled = fill_holes(values, np.ones((5, 5), bool))
    assert filled[2, 2] == pytest.approx((cubic[0] + cubic[1] + cubic[2] / 2 + cubic[3] / 2) / 3)
    np.testing.assert_array_equal(np.delete(filled, 12), np.delete(values, 12))


def test_nearer_lines_count_more_in_a_long_hole():
    """Across a slit of one row, the column's steps are 1 and 1, the row's 4 and 4: a 16th of the weight."""
    values = np.zeros((21, 21))
    values[:, :7] = values[:, 14:] = 1
    values[10, 7:14] = np.nan
    values[9, 7:14] = values[11, 7:14] = 0
    middle = fill_holes(values, np.ones((21, 21), bool))[10, 10]
    assert middle == pytest.approx((1 / 16) / (1 + 1 / 16 + 2 * 1 / 2))


def test_weights_of_a_polynomial_are_scipys_and_missing_positions_do_not_count():
    positions, values = np.array([2.0, 5.0, -1.0, -3.0]), np.array([1.0, -2.0, 0.5, 4.0])
    order = np.argsort(positions)
    spline = CubicSpline(positions[order], values[order], bc_type="not-a-knot")  # through 4 points: one cubic
    assert lagrange_weights(positions) @ values == pytest.approx(spline(0))
    np.testing.assert_allclose(lagrange_weights(np.array([2.0, 0.0, -1.0, 0.0])), [1 / 3, 0, 2 / 3, 0])
    np.testing.assert_allclose(lagrange_weights(np.array([1.0, 0.0, -1.0, -2.0])).sum(), 1)


def test_a_line_with_too_few_pixels_counts_only_where_no_better_one_is_there():
    values = np.full((9, 9), np.nan)
    values[4] = np.arange(9.0) ** 2  # a row with two known pixels on either side: a cubic
    values[[3, 5], 4] = 100  # the column and the diagonals have one on either side: lines
    values[[3, 5], [3, 5]] = values[[3, 5], [5, 3]] = 100
    values[4, 4] = np.nan
    values[[0, 8]] = 0  # off the four lines, so that 16 pixels are known
    values[np.ix_([0, 8], [0, 4, 8])] = np.nan
    face = np.isfinite(values)
    face[4, 4] = True
    assert fill_holes(values, face)[4, 4] == pytest.approx(16)
    values[4, [0, 1, 2, 6, 7, 8]] = np.nan
    face = np.isfinite(values)
    face[4, 4] = True
    assert fill_holes(values, face)[4, 4] == pytest.approx((17 + 100 + 2 * 100 / 2) / 3)


@pytest.mark.parametrize("side", ["left", "right", "top", "bottom"])
def test_a_hole_open_to_one_side_continues_the_slope_within_the_range_of_its_nearest_pixels(side):
    """A face that falls off steeply at its edge: no pixel beyond the known ones is more than their range away."""
    turns = ["right", "top", "left", "bottom"].index(side)
    slope = -((np.arange(30.0) / 6) ** 3) * np.ones((30, 1))
    values, face = slope.copy(), np.zeros((30, 30), bool)
    values[:, 20:], face[:, :26] = np.nan, True
    values, face, slope = (np.rot90(array, turns) for array in (values, face, slope))
    filled = fill_holes(np.where(face, values, np.nan), face)
    beyond = face & np.isnan(values)
    lowest = np.nanmin(values[face])
    assert np.isfinite(filled[face]).all() and np.isnan(filled[~face]).all()
    assert (filled[beyond] >= lowest).all() and (filled[beyond] <= lowest + 12).all()


def test_beyond_the_edge_of_a_plane_the_slope_goes_on_until_the_range_ends():
    plane = 0.3 * np.arange(30)[:, None] - 0.8 * np.arange(30) + 5.0
    face = np.zeros((30, 30), bool)
    face[3:27, 3:27] = True
    values = np.where(face, plane, np.nan)
    values[3, 3:6] = np.nan
    filled = fill_holes(values, face)
    np.testing.assert_allclose(filled[4:27, 3:27], plane[4:27, 3:27])
    known = np.isfinite(values)
    for row, column in ((3, 3), (3, 4), (3, 5)):
        distance = np.hypot(*(np.argwhere(known) - [row, column]).T)
        near = plane[known][np.argsort(distance, kind="stable")[:NEAREST]]
        assert near.min() - 1e-9 <= filled[row, column] <= near.max() + 1e-9
        assert abs(filled[row, column] - plane[row, column]) < 1


def test_holes_of_several_channels_are_filled_alike():
    values = np.stack([SURFACES["nose"], -SURFACES["nose"], SURFACES["saddle"]], axis=-1)
    holed = np.where(cut_square(5)[..., None], np.nan, values)
    holed[3, 3, 1] = np.nan  # a pixel is known where all channels are
    filled = fill_holes(holed, EVERYWHERE)
    np.testing.assert_array_equal(filled[..., 0], -filled[..., 1])
    for channel in range(3):
        alone = np.where(cut_square(5), np.nan, values[..., channel])
        alone[3, 3] = np.nan
        np.testing.assert_allclose(filled[..., channel], fill_holes(alone, EVERYWHERE))


def test_scattered_pixels_are_filled_from_those_between():
    """A splat with 40% of its pixels empty, as from a mesh with fewer vertices than pixels."""
    random = np.random.default_rng(0)
    values = np.where(random.random(ROWS.shape) < 0.4, np.nan, SURFACES["saddle"])
    filled = fill_holes(np.where(DISC, values, np.nan), DISC)
    error = np.abs(filled - SURFACES["saddle"])[DISC]
    assert np.median(error) < 1e-9 and error.max() < 0.5


def test_too_few_known_pixels_leave_holes_as_they_are():
    values = np.full((10, 10), np.nan)
    values[0, :4] = 1
    assert np.isnan(fill_holes(values, np.ones((10, 10), bool))).sum() == 96
    values[:2, :8] = 1
    assert (fill_holes(values, np.ones((10, 10), bool)) == 1).all()


@pytest.mark.parametrize(("lost", "is_cubic"), [(1, True), (2, False)], ids=["three lines", "two lines"])
def test_three_lines_with_known_pixels_on_both_sides_are_around_a_hole(lost, is_cubic):
    """A row and a diagonal end at the hole on one side, because the face does."""
    row, column = np.mgrid[-7:8, -7:8].astype(float)
    surface = 0.01 * row**3 - 0.02 * row * column**2 + 0.3 * row**2 + column
    face = np.ones(surface.shape, bool)
    for ahead in [(row == 0) & (column > 0), (row == column) & (column > 0)][:lost]:
        face &= ~ahead
    values = np.where(face, surface, np.nan)
    values[7, 7] = np.nan
    error = abs(fill_holes(values, face)[7, 7] - surface[7, 7])
    assert (error < 1e-9) == is_cubic
