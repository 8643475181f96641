"""Turning faces to the camera: closed forms, then generated faces whose pose is known."""

from typing import NamedTuple

import numpy as np
import pytest
import yaml
from scipy.spatial.transform import Rotation

from ffnet.demo import bosphorus, bu3dfe, plan
from ffnet.demo.makehuman import read_head
from ffnet.demo.model import build_model
from ffnet.demo.settings import DemoSettings
from ffnet.demo.studio import pose_head, prepare, rotation_xyz
from ffnet.errors import InputError, ScanError
from ffnet.geometry.mesh import Mesh
from ffnet.geometry.raycast import pixel_centres
from ffnet.scans import detector
from ffnet.scans import pose as pose_module
from ffnet.scans.bosphorus import read_bosphorus
from ffnet.scans.bu3dfe import read_bu3dfe
from ffnet.scans.pose import (
    EYE_CORNERS,
    MEAN_FACE,
    NOSE_TIP,
    REACH,
    RIGID,
    find_pose,
    fit_rotation,
    landmarks_in_space,
    mean_face,
    points_under,
)
from ffnet.scans.settings import PoseSettings
from ffnet.settings import read_settings

# the landmark on the other side of the face, for each of the 68
MIRRORED = np.r_[16:-1:-1, 26:16:-1, 27:31, 35:30:-1, [45, 44, 43, 42, 47, 46, 39, 38, 37, 36, 41, 40]]
MIRRORED = np.r_[MIRRORED, 54:47:-1, 59:54:-1, 64:59:-1, 67:64:-1]
LEFT_TO_RIGHT = np.array([-1.0, 1.0, 1.0])
PLACING = 1.0  # mm, of dlib's whole pixels: no deviation of the mean face is smaller


class Known(NamedTuple):
    """A scan read from its files, and the truth: landmarks (68, 3) in the file's coordinates, frontal (3, 3) the
    rotation that turns the face to the camera."""

    mesh: Mesh
    landmarks: np.ndarray
    frontal: np.ndarray


@pytest.fixture(scope="session")
def settings(request):
    section = yaml.safe_load((request.config.rootpath / "config.yaml").read_text())["scans"]["pose"]
    return read_settings(PoseSettings, section, "config.yaml: scans.pose")


@pytest.fixture(scope="session")
def known_scans(request, tmp_path_factory):
    """A function that makes Known scans, a few of each person: known_scans(seed, layout, numbers, scans)."""
    demo = yaml.safe_load((request.config.rootpath / "config.yaml").read_text())["demo"]
    model = build_model(read_head())

    def make(seed, layout, numbers, scans):
        settings = read_settings(DemoSettings, demo | {"seed": seed, "subjects": max(numbers) + 1}, "demo")
        people = plan.list_subjects(settings, layout)
        for subject in (people[number] for number in numbers):
            sitter, planned = prepare(model, subject, settings), plan.list_scans(settings, subject)
            random = np.random.default_rng([seed, subject.number])
            for number in random.choice(len(planned), scans, replace=False):
                posed = pose_head(sitter, planned[number], settings, random)
                folder = tmp_path_factory.mktemp("scan")
                mesh = _scan_and_read(folder, layout, sitter, posed, settings, random)
                yield Known(mesh, posed.landmarks, rotation_xyz(posed.degrees).T)

    return make


def _scan_and_read(folder, layout, sitter, posed, settings, random):
    if layout == "bu3dfe":
        face = bu3dfe.scan_face(sitter, posed, settings, random)[0]
        bu3dfe.write_wrl(f"{folder}/a.wrl", face, style=0)
        bu3dfe.write_picture(f"{folder}/a.bmp", face.texture)
        return read_bu3dfe(f"{folder}/a.wrl", f"{folder}/a.bmp")
    planes, picture, _ = bosphorus.scan_range(sitter, posed, settings, random)
    bosphorus.write_bnt(f"{folder}/a.bnt", planes, "a.png", only_depth=True)
    bu3dfe.write_picture(f"{folder}/a.png", picture)
    return read_bosphorus(f"{folder}/a.bnt", f"{folder}/a.png", longest_edge=12.0)


@pytest.fixture(scope="session")
def known(known_scans):
    return next(known_scans(5, "bu3dfe", [0], 1))


def turned(scan, rotation, shift=(0.0, 0.0, 0.0)):
    """A Known scan after a further turn and shift."""
    mesh = scan.mesh._replace(vertices=scan.mesh.vertices @ rotation.T + shift)
    return Known(mesh, scan.landmarks @ rotation.T + shift, scan.frontal @ rotation.T)


