"""Paint for what is not skin: brows, lashes, hair of the head, eyes, teeth and the inside of the mouth."""

import cv2
import numpy as np

from ffnet.demo.canvas import HEIGHT, TILE, WIDTH
from ffnet.demo.identity import Identity
from ffnet.demo.skin import Pixels, cloud, tint

HAIR = np.array([[30, 24, 21], [52, 37, 28], [84, 60, 42], [128, 96, 62], [24, 22, 22], [120, 64, 38]], float)
HAIR_SHARES = {"light": (0.2, 0.3, 0.25, 0.14, 0.05, 0.06), "dark": (0.5, 0.12, 0.0, 0.0, 0.38, 0.0)}
IRIS = np.array([[82, 54, 34], [60, 40, 28], [96, 112, 128], [104, 104, 74], [88, 110, 92]], float)
IRIS_SHARES = {"light": (0.35, 0.2, 0.2, 0.13, 0.12), "dark": (0.45, 0.55, 0.0, 0.0, 0.0)}
NECKLINE = 620.0  # canvas row
GREY = np.array([150, 148, 146], float)


def hair_colour(identity: Identity, random: np.random.Generator) -> np.ndarray:
    """sRGB (3,) of a person's hair, greyer with age."""
    kind = "light" if identity.tone < 0.27 else "dark"
    colour = HAIR[random.choice(len(HAIR), p=HAIR_SHARES[kind])] * random.uniform(0.85, 1.15)
    grey = np.clip((identity.age - 42) / 30, 0, 0.9) * random.uniform(0.3, 1)
    return colour * (1 - grey) + GREY * grey


def paint_brows(
    canvas: np.ndarray, identity: Identity, pixels: Pixels, colour: np.ndarray, random: np.random.Generator
) -> None:
    """Brows of single hairs over a faint shadow, in place. The height is about 7 mm at the nose and less outside."""
    colour = colour * min(1.0, 85 / colour.max()) * random.uniform(0.75, 1.0)
    height = random.uniform(12, 18) * (1.2 if identity.sex == "M" else 0.88) * identity.looks.brows[0]
    dense = int(random.uniform(230, 420))
    shift, arch = random.normal(2, 2), random.uniform(0, 5)
    cover = np.zeros((HEIGHT, WIDTH), np.float32)
    for points, side in ((pixels.at[17:22], -1), (pixels.at[26:21:-1], 1)):  # from the temple to the nose
        along = random.beta(1.05, 0.95, dense)
        knots = np.linspace(0, 1, 5)
        x = np.interp(along, knots, points[:, 0])
        y = np.interp(along, knots, points[:, 1]) + shift - arch * np.sin(np.pi * along)
        thick = height * np.interp(along, [0, 0.35, 0.8, 1], [0.22, 0.62, 1.0, 0.8])
        off = np.clip(random.normal(0, 0.27, dense), -0.5, 0.5)
        slope = np.interp(along, [0, 0.6, 0.9, 1], [-14, 12, 50, 72])
        angle = np.deg2rad(slope + random.normal(0, 10, dense) + off * 40)
        length = random.uniform(7, 13, dense) * np.interp(along, [0, 1], [0.8, 1.0])
        for k in range(dense):
            start = np.array([x[k], y[k] + off[k] * thick[k]])
            end = start + np.array([side * np.cos(angle[k]), -np.sin(angle[k])]) * length[k]
            middle = (start + end) / 2
            ends = [tuple(int(v) for v in point * 8) for point in (2 * middle - end, end)]
            cv2.line(cover, ends[0], ends[1], random.uniform(0.5, 1.0), 1, cv2.LINE_AA, 3)
    shadow = cv2.GaussianBlur(cover, (0, 0), 4)
    hairs = cv2.GaussianBlur(cover, (0, 0), 0.7)
    mask = np.clip(identity.looks.brows[1] * (0.55 * shadow + 0.6 * hairs), 0, 0.92) * random.uniform(0.8, 1.0)
    canvas += mask[..., None] * (colour.astype(np.float32) - canvas)


def paint_lashes(canvas: np.ndarray, identity: Identity, pixels: Pixels, random: np.random.Generator) -> None:
    """Dark lid edges, in place; heavier above and on some women."""
    at = pixels.at
    strength = random.uniform(0.6, 0.9) + (0.25 if identity.sex == "F" and random.random() < 0.5 else 0)
    for upper, lower in (([36, 37, 38, 39], [39, 40, 41, 36]), ([42, 43, 44, 45], [45, 46, 47, 42])):
        tint(canvas, pixels.strip(at[upper], 3, 1.3), (0.22, 0.18, 0.17), strength)
        tint(canvas, pixels.strip(at[lower], 2, 1.2), (0.45, 0.36, 0.35), 0.6 * strength)
        fold = at[upper] + [0, -9]
        tint(canvas, pixels.strip(fold, 2, 1.8), (0.62, 0.52, 0.50), 0.55)


