"""The pose from landmark files: closed forms, then generated faces whose pose is known."""

from typing import NamedTuple

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from ffnet.demo import bosphorus_files, bu3dfe_files
from ffnet.demo.landmark_sets import BOSPHORUS_POINTS
from ffnet.demo.studio import rotation_xyz
from ffnet.errors import ScanError
from ffnet.scans.formats.landmark_files import read_bnd, read_lm3
from ffnet.scans.landmark_pose import (
    CONTOUR,
    GROUPS,
    LABELS,
    LEAST_LABELS,
    OTHER_LABELS,
    WANTED,
    mean_groups,
    pose_from_file,
    swapped,
)
from ffnet.scans.pose import EYE_CORNERS, NOSE_TIP, find_pose


class Points(NamedTuple):
    vertices: np.ndarray


@pytest.fixture(scope="session")
def ranged(known_scans):
    """A Known scan of Bosphorus' kind."""
    return next(known_scans(5, "bosphorus", [0], 1))


def turn_files(scan, folder, rotation, shift=(0.0, 0.0, 0.0), order=None, change=lambda named: named):
    """A Known scan after a turn, and the path of its landmark file, turned with it, in a folder."""
    if scan.path.suffix == ".wrl":
        numbers, points = read_bnd(scan.path.with_suffix(".bnd"))
        moved = np.empty((numbers.max() + 1, 3))
        moved[numbers] = points @ rotation.T + shift
        path = folder / "a.bnd"
        bu3dfe_files.write_bnd(path, Points(moved), numbers[slice(None) if order is None else order])
    else:
        named = {label: rotation @ point + shift for label, point in read_lm3(scan.path.with_suffix(".lm3")).items()}
        path = folder / "a.lm3"
        bosphorus_files.write_lm3(path, change(named), "a", "\n")
    return scan.turned(rotation, shift), path


@pytest.mark.parametrize("degrees", [(0, 0, 0), (20, 20, 20), (-20, -20, -20), (60, -40, 170)])
def test_faces_of_both_kinds_are_turned_to_the_camera_from_any_side(known, ranged, settings, tmp_path, degrees):
    for scan in (known, ranged):
        scan, path = turn_files(scan, tmp_path, rotation_xyz(degrees), (30.0, -20.0, 10.0))
        pose = pose_from_file(scan.mesh, path, 1.0, settings)
        degrees_off, nose_off = scan.errors(pose)
        assert degrees_off < 6 and nose_off < 6 and pose.route == "files"
        corners = (scan.landmarks[EYE_CORNERS] - scan.landmarks[NOSE_TIP]) @ scan.frontal.T
        assert pose.eye_distance == pytest.approx(corners[1, 0] - corners[0, 0], abs=4)
        np.testing.assert_allclose(pose.eyes, corners.mean(axis=0), atol=6)


def test_the_same_square_is_cut_as_by_the_detector(known, ranged, settings):
    for scan, suffix in ((known, ".bnd"), (ranged, ".lm3")):
        filed, found = (
            pose_from_file(scan.mesh, scan.path.with_suffix(suffix), 1.0, settings),
            find_pose(scan.mesh, settings),
        )
        assert np.degrees(Rotation.from_matrix(filed.rotation @ found.rotation.T).magnitude()) < 6
        assert filed.eye_distance == pytest.approx(found.eye_distance, rel=0.06)
        np.testing.assert_allclose(filed.eyes, found.eyes, atol=6)


def test_the_order_inside_a_group_of_bu3dfe_and_its_sides_do_not_matter(known, settings, tmp_path):
    wanted = pose_from_file(known.mesh, known.path.with_suffix(".bnd"), 1.0, settings)
    random = np.random.default_rng(0)
    shuffled = np.concatenate([random.permutation(np.r_[group]) for group in GROUPS] + [np.r_[CONTOUR:83]])
    sides = np.r_[8:16, 0:8, 26:36, 16:26, 36:83]
    for order in (shuffled, sides):
        _, path = turn_files(known, tmp_path, np.eye(3), order=order)
        for one, other in zip(pose_from_file(known.mesh, path, 1.0, settings)[:4], wanted[:4], strict=True):
            np.testing.assert_allclose(one, other, atol=1e-3)


def test_left_may_be_the_persons_or_the_pictures(ranged, settings, tmp_path):
    wanted = pose_from_file(ranged.mesh, ranged.path.with_suffix(".lm3"), 1.0, settings)
    _, path = turn_files(
        ranged, tmp_path, np.eye(3), change=lambda named: {exchange(label): named[label] for label in named}
    )
    pose = pose_from_file(ranged.mesh, path, 1.0, settings)
    for one, other in zip(pose[:4], wanted[:4], strict=True):
        np.testing.assert_allclose(one, other, atol=1e-3)


