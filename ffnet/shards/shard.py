"""The stage `shards`: maps, normals and masks of the same scans in one file, ready for training."""

from collections.abc import Sequence

import numpy as np

from ffnet.shards.scaling import scale_depth, scale_texture
from ffnet.shards.settings import ShardSettings

AXES = {
    "depth": "scan, row (down), column (right); 0 off the face",
    "normals": "scan, row, column, (x right, y up, z to the camera); 0 off the face",
    "texture": "scan, row, column, (red, green, blue); 0 off the face",
    "mask1": "scan, row, column",
    "mask2": "scan, row, column",
    "landmarks": "scan, landmark 18 to 68 of dlib, (x, y) in pixels of mask1",
}


def describe_axes(classes: Sequence[str]) -> dict[str, str]:
    """AXES, and the meaning of `label`. classes: names in the order of labels."""
    return AXES | {"label": ", ".join(f"{name} {label}" for label, name in enumerate(classes))}


def join_stages(
    maps: dict[str, np.ndarray], normals: dict[str, np.ndarray], masks: dict[str, np.ndarray], settings: ShardSettings
) -> dict[str, np.ndarray]:
    """Columns of a shard from those of three stages. Scans that any of them left out are left out.

    depth (n, S, S), normals (n, S, S, 3), texture (n, S, S, 3), mask1, mask2, landmarks (n, 51, 2) float32; label,
    intensity int64; scan, subject, detected str.
    """
    scans = [scan for scan in maps["scan"] if scan in set(masks["scan"]) & set(normals["scan"])]
    at = {
        name: np.array([list(columns["scan"]).index(scan) for scan in scans], np.int64)
        for name, columns in (("maps", maps), ("normals", normals), ("masks", masks))
    }
    depth, texture = maps["depth"][at["maps"]], maps["texture"][at["maps"]]
    columns = {name: maps[name][at["maps"]] for name in ("scan", "subject", "label", "intensity")}
    columns["depth"] = np.array([scale_depth(d, settings) for d in depth], np.float32).reshape(depth.shape)
    columns["normals"] = np.nan_to_num(normals["normals"][at["normals"]])
    columns["texture"] = np.array(
        [scale_texture(t, np.isfinite(d), settings) for t, d in zip(texture, depth, strict=True)], np.float32
    ).reshape(texture.shape)
    for name in ("mask1", "mask2", "landmarks", "detected"):
        columns[name] = masks[name][at["masks"]]
    return columns
