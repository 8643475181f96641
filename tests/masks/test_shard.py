import numpy as np
import pytest

from ffnet.masks import shard
from ffnet.masks.shard import make_masks
from ffnet.masks.weights import halve, landmark_mask


@pytest.fixture
def columns(face):
    """Three scans of the stage maps; the first pixel of the texture tells them apart."""
    texture = np.zeros((3, 112, 112, 3), np.uint8)
    texture[:, 0, 0, 0] = [0, 1, 2]
    return {
        "scan": np.array(["a", "b", "c"]),
        "texture": texture,
        "depth": np.stack([face.depth] * 3).astype(np.float32),
        "spacing": np.full(3, face.spacing),
    }


@pytest.fixture
def found(monkeypatch, face):
    """What is found on each of the three textures: landmarks and how they are found."""
    answers = [(face.landmarks, "detector"), (face.landmarks * 0.5, "crop"), (face.landmarks + 0.5, "crop")]
    monkeypatch.setattr(shard, "find_landmarks", lambda texture, *rest: answers[texture[0, 0, 0]])
    return answers


def test_masks_lie_around_the_landmarks_of_their_own_scan(columns, found, settings):
    made, _ = make_masks(columns, settings)
    assert made["scan"].tolist() == ["a", "c"] and made["detected"].tolist() == ["detector", "crop"]
    for row, (landmarks, _) in enumerate((found[0], found[2])):
        np.testing.assert_allclose(made["landmarks"][row], landmarks, rtol=1e-6)
        np.testing.assert_array_equal(made["mask1"][row], landmark_mask(landmarks, 56, 2, 0.1))
        np.testing.assert_array_equal(made["mask2"][row], landmark_mask(halve(landmarks), 28, 1, 0.1))
    assert (made["plausibility"] > 0.7).all() and made["mask1"].dtype == np.float32


def test_implausible_landmarks_are_rejected_but_kept_for_a_look(columns, found, settings):
    made, rejected = make_masks(columns, settings)
    assert [(row.scan, row.stage) for row in rejected] == [("b", "masks")] and "too small" in rejected[0].reason
    assert made["implausible"].tolist() == ["b"] and made["implausible_detected"].tolist() == ["crop"]
    np.testing.assert_allclose(made["implausible_landmarks"][0], found[1][0], rtol=1e-6)
    assert 0 <= made["implausible_plausibility"][0] < 0.45


def test_a_shard_may_be_empty_or_all_implausible(columns, found, settings):
    none, _ = make_masks({name: values[:0] for name, values in columns.items()}, settings)
    bad, rejected = make_masks({name: values[1:2] for name, values in columns.items()}, settings)
    for made in (none, bad):
        assert made["scan"].shape == (0,) and made["landmarks"].shape == (0, 51, 2) and made["mask1"].shape[0] == 0
        assert made["mask2"].shape == (0, 28, 28) and made["plausibility"].shape == (0,)
    assert none["implausible_landmarks"].shape == (0, 51, 2) and len(rejected) == len(bad["implausible"]) == 1