def errors(pose, scan):
    """How far, in degrees, a Pose is from the truth, and its nose tip, in mm."""
    remaining = Rotation.from_matrix(pose.rotation @ scan.frontal.T).magnitude()
    return np.degrees(remaining), np.linalg.norm(pose.nose_tip - scan.landmarks[NOSE_TIP])


def test_fit_rotation_returns_the_very_turn_whatever_the_weights():
    random = np.random.default_rng(0)
    for _ in range(20):
        rotation = Rotation.random(random_state=random).as_matrix()
        points = random.normal(0, 30, (15, 3))
        found = fit_rotation(points, points @ rotation.T + random.normal(0, 50, 3), random.uniform(1, 5, (15, 3)))
        np.testing.assert_allclose(found, rotation, atol=1e-9)


def test_fit_rotation_of_a_flat_face_is_no_mirror_image():
    points = np.array([[-40.0, 0, 0], [40, 0, 0], [0, 30, 0], [0, -35, 0]])
    found = fit_rotation(points, points * [-1, 1, 1], np.ones((4, 3)))
    assert np.linalg.det(found) == pytest.approx(1)


def test_fit_rotation_trusts_the_points_that_are_alike_on_all_faces():
    points = mean_face()[0][RIGID]
    bent, deviation = points.copy(), np.ones_like(points)
    bent[:5, 2] += 20
    assert np.degrees(Rotation.from_matrix(fit_rotation(bent, points, deviation)).magnitude()) > 3
    deviation[:5, 2] = 1000
    np.testing.assert_allclose(fit_rotation(bent, points, deviation), np.eye(3), atol=1e-3)


def test_fit_rotation_finds_the_least_weighted_sum_of_squares():
    random = np.random.default_rng(1)
    points, target = random.normal(0, 30, (2, 12, 3))
    deviation = random.uniform(1, 6, (12, 3))

    def cost(rotation):
        apart = (target - target.mean(axis=0)) - (points - points.mean(axis=0)) @ rotation.T
        shift = (apart / deviation**2).sum(axis=0) / (1 / deviation**2).sum(axis=0)
        return (((apart - shift) / deviation) ** 2).sum()

    target = points @ rotation_xyz([10, -20, 5]).T + random.normal(0, 4, (12, 3))
    best = fit_rotation(points, target, deviation)
    for axis in np.eye(3):
        for degrees in (-0.1, 0.1):
            assert cost(Rotation.from_rotvec(axis * np.radians(degrees)).as_matrix() @ best) > cost(best)


def test_points_under_pixels_of_a_plane_lie_on_the_plane():
    x, y = pixel_centres((10.0, -5.0), 80.0, 80)
    depth = 3 + 0.5 * x[None, :] - 0.25 * y[:, None]
    points = points_under(np.array([[5.0, 60.0], [40.0, 41.0]]), x, y, depth, window=5)
    np.testing.assert_allclose(points[:, :2], [[x[5], y[60]], [x[40], y[41]]])
    np.testing.assert_allclose(points[:, 2], 3 + 0.5 * points[:, 0] - 0.25 * points[:, 1])


def test_points_under_pixels_ignore_a_spike_and_reach_over_a_small_hole_only():
    x, y = pixel_centres((0.0, 0.0), 80.0, 80)
    depth = np.full((80, 80), 7.0)
    depth[20:22, 20:22] = 30.0
    depth[48:53, 48:53] = np.nan
    depth[:, 68:] = np.nan
    near, far = 67 + REACH, 67 + REACH + 1  # pixels of 1 mm
    pixels = np.array([[20.0, 20.0], [50.0, 50.0], [near, 10.0], [far, 10.0], [-30.0, 200.0]])
    z = points_under(pixels, x, y, depth, window=5)[:, 2]
    np.testing.assert_array_equal(z, [7, 7, 7, np.nan, 7])


def test_the_mean_face_is_symmetric_with_its_nose_tip_at_the_origin():
    points, deviation = mean_face()
    np.testing.assert_allclose(points[MIRRORED] * LEFT_TO_RIGHT, points, atol=2e-3)
    np.testing.assert_allclose(deviation[MIRRORED], deviation, atol=2e-3)
    np.testing.assert_allclose(points[NOSE_TIP], 0, atol=1e-3)
    assert deviation.min() >= PLACING


