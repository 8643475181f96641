import numpy as np
import pytest

from ffnet.shards.scaling import plain_texture, scale_depth, scale_texture
from ffnet.shards.settings import ShardSettings
from ffnet.shards.shard import describe_axes, join_stages

PLAIN = ShardSettings(depth="face", depth_range=100.0, texture="plain")


def test_depth_runs_from_0_to_1_inside_the_face_and_is_0_off_it():
    scaled = scale_depth(np.array([[-30.0, -10.0], [np.nan, 10.0]]), PLAIN)
    np.testing.assert_allclose(scaled, [[0, 0.5], [0, 1]])


def test_depth_over_a_fixed_range_ends_at_the_nose_tip():
    fixed = ShardSettings(depth="fixed", depth_range=100.0, texture="plain")
    np.testing.assert_allclose(scale_depth(np.array([[0.0, -25.0], [-200.0, 7.0]]), fixed), [[1, 0.75], [0, 1]])


@pytest.mark.parametrize(("kind", "white"), [("plain", [1, 1, 1]), ("imagenet", [2.2489, 2.4286, 2.64])])
def test_texture_is_scaled_as_its_network_wants_it(kind, white):
    settings = ShardSettings(depth="face", depth_range=100.0, texture=kind)
    texture = np.full((1, 2, 3), 255, np.uint8)
    scaled = scale_texture(texture, np.array([[True, False]]), settings)
    np.testing.assert_allclose(scaled, [[white, [0, 0, 0]]], atol=1e-3)
    np.testing.assert_allclose(plain_texture(scaled, settings)[0, 0], 1, atol=1e-6)


def test_labels_are_described_by_the_classes_of_their_collection():
    axes = describe_axes(("neutral", "anger", "awe"))
    assert axes["label"] == "neutral 0, anger 1, awe 2" and axes["mask1"] == "scan, row, column"


def test_stages_are_joined_by_scan_and_what_one_left_out_is_left_out():
    """Every column of a scan is its own: the stages have them in other orders, and each scan other values."""
    scans, kept = np.array(["a", "b", "c"]), [0, 2]
    random = np.random.default_rng(0)
    maps = {
        "scan": scans,
        "subject": np.array(["p", "p", "q"]),
        "label": np.arange(3),
        "intensity": np.array([3, 4, 3]),
        "depth": random.normal(size=(3, 4, 4)),
        "texture": random.integers(0, 255, (3, 4, 4, 3), np.uint8),
    }
    maps["depth"][2, 0, 0] = np.nan
    normals = {"scan": scans[[1, 2, 0]], "normals": random.normal(size=(3, 4, 4, 3))}
    normals["normals"][:, 0, 0] = np.nan
    masks = {
        "scan": np.array(["c", "a"]),
        "mask1": np.stack([np.full((2, 2), 3), np.full((2, 2), 1)]),
        "mask2": np.array([[[30.0]], [[10.0]]]),
        "landmarks": np.stack([np.full((51, 2), 300), np.full((51, 2), 100)]),
        "detected": np.array(["crop", "detector"]),
    }
    joined = join_stages(maps, normals, masks, PLAIN)
    assert joined["scan"].tolist() == ["a", "c"] and joined["label"].tolist() == [0, 2]
    assert joined["mask1"][:, 0, 0].tolist() == [1, 3] and joined["detected"].tolist() == ["detector", "crop"]
    assert joined["mask2"].ravel().tolist() == [10, 30] and joined["landmarks"][:, 0, 0].tolist() == [100, 300]
    assert joined["subject"].tolist() == ["p", "q"] and joined["intensity"].tolist() == [3, 3]
    assert joined["depth"].dtype == joined["texture"].dtype == np.float32
    for row, scan in enumerate(kept):
        np.testing.assert_array_equal(joined["depth"][row], scale_depth(maps["depth"][scan], PLAIN))
        texture = scale_texture(maps["texture"][scan], np.isfinite(maps["depth"][scan]), PLAIN)
        np.testing.assert_array_equal(joined["texture"][row], texture)
    np.testing.assert_array_equal(joined["normals"], np.nan_to_num(normals["normals"][[2, 1]]))
    assert (joined["normals"][:, 0, 0] == 0).all()
