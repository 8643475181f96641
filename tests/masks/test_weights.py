import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ffnet.masks.weights import halve, landmark_mask

LANDMARKS = st.lists(st.tuples(st.floats(-4, 60), st.floats(-4, 60)), min_size=1, max_size=51).map(np.array)


def plainly(landmarks, size, radius):
    """Equations (1) and (2) as they are printed, for every pixel and landmark."""
    row, column = np.arange(size)[:, None, None], np.arange(size)[None, :, None]
    x, y = np.floor(landmarks + 0.5).T
    chebyshev = np.maximum(abs(column - x), abs(row - y))
    manhattan = abs(column - x) + abs(row - y)
    return np.where(chebyshev <= radius, 1 - 0.1 * manhattan, 0).max(axis=2)


@given(LANDMARKS, st.sampled_from([(56, 2), (28, 1)]))
def test_masks_are_equations_1_and_2(landmarks, kind):
    size, radius = kind
    mask = landmark_mask(landmarks, size, radius, 0.1)
    assert mask.shape == (size, size) and mask.dtype == np.float32
    np.testing.assert_allclose(mask, plainly(landmarks, size, radius), atol=1e-6)


@pytest.mark.parametrize(
    ("size", "radius", "allowed"), [(56, 2, [0, 0.6, 0.7, 0.8, 0.9, 1]), (28, 1, [0, 0.8, 0.9, 1])]
)
def test_values_are_exactly_the_allowed_ones_and_peaks_sit_on_the_landmarks(size, radius, allowed):
    landmarks = np.random.default_rng(0).uniform(3, size - 4, (51, 2))
    mask = landmark_mask(landmarks, size, radius, 0.1)
    assert set(np.unique(mask)) == set(np.float32(allowed))
    peaks = {(int(x), int(y)) for y, x in np.argwhere(mask == 1)}
    assert peaks == {(int(np.floor(x + 0.5)), int(np.floor(y + 0.5))) for x, y in landmarks}


def test_one_landmark_makes_the_papers_square():
    mask = landmark_mask([[10, 20]], 56, 2, 0.1)
    expected = [
        [0.6, 0.7, 0.8, 0.7, 0.6],
        [0.7, 0.8, 0.9, 0.8, 0.7],
        [0.8, 0.9, 1.0, 0.9, 0.8],
        [0.7, 0.8, 0.9, 0.8, 0.7],
        [0.6, 0.7, 0.8, 0.7, 0.6],
    ]
    np.testing.assert_allclose(mask[18:23, 8:13], expected, atol=1e-6)
    assert mask.sum() == pytest.approx(np.sum(expected), abs=1e-4)


def test_a_landmark_over_the_border_is_cut_off_and_never_wrapped():
    mask = landmark_mask([[-1, 55]], 56, 2, 0.1)
    assert mask[55, 0] == np.float32(0.9) and mask[:, 10:].sum() == 0 and mask[:10].sum() == 0
    assert landmark_mask([[-30, 200]], 56, 2, 0.1).sum() == 0


def test_a_landmark_anywhere_near_the_border_is_the_same_square_moved_and_cut():
    whole = landmark_mask([[28, 28]], 56, 2, 0.1)[26:31, 26:31]
    for x in range(-4, 60):
        mask = np.pad(landmark_mask([[x, 3]], 56, 2, 0.1), 10)  # room for the square beyond the border
        expected = np.zeros_like(mask)
        expected[10 + 1 : 10 + 6, 10 + x - 2 : 10 + x + 3] = whole
        expected[:, :10] = expected[:, -10:] = 0
        np.testing.assert_array_equal(mask, expected, err_msg=f"x = {x}")


def test_the_landmarks_of_mask_2_hold_those_of_mask_1():
    np.testing.assert_array_equal(halve([[10, 11], [12.4, 12.6], [0, 55]]), [[5, 5], [6, 6], [0, 27]])