@pytest.mark.parametrize("degrees", [(0, 0, 0), (20, 20, 20), (-20, -20, -20), (20, -20, 20), (-20, 20, -20)])
def test_a_face_is_found_at_any_turn_up_to_20_degrees_and_any_place(known, settings, degrees):
    scan = turned(known, rotation_xyz(degrees), (300.0, -200.0, 100.0))
    pose = find_pose(scan.mesh, settings)
    degrees_off, nose_off = errors(pose, scan)
    assert degrees_off < 8 and nose_off < 8
    assert pose.route == "texture"
    corners = (scan.landmarks[EYE_CORNERS] - scan.landmarks[NOSE_TIP]) @ scan.frontal.T
    assert pose.eye_distance == pytest.approx(corners[1, 0] - corners[0, 0], abs=6)
    np.testing.assert_allclose(pose.eyes, corners.mean(axis=0), atol=8)


def test_a_shift_moves_the_nose_tip_and_nothing_else(known, settings):
    shift = np.array([64.0, -32.0, 128.0])
    there, here = find_pose(turned(known, np.eye(3), shift).mesh, settings), find_pose(known.mesh, settings)
    np.testing.assert_allclose(there.nose_tip, here.nose_tip + shift, atol=1.5)
    assert np.degrees(Rotation.from_matrix(there.rotation @ here.rotation.T).magnitude()) < 2


@pytest.mark.parametrize(("grey", "route"), [(0, "shape"), (200, "texture")])
def test_a_face_without_texture_is_found_on_its_shading(known, settings, grey, route):
    scan = known._replace(mesh=known.mesh._replace(texture=np.full_like(known.mesh.texture, grey)))
    pose = find_pose(scan.mesh, settings)
    degrees_off, nose_off = errors(pose, scan)
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
    degrees_off, nose_off = errors(find_pose(mesh, settings), known)
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
    with pytest.raises(InputError, match="shape_predictor_68_face_landmarks.dat is missing; install the package"):
        detector._models.__wrapped__()


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("layout", ["bu3dfe", "bosphorus"])
def test_poses_of_people_never_seen_come_out_as_promised(known_scans, settings, layout):
    """Issue 3: turns up to 20 degrees about all axes; nose tip 3 mm and 8 mm (95%), remaining rotation 3 degrees."""
    random = np.random.default_rng(2)
    found = []
    for known in known_scans(7, layout, range(20), 2):
        scan = turned(known, rotation_xyz(random.uniform(-20, 20, 3)), random.uniform(-200, 200, 3))
        found.append(errors(find_pose(scan.mesh, settings), scan))
    degrees_off, nose_off = np.array(found).T
    print(f"{layout}: rotation {np.median(degrees_off):.2f} ({np.percentile(degrees_off, 95):.2f}) degrees, nose tip")
    print(f"{np.median(nose_off):.2f} ({np.percentile(nose_off, 95):.2f}) mm")
    assert np.median(nose_off) < 3 and np.percentile(nose_off, 95) < 8
    assert np.median(degrees_off) < 3


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_mean_face_is_what_dlib_finds_on_generated_faces(known_scans, settings, tmp_path):
    """Mean and deviation over 60 people, mirrored: dlib's habits are in it, so that they cancel in the fit. To make
    it anew after a change of the generator, copy the file that this test names."""
    random = np.random.default_rng(4)
    faces = []
    for layout, people in (("bu3dfe", range(30)), ("bosphorus", range(30, 60))):
        for scan in known_scans(99, layout, people, 2):
            tilt = rotation_xyz(random.normal(0, 3, 3))  # as after a round of find_pose
            frontal = turned(turned(scan, np.eye(3), -scan.landmarks[NOSE_TIP]), tilt @ scan.frontal)
            face = landmarks_in_space(frontal.mesh, settings)[0] @ tilt
            faces += [face, face[MIRRORED] * LEFT_TO_RIGHT]
    faces = np.array(faces)[np.isfinite(faces).all(axis=(1, 2))]
    faces -= faces[:, RIGID].mean(axis=1, keepdims=True)
    mean, deviation = faces.mean(axis=0), np.sqrt(faces.var(axis=0) + PLACING**2)
    table = np.column_stack([np.arange(68), mean - mean[NOSE_TIP], deviation])
    made = tmp_path / "mean_face.csv"
    np.savetxt(made, table, ["%d"] + ["%.3f"] * 6, ",", header="point,x,y,z,sx,sy,sz", comments="")
    kept = np.loadtxt(MEAN_FACE, delimiter=",", skiprows=1)
    assert kept.shape == table.shape, f"copy {made} to {MEAN_FACE}"
    np.testing.assert_allclose(kept[RIGID], table[RIGID], atol=0.5, err_msg=f"copy {made} to {MEAN_FACE}")
