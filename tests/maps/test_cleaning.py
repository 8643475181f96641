import numpy as np
import pytest

from ffnet.maps.cleaning import fill_holes, find_outliers, smooth
from ffnet.maps.settings import OutlierSettings

RULE = OutlierSettings(rule="mean", sigmas=0.6, floor=1.0, most_removed=0.05)


def plane(size=30):
    rows, columns = np.mgrid[:size, :size]
    return 0.3 * rows - 0.8 * columns + 5.0


def test_a_spike_is_found_and_its_neighbours_are_kept():
    depth = plane()
    depth[10, 12] += 8
    found = find_outliers(depth, RULE)
    assert found[10, 12] and found.sum() == 1


def test_a_clean_slope_has_no_outliers_and_the_floor_forgives_small_noise():
    noisy = plane() + np.random.default_rng(0).normal(0, 0.2, (30, 30))
    assert not find_outliers(plane(), RULE).any()
    assert find_outliers(noisy, RULE).mean() < 0.001
    without = find_outliers(noisy, OutlierSettings("mean", 0.6, 0.0, 1.0))
    assert without[1:-1, 1:-1].mean() > 0.02  # noise is removed


def test_any_neighbour_is_a_harsher_rule_and_the_share_is_capped():
    inside = np.zeros((30, 30), bool)
    inside[1:-1, 1:-1] = True
    assert (find_outliers(plane(), OutlierSettings("any", 0.6, 0.0, 1.0)) == inside).all()
    assert find_outliers(plane(), OutlierSettings("any", 0.6, 0.0, 0.05)).mean() <= 0.05


def test_nan_is_never_an_outlier():
    depth = plane()
    depth[5:8, 5:8] = np.nan
    assert not find_outliers(depth, RULE)[np.isnan(depth)].any()


def test_holes_in_a_plane_are_filled_exactly_and_nothing_off_the_face():
    depth, face = plane(), np.zeros((30, 30), bool)
    face[3:27, 3:27] = True
    holed = depth.copy()
    holed[10:14, 11:16] = np.nan
    holed[3, 3:6] = np.nan
    filled = fill_holes(np.where(face, holed, np.nan), face, 16)
    np.testing.assert_allclose(filled[face], depth[face], atol=1e-6)
    assert np.isnan(filled[~face]).all()


def test_holes_of_several_channels_are_filled_alike():
    face = np.ones((12, 12), bool)
    values = np.stack([plane(12), -plane(12)], axis=-1)
    values[4:6, 4:6] = np.nan
    filled = fill_holes(values, face, 16)
    np.testing.assert_allclose(filled[..., 0], -filled[..., 1])


def test_too_few_known_pixels_leave_holes_as_they_are():
    values = np.full((10, 10), np.nan)
    values[0, :4] = 1
    assert np.isnan(fill_holes(values, np.ones((10, 10), bool), 16)).sum() == 96


def test_the_gaussian_is_3x3_with_the_weights_of_its_sigma():
    spot = np.zeros((7, 7))
    spot[3, 3] = 1
    smoothed = smooth(spot, 1.0)
    corner = np.exp(-1.0)
    total = 1 + 4 * np.exp(-0.5) + 4 * corner
    assert smoothed[3, 3] == pytest.approx(1 / total) and smoothed[2, 2] == pytest.approx(corner / total)
    assert smoothed[3, 5] == 0 and np.count_nonzero(smoothed) == 9


def test_smoothing_keeps_a_plane_inside_and_nan_where_it_was():
    depth = plane()
    depth[:, 25:] = np.nan
    smoothed = smooth(depth, 1.0)
    np.testing.assert_allclose(smoothed[1:-1, 1:24], depth[1:-1, 1:24], atol=1e-12)
    np.testing.assert_array_equal(np.isnan(smoothed), np.isnan(depth))
    assert smooth(depth, 0) is depth


def test_a_pixel_is_judged_by_the_deviation_and_the_mean_of_its_eight_neighbours():
    """Worked by hand: neighbours 0 to 7 have the mean 3.5 and the deviation sqrt(5.25)."""
    depth = np.array([[0.0, 1, 2], [3, np.nan, 4], [5, 6, 7]])
    limit, rule = 0.6 * np.sqrt(5.25), OutlierSettings("mean", 0.6, 1.0, 1.0)
    for difference, found in ((limit + 1e-6, True), (limit - 1e-6, False), (-limit - 1e-6, True)):
        depth[1, 1] = 3.5 + difference
        assert find_outliers(depth, rule)[1, 1] == found
    assert not find_outliers(depth, OutlierSettings("mean", 0.6, 1.5, 1.0)).any()
    depth[1, 1] = 3.5
    assert find_outliers(depth, OutlierSettings("any", 0.6, 1.0, 1.0))[1, 1]
    assert not find_outliers(depth, OutlierSettings("any", 1.6, 1.0, 1.0)).any()


def test_pixels_at_the_edge_of_a_steep_face_are_no_outliers():
    depth = 4 * plane()
    depth[:, :6] = np.nan
    depth[20, 20] = np.nan
    assert not find_outliers(depth, RULE).any()
    depth[19, 20] += 50
    assert not find_outliers(depth, RULE)[19, 20]  # one of its eight neighbours is unknown


def test_only_the_worst_go_where_more_would_than_may():
    depth = plane()
    for step, pixel in enumerate([(5, 5), (5, 15), (15, 5), (15, 15), (25, 25)]):
        depth[pixel] += 10 + step
    two = 2.5 / depth.size
    found = find_outliers(depth, OutlierSettings("mean", 0.6, 1.0, two))
    assert np.argwhere(found).tolist() == [[15, 15], [25, 25]]


def test_a_hole_is_filled_from_its_nearest_pixels_by_cubic_weights():
    """One hole amid the eight around it and eight beyond, by the formula itself: weights (1 - d / 1.05 d16)^3 and the
    weighted plane, whose middle is the value."""
    rng = np.random.default_rng(3)
    values = rng.normal(size=(5, 5))
    hole = values.copy()
    hole[2, 2] = np.nan
    rows, columns = np.mgrid[-2:3, -2:3]
    distance = np.hypot(rows, columns)
    near = np.isin(np.arange(25).reshape(5, 5), np.argsort(distance, axis=None, kind="stable")[1:13])
    weights = (1 - distance[near] / (1.05 * 2)) ** 3
    basis = np.stack([np.ones(12), rows[near], columns[near]], axis=1)
    expected = np.linalg.lstsq(basis * np.sqrt(weights)[:, None], values[near] * np.sqrt(weights), rcond=None)[0][0]
    filled = fill_holes(hole, np.ones((5, 5), bool), 12)
    assert filled[2, 2] == pytest.approx(expected, rel=1e-6)
    np.testing.assert_array_equal(np.delete(filled, 12), np.delete(values, 12))
