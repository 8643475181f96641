"""The mean face that poses are fitted to."""

import numpy as np
import pytest

from ffnet.demo.studio import rotation_xyz
from ffnet.landmarks.mean_face import MEAN_FACE, mean_face
from ffnet.scans.pose import NOSE_TIP, RIGID, landmarks_in_space

# the landmark on the other side of the face, for each of the 68
MIRRORED = np.r_[16:-1:-1, 26:16:-1, 27:31, 35:30:-1, [45, 44, 43, 42, 47, 46, 39, 38, 37, 36, 41, 40]]
MIRRORED = np.r_[MIRRORED, 54:47:-1, 59:54:-1, 64:59:-1, 67:64:-1]
LEFT_TO_RIGHT = np.array([-1.0, 1.0, 1.0])
PLACING = 1.0  # mm, of dlib's whole pixels: no deviation of the mean face is smaller


def test_the_mean_face_is_symmetric_with_its_nose_tip_at_the_origin():
    points, deviation = mean_face()
    np.testing.assert_allclose(points[MIRRORED] * LEFT_TO_RIGHT, points, atol=2e-3)
    np.testing.assert_allclose(deviation[MIRRORED], deviation, atol=2e-3)
    np.testing.assert_allclose(points[NOSE_TIP], 0, atol=1e-3)
    assert deviation.min() >= PLACING


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
            frontal = scan.turned(np.eye(3), -scan.landmarks[NOSE_TIP]).turned(tilt @ scan.frontal)
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
