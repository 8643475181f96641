"""Scans in BU-3DFE's format: a face mesh from ear to ear, with two side views as its texture."""

import os
from dataclasses import replace
from typing import NamedTuple

import cv2
import numpy as np
from scipy.spatial import cKDTree

from ffnet.demo.landmark_sets import bu3dfe_points
from ffnet.demo.polygons import cut_cells
from ffnet.demo.render import draw_light, photograph
from ffnet.demo.sensor import Reading, read_sensor
from ffnet.demo.settings import DemoSettings
from ffnet.demo.studio import UNCHANGED, Change, Posed, Sitter, change_light, look, measure_again
from ffnet.demo.variety import USUAL, Conditions, develop
from ffnet.geometry.raycast import cast_rays
from ffnet.origin import MARK
from ffnet.storage import atomic_path, write_text

AXIS_DEPTH, START_RADIUS = -105.0, 260.0  # mm: the axis behind the nose tip, where rays start
ROW_STEP, ANGLE_STEP = 1.95, np.deg2rad(1.4)
FOREHEAD, UNDER_CHIN, HALF_ANGLE = 46.0, 14.0, np.deg2rad(82)  # mm above the brows, mm below the chin, radians
LONGEST_STEP = 18.0  # mm between neighbours of one surface
VIEW_SIZE, VIEW_SCALE, VIEW_YAW = (400, 264), 0.6, 36.0  # rows and columns, mm per pixel, degrees
TOWARDS_EAR = 32.0  # mm that a side camera is aimed aside, for the ear
MOUTH_PARTS, MOUTH_DEPTH, MOUTH_CELLS = (3, 4), 7.0, 21  # parts of the head, mm, cells across the widest mouth
CAMERA_GAIN = 0.03  # deviation between the two cameras


class FaceMesh(NamedTuple):
    """A face as BU-3DFE stores it.

    vertices: (N, 3) mm. polygons: (P, 6) vertex numbers, three to six and then -1, counter-clockwise seen from outside.
    texture_points: (K, 2), u right, v up. texture_polygons: (P, 6) likewise. texture: (H, W, 3) uint8 RGB.
    """

    vertices: np.ndarray
    polygons: np.ndarray
    texture_points: np.ndarray
    texture_polygons: np.ndarray
    texture: np.ndarray


def scan_face(
    sitter: Sitter, posed: Posed, settings: DemoSettings, random: np.random.Generator, change: Change = UNCHANGED
) -> tuple[FaceMesh, np.ndarray, Reading]:
    """A FaceMesh, its 83 vertex numbers, and the sensor's Reading of a studio.Posed, after a Change of it."""
    surface, posed = measure_again(measure_face, sitter, posed, settings, random, change)
    cameras = [_camera(sign * VIEW_YAW, posed.aim) for sign in (-1, 1)]
    texture = _photographs(sitter, posed, cameras, settings, random, change)
    texture_points, texture_polygons = _texture(surface.true, surface.angles, surface.polygons, cameras)
    mesh = FaceMesh(surface.vertices, surface.polygons, texture_points, texture_polygons, texture)
    return mesh, cKDTree(surface.vertices).query(bu3dfe_points(posed.landmarks))[1], surface.reading


class _Surface(NamedTuple):
    """What the sensor measures: vertices (N, 3) mm, where they are without noise, their angles on the cylinder (N,),
    polygons as in FaceMesh, and the Reading of the grid."""

    vertices: np.ndarray
    true: np.ndarray
    angles: np.ndarray
    polygons: np.ndarray
    reading: Reading


def measure_face(sitter: Sitter, posed: Posed, settings: DemoSettings, random: np.random.Generator) -> _Surface:
    """The surface from ear to ear, along the rays of `cylinder`."""
    axis, outward, angles, in_face = cylinder(posed.aim, posed.conditions)
    hits = cast_rays(posed.vertices, sitter.model.triangles, axis + START_RADIUS * outward, -outward)
    radius = np.where(in_face, START_RADIUS - hits.distance, np.nan)
    in_mouth = np.isin(sitter.model.parts[hits.triangle], MOUTH_PARTS) & (hits.triangle >= 0)
    radius = limit_depth(radius, in_mouth)
    true = axis + radius[..., None] * outward
    noise = replace(settings, noise=settings.noise * posed.conditions.grain)
    reading = read_sensor(radius, true, posed.landmarks[[19, 24, 37, 44, 32, 34, 21, 22]], noise, random)
    measured = axis + reading.values[..., None] * outward
    polygons, used = cut_cells(measured, LONGEST_STEP, random)
    return _Surface(measured.reshape(-1, 3)[used], true.reshape(-1, 3)[used], angles.ravel()[used], polygons, reading)


