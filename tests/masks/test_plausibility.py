"""Plausibility of landmarks: closed forms on the mean face, then everything that can be wrong with landmarks."""

import numpy as np
import pytest

from ffnet.errors import ScanError
from ffnet.landmarks.mean_face import mean_face
from ffnet.masks.plausibility import (
    LEFT,
    PARTS,
    RIGHT,
    Plausibility,
    check_plausibility,
    depth_under,
    fit_similarity,
    order_kept,
    plausibility,
    relief_explained,
)

CENTRED = np.array([[-2.0, -1], [2, -1], [0, 2], [0, 0]])


def score(face, landmarks):
    return plausibility(landmarks, 56, face.depth, face.spacing)


def about(landmarks, change, middle=None):
    """Landmarks with change(offsets) applied to their offsets from a point, by default their middle."""
    middle = landmarks.mean(axis=0) if middle is None else middle
    return change(landmarks - middle) + middle


def turned(angle):
    cosine, sine = np.cos(angle), np.sin(angle)
    return np.array([[cosine, sine], [-sine, cosine]])


def test_the_mean_face_itself_is_as_plausible_as_can_be(face):
    found = score(face, face.landmarks)
    np.testing.assert_allclose(found[:4], 1, atol=1e-6)
    assert 0.85 < found.relief <= 1  # pixels are coarser than the relief
    assert found.total == pytest.approx(np.prod(found))


@pytest.mark.parametrize(("scale", "turn"), [(1.0, 0.0), (0.25, 0.3), (3.0, -2.0)])
def test_a_similarity_is_found_and_leaves_no_distance(scale, turn):
    distance, size, angle = fit_similarity(scale * CENTRED @ turned(turn) + [5, -7], CENTRED)
    assert (distance, size, angle) == (pytest.approx(0, abs=1e-7), pytest.approx(scale), pytest.approx(turn))


def test_what_no_similarity_makes_is_distance_and_changes_neither_scale_nor_turn():
    goal = CENTRED @ [1, 1j]
    other = np.array([1, 2j, -3, 2 - 2j])  # about its centre, like goal
    other -= goal * np.vdot(goal, other) / np.vdot(goal, goal)
    share = np.vdot(other, other).real / np.vdot(goal, goal).real
    distance, scale, turn = fit_similarity(np.stack([(goal + other).real, (goal + other).imag], axis=1), CENTRED)
    assert (scale, turn) == (pytest.approx(1), pytest.approx(0, abs=1e-12)) and share > 0.1
    assert distance == pytest.approx(np.sqrt(share / (1 + share)))


def test_the_distance_is_what_procrustes_analysis_leaves():
    from scipy.spatial import procrustes

    random = np.random.default_rng(0)
    for _ in range(20):
        points = CENTRED + random.normal(0, 0.8, CENTRED.shape)
        ours, theirs = fit_similarity(points, CENTRED)[0], procrustes(CENTRED, points)[2]
        mirrored = procrustes(CENTRED, points * [-1, 1])[2]  # procrustes mirrors where that fits better, we never do
        assert ours == pytest.approx(np.sqrt(theirs)) or ours > np.sqrt(mirrored) - 1e-9


def test_shape_and_stance_are_those_of_the_similarity_to_the_mean_face_in_mm(face):
    landmarks = about(face.landmarks + np.random.default_rng(0).normal(0, 2, (51, 2)), lambda offsets: 1.2 * offsets)
    target = mean_face()[0][17:, :2]
    left, scale, turn = fit_similarity(landmarks * face.spacing * 2 * [1, -1], target)
    found = score(face, landmarks)
    assert left > 0.05 and found.shape == pytest.approx(1 - left)
    assert found.stance == pytest.approx(1 - np.sqrt(np.log(scale) ** 2 + turn**2))


def test_one_point_51_times_is_no_face(face):
    assert fit_similarity(np.zeros((4, 2)), CENTRED) == (1.0, 0.0, 0.0)
    assert score(face, np.full((51, 2), 28.0)).total == 0
    assert score(face, np.full((51, 2), -0.25)).stance == 0  # all at 0 mm exactly: no scale at all


def test_every_landmark_but_those_of_the_middle_has_one_on_the_other_side(face):
    assert sorted([*LEFT, *RIGHT, *(np.r_[27:31, 33, 51, 57, 62, 66] - 17)]) == list(range(51))
    middle = face.landmarks[10, 0]
    np.testing.assert_allclose(face.landmarks[LEFT, 0] - middle, middle - face.landmarks[RIGHT, 0], atol=1e-3)
    np.testing.assert_allclose(face.landmarks[LEFT, 1], face.landmarks[RIGHT, 1], atol=1e-3)


def test_the_parts_are_those_of_dlibs_68_points():
    """Brows 18 to 27, nose 28 to 36, eyes 37 to 48, mouth 49 to 68, counted from 1 (Sagonas et al., 300-W, 2013)."""
    assert PARTS == {
        "left brow": (17, 22),
        "right brow": (22, 27),
        "left eye": (36, 42),
        "right eye": (42, 48),
        "eyes": (36, 48),
        "nose": (31, 36),  # its base
        "mouth": (48, 68),
    }


def test_order_counts_sides_and_heights(face):
    assert order_kept(face.landmarks) == 1
    assert order_kept(face.landmarks * [-1, 1]) == 0 and order_kept(face.landmarks * [1, -1]) == 0
    one_brow_low = face.landmarks.copy()
    one_brow_low[:5, 1] += 20
    assert order_kept(one_brow_low) == 0.75
    half_swapped = face.landmarks.copy()
    half_swapped[[LEFT[0], RIGHT[0]]] = half_swapped[[RIGHT[0], LEFT[0]]]
    assert order_kept(half_swapped) == pytest.approx(20 / 21)


