"""Paint for a person's skin, on the rolled-out canvas: tone, blotches, lips, stubble, wrinkles."""

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np

from ffnet.demo.canvas import HEIGHT, WIDTH, roll_out
from ffnet.demo.identity import Identity

# sRGB of even skin from the lightest to the darkest
TONES = np.array(
    [[236, 203, 186], [224, 182, 156], [205, 158, 126], [170, 120, 89], [128, 86, 62], [88, 58, 44]], float
)
AGE_LINES = ((31, 48, -1), (35, 54, 1))  # from the wing of the nose to the corner of the mouth


def cloud(random: np.random.Generator, size: float) -> np.ndarray:
    """Smooth noise (HEIGHT, WIDTH) float32, mean about 0 and deviation about 1, with grains of `size` pixels."""
    rows, columns = max(2, int(HEIGHT / size)), max(2, int(WIDTH / size))
    grains = random.standard_normal((rows, columns), dtype=np.float32)
    return cv2.resize(grains, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC) * 1.25


class Patch(NamedTuple):
    """Paint on a part of the canvas: window, slices of rows and columns; mask, (h, w) float32."""

    window: tuple
    mask: np.ndarray


class Pixels:
    """The canvas with its landmarks: `at` (68, 2), column and row."""

    def __init__(self, landmarks: np.ndarray) -> None:
        self.at = roll_out(landmarks)
        self.rows, self.columns = np.ogrid[:HEIGHT, :WIDTH]

    def blob(self, centre: np.ndarray, across: float, down: float) -> Patch:
        """A Gaussian spot of height 1; its deviations in pixels. A Patch."""
        window, _ = _window([centre], 3.2 * across, 3.2 * down)
        rows, columns = self.rows[window[0]], self.columns[:, window[1]]
        x, y = (columns - centre[0]) / across, (rows - centre[1]) / down
        return Patch(window, (np.exp(-0.5 * x**2) * np.exp(-0.5 * y**2)).astype(np.float32))

    def strip(self, points: np.ndarray, width: int, blur: float) -> Patch:
        """A soft line through points (K, 2). A Patch."""
        window, corner = _window(points, width + 3 * blur, width + 3 * blur)
        picture = np.zeros((window[0].stop - window[0].start, window[1].stop - window[1].start), np.float32)
        places = np.round((np.asarray(points) - corner) * 8).astype(np.int32)
        cv2.polylines(picture, [places], False, 1, width, cv2.LINE_AA, 3)
        return Patch(window, cv2.GaussianBlur(picture, (0, 0), blur))

    def area(self, points: np.ndarray, blur: float) -> Patch:
        """A soft filled polygon. A Patch."""
        window, corner = _window(points, 3 * blur, 3 * blur)
        picture = np.zeros((window[0].stop - window[0].start, window[1].stop - window[1].start), np.float32)
        cv2.fillPoly(picture, [np.round(np.asarray(points) - corner).astype(np.int32)], 1)
        return Patch(window, cv2.GaussianBlur(picture, (0, 0), blur))


def _window(
    points: Sequence[np.ndarray] | np.ndarray, across: float, down: float
) -> tuple[tuple[slice, slice], np.ndarray]:
    """Slices of rows and columns round points (K, 2), and their corner (2,), column and row."""
    low = np.clip(np.min(points, axis=0) - (across, down), 0, (WIDTH - 2, HEIGHT - 2)).astype(int)
    high = np.clip(np.max(points, axis=0) + (across, down) + 2, low + 1, (WIDTH, HEIGHT)).astype(int)
    return (slice(low[1], high[1]), slice(low[0], high[0])), low


def tint(
    canvas: np.ndarray, patch: Patch, factor: Sequence[float] | np.ndarray, strength: float | np.ndarray = 1.0
) -> None:
    """Multiplies the canvas by `factor` (3,) where the Patch is 1, by less where it is less. In place.

    strength: number, or array of the canvas' size, that the Patch is multiplied by.
    """
    strength = strength[patch.window] if isinstance(strength, np.ndarray) else strength
    mask = np.clip(patch.mask * strength, 0, 1)[..., None]
    canvas[patch.window] *= 1 - mask * (1 - np.asarray(factor, np.float32))