def exchange(label):
    """The label of the other side, in letters as in the file."""
    return next(
        other
        for other in bosphorus_files.bosphorus_points(np.zeros((68, 3)))
        if other.lower() == swapped(label.lower())
    )


def test_the_other_side_of_a_label_is_the_other_side():
    assert swapped("outer left eyebrow") == "outer right eyebrow" and swapped("nose saddle right") == "nose saddle left"
    assert swapped("nose tip") == "nose tip"
    assert {swapped(label) for label in LABELS} == set(LABELS)


def test_each_label_is_the_point_that_generated_files_have_there():
    written = {label.lower(): list(points) for label, points in BOSPHORUS_POINTS.items()}
    assert {label: written[label] for label in LABELS} == LABELS
    assert written.keys() == {*LABELS, *OTHER_LABELS} - {"left ear lobe", "right ear lobe"}


def test_landmarks_in_the_photo_are_looked_up_on_the_surface(ranged, settings):
    pose = pose_from_file(ranged.mesh, ranged.path.with_suffix(".lm2"), 10.0, settings)  # pixels have no unit
    degrees_off, nose_off = ranged.errors(pose)
    assert degrees_off < 6 and nose_off < 6 and pose.route == "files"


def test_the_unit_of_the_file_is_that_of_the_landmarks_too(ranged, settings, tmp_path):
    wanted = pose_from_file(ranged.mesh, ranged.path.with_suffix(".lm3"), 1.0, settings)
    _, path = turn_files(
        ranged, tmp_path, np.eye(3), change=lambda named: {label: point / 10 for label, point in named.items()}
    )
    np.testing.assert_allclose(pose_from_file(ranged.mesh, path, 10.0, settings).nose_tip, wanted.nose_tip, atol=0.02)


def test_the_unit_counts_for_bu3dfe_too(known, settings, tmp_path):
    numbers, points = read_bnd(known.path.with_suffix(".bnd"))
    centimetres = np.zeros((numbers.max() + 1, 3))
    centimetres[numbers] = points / 10
    bu3dfe_files.write_bnd(tmp_path / "a.bnd", Points(centimetres), numbers)
    wanted = pose_from_file(known.mesh, known.path.with_suffix(".bnd"), 1.0, settings)
    np.testing.assert_allclose(
        pose_from_file(known.mesh, tmp_path / "a.bnd", 10.0, settings).eyes, wanted.eyes, atol=0.02
    )


def test_a_spike_on_the_nose_does_not_move_its_tip(known, settings):
    path = known.path.with_suffix(".bnd")
    vertices = known.mesh.vertices.copy()
    vertices[np.linalg.norm(vertices - known.landmarks[NOSE_TIP], axis=1).argmin(), 2] += 30
    spiked = pose_from_file(known.mesh._replace(vertices=vertices), path, 1.0, settings)
    assert np.linalg.norm(spiked.nose_tip - pose_from_file(known.mesh, path, 1.0, settings).nose_tip) < 3


def without(*labels):
    return lambda named: {label: point for label, point in named.items() if label.lower() not in labels}


def far(label):
    return lambda named: {one: point + 50 * (one == label) for one, point in named.items()}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (without(WANTED[0]), r"missing: \['outer left eye corner'\]"),
        (without("nose tip"), r"missing: \['nose tip'\]"),
        (far("Nose tip"), r"missing: \['nose tip'\]"),
        (
            without(*[label for label in LABELS if "brow" in label or "saddle" in label]),
            "7 landmarks for the pose lie on the mesh",
        ),
        (lambda named: {}, "0 landmarks for the pose lie on the mesh"),
        (
            lambda named: dict(zip(named, [*named.values()][::-1], strict=True)),
            "mm off those of any face; do they belong to the scan",
        ),
    ],
)
def test_labels_that_do_not_tell_the_pose_are_refused(ranged, settings, tmp_path, change, message):
    _, path = turn_files(ranged, tmp_path, np.eye(3), change=change)
    assert LEAST_LABELS == 8
    with pytest.raises(ScanError, match=f"a.lm3: .*{message}"):
        pose_from_file(ranged.mesh, path, 1.0, settings)


