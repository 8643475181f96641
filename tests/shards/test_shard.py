import numpy as np
import pytest

from ffnet.shards.scaling import plain_texture, scale_depth, scale_texture
from ffnet.shards.settings import ShardSettings
from ffnet.shards.shard import join_stages

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


def test_stages_are_joined_by_scan_and_what_one_left_out_is_left_out():
    scans = np.array(["a", "b", "c"])
    maps = {
        "scan": scans,
        "subject": np.array(["p", "p", "q"]),
        "label": np.arange(3),
        "intensity": np.array([3, 4, 3]),
        "depth": np.random.default_rng(0).normal(size=(3, 4, 4)),
        "texture": np.zeros((3, 4, 4, 3), np.uint8),
    }
    normals = {"scan": scans, "normals": np.full((3, 4, 4, 3), np.nan)}
    masks = {
        "scan": np.array(["c", "a"]),
        "mask1": np.stack([np.full((2, 2), 3), np.full((2, 2), 1)]),
        "mask2": np.zeros((2, 1, 1)),
        "landmarks": np.zeros((2, 51, 2)),
        "detected": np.array(["crop", "detector"]),
    }
    joined = join_stages(maps, normals, masks, PLAIN)
    assert joined["scan"].tolist() == ["a", "c"] and joined["label"].tolist() == [0, 2]
    assert joined["mask1"][:, 0, 0].tolist() == [1, 3] and joined["detected"].tolist() == ["detector", "crop"]
    assert (joined["normals"] == 0).all() and joined["depth"].dtype == np.float32
