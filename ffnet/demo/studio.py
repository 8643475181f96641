"""A person ready to be scanned: painted, posed, and what any ray sees of them."""

import copy
from collections.abc import Callable
from typing import NamedTuple, TypeVar

import cv2
import numpy as np

from ffnet.demo import canvas, features, skin
from ffnet.demo.face_units import expressed_shape
from ffnet.demo.identity import Identity, make_identity
from ffnet.demo.model import NOSE_TIP, FaceModel
from ffnet.demo.render import Light
from ffnet.demo.roster import Scan, Subject
from ffnet.demo.settings import DemoSettings
from ffnet.demo.variety import Conditions, draw_conditions
from ffnet.geometry.mesh import vertex_normals
from ffnet.geometry.raycast import Hits
from ffnet.seeds import seed_of

HAIR_HEIGHT = 7.0  # mm of hair above the scalp
GLOSS = (0.28, 0.9, 0.9, 0.55, 0.3)  # by part
Measured = TypeVar("Measured")


class Sitter(NamedTuple):
    """One person: the model, who they are, their atlas (H, W, 3) uint8 sRGB, and lift (V, 3), mm by
    which hair raises the surface."""

    model: FaceModel
    identity: Identity
    atlas: np.ndarray
    lift: np.ndarray


class Posed(NamedTuple):
    """A head as it sits before the sensor: vertices and their normals (V, 3) float32, mm, origin at the nose tip of
    the face at rest; landmarks (68, 3); degrees about x, then y, then z (3,); aim, the landmarks (68, 3) at which the
    scanner was aimed, which stays where it is when the head turns."""

    vertices: np.ndarray
    normals: np.ndarray
    landmarks: np.ndarray
    degrees: np.ndarray
    conditions: Conditions
    aim: np.ndarray


class Change(NamedTuple):
    """What is changed in the studio before a scan is taken again.

    turn: degrees about x, then y, then z by which the head turns about the nose tip. lamp: degrees by which the lamp
    moves about the vertical, to the picture's right. light: factor on all light.
    """

    turn: tuple[float, float, float] = (0.0, 0.0, 0.0)
    lamp: float = 0.0
    light: float = 1.0


UNCHANGED = Change()


def prepare(model: FaceModel, subject: Subject, settings: DemoSettings) -> Sitter:
    """The Sitter of a Subject."""
    identity = make_identity(model.head, subject, settings)
    atlas, hair = _paint(identity, model.points[model.head.landmarks], model.masks / np.float32(255))
    place = np.clip(canvas.roll_out(model.points).astype(int), 0, [canvas.WIDTH - 1, canvas.HEIGHT - 1])
    on_skin = np.zeros(len(model.points), bool)
    on_skin[model.triangles[model.parts == 0]] = True
    lift = HAIR_HEIGHT * hair[place[:, 1], place[:, 0]] * on_skin
    rest = model.matrix @ identity.shape
    return Sitter(model, identity, atlas, lift[:, None] * vertex_normals(rest, model.triangles))


