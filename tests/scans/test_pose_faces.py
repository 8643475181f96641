"""Turning faces to the camera: generated faces whose pose is known."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from ffnet.demo.studio import rotation_xyz
from ffnet.errors import InputError, ScanError
from ffnet.geometry.mesh import Mesh
from ffnet.landmarks import detector
from ffnet.landmarks.mean_face import mean_face
from ffnet.scans import pose as pose_module
from ffnet.scans.pose import EYE_CORNERS, NOSE_TIP, RIGID, find_pose


@pytest.mark.parametrize("degrees", [(0, 0, 0), (20, 20, 20), (-20, -20, -20), (20, -20, 20), (-20, 20, -20)])
def test_a_face_is_found_at_any_turn_up_to_20_degrees_and_any_place(known, settings, degrees):
    scan = known.turned(rotation_xyz(degrees), (300.0, -200.0, 100.0))
    pose = find_pose(scan.mesh, settings)
    degrees_off, nose_off = scan.errors(pose)
    assert degrees_off < 8 and nose_off < 8
    assert pose.route == "texture"
    corners = (scan.landmarks[EYE_CORNERS] - scan.landmarks[NOSE_TIP]) @ scan.frontal.T
    assert pose.eye_distance == pytest.approx(corners[1, 0] - corners[0, 0], abs=6)
    np.testing.assert_allclose(pose.eyes, corners.mean(axis=0), atol=8)


def test_a_shift_moves_the_nose_tip_and_nothing_else(known, settings):
    shift = np.array([64.0, -32.0, 128.0])
    there, here = find_pose(known.turned(np.eye(3), shift).mesh, settings), find_pose(known.mesh, settings)
    np.testing.assert_allclose(there.nose_tip, here.nose_tip + shift, atol=1.5)
    assert np.degrees(Rotation.from_matrix(there.rotation @ here.rotation.T).magnitude()) < 2


@pytest.mark.parametrize(("grey", "route"), [(0, "shape"), (200, "texture")])
def test_a_face_without_texture_is_found_on_its_shading(known, settings, grey, route):
    scan = known._replace(mesh=known.mesh._replace(texture=np.full_like(known.mesh.texture, grey)))
    pose = find_pose(scan.mesh, settings)
    degrees_off, nose_off = scan.errors(pose)
    assert pose.route == route
    assert degrees_off < 8 and nose_off < 8


def test_spikes_and_holes_move_the_nose_tip_little(known, settings):
    random = np.random.default_rng(3)
    vertices = known.mesh.vertices.copy()
    spikes = random.choice(len(vertices), len(vertices) // 100, replace=False)
    vertices[spikes, 2] += random.uniform(-30, 30, len(spikes))
    near = np.linalg.norm(vertices - known.landmarks[NOSE_TIP], axis=1) < 4
    triangles = known.mesh.triangles
    whole = ~near[triangles].any(axis=1)
    mesh = known.mesh._replace(vertices=vertices, triangles=triangles[whole], uv=known.mesh.uv[whole])
    degrees_off, nose_off = known.errors(find_pose(mesh, settings))
    assert degrees_off < 8 and nose_off < 8


def test_a_sphere_is_no_face(settings):
    rows, columns = np.mgrid[:40, :40]
    x, y = (columns - 19.5) * 5.0, (19.5 - rows) * 5.0
    vertices = np.stack([x, y, np.sqrt(30000 - x**2 - y**2)], axis=-1).reshape(-1, 3)
    corner = (rows[:-1, :-1] * 40 + columns[:-1, :-1]).ravel()
    lower, upper = [corner, corner + 40, corner + 41], [corner, corner + 41, corner + 1]
    triangles = np.concatenate([np.stack(lower, axis=1), np.stack(upper, axis=1)])
    mesh = Mesh(vertices, triangles, np.full((len(triangles), 3, 2), 0.5), np.full((2, 2, 3), 128, np.uint8))
    with pytest.raises(ScanError, match="no face was found on the mesh"):
        find_pose(mesh, settings)


def test_landmarks_off_the_mesh_are_told(known, settings, monkeypatch):
    landmarks = mean_face()[0].copy()
    monkeypatch.setattr(pose_module, "landmarks_in_space", lambda mesh, settings: (landmarks, "texture"))
    landmarks[NOSE_TIP] = np.nan
    with pytest.raises(ScanError, match="the outer eye corners or the nose tip do not lie on the mesh"):
        find_pose(known.mesh, settings)
    landmarks[RIGID[11:]] = np.nan
    with pytest.raises(ScanError, match="only 11 of 28 landmarks of brows, nose and eyes lie on the mesh"):
        find_pose(known.mesh, settings)


def test_no_face_is_detected_on_a_black_picture():
    assert detector.detect_face(np.zeros((200, 200, 3), np.uint8), 0) is None


def test_a_missing_model_of_landmarks_is_told(monkeypatch):
    monkeypatch.setattr(detector.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(InputError, match="shape_predictor_68_face_landmarks.dat is missing; install face_"):
        detector._models.__wrapped__()


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("layout", ["bu3dfe", "bosphorus"])
def test_poses_of_people_never_seen_come_out_as_promised(known_scans, settings, layout):
    """Issue 3: turns up to 20 degrees about all axes; nose tip 3 mm and 8 mm (95%), remaining rotation 3 degrees."""
    random = np.random.default_rng(2)
    found = []
    for known in known_scans(7, layout, range(20), 2):
        scan = known.turned(rotation_xyz(random.uniform(-20, 20, 3)), random.uniform(-200, 200, 3))
        found.append(scan.errors(find_pose(scan.mesh, settings)))
    degrees_off, nose_off = np.array(found).T
    print(f"{layout}: rotation {np.median(degrees_off):.2f} ({np.percentile(degrees_off, 95):.2f}) degrees, nose tip")
    print(f"{np.median(nose_off):.2f} ({np.percentile(nose_off, 95):.2f}) mm")
    assert np.median(nose_off) < 3 and np.percentile(nose_off, 95) < 8
    assert np.median(degrees_off) < 3
