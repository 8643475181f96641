"""Turning a face to the camera, with nothing but its mesh and texture.

The mesh is pictured from the front with shading, dlib finds its landmarks on that picture, the 3D points under them
are fitted to a mean face by a rotation, and so on for a few rounds.
"""

import functools
import pathlib
from typing import NamedTuple

import numpy as np
from scipy import ndimage

from ffnet.errors import ScanError
from ffnet.geometry.mesh import vertex_normals
from ffnet.geometry.raycast import cast_view, interpolate, pixel_centres, view_texture
from ffnet.scans.detector import detect_face, predict_landmarks

MEAN_FACE = pathlib.Path(__file__).with_name("mean_face.csv")
RIGID = np.r_[17:28, 31:48]  # brows, root and base of the nose, eyes: what moves little with expression
EYE_CORNERS = (36, 45)
NOSE_TIP = 30
REACH = 6.0  # mm from a landmark to the nearest measured pixel
NOSE_REACH = 12.0  # mm around landmark 30 in which the tip is sought
LIGHT = np.array([0.1, 0.3, 1.0]) / np.linalg.norm([0.1, 0.3, 1.0])


class Pose(NamedTuple):
    """x_frontal = rotation @ (x - nose_tip), in mm.

    rotation: (3, 3). nose_tip: (3,) in the file's coordinates. eye_distance: mm between the outer eye corners.
    eyes: (3,) their middle in the frontal frame. route: which picture the face was found on.
    """

    rotation: np.ndarray
    nose_tip: np.ndarray
    eye_distance: float
    eyes: np.ndarray
    route: str


@functools.cache
def mean_face():
    """The 68 landmarks (68, 3) of a mean face in the frontal frame, mm, origin at the nose tip."""
    return np.loadtxt(MEAN_FACE, delimiter=",", skiprows=1)[:, 1:]


def find_pose(mesh, settings):
    """The Pose of a face that looks towards +z within some 20 degrees.

    mesh: Mesh in mm. settings: PoseSettings. Raises ScanError if no face is found or too little of it is measured.
    """
    rotation = np.eye(3)
    for _ in range(settings.rounds):
        landmarks, route = _landmarks_in_space(mesh._replace(vertices=mesh.vertices @ rotation.T), settings)
        seen = RIGID[np.isfinite(landmarks[RIGID]).all(axis=1)]
        if len(seen) < 12:
            raise ScanError(f"only {len(seen)} of {len(RIGID)} landmarks of brows, nose and eyes lie on the mesh")
        rotation = fit_rotation(landmarks[seen], mean_face()[seen]) @ rotation
    landmarks = _landmarks_in_space(mesh._replace(vertices=mesh.vertices @ rotation.T), settings)[0]
    corners = landmarks[list(EYE_CORNERS)]
    if not np.isfinite(corners).all() or not np.isfinite(landmarks[NOSE_TIP]).all():
        raise ScanError("the outer eye corners or the nose tip do not lie on the mesh")
    tip = _foremost_vertex(mesh.vertices @ rotation.T, landmarks[NOSE_TIP])
    return Pose(
        rotation=rotation,
        nose_tip=rotation.T @ tip,
        eye_distance=float(np.linalg.norm(corners[0] - corners[1])),
        eyes=corners.mean(axis=0) - tip,
        route=route,
    )


def _landmarks_in_space(mesh, settings):
    """The 3D points (68, 3) under dlib's landmarks on a shaded frontal picture, NaN off the mesh; and the route."""
    center = np.median(mesh.vertices[mesh.triangles[:, 0], :2], axis=0)
    hits, depth = cast_view(mesh.vertices, mesh.triangles, center, settings.view_extent, settings.view_size)
    for route, picture in _pictures(mesh, hits):
        for upsample in (0, 1):
            box = detect_face(picture, upsample)
            if box is None:
                continue
            x, y = pixel_centres(center, settings.view_extent, settings.view_size)
            return points_under(predict_landmarks(picture, box), x, y, depth), route
    raise ScanError("no face was found on the mesh; is it a face that looks towards +z, with y up?")


def points_under(pixels, x, y, depth):
    """The 3D points (L, 3) under landmarks (L, 2) in pixels of a view; where a landmark falls into a hole, the depth
    of the nearest measured pixel within REACH mm; NaN farther off the mesh.

    x, y: (S,) mm of the pixel centres. depth: (S, S) mm, NaN off the mesh.
    """
    columns, rows = np.clip(pixels.astype(int), 0, len(x) - 1).T
    distance, nearest = ndimage.distance_transform_edt(np.isnan(depth), return_indices=True)
    z = depth[tuple(nearest)][rows, columns]
    z[distance[rows, columns] * (x[1] - x[0]) > REACH] = np.nan
    return np.stack([x[columns], y[rows], z], axis=1)


def _pictures(mesh, hits):
    """Shaded texture first, then shaded grey: bare texture hides the face's relief from the detector."""
    normals = interpolate(vertex_normals(mesh.vertices, mesh.triangles)[mesh.triangles], hits)
    shade = np.nan_to_num(0.35 + 0.65 * np.clip(normals @ LIGHT, 0, 1))[..., None]
    yield "texture", np.clip(np.nan_to_num(view_texture(mesh, hits)) * shade, 0, 255).astype(np.uint8)
    yield "shape", np.repeat(np.clip(200 * shade, 0, 255), 3, axis=2).astype(np.uint8)


def fit_rotation(points, target):
    """The rotation (3, 3) that turns points (N, 3) onto target (N, 3) best, shift and scale set aside (Kabsch)."""
    u, _, vt = np.linalg.svd((target - target.mean(axis=0)).T @ (points - points.mean(axis=0)))
    return u @ np.diag([1, 1, np.sign(np.linalg.det(u @ vt))]) @ vt


def _foremost_vertex(vertices, near):
    around = vertices[np.linalg.norm(vertices[:, :2] - near[:2], axis=1) < NOSE_REACH]
    around = around[np.abs(around[:, 2] - near[2]) < NOSE_REACH]  # a spike is no nose
    if len(around) == 0:
        raise ScanError("there is no vertex around the nose tip")
    return around[np.argsort(around[:, 2])[-max(1, len(around) // 50) :]].mean(axis=0)