def test_the_brows_middles_are_known_in_both_spellings(ranged, settings, tmp_path):
    real = pose_from_file(ranged.mesh, ranged.path.with_suffix(".lm3"), 1.0, settings)
    _, path = turn_files(
        ranged,
        tmp_path,
        np.eye(3),
        change=lambda named: {label.replace("Middle ", "Middle of the "): point for label, point in named.items()},
    )
    assert "Middle left eyebrow" in read_lm3(ranged.path.with_suffix(".lm3"))
    assert "Middle of the left eyebrow" in read_lm3(path)
    other = pose_from_file(ranged.mesh, path, 1.0, settings)
    np.testing.assert_allclose(other.rotation, real.rotation, atol=1e-4)
    assert real.notes == other.notes == ()


def test_a_label_that_is_not_known_is_noted_with_the_nearest_that_is(ranged, settings, tmp_path):
    def misspell(named):
        return {label.replace("Nose saddle left", "Noze saddle left"): point for label, point in named.items()}

    _, path = turn_files(ranged, tmp_path, np.eye(3), change=misspell)
    notes = pose_from_file(ranged.mesh, path, 1.0, settings).notes
    assert len(notes) == 1
    assert "a.lm3: the label 'Noze saddle left' is unknown and not used; did it mean 'nose saddle left'" in notes[0]


def test_the_ear_lobes_that_few_readers_list_are_known(ranged, settings, tmp_path):
    def add_ears(named):
        return named | {"Left ear lobe": named["Chin middle"], "Right ear lobe": named["Chin middle"]}

    _, path = turn_files(ranged, tmp_path, np.eye(3), change=add_ears)
    assert pose_from_file(ranged.mesh, path, 1.0, settings).notes == ()


def test_landmarks_of_another_scan_and_damaged_ones_are_refused(known, settings, tmp_path):
    _, path = turn_files(known, tmp_path, np.eye(3), (40.0, 0, 0))
    with pytest.raises(ScanError, match="a.bnd: .* of 68 landmarks lie off the mesh; do they belong to the scan"):
        pose_from_file(known.mesh, path, 1.0, settings)
    _, path = turn_files(known, tmp_path, np.eye(3), order=np.r_[48:68, 16:48, 0:16, 68:83])
    with pytest.raises(ScanError, match="mm off those of any face"):
        pose_from_file(known.mesh, path, 1.0, settings)
    path.write_text("1 2 3 4\n")
    with pytest.raises(ScanError, match="a.bnd: expected 83 landmarks, one per line, found 1"):
        pose_from_file(known.mesh, path, 1.0, settings)


def test_a_face_without_a_nose_is_refused(known, settings):
    nose = np.linalg.norm(known.mesh.vertices - known.landmarks[NOSE_TIP], axis=1) < 25
    kept = ~nose[known.mesh.triangles].any(axis=1)
    mesh = known.mesh._replace(triangles=known.mesh.triangles[kept], uv=known.mesh.uv[kept])
    with pytest.raises(ScanError, match="a.bnd: the mesh has no nose where the landmarks place it"):
        pose_from_file(mesh, known.path.with_suffix(".bnd"), 1.0, settings)


def test_the_middles_on_the_mean_face_are_symmetric():
    middles, deviation = mean_groups()
    np.testing.assert_allclose(middles[[0, 2]] * [-1, 1, 1], middles[[1, 3]], atol=0.01)
    np.testing.assert_allclose(middles[4:, 0], 0, atol=0.01)
    assert deviation.shape == (6, 3) and deviation.min() >= 1
    assert (np.diff(middles[[2, 0, 4, 5], 1]) < 0).all()  # brow, eye, nose, mouth from top to bottom


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize(("layout", "suffix"), [("bu3dfe", ".bnd"), ("bosphorus", ".lm3"), ("bosphorus", ".lm2")])
def test_poses_from_files_of_people_never_seen_come_out_as_promised(known_scans, settings, layout, suffix, tmp_path):
    """Issue 3's bounds: nose tip 3 mm and 8 mm (95%), remaining rotation 3 degrees, in the median."""
    random = np.random.default_rng(2)
    found = []
    for known in known_scans(7, layout, range(20), 2):
        rotation, shift = rotation_xyz(random.uniform(-20, 20, 3)), random.uniform(-200, 200, 3)
        scan, path = turn_files(known, tmp_path, rotation, shift)
        if suffix == ".lm2":
            path = known.path.with_suffix(suffix)
        found.append(scan.errors(pose_from_file(scan.mesh, path, 1.0, settings)))
    degrees_off, nose_off = np.array(found).T
    print(f"{suffix}: rotation {np.median(degrees_off):.2f} ({np.percentile(degrees_off, 95):.2f}) degrees, nose tip")
    print(f"{np.median(nose_off):.2f} ({np.percentile(nose_off, 95):.2f}) mm")
    assert np.median(nose_off) < 3 and np.percentile(nose_off, 95) < 8
    assert np.median(degrees_off) < 3
