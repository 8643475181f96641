"""Scaling the seven channels to network inputs, 0 off the face."""

import numpy as np

from ffnet.shards.settings import ShardSettings

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_DEVIATION = (0.229, 0.224, 0.225)


def scale_depth(depth: np.ndarray, settings: ShardSettings) -> np.ndarray:
    """Depth (H, W) in mm, NaN off the face, to [0, 1] float32.

    settings.depth "face": least to greatest inside the face. "fixed": from settings.depth_range mm behind the nose
    tip (depth 0) to the tip, cut off at both ends.
    """
    if settings.depth == "face":
        low, high = np.nanmin(depth), np.nanmax(depth)
        scaled = (depth - low) / max(high - low, 1e-6)
    else:
        scaled = np.clip(1 + depth / settings.depth_range, 0, 1)
    return np.nan_to_num(scaled).astype(np.float32)


def scale_texture(texture: np.ndarray, face: np.ndarray, settings: ShardSettings) -> np.ndarray:
    """Texture (H, W, 3) uint8 RGB to float32: "plain" to [-1, 1], "imagenet" by ImageNet's mean and deviation."""
    unit = texture.astype(np.float32) / 255
    scaled = unit * 2 - 1 if settings.texture == "plain" else (unit - IMAGENET_MEAN) / IMAGENET_DEVIATION
    return np.where(face[..., None], scaled, 0).astype(np.float32)


def plain_texture(scaled: np.ndarray, settings: ShardSettings) -> np.ndarray:
    """A scaled texture back to the "plain" scale, for drawing; right only on the face."""
    return scaled if settings.texture == "plain" else (scaled * IMAGENET_DEVIATION + IMAGENET_MEAN) * 2 - 1