def paint_hair(
    canvas: np.ndarray,
    identity: Identity,
    pixels: Pixels,
    colour: np.ndarray,
    ears: np.ndarray,
    random: np.random.Generator,
) -> np.ndarray:
    """Hair above an uneven hairline that runs down in front of the ears and leaves the ears free, in place.

    Returns how much hair there is, (HEIGHT, WIDTH) in [0, 1].
    """
    at = pixels.at
    brow = (at[19, 1] + at[24, 1]) / 2
    middle = brow - random.uniform(112, 138) - (25 * random.random() if identity.sex == "M" else 0)
    temple = np.abs(pixels.columns - WIDTH / 2)
    ear = at[16, 0] - WIDTH / 2
    knots = np.array([0, 0.45, 0.72, 0.9, 1.0, 1.12, 1.35, 2.0]) * ear
    sideburn = at[0, 1] + random.uniform(-10, 45)
    levels = [middle, middle + 4, middle + 38, brow - 8, sideburn, brow, brow - 50, brow - 60]
    strokes = cv2.resize(random.standard_normal((16, WIDTH // 4), dtype=np.float32), (WIDTH, HEIGHT))
    line = np.interp(temple, knots, levels) + 5 * cloud(random, 40) + 6 * strokes
    mask = 1 / (1 + np.exp(np.clip((pixels.rows - line) / 7, -30, 30)))
    mask *= 1 - np.clip(1.6 * cv2.GaussianBlur(ears, (0, 0), 4), 0, 1)
    strands = cv2.resize(random.standard_normal((40, WIDTH // 2), dtype=np.float32), (WIDTH, HEIGHT))
    shades = np.clip(1 + 0.16 * strands + 0.12 * cloud(random, 30) + 0.1 * cloud(random, 2), 0.35, 1.9)
    thin = np.clip(mask + 0.35 * mask * (1 - mask) * cloud(random, 2.2), 0, 1)
    canvas += thin[..., None] * (shades[..., None] * colour.astype(np.float32) - canvas)
    return thin


def paint_cloth(canvas: np.ndarray, pixels: Pixels, random: np.random.Generator) -> None:
    """A plain pullover below a round neckline, in place."""
    middle = NECKLINE * random.uniform(0.95, 1.05)
    line = middle - 34 * (np.abs(pixels.columns - WIDTH / 2) / 250) ** 2
    mask = 1 / (1 + np.exp(np.clip((line - pixels.rows) / 1.5, -30, 30)))
    colour = random.uniform(20, 95) + random.normal(0, 9, 3)
    weave = 1 + 0.08 * cloud(random, 2)
    canvas += mask[..., None] * (weave[..., None] * colour.astype(np.float32) - canvas)


def paint_eye(identity: Identity, random: np.random.Generator) -> np.ndarray:
    """Eye tile (TILE, TILE, 3) float32 sRGB: the edge is the equator, the nose is to the right."""
    kind = "light" if identity.tone < 0.27 else "dark"
    iris = IRIS[random.choice(len(IRIS), p=IRIS_SHARES[kind])] * random.uniform(0.85, 1.15)
    rows, columns = (np.mgrid[:TILE, :TILE].astype(np.float32) + 0.5) / TILE * 2 - 1
    angle = np.hypot(rows, columns) / 0.96 * np.pi / 2 / identity.looks.iris
    tile = np.ones((TILE, TILE, 3), np.float32) * np.array([214, 206, 200], np.float32)
    tile *= 1 - np.clip(angle - 0.55, 0, 1)[..., None] * np.array([0.16, 0.30, 0.30], np.float32)
    veins = cv2.resize(random.standard_normal((40, 14), dtype=np.float32), (TILE, TILE), interpolation=cv2.INTER_CUBIC)
    tile *= 1 - (np.clip(veins - 0.6, 0, 1) * np.clip(angle - 0.6, 0, 1))[..., None] * np.array([0.05, 0.3, 0.3])
    spokes = np.interp(np.arctan2(rows, columns), np.linspace(-np.pi, np.pi, 60), random.normal(1, 0.13, 60))
    ring = np.interp(angle, [0.15, 0.24, 0.34, 0.43, 0.48], [1.0, 1.25, 1.1, 0.85, 0.4])
    inner = 1 / (1 + np.exp(np.minimum((angle - 0.475) / 0.018, 30)))
    tile += inner[..., None] * ((spokes * ring)[..., None] * iris - tile)
    pupil = 1 / (1 + np.exp(np.minimum((angle - random.uniform(0.15, 0.2)) / 0.012, 30)))
    tile += pupil[..., None] * (np.array([10, 9, 9]) - tile)
    lid = np.clip(1 - (rows + 0.62) / 0.5, 0, 1)  # the upper lid's shade
    return tile * (1 - 0.55 * lid[..., None])


def paint_teeth(random: np.random.Generator) -> np.ndarray:
    """Teeth tile (TILE, TILE, 3) float32 sRGB with gaps and darker corners of the mouth."""
    rows, columns = (np.mgrid[:TILE, :TILE].astype(np.float32) + 0.5) / TILE * 2 - 1
    colour = np.array([236, 226, 206], np.float32) * random.uniform(0.86, 1.0)
    gaps = 0.22 * np.exp(-((np.sin(columns * 9.5) / 0.12) ** 2))
    shade = np.clip(1.15 - 0.5 * columns**2, 0.3, 1.15) * (1 - gaps)
    return colour * shade[..., None]


def paint_mouth(random: np.random.Generator) -> np.ndarray:
    """Tile (TILE, TILE, 3) float32 sRGB of gums, tongue and throat."""
    return np.ones((TILE, TILE, 3), np.float32) * np.array([92, 40, 38], np.float32) * random.uniform(0.85, 1.1)
