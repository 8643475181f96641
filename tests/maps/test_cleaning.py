import dataclasses

import numpy as np
import pytest

from ffnet.maps.cleaning import find_outliers, keep_worst, smooth
from ffnet.maps.settings import OutlierSettings

RULE = OutlierSettings(rule="mean", sigmas=0.6, floor=1.0, least_known=5, most_removed=0.05)


def rule(name="mean", sigmas=0.6, floor=1.0, most_removed=1.0):
    return dataclasses.replace(RULE, rule=name, sigmas=sigmas, floor=floor, most_removed=most_removed)


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
    without = find_outliers(noisy, rule("mean", 0.6, 0.0, 1.0))
    assert without[1:-1, 1:-1].mean() > 0.02  # noise is removed


def test_any_neighbour_is_a_harsher_rule_and_the_share_is_capped():
    judged = np.ones((30, 30), bool)
    judged[[0, 0, -1, -1], [0, -1, 0, -1]] = False  # corners have three neighbours
    np.testing.assert_array_equal(find_outliers(plane(), rule("any", 0.6, 0.0, 1.0)), judged)
    assert find_outliers(plane(), rule("any", 0.6, 0.0, 0.05)).mean() <= 0.05


def test_nan_is_never_an_outlier():
    depth = plane()
    depth[5:8, 5:8] = np.nan
    assert not find_outliers(depth, RULE)[np.isnan(depth)].any()


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
    limit = 0.6 * np.sqrt(5.25)
    for difference, found in ((limit + 1e-6, True), (limit - 1e-6, False), (-limit - 1e-6, True)):
        depth[1, 1] = 3.5 + difference
        assert find_outliers(depth, rule())[1, 1] == found
    assert not find_outliers(depth, rule("mean", 0.6, 1.5, 1.0))[1, 1]
    depth[1, 1] = 3.5
    assert find_outliers(depth, rule("any", 0.6, 1.0, 1.0))[1, 1]
    assert not find_outliers(depth, rule("any", 1.6, 1.0, 1.0))[1, 1]


def test_only_the_worst_go_where_more_would_than_may():
    depth = plane()
    for step, pixel in enumerate([(5, 5), (5, 15), (15, 5), (15, 15), (25, 25)]):
        depth[pixel] += 10 + step
    two = 2.5 / depth.size
    found = find_outliers(depth, rule("mean", 0.6, 1.0, two))
    assert np.argwhere(found).tolist() == [[15, 15], [25, 25]]


def test_the_clean_edge_of_a_steep_face_and_of_a_hole_has_no_outliers():
    """Their known neighbours lie to one side, where the mean is off by more than 0.6 sigma on any slope."""
    depth = 4 * plane()
    depth[:, :6] = np.nan
    depth[20, 20] = depth[10:13, 9] = np.nan
    assert not find_outliers(depth, rule(floor=0.01)).any()
    curved = depth - 0.05 * np.arange(30) ** 2
    assert not find_outliers(curved, RULE).any()


@pytest.mark.parametrize("known", [5, 6, 7, 8])
def test_a_spike_is_found_among_five_or_more_known_neighbours(known):
    random = np.random.default_rng(known)
    for height in (15.0, -15.0):
        for _ in range(20):
            depth = plane() + random.normal(0, 0.05, (30, 30))
            rows, columns = np.argwhere(np.arange(9).reshape(3, 3) != 4)[random.permutation(8)[: 8 - known]].T
            depth[9 + rows, 11 + columns] = np.nan
            depth[10, 12] += height
            assert find_outliers(depth, RULE)[10, 12]


def test_with_fewer_known_neighbours_a_pixel_is_kept():
    depth = plane()
    depth[10, 12] += 15
    depth[9, 11:14] = depth[11, 11] = np.nan  # four are left
    assert not find_outliers(depth, RULE)[10, 12]
    depth[11, 11] = plane()[11, 11]
    assert find_outliers(depth, RULE)[10, 12]
    assert not find_outliers(depth, dataclasses.replace(RULE, least_known=6))[10, 12]


def test_a_tenth_of_empty_pixels_hides_few_spikes():
    """With all eight neighbours wanted, 4 in 10 pixels would be judged."""
    random = np.random.default_rng(1)
    depth = 0.1 * plane(90)
    spikes = np.zeros(depth.shape, bool)
    spikes[5:85:8, 5:85:8] = True
    depth[spikes] += 15
    depth[(random.random(depth.shape) < 0.1) & ~spikes] = np.nan
    found = find_outliers(depth, rule())
    assert found[spikes].mean() > 0.97 and found[~spikes].mean() < 0.02


def test_known_neighbours_are_judged_by_their_plane_and_their_deviation():
    """Worked by hand: of the eight, the three on the left are unknown. The plane's value in the middle is the mean of
    the two above and below; 1 to 5 have the deviation sqrt(2)."""
    depth = np.array([[np.nan, 2, 1], [np.nan, np.nan, 3], [np.nan, 4, 5]])
    limit = 0.6 * np.sqrt(2)
    for difference, found in ((limit + 1e-6, True), (limit - 1e-6, False), (-limit - 1e-6, True)):
        depth[1, 1] = 3 + difference
        assert find_outliers(depth, rule(floor=0.5))[1, 1] == found
    depth[1, 1] = 3
    assert find_outliers(depth, rule("any", floor=0.5))[1, 1]


def test_the_worst_of_the_marked_are_kept():
    marked = np.array([[True, False], [True, True]])
    badness = np.array([[1.0, 9.0], [3.0, 2.0]])
    assert keep_worst(marked, badness, 3) is marked
    np.testing.assert_array_equal(keep_worst(marked, badness, 2), [[False, False], [True, True]])
    assert not keep_worst(marked, badness, 0).any()
