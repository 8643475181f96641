"""Scans in Bosphorus' format: a range image from the front and a photo."""

import os
import struct
from dataclasses import replace

import numpy as np

from ffnet.demo.landmark_sets import bosphorus_points
from ffnet.demo.render import draw_light, photograph
from ffnet.demo.sensor import Reading, read_sensor
from ffnet.demo.settings import DemoSettings
from ffnet.demo.studio import UNCHANGED, Change, Posed, Sitter, change_light, look, measure_again
from ffnet.demo.variety import develop
from ffnet.geometry.raycast import cast_rays
from ffnet.origin import MARK
from ffnet.storage import atomic_path

GRID_SIZE, GRID_STEP = (200, 170), 1.1  # rows and columns, mm
PHOTO_SIZE, PHOTO_SCALE = (520, 400), 0.6  # rows and columns, mm per pixel
ABOVE_NOSE, PHOTO_ABOVE_NOSE = 112.0, 150.0  # mm of the upper edge above the nose tip
BACKGROUND = -1e9
HAIR_LIMIT, STEEPEST = 2.0, 0.22  # mm of hair that swallows the stripes, least cosine of the surface to the sensor
FRONT = np.array([0.0, 0.0, 1.0])


def scan_range(
    sitter: Sitter, posed: Posed, settings: DemoSettings, random: np.random.Generator, change: Change = UNCHANGED
) -> tuple[np.ndarray, np.ndarray, Reading]:
    """A range image: x, y, z, a, b as planes (5, H, W), top row first, NaN off the face; the photo; the Reading; all
    after a Change of studio.Posed."""
    reading, posed = measure_again(measure_range, sitter, posed, settings, random, change)
    light = change_light(draw_light(settings.light_variation, random), change)
    grid, photo = _rays(GRID_SIZE, GRID_STEP, ABOVE_NOSE), _rays(PHOTO_SIZE, PHOTO_SCALE, PHOTO_ABOVE_NOSE)
    hits = cast_rays(posed.vertices, sitter.model.triangles, photo, -FRONT)
    albedo, normals, gloss = look(sitter, posed, hits)
    height = photo[..., 2] - hits.distance
    picture = photograph(albedo, normals, height, gloss, FRONT, light, PHOTO_SCALE, posed.conditions.hollows)
    picture = develop(picture, posed.conditions.camera, PHOTO_SCALE)
    planes = np.stack([grid[..., 0], grid[..., 1], reading.values, *np.moveaxis(photo_share(grid), -1, 0)])
    planes[:, np.isnan(reading.values)] = np.nan
    return planes, picture, reading


def measure_range(sitter: Sitter, posed: Posed, settings: DemoSettings, random: np.random.Generator) -> Reading:
    """The Reading (H, W) of z on the grid; NaN also on hair and where the surface is steep."""
    grid = _rays(GRID_SIZE, GRID_STEP, ABOVE_NOSE)
    hits = cast_rays(posed.vertices, sitter.model.triangles, grid, -FRONT)
    depth = grid[..., 2] - hits.distance
    corners = sitter.model.triangles[hits.triangle]
    hair = (np.linalg.norm(sitter.lift, axis=1)[corners] * hits.weights).sum(axis=-1)
    steep = _cosine(posed.vertices, corners) < STEEPEST
    depth[(hits.triangle < 0) | (hair > HAIR_LIMIT) | steep] = np.nan
    true = np.concatenate([grid[..., :2], depth[..., None]], axis=-1)
    noise = replace(settings, noise=settings.noise * posed.conditions.grain)
    return read_sensor(depth, true, posed.landmarks[[19, 24, 37, 44, 32, 34, 21, 22]], noise, random)


def photo_share(points: np.ndarray) -> np.ndarray:
    """a and b (..., 2) in [0, 1] of points (..., 3) mm, origin at the nose tip: column / width and row / height."""
    height, width = PHOTO_SIZE
    column = points[..., 0] / PHOTO_SCALE + width / 2
    row = (PHOTO_ABOVE_NOSE - points[..., 1]) / PHOTO_SCALE
    return np.clip(np.stack([column / width, row / height], axis=-1), 0, 1)


def _rays(size: tuple[int, int], step: float, above: float) -> np.ndarray:
    """Origins (H, W, 3) of rays towards -z, top row first."""
    rows, columns = np.mgrid[: size[0], : size[1]]
    x, y = (columns + 0.5 - size[1] / 2) * step, above - (rows + 0.5) * step
    return np.stack([x, y, np.full(x.shape, 300.0)], axis=-1)


def _cosine(vertices: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """Cosine (...) between triangles given by their corners' numbers (..., 3) and the z axis."""
    a, b, c = (vertices[corners[..., number]] for number in range(3))
    normal = np.cross(b - a, c - a)
    return normal[..., 2] / np.maximum(np.linalg.norm(normal, axis=-1), 1e-9)


def write_bnt(path: str | os.PathLike, planes: np.ndarray, picture_name: str, only_depth: bool) -> None:
    """Writes a range image (5, H, W), top row first, NaN off the face, and behind its numbers the generator's mark.

    only_depth: whether only z marks the background; otherwise x and y have the background value too.
    """
    rows, columns = planes.shape[1:]
    off = np.isnan(planes[2])
    filled = np.where(off, 0.0, planes)
    filled[2 if only_depth else slice(0, 3), off] = BACKGROUND
    name = picture_name.encode("ascii")
    head = struct.pack("<HHdH", rows, columns, BACKGROUND, len(name)) + name + struct.pack("<I", filled.size)
    with atomic_path(path) as temporary, open(temporary, "wb") as file:
        file.write(head)
        file.write(np.ascontiguousarray(filled[:, ::-1], "<f8").tobytes() + MARK)


def write_lm3(path: str | os.PathLike, points: dict[str, np.ndarray], stem: str, line_end: str) -> None:
    """Writes labelled points {label: (3,)}, mm."""
    lines = ["# 3D landmarks of a generated face", f"* scan {stem}", "coordinates in millimetres", ""]
    lines.append(f"{len(points)} landmarks:")
    for label, (x, y, z) in points.items():
        lines += [label, f"{x:.3f} {y:.3f} {z:.3f}"]
    _write_lines(path, lines, line_end)


def write_lm2(path: str | os.PathLike, places: dict[str, np.ndarray], line_end: str) -> None:
    """Writes labelled places {label: (2,)} in the photo, column and row in pixels."""
    lines = ["# 2D landmarks of a generated face", "", f"{len(places)} landmarks:", "", "Labels:", *places]
    lines += ["", "2D Image coordinates:", *(f"{x:.2f} {y:.2f}" for x, y in places.values())]
    _write_lines(path, lines, line_end)


def _write_lines(path: str | os.PathLike, lines: list[str], line_end: str) -> None:
    with atomic_path(path) as temporary:
        temporary.write_bytes((line_end.join(lines) + line_end).encode("ascii"))


def draw_labels(landmarks: np.ndarray, missing: int, random: np.random.Generator) -> dict[str, np.ndarray]:
    """The 22 labelled points {label: (3,)} without up to `missing` of them, as when hair or a hand hides some."""
    points = bosphorus_points(landmarks)
    gone = random.choice(list(points), random.integers(0, missing + 1), replace=False)
    return {label: point for label, point in points.items() if label not in gone}
