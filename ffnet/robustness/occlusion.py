"""Something in front of the face, with a texture of its own, which hides what is behind it."""

from typing import NamedTuple

import numpy as np

from ffnet.errors import ScanError
from ffnet.geometry.mesh import Mesh, sample_texture, submesh
from ffnet.geometry.raycast import cast_rays
from ffnet.scans.pose import Pose

TILE = 64  # texels of the side of a cover's texture
PAD = 2  # texels between textures, copies of the edge
TO_CAMERA = np.array([0.0, 0.0, 1.0])

GRID = 41  # vertices along the side of a hand
BELOW_TIP = 0.37  # eye distances from the nose tip down to the mouth, the hand's middle
HAND_HEIGHT = 1.2  # of its width
HAND_DEPTHS = (5.0, 17.0)  # mm before the nose tip, at the edge and in the middle
FINGERS, BETWEEN_FINGERS = 4, 0.55  # how many, brightness between them

EYE_ASIDE, LENS = 0.335, 0.27  # eye distances: an eye from the middle, the outer radius of a lens
GLASSES_DEPTH = -6.0  # mm before the nose tip
BRIDGE = 2.0  # mm, half its height
SPOKES = 48  # of a lens
DARK = (28, 26, 30)  # RGB


class Cover(NamedTuple):
    """A surface in front of the face, in the frame of a Pose: vertices (N, 3) mm, triangles (M, 3), places (N, 2) in
    [0, 1] on its texture (TILE, TILE, 3) uint8, u right and v up."""

    vertices: np.ndarray
    triangles: np.ndarray
    places: np.ndarray
    texture: np.ndarray


def cover_face(mesh: Mesh, cover: Cover, pose: Pose) -> Mesh:
    """The Mesh with a Cover, without the triangles whose middle it hides from a camera at z = +infinity.

    pose: of the face. Raises ScanError if nothing else is left.
    """
    vertices = cover.vertices @ pose.rotation + pose.nose_tip
    middles = mesh.vertices[mesh.triangles].mean(axis=1)
    kept = cast_rays(vertices, cover.triangles, middles, TO_CAMERA).triangle < 0
    if not kept.any():
        raise ScanError("nothing of the face can be seen beside what covers it")
    face = submesh(mesh, kept)
    texture, uv, places = join_textures(face, cover)
    return Mesh(
        np.concatenate([face.vertices, vertices]),
        np.concatenate([face.triangles, cover.triangles + len(face.vertices)]),
        np.concatenate([uv, places[cover.triangles]]),
        texture,
    )


def join_textures(mesh: Mesh, cover: Cover) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The texture of a Mesh with that of a Cover below it, the uv (M, 3, 2) of the mesh and the places (N, 2) of the
    cover on both."""
    height, width = mesh.texture.shape[:2]
    upper = np.pad(mesh.texture, ((0, PAD), (0, max(PAD, TILE + PAD - width)), (0, 0)), "edge")
    lower = np.pad(cover.texture, ((PAD, 0), (0, upper.shape[1] - TILE), (0, 0)), "edge")
    both = np.concatenate([upper, lower])
    # in texels from the upper left corner; half a texel inside the edges, as beyond it sample_texture gives the same
    down = np.clip((1 - mesh.uv[..., 1]) * height, 0.5, height - 0.5)
    across = np.clip(mesh.uv[..., 0] * width, 0.5, width - 0.5)
    size = [both.shape[1], both.shape[0]]
    uv = np.stack([across, both.shape[0] - down], axis=-1) / size
    return both, uv, (cover.places * (TILE - 1) + 0.5) / size


def hand(mesh: Mesh, pose: Pose, width: float) -> Cover:
    """A hand over the mouth: a bulging ellipse in front of the nose tip, in the median colour of the scan.

    width: mm; its height is HAND_HEIGHT times that. Between the fingers it is darker.
    """
    across, up = np.meshgrid(np.linspace(-1, 1, GRID), np.linspace(-1, 1, GRID))
    radius = np.hypot(across, up)
    edge, middle = HAND_DEPTHS
    depth = edge + (middle - edge) * np.sqrt(np.clip(1 - radius**2, 0, None))
    x, y = width / 2 * across, HAND_HEIGHT * width / 2 * up - BELOW_TIP * pose.eye_distance
    vertices = np.stack([x, y, depth], axis=-1).reshape(-1, 3)
    corner = (np.arange(GRID - 1)[:, None] * GRID + np.arange(GRID - 1)).ravel()
    triangles = np.concatenate([corner[:, None] + [0, 1, GRID + 1], corner[:, None] + [0, GRID + 1, GRID]])
    inside = (radius.ravel()[triangles] <= 1 + 1e-9).all(axis=1)
    places = np.stack([across + 1, up + 1], axis=-1).reshape(-1, 2) / 2
    stripes = 1 - (1 - BETWEEN_FINGERS) * np.abs(np.cos(np.pi * FINGERS * np.linspace(0, 1, TILE))) ** 16
    texture = np.rint(skin_colour(mesh) * stripes[:, None, None] * np.ones((TILE, TILE, 1)))
    return Cover(vertices, triangles[inside], places, texture.astype(np.uint8))


def skin_colour(mesh: Mesh) -> np.ndarray:
    """The median colour (3,) of a Mesh at the middles of its triangles."""
    return np.median(sample_texture(mesh.texture, mesh.uv.mean(axis=1)), axis=0)


def glasses(pose: Pose, rim: float) -> Cover:
    """Dark glasses: a ring around each eye, and a bridge between them.

    rim: width of the rings in mm, inwards from the lens's edge; from its radius on the lenses are opaque.
    """
    radius = LENS * pose.eye_distance
    inner = max(radius - rim, 0.0)
    angle = 2 * np.pi * np.arange(SPOKES) / SPOKES
    around = np.stack([np.cos(angle), np.sin(angle), 0 * angle], axis=-1)
    ring = np.concatenate([inner * around, radius * around])
    first, second = np.arange(SPOKES), np.roll(np.arange(SPOKES), -1)
    quads = np.stack([first, first + SPOKES, second + SPOKES, second], axis=-1)
    aside = EYE_ASIDE * pose.eye_distance
    eyes = [np.array([side * aside, pose.eyes[1], GLASSES_DEPTH]) for side in (-1, 1)]
    gap = max(aside - radius, 0.0) + 1.0  # reaches into both rings
    corners = np.array([[-gap, -BRIDGE, 0], [gap, -BRIDGE, 0], [gap, BRIDGE, 0], [-gap, BRIDGE, 0]])
    bridge = corners + [0, pose.eyes[1], GLASSES_DEPTH]
    quads = np.concatenate([quads, quads + 2 * SPOKES, 4 * SPOKES + np.arange(4)[None]])
    vertices = np.concatenate([ring + eyes[0], ring + eyes[1], bridge])
    texture = np.full((TILE, TILE, 3), DARK, np.uint8)
    triangles = np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])
    return Cover(vertices, triangles, np.full((len(vertices), 2), 0.5), texture)