WHOLE = (slice(0, HEIGHT), slice(0, WIDTH))


def tone_colour(tone: float) -> np.ndarray:
    """sRGB (3,) of even skin at a tone in [0, 1]."""
    place = tone * (len(TONES) - 1)
    return np.array([np.interp(place, np.arange(len(TONES)), TONES[:, channel]) for channel in range(3)])


def paint_skin(identity: Identity, pixels: Pixels, masks: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Skin (HEIGHT, WIDTH, 3) float32 sRGB of a person; masks as paint_masks gives them."""
    colour = tone_colour(identity.tone) * random.normal(1, 0.025, 3)
    canvas = np.ones((HEIGHT, WIDTH, 3), np.float32) * colour.astype(np.float32)
    for size, depth in ((120, 0.03), (40, 0.025), (14, 0.02), (5, 0.022), (2.2, 0.022)):
        canvas *= 1 + depth * cloud(random, size)[..., None] * np.array([0.7, 1.0, 1.15], np.float32)
    _flush(canvas, identity, pixels, random)
    _shade_features(canvas, identity, pixels, random)
    _marks(canvas, pixels, random)
    if identity.sex == "M" and random.random() < 0.75:
        _stubble(canvas, pixels, masks[0], random)
    _age(canvas, identity, pixels, random)
    _lips(canvas, identity, pixels, masks[0], random)
    tint(canvas, Patch(WHOLE, masks[2]), (1.0, 0.9, 0.88), 0.5)
    return canvas


def _flush(canvas: np.ndarray, identity: Identity, pixels: Pixels, random: np.random.Generator) -> None:
    """Blood near the surface: cheeks, nose, chin, round the eyes."""
    at, strength = pixels.at, random.uniform(0.5, 1.2) * (1 - 0.6 * identity.tone)
    uneven = np.clip(1 + 0.35 * cloud(random, 25), 0, 2)
    spots = [((at[1] + at[31]) / 2 + [12, 10], 42, 34, 0.9), ((at[15] + at[35]) / 2 + [-12, 10], 42, 34, 0.9)]
    spots += [(at[30], 26, 24, 1.0), (at[8] - [0, 18], 30, 20, 0.5), ((at[21] + at[22]) / 2, 30, 18, 0.35)]
    for centre, across, down, share in spots:
        tint(canvas, pixels.blob(centre, across, down), (0.985, 0.90, 0.90), uneven * share * strength)


def _shade_features(canvas: np.ndarray, identity: Identity, pixels: Pixels, random: np.random.Generator) -> None:
    """Thin skin and old shadow: eye sockets, under the eyes, beside the nose, nostrils, below the lip."""
    at, strength = pixels.at, random.uniform(0.6, 1.2) * identity.looks.sockets
    for eye in (slice(36, 42), slice(42, 48)):
        centre = at[eye].mean(axis=0)
        tint(canvas, pixels.blob(centre - [0, 6], 36, 17), (0.87, 0.81, 0.80), 0.75 * strength)
        tint(canvas, pixels.blob(centre + [0, 19], 30, 8), (0.88, 0.82, 0.85), 0.8 * strength)
    for nostril, side in ((32, -1), (34, 1)):
        tint(canvas, pixels.blob(at[nostril] + [side * 5, 1], 7, 4), (0.42, 0.32, 0.30))
    for wing, side in ((31, -1), (35, 1)):
        tint(canvas, pixels.blob(at[wing] + [side * 6, -4], 5, 12), (0.82, 0.72, 0.70), 0.5)
    tint(canvas, pixels.blob(at[57] + [0, 12], 26, 6), (0.86, 0.80, 0.78), 0.5)


def _marks(canvas: np.ndarray, pixels: Pixels, random: np.random.Generator) -> None:
    """Freckles, moles and small blemishes."""
    specks = random.standard_normal((HEIGHT, WIDTH), dtype=np.float32)
    freckles = cv2.GaussianBlur((specks > 2.9).astype(np.float32), (0, 0), 1.3) * 6
    cheeks = pixels.blob(pixels.at[29] + [0, 6], 120, 40)
    tint(canvas, cheeks, (0.75, 0.62, 0.52), freckles * random.beta(0.5, 2.0) * 0.6)
    for _ in range(random.integers(2, 12)):
        centre = random.uniform((0.25 * WIDTH, 0.2 * HEIGHT), (0.75 * WIDTH, 0.75 * HEIGHT))
        size = random.uniform(1.2, 3.0)
        colour = (0.55, 0.42, 0.38) if random.random() < 0.3 else (0.92, 0.74, 0.72)
        tint(canvas, pixels.blob(centre, size, size), colour)


def _stubble(canvas: np.ndarray, pixels: Pixels, lips: np.ndarray, random: np.random.Generator) -> None:
    at, strength = pixels.at, random.uniform(0.15, 0.75)
    upper = np.concatenate([at[2:15] + [0, 26], [at[54] + [30, -22], at[35] + [6, 14], at[33] + [0, 8]],
                            [at[31] + [-6, 14], at[48] + [-30, -22]]])  # fmt: skip
    below = np.clip(1 - (pixels.rows - at[8, 1] - 25) / 40, 0, 1)
    grain = np.clip(0.75 + 0.35 * cloud(random, 1.4) + 0.2 * cloud(random, 30), 0, 1.6)
    tint(canvas, pixels.area(upper, 12), (0.50, 0.52, 0.56), (1 - lips) * below * grain * strength)


def _age(canvas: np.ndarray, identity: Identity, pixels: Pixels, random: np.random.Generator) -> None:
    """Lines from nose to mouth, on the forehead and beside the eyes; fainter on the young."""
    at, age = pixels.at, np.clip((identity.age - 28) / 35, 0.05, 1)
    for wing, corner, side in AGE_LINES:
        start, end = at[wing] + [side * 8, -8], at[corner] + [side * 12, 4]
        line = np.array([start, (start + end) / 2 + [side * 10, -2], end])
        tint(canvas, pixels.strip(line, 3, 3.5), (0.72, 0.66, 0.64), 0.15 + 0.5 * age)
    brow = (at[21] + at[22])[1] / 2
    for number in range(3):
        columns = np.linspace(at[18, 0], at[25, 0], 12)
        rows = brow - 34 - 20 * number + random.normal(0, 1.5, 12) + 6 * np.cos(np.linspace(-1.5, 1.5, 12))
        tint(canvas, pixels.strip(np.stack([columns, rows], 1), 2, 1.8), (0.80, 0.74, 0.72), 0.45 * age)
    for corner, side in ((36, -1), (45, 1)):
        for slope in (-0.3, 0.1, 0.5):
            start = at[corner] + [side * 8, slope * 6]
            line = np.array([start, start + [side * 18, slope * 18]])
            tint(canvas, pixels.strip(line, 1, 1.3), (0.80, 0.72, 0.70), 0.6 * age)


def _lips(
    canvas: np.ndarray, identity: Identity, pixels: Pixels, lips: np.ndarray, random: np.random.Generator
) -> None:
    """Lips a little redder and darker than the skin, softly edged, with fine upright lines."""
    red = random.uniform(0.5, 1.0)
    factor = np.array([0.94, 0.74, 0.75]) if identity.tone < 0.55 else np.array([0.90, 0.78, 0.80])
    factor = 1 - (1 - factor) * red
    if identity.sex == "F" and random.random() < 0.3:
        factor = factor * random.uniform((0.88, 0.66, 0.72), (1.0, 0.85, 0.9))
    grain = random.standard_normal((HEIGHT // 12, WIDTH // 2), dtype=np.float32)
    lines = cv2.resize(grain, (WIDTH, HEIGHT), interpolation=cv2.INTER_LINEAR)
    mask = cv2.GaussianBlur(lips, (0, 0), 2.0)
    tint(canvas, Patch(WHOLE, mask), factor**identity.looks.lips)
    canvas *= 1 + (mask * 0.045 * lines)[..., None]
    at = pixels.at
    middle = (at[[60, 61, 62, 63, 64]] + at[[60, 67, 66, 65, 64]]) / 2
    tint(canvas, pixels.strip(middle, 2, 1.6), (0.55, 0.42, 0.42))
