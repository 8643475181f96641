"""Turning a face to the camera, with nothing but its mesh and texture.

The mesh is rendered from the front with shading, dlib finds its landmarks on that picture, and a rotation fits the 3D
points under them to a mean face; this is repeated for a few rounds.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from scipy import ndimage
from scipy.spatial.transform import Rotation

from ffnet.errors import ScanError
from ffnet.geometry.mesh import Mesh, vertex_normals
from ffnet.geometry.raycast import Hits, cast_view, interpolate, pixel_centres, view_texture
from ffnet.geometry.shading import shade, shaded_grey
from ffnet.landmarks.detector import detect_face, predict_landmarks
from ffnet.landmarks.mean_face import mean_face
from ffnet.scans.settings import PoseSettings

RIGID = np.r_[17:28, 31:48]  # brows, root and base of the nose, eyes: what moves little with expression
LEAST_RIGID = 12  # of them on the mesh; fewer may all lie on one half of the face
EYE_CORNERS = [36, 45]
NOSE_TIP = 30
REACH = 6.0  # mm from a landmark to the nearest measured pixel
STEPS = 6  # of the fit; they converge within three


class Pose(NamedTuple):
    """x_frontal = rotation @ (x - nose_tip), in mm.

    rotation: (3, 3). nose_tip: (3,) in the file's coordinates. eye_distance: mm between the outer eye corners.
    eyes: (3,) their middle in the frontal frame. route: which picture the face was found on, "texture" or "shape"; or
    "files", a landmark file. notes: what is doubtful about that file.
    """

    rotation: np.ndarray
    nose_tip: np.ndarray
    eye_distance: float
    eyes: np.ndarray
    route: str
    notes: tuple[str, ...] = ()


def find_pose(mesh: Mesh, settings: PoseSettings) -> Pose:
    """The Pose of a face that looks towards +z within some 20 degrees.

    mesh: in mm. Raises ScanError if no face is found or too little of it is measured.
    """
    target, deviation = mean_face()
    rotation = np.eye(3)
    for _ in range(settings.rounds):
        turned = mesh._replace(vertices=mesh.vertices @ rotation.T)
        landmarks, route = landmarks_in_space(turned, settings)
        seen = RIGID[np.isfinite(landmarks[RIGID]).all(axis=1)]
        if len(seen) < LEAST_RIGID:
            raise ScanError(f"only {len(seen)} of {len(RIGID)} landmarks of brows, nose and eyes lie on the mesh")
        turn = fit_rotation(landmarks[seen], target[seen], deviation[seen])
        rotation, landmarks = turn @ rotation, landmarks @ turn.T
    corners, tip = landmarks[EYE_CORNERS], landmarks[NOSE_TIP]
    if not np.isfinite([*corners, tip]).all():
        raise ScanError("the outer eye corners or the nose tip do not lie on the mesh")
    return Pose(
        rotation=rotation,
        nose_tip=rotation.T @ tip,
        eye_distance=float(np.linalg.norm(corners[0] - corners[1])),
        eyes=corners.mean(axis=0) - tip,
        route=route,
    )


def landmarks_in_space(mesh: Mesh, settings: PoseSettings) -> tuple[np.ndarray, str]:
    """The 3D points (68, 3) under dlib's landmarks on a shaded frontal picture, NaN off the mesh; and the route."""
    center = np.median(mesh.vertices[mesh.triangles[:, 0], :2], axis=0)
    hits, depth = cast_view(mesh.vertices, mesh.triangles, center, settings.view_extent, settings.view_size)
    for route, picture in _pictures(mesh, hits):
        for upsample in (0, 1):
            box = detect_face(picture, upsample)
            if box is None:
                continue
            x, y = pixel_centres(center, settings.view_extent, settings.view_size)
            return points_under(predict_landmarks(picture, box), x, y, depth, settings.window), route
    raise ScanError("no face was found on the mesh; is it a face that looks towards +z, with y up?")


def points_under(pixels: np.ndarray, x: np.ndarray, y: np.ndarray, depth: np.ndarray, window: int) -> np.ndarray:
    """The 3D points (L, 3) under landmarks (L, 2) in pixels of a view; NaN where nothing is measured within REACH mm.

    x, y: (S,) mm of the pixel centres. depth: (S, S) mm, NaN off the mesh. window: side in pixels of the square whose
    median is taken as a landmark's depth, so that a spike under it has no effect; holes are filled from the nearest
    pixel first.
    """
    columns, rows = np.clip(pixels.astype(int), 0, len(x) - 1).T
    distance, nearest = ndimage.distance_transform_edt(np.isnan(depth), return_indices=True)
    steps = np.arange(window) - window // 2
    around = np.clip(np.stack([rows, columns])[:, :, None] + steps, 0, len(x) - 1)  # (2, L, window)
    down, across = around[0][:, :, None], around[1][:, None, :]
    z = np.median(depth[tuple(nearest[:, down, across])], axis=(1, 2))
    z[distance[rows, columns] * (x[1] - x[0]) > REACH] = np.nan
    return np.stack([x[columns], y[rows], z], axis=1)


def _pictures(mesh: Mesh, hits: Hits) -> Iterator[tuple[str, np.ndarray]]:
    """Shaded texture first, then shaded grey: bare texture hides the face's relief from the detector."""
    normals = interpolate(vertex_normals(mesh.vertices, mesh.triangles)[mesh.triangles], hits)
    yield (
        "texture",
        np.clip(np.nan_to_num(view_texture(mesh, hits)) * shade(normals)[..., None], 0, 255).astype(np.uint8),
    )
    yield "shape", shaded_grey(normals)


def fit_rotation(points: np.ndarray, target: np.ndarray, deviation: np.ndarray) -> np.ndarray:
    """The rotation (3, 3) that turns points (N, 3) onto target (N, 3) best, the shift between them set aside.

    deviation: (N, 3), how far target may differ along each of its axes: where faces are alike, a millimetre says more
    about the pose than where they are not. Squares weighted so have no closed solution: Gauss-Newton steps follow the
    unweighted one (Kabsch's).
    """
    points, target = points - points.mean(axis=0), target - target.mean(axis=0)
    u, _, vt = np.linalg.svd(target.T @ points)
    rotation = u @ np.diag([1, 1, np.sign(np.linalg.det(u @ vt))]) @ vt
    for _ in range(STEPS):
        turned = points @ rotation.T
        spins = np.cross(np.eye(3)[:, None], turned)  # (3, N, 3), what a turn about each axis moves
        shifts = np.broadcast_to(np.eye(3)[:, None], spins.shape)
        moves = (np.concatenate([spins, shifts]) / deviation).reshape(6, -1).T
        change = np.linalg.lstsq(moves, ((target - turned) / deviation).ravel(), rcond=None)[0]
        rotation = Rotation.from_rotvec(change[:3]).as_matrix() @ rotation
    return rotation