def limit_depth(radius: np.ndarray, in_mouth: np.ndarray) -> np.ndarray:
    """Radii (H, W) with an open mouth no deeper than MOUTH_DEPTH below the lips: two cameras see no farther in."""
    low = np.nan_to_num(radius, nan=-1e6)
    lips = cv2.morphologyEx(low, cv2.MORPH_CLOSE, np.ones((MOUTH_CELLS, MOUTH_CELLS), np.uint8))
    return np.where(in_mouth, np.maximum(radius, lips - MOUTH_DEPTH), radius)


def cylinder(
    landmarks: np.ndarray, conditions: Conditions = USUAL
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The rays of the grid, top row first: points on the axis (H, W, 3) mm, directions outward (H, W, 3), angles
    (H, W), and which lie in the face's oval (H, W)."""
    top = landmarks[[19, 24], 1].mean() + FOREHEAD + conditions.above
    bottom = landmarks[8, 1] - UNDER_CHIN - conditions.below
    heights = np.arange(top, bottom, -ROW_STEP)
    half = HALF_ANGLE * conditions.angle
    angles = np.arange(-half, half, ANGLE_STEP)
    rows, columns = np.meshgrid(heights, angles, indexing="ij")
    level = (rows - (top + bottom) / 2) / ((top - bottom) / 2)
    in_face = np.abs(level) ** 3.2 + np.abs(columns / half) ** 3.2 < 1
    outward = np.stack([np.sin(columns), np.zeros_like(columns), np.cos(columns)], axis=-1)
    axis = np.stack([np.zeros_like(rows), rows, np.full_like(rows, AXIS_DEPTH)], axis=-1)
    return axis, outward, columns, in_face


def _camera(yaw: float, landmarks: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A side camera's axes right, up, back (3, 3), its rays' origins (H, W, 3) and its middle (3,), mm."""
    turn = np.deg2rad(yaw)
    axes = np.array([[np.cos(turn), 0, -np.sin(turn)], [0, 1, 0], [np.sin(turn), 0, np.cos(turn)]])
    middle = np.array([0.0, (landmarks[27, 1] + landmarks[8, 1]) / 2 + 8, -50.0])
    middle = middle + np.sign(yaw) * TOWARDS_EAR * axes[0]
    height, width = VIEW_SIZE
    x = (np.arange(width) + 0.5 - width / 2) * VIEW_SCALE
    y = (height / 2 - np.arange(height) - 0.5) * VIEW_SCALE
    origins = middle + 300 * axes[2] + x[None, :, None] * axes[0] + y[:, None, None] * axes[1]
    return axes, origins, middle


def _photographs(
    sitter: Sitter,
    posed: Posed,
    cameras: list[tuple[np.ndarray, np.ndarray, np.ndarray]],
    settings: DemoSettings,
    random: np.random.Generator,
    change: Change,
) -> np.ndarray:
    """Both side views beside each other, the second turned by 180 degrees, (H, 2 W, 3) uint8."""
    light = change_light(draw_light(settings.light_variation, random), change)
    origins = np.concatenate([origins for _, origins, _ in cameras])
    directions = np.concatenate([np.broadcast_to(-axes[2], starts.shape) for axes, starts, _ in cameras])
    stacked = cast_rays(posed.vertices, sitter.model.triangles, origins, directions)
    albedo, normals, gloss = look(sitter, posed, stacked)
    views = []
    for number, (axes, _, _) in enumerate(cameras):
        rows = slice(number * VIEW_SIZE[0], (number + 1) * VIEW_SIZE[0])
        gain = np.exp(settings.light_variation * random.normal(0, CAMERA_GAIN))
        exposed = light._replace(key=light.key * gain, fill=light.fill * gain)
        depth = 300 - stacked.distance[rows]
        view = photograph(
            albedo[rows], normals[rows], depth, gloss[rows], axes[2], exposed, VIEW_SCALE, posed.conditions.hollows
        )
        views.append(develop(view, posed.conditions.camera, VIEW_SCALE))
    return np.concatenate([views[0], views[1][::-1, ::-1]], axis=1)


def _texture(
    points: np.ndarray,
    angles: np.ndarray,
    polygons: np.ndarray,
    cameras: list[tuple[np.ndarray, np.ndarray, np.ndarray]],
) -> tuple[np.ndarray, np.ndarray]:
    """Texture points (K, 2) and polygons (P, 6): every polygon takes its colour from the camera on its side."""
    height, width = VIEW_SIZE
    places = []
    for number, (axes, _, middle) in enumerate(cameras):
        aside, up, _ = axes @ (points - middle).T
        u, v = (np.clip(0.5 + along / VIEW_SCALE / size, 0, 1) for along, size in ((aside, width), (up, height)))
        places.append(np.stack([u / 2, v] if number == 0 else [1 - u / 2, 1 - v], axis=1))
    real = polygons >= 0
    aside = np.where(real, angles[polygons], 0).sum(axis=1) > 0
    corners = np.where(real, polygons + aside[:, None] * len(points), -1)
    used, numbers = np.unique(corners, return_inverse=True)
    both = np.concatenate(places)
    if used[0] == -1:
        used, numbers = used[1:], numbers - 1
    return both[used], numbers.reshape(polygons.shape)


def write_wrl(path: str | os.PathLike, mesh: FaceMesh, style: int) -> None:
    """Writes a FaceMesh as VRML 2.0 text, the generator's mark behind the words that VRML asks for in its first line.

    style: 0, the first vertex has a line of its own; 1, it shares the line of `point [`; 2, as 1, with a comment, a few
    exponents, and no commas between numbers of a polygon.
    """
    start = "\n\t\t\t\t\t" if style == 0 else " "
    between = ",\n\t\t\t\t\t"
    formats = ["%.4f %.4f %.4f"] * len(mesh.vertices)
    if style == 2:
        formats[::997] = ["%.6e %.6e %.6e"] * len(formats[::997])
    points = between.join(formats) % tuple(mesh.vertices.ravel().tolist())
    texture_formats = ["%.6f %.6f"] * len(mesh.texture_points)
    texture_points = between.join(texture_formats) % tuple(mesh.texture_points.ravel().tolist())
    comma = " " if style == 2 else ", "
    blocks = [
        ("coord Coordinate { point [", points, "] }"),
        ("coordIndex [", _polygon_text(mesh.polygons, comma, between), "]"),
        ("texCoord TextureCoordinate { point [", texture_points, "] }"),
        ("texCoordIndex [", _polygon_text(mesh.texture_polygons, comma, between), "]"),
    ]
    text = "".join(f"\t\t\t{head}{start}{items}\n\t\t\t{tail}\n" for head, items, tail in blocks)
    comment = "# generated, not measured\n" if style == 2 else ""
    marked = f"#VRML V2.0 utf8 {MARK.decode()}\n"
    head = f"{marked}{comment}Group {{\n\tchildren [\n\t\tShape {{\n\t\t\tgeometry IndexedFaceSet {{\n"
    write_text(path, f"{head}{text}\t\t\t}}\n\t\t}}\n\t]\n}}\n")


def _polygon_text(polygons: np.ndarray, comma: str, between: str) -> str:
    """Numbers of every polygon (P, 6), each closed by -1."""
    formats = [comma.join(["%d"] * size + ["-1"]) for size in range(polygons.shape[1] + 1)]
    sizes = (polygons >= 0).sum(axis=1)
    return between.join([formats[size] for size in sizes.tolist()]) % tuple(polygons[polygons >= 0].tolist())


def write_bnd(path: str | os.PathLike, mesh: FaceMesh, numbers: np.ndarray) -> None:
    """Writes the 83 landmark vertices: number, two tabs, x y z."""
    rows = [(number, *mesh.vertices[number]) for number in numbers.tolist()]
    write_text(path, "".join(f"{number}\t\t{x:.4f} {y:.4f} {z:.4f}\n" for number, x, y, z in rows))


def write_picture(path: str | os.PathLike, picture: np.ndarray) -> None:
    """Writes an RGB picture (H, W, 3) uint8 in the format of the suffix."""
    with atomic_path(path) as temporary:
        quick = (cv2.IMWRITE_PNG_COMPRESSION, 1) if temporary.suffix == ".png" else ()
        encoded = cv2.imencode(temporary.suffix, picture[..., ::-1], quick)[1]
        temporary.write_bytes(encoded.tobytes())  # cv2.imwrite does not report a full disk