def _paint(identity: Identity, landmarks: np.ndarray, masks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The atlas, and the hair mask on the canvas."""
    random = np.random.default_rng([identity.seed, 1])
    pixels = skin.Pixels(landmarks)
    painted = skin.paint_skin(identity, pixels, masks, random)
    colour = features.hair_colour(identity, random)
    features.paint_lashes(painted, identity, pixels, random)
    features.paint_brows(painted, identity, pixels, colour, random)
    hair = features.paint_hair(painted, identity, pixels, colour, masks[2], random)
    features.paint_cloth(painted, pixels, random)
    tiles = [features.paint_eye(identity, random), features.paint_teeth(random), features.paint_mouth(random)]
    column = np.concatenate(tiles)
    column = np.pad(column, ((0, canvas.HEIGHT - len(column)), (0, 0), (0, 0)))
    return np.clip(np.concatenate([painted, column], axis=1), 0, 255).astype(np.uint8), hair


def pose_head(sitter: Sitter, scan: Scan, settings: DemoSettings, random: np.random.Generator) -> Posed:
    """The Posed head of one scan."""
    model = sitter.model
    conditions = draw_conditions(
        settings.variety, np.random.default_rng(seed_of(settings.seed, scan.stem, "conditions"))
    )
    shape = model.matrix @ expressed_shape(model.head, sitter.identity, scan, settings, random, conditions)
    shape = shape - shape[model.head.landmarks[NOSE_TIP]]
    shape += sitter.lift
    degrees = random.normal(0, settings.pose_deviation)
    shape = shape @ rotation_xyz(degrees).T
    normals = vertex_normals(shape, model.triangles).astype(np.float32)
    landmarks = shape[model.head.landmarks]
    return Posed(shape.astype(np.float32), normals, landmarks, degrees, conditions, landmarks)


def turn_posed(posed: Posed, rotation: np.ndarray) -> Posed:
    """The Posed head turned further about the nose tip; degrees and aim stay those before. rotation: (3, 3)."""
    turn = rotation.T.astype(np.float32)
    return posed._replace(
        vertices=posed.vertices @ turn, normals=posed.normals @ turn, landmarks=posed.landmarks @ rotation.T
    )


def change_posed(posed: Posed, change: Change) -> Posed:
    """The Posed head after a Change."""
    return turn_posed(posed, rotation_xyz(np.array(change.turn))) if any(change.turn) else posed


def change_light(light: Light, change: Change) -> Light:
    """The Light after a Change."""
    direction = rotation_xyz(np.array([0.0, change.lamp, 0.0])) @ light.direction
    return light._replace(direction=direction, key=change.light * light.key, fill=change.light * light.fill)


def measure_again(
    measure: Callable[[Sitter, Posed, DemoSettings, np.random.Generator], Measured],
    sitter: Sitter,
    posed: Posed,
    settings: DemoSettings,
    random: np.random.Generator,
    change: Change,
) -> tuple[Measured, Posed]:
    """What `measure` gives of the head after a Change, and that head.

    The sensor draws as for the unchanged head, but how much it draws depends on what it sees. So it measures that one,
    too, and `random` is left where the unchanged scan leaves it: light and camera, drawn next, are the same.
    """
    start = copy.deepcopy(random)
    measured = measure(sitter, posed, settings, random)
    turned = change_posed(posed, change)
    return (measured if turned is posed else measure(sitter, turned, settings, start)), turned


def rotation_xyz(degrees: np.ndarray) -> np.ndarray:
    """Rotation matrix (3, 3): about x first, then y, then z; angles (3,) in degrees."""
    (cx, cy, cz), (sx, sy, sz) = np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))
    about_x = np.array([[1, 0, 0], [0, cx, -sx], [0, sx, cx]])
    about_y = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    about_z = np.array([[cz, -sz, 0], [sz, cz, 0], [0, 0, 1]])
    return about_z @ about_y @ about_x


def look(sitter: Sitter, posed: Posed, hits: Hits) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Albedo (H, W, 3) uint8, normals (H, W, 3) float32 and gloss (H, W) float32 where rays (H, W) met the head;
    0 where they met nothing."""
    seen = hits.triangle >= 0
    triangle, weights = hits.triangle[seen], hits.weights[seen].astype(np.float32)
    uv = _mix(sitter.model.uv[triangle], weights)
    corners = sitter.model.triangles[triangle]
    normal = sum(weights[:, k, None] * posed.normals[corners[:, k]] for k in range(3))
    normal /= np.maximum(np.sqrt((normal * normal) @ np.ones(3, np.float32)), 1e-6)[:, None]
    places = np.full((2, *seen.shape), -9.0, np.float32)
    height, width = sitter.atlas.shape[:2]
    places[0][seen], places[1][seen] = uv[:, 0] * width - 0.5, (1 - uv[:, 1]) * height - 0.5
    albedo = cv2.remap(sitter.atlas, places[0], places[1], cv2.INTER_LINEAR)
    normals = np.zeros((*seen.shape, 3), np.float32)
    normals[seen] = normal
    gloss = np.zeros(seen.shape, np.float32)
    gloss[seen] = np.array(GLOSS, np.float32)[sitter.model.parts[triangle]]
    return albedo, normals, gloss


def _mix(corner_values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Values (n, K) from those at three corners (n, 3, K)."""
    return sum(weights[:, k, None] * corner_values[:, k] for k in range(3))