def test_depth_is_read_at_the_pixel_that_holds_the_point_and_nowhere_else():
    depth = np.arange(12.0).reshape(3, 4)
    found = depth_under(np.array([[1.4, 2.4], [-0.5, 0], [3.49, 0], [3.5, 0], [0, -0.51], [0, 2.5]]), depth)
    np.testing.assert_array_equal(found, [9, 0, 3, np.nan, np.nan, np.nan])


def test_relief_is_explained_whatever_its_height_and_offset():
    target = np.array([0.0, 3, 1, 7])
    assert relief_explained(5 + 0.4 * target, target) == pytest.approx(1, abs=1e-6)
    assert relief_explained(-target, target) == 0 and relief_explained(np.full(4, 2.0), target) == 0
    off = np.array([1.0, -2, 3, 0.5])
    unexplained = np.sqrt(1 - np.corrcoef(target + off, target)[0, 1] ** 2)
    assert relief_explained(target + off, target) == pytest.approx(1 - unexplained)
    assert relief_explained(np.array([0, 3, np.nan, 7]), target) == pytest.approx(1, abs=1e-6)
    assert relief_explained(np.array([0, np.nan, np.nan, np.nan]), target) == 0


def test_points_off_the_face_count_twice(face):
    landmarks = face.landmarks.copy()
    landmarks[:10] = -30
    assert score(face, landmarks).inside == pytest.approx(1 - 20 / 51)
    assert score(face, face.landmarks + 100).inside == 0


def test_size_and_turn_count_as_steps_from_a_frontal_face_in_mm(face):
    half = score(face, about(face.landmarks, lambda offsets: offsets / 2))
    twice = score(face, about(face.landmarks, lambda offsets: offsets * 2))
    assert half.stance == pytest.approx(1 - np.log(2)) and twice.stance == pytest.approx(1 - np.log(2))
    assert score(face, about(face.landmarks, lambda offsets: offsets @ turned(0.3))).stance == pytest.approx(0.7)
    assert plausibility(face.landmarks, 56, face.depth, face.spacing / 1.2).stance == pytest.approx(1 - np.log(1.2))


def test_small_differences_between_faces_pass(face, settings):
    random = np.random.default_rng(0)
    for _ in range(20):
        landmarks = face.landmarks + random.normal(0, 0.7, (51, 2))  # 1.9 mm
        check_plausibility(score(face, about(landmarks, lambda offsets: offsets * [0.9, 1.05])), settings, True)
    open_mouth = face.landmarks.copy()
    open_mouth[np.r_[55:60, 65:68] - 17, 1] += 10  # 27 mm
    check_plausibility(score(face, open_mouth), settings, True)


SHIFTS = {f"shifted {x:+d} {y:+d}": np.array([x, y]) for x, y in ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, 1))}
WRONG = {
    "sides swapped": (lambda p: p[_swap()], "mixed up"),
    "upside down": (lambda p: about(p, lambda o: -o), "mixed up"),
    "in any order": (lambda p: np.random.default_rng(0).permutation(p), "mixed up|do not form a face"),
    "anywhere": (lambda p: np.random.default_rng(0).uniform(0, 56, (51, 2)), "mixed up|off the face"),
    "in a row": (lambda p: p * [1, 0] + [0, 28], "mixed up"),
    "half as large": (lambda p: about(p, lambda o: o / 2), "too small, too large or turned"),
    "half as large, in a corner": (lambda p: p / 2, "too small, too large or turned"),
    "twice as large": (lambda p: about(p, lambda o: o * 2), "off the face"),
    "turned": (lambda p: about(p, lambda o: o @ turned(0.6)), "too small, too large or turned"),
    "squeezed": (lambda p: about(p, lambda o: o * [1, 0.1]), "do not form a face"),
    "off the picture": (lambda p: p + 60, "off the face"),
    **{name: (lambda p, s=s: p + s * np.ptp(p, axis=0) / 3, "surface|off the") for name, s in SHIFTS.items()},
}


def _swap():
    order = np.arange(51)
    order[LEFT], order[RIGHT] = RIGHT, LEFT
    return order


@pytest.mark.parametrize("name", WRONG)
def test_wrong_landmarks_are_refused_with_what_is_wrong(face, settings, name):
    spoil, message = WRONG[name]
    with pytest.raises(ScanError, match=rf"({message}).*plausibility 0\.\d\d, masks.least_plausibility is 0\.45"):
        check_plausibility(score(face, spoil(face.landmarks)), settings, True)


def test_where_no_part_is_bad_the_weakest_is_named(settings):
    with pytest.raises(ScanError, match="do not form a face .plausibility 0.36"):
        check_plausibility(Plausibility(0.9, 1.0, 0.6, 0.83, 0.8), settings, True)


def test_of_a_scan_without_texture_no_question_is_asked_about_one(settings):
    wrong = Plausibility(0.9, 1.0, 0.6, 0.83, 0.8)
    with pytest.raises(ScanError, match=r"does the face look towards \+z, with y up, does the texture belong"):
        check_plausibility(wrong, settings, True)
    with pytest.raises(ScanError, match=r"does the face look towards \+z, with y up\?$"):
        check_plausibility(wrong, settings, False)
