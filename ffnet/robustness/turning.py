"""A head turned before the scanner, which then sees less of it."""

from typing import Literal

import numpy as np
from scipy.spatial.transform import Rotation

from ffnet.errors import ScanError
from ffnet.geometry.mesh import Mesh, submesh
from ffnet.geometry.raycast import cast_rays

TURNS: dict[str, Literal["x", "y", "z"]] = {"yaw": "y", "pitch": "x", "roll": "z"}
CLEARANCE = 0.2  # mm above a triangle's middle beyond which another surface hides it
TO_CAMERA = np.array([0.0, 0.0, 1.0])


def rotation_about(turn: str, degrees: float) -> np.ndarray:
    """The rotation matrix (3, 3) of a turn of TURNS.

    Yaw above 0 moves the nose to the picture's right, pitch above 0 moves it down, roll above 0 turns the picture
    counter-clockwise.
    """
    return Rotation.from_euler(TURNS[turn], degrees, degrees=True).as_matrix()


def turn_mesh(mesh: Mesh, rotation: np.ndarray) -> Mesh:
    """The Mesh turned about the mean of its vertices. rotation: (3, 3)."""
    middle = mesh.vertices.mean(axis=0)
    return mesh._replace(vertices=(mesh.vertices - middle) @ rotation.T + middle)


def visible_part(mesh: Mesh) -> Mesh:
    """The triangles that a camera at z = +infinity sees: those that face it and whose middle nothing hides.

    Raises ScanError if there are none.
    """
    corners = mesh.vertices[mesh.triangles]
    front = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])[:, 2] > 0
    middles = corners.mean(axis=1) + CLEARANCE * TO_CAMERA
    free = cast_rays(mesh.vertices, mesh.triangles, middles, TO_CAMERA).triangle < 0
    if not (front & free).any():
        raise ScanError("nothing of the mesh can be seen from the front")
    return submesh(mesh, front & free)


def turn(mesh: Mesh, axis: str, degrees: float) -> Mesh:
    """What a scanner in front sees of a Mesh turned about an axis of TURNS; at 0 degrees the Mesh itself."""
    return visible_part(turn_mesh(mesh, rotation_about(axis, degrees))) if degrees else mesh
