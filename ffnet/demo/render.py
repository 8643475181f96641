"""Photographs of a head: soft light, shade in hollows, a little gloss; the texture is what a camera would give."""

from typing import NamedTuple

import cv2
import numpy as np


class Light(NamedTuple):
    """direction: (3,) unit, towards the lamp. key, fill: strengths. colour: (3,) factors of the lamp."""

    direction: np.ndarray
    key: float
    fill: float
    colour: np.ndarray


GAMMA = 2.2
WRAP = np.array([0.38, 0.24, 0.18])  # how far light creeps past the terminator, most in red: light under the skin
HOLLOWS = ((2.5, 0.5), (9.0, 0.45), (24.0, 0.35))  # blur in mm, weight
TO_LINEAR = ((np.arange(256) / 255) ** GAMMA).astype(np.float32)
TO_SRGB = (255 * (np.arange(4096) / 4095) ** (1 / GAMMA) + 0.5).astype(np.uint8)


def draw_light(variation: float, random: np.random.Generator) -> Light:
    """A Light above and before the face; `variation` 0 always gives the same."""
    aside, up = variation * random.normal(0, 30), 28 + variation * random.normal(0, 14)
    aside, up = np.deg2rad(np.clip((aside, up), (-60, -5), (60, 65)))
    direction = np.array([np.sin(aside) * np.cos(up), np.sin(up), np.cos(aside) * np.cos(up)])
    warmth = variation * random.normal(0, 0.06)
    strength = np.exp(variation * random.normal(0, 0.22))
    fill = 0.42 * np.exp(variation * random.normal(0, 0.35))
    return Light(direction, 0.82 * strength, fill * strength, np.array([1 + warmth, 1.0, 1 - warmth]))


def photograph(
    albedo: np.ndarray,
    normals: np.ndarray,
    height: np.ndarray,
    gloss: np.ndarray,
    view: np.ndarray,
    light: Light,
    scale: float,
    shade: float = 1.0,
) -> np.ndarray:
    """A photograph (H, W, 3) uint8 sRGB of what rays met; the background is nearly black.

    albedo: (H, W, 3) uint8 sRGB. normals: (H, W, 3) float32. height: (H, W), mm towards the camera, NaN off the head.
    gloss: (H, W) float32 in [0, 1]. view: (3,) unit, towards the camera. scale: mm per pixel.
    """
    seen = np.isfinite(height)
    colour = TO_LINEAR[albedo]
    facing = normals @ light.direction.astype(np.float32)
    wrap = WRAP.astype(np.float32)
    diffuse = np.clip((facing[..., None] + wrap) / (1 + wrap), 0, None)
    sky = 0.72 + 0.28 * normals[..., 1:2]
    open_share = hollows(height, seen, scale)[..., None] ** np.float32(shade)
    half = light.direction + view
    half = (half / np.linalg.norm(half)).astype(np.float32)
    shine = np.clip(normals @ half, 0, None)
    broad = np.square(np.square(np.square(np.square(shine))))  # to the 16th: oily skin
    sharp = np.square(np.square(np.square(np.square(broad))))  # to the 256th: a lamp in a wet eye
    highlight = 0.22 * gloss * (1 - gloss) * broad + 0.9 * gloss**3 * sharp
    lamp = (light.key * light.colour).astype(np.float32)
    picture = colour * (lamp * diffuse * (0.45 + 0.55 * open_share) + light.fill * sky * open_share)
    picture += (highlight * open_share[..., 0])[..., None] * lamp
    picture = np.where(seen[..., None], picture, 0.004)
    picture = cv2.GaussianBlur(picture.astype(np.float32), (0, 0), 0.6)
    return TO_SRGB[(np.clip(picture / (1 + 0.12 * picture) * 1.06, 0, 1) * 4095).astype(np.uint16)]


def hollows(height: np.ndarray, seen: np.ndarray, scale: float) -> np.ndarray:
    """How open each pixel is to the sky, (H, W) in [0, 1]: 1 on bumps, less where the surroundings are higher."""
    share = seen.astype(np.float32)
    filled = np.where(seen, np.nan_to_num(height), 0).astype(np.float32)
    closed = np.zeros_like(filled)
    for blur, weight in HOLLOWS:
        step = max(1, int(blur / scale / 3))  # wide blurs on a small picture
        size = (max(1, filled.shape[1] // step), max(1, filled.shape[0] // step))
        small, small_share = (cv2.resize(p, size, interpolation=cv2.INTER_AREA) for p in (filled, share))
        sigma = blur / scale / step
        around = cv2.GaussianBlur(small, (0, 0), sigma) / np.maximum(cv2.GaussianBlur(small_share, (0, 0), sigma), 1e-3)
        mean = cv2.resize(around, filled.shape[::-1], interpolation=cv2.INTER_LINEAR)
        closed += weight * np.clip((mean - filled) / (0.55 * blur), -0.1, 1)
    return np.where(seen, np.clip(1 - closed, 0.16, 1.05), 0)
