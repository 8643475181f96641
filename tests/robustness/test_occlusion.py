"""Covers in front of the face: where they are, what they hide, and which colours they bring."""

import numpy as np
import pytest

from ffnet.errors import ScanError
from ffnet.geometry.mesh import sample_texture
from ffnet.geometry.raycast import cast_view, pixel_centres, view_texture
from ffnet.robustness.occlusion import (
    BELOW_TIP,
    DARK,
    EYE_ASIDE,
    GLASSES_DEPTH,
    HAND_DEPTHS,
    LENS,
    cover_face,
    glasses,
    hand,
    join_textures,
)
from ffnet.robustness.turning import rotation_about
from ffnet.scans.pose import Pose
from tests.robustness.conftest import grid_mesh

POSE = Pose(np.eye(3), np.array([0.0, 0.0, 20.0]), 90.0, np.array([0.0, 35.0, -30.0]), "texture")


def speckled(side=200.0, count=81, shape=(64, 48, 3)):
    """A plane with a random texture."""
    return grid_mesh(side, count, texture=np.random.default_rng(0).integers(60, 256, shape, np.uint8))


@pytest.mark.parametrize("width", [40.0, 80.0])
def test_a_hand_covers_an_ellipse_over_the_mouth_in_front_of_the_nose_tip(width):
    plane = speckled()
    covered = cover_face(plane, hand(plane, POSE, width), POSE)
    hits, depth = cast_view(covered.vertices, covered.triangles, np.zeros(2), 180.0, 90)
    x, y = pixel_centres(np.zeros(2), 180.0, 90)
    radius = np.hypot(x[None, :] / (width / 2), (y[:, None] + BELOW_TIP * 90) / (0.6 * width))
    edge, middle = HAND_DEPTHS
    within, beyond = radius < 0.88, radius > 1.02 + 5 / width
    expected = 20 + edge + (middle - edge) * np.sqrt(np.clip(1 - radius**2, 0, None))
    np.testing.assert_allclose(depth[within], expected[within], atol=0.4)
    np.testing.assert_allclose(depth[beyond], 0.0, atol=1e-3)


def test_what_a_cover_hides_is_gone_and_the_rest_is_as_it_was():
    plane = speckled()
    cover = hand(plane, POSE, 60.0)
    covered = cover_face(plane, cover, POSE)
    middles = plane.vertices[plane.triangles].mean(axis=1)
    radius = np.hypot(middles[:, 0] / 30, (middles[:, 1] + BELOW_TIP * 90) / 36)
    left = len(covered.triangles) - len(cover.triangles)
    assert (radius > 1.0).sum() <= left <= (radius > 0.95).sum()
    kept = {tuple(point) for point in covered.vertices[covered.triangles[:left]].mean(axis=1).round(6)}
    assert kept <= {tuple(point) for point in middles.round(6)}


def test_the_colours_of_the_face_stay_and_the_cover_has_its_own():
    plane = speckled()
    cover = glasses(POSE, 30.0)
    covered = cover_face(plane, cover, POSE)
    before, after = (
        view_texture(mesh, cast_view(mesh.vertices, mesh.triangles, np.zeros(2), 190.0, 95)[0])
        for mesh in (plane, covered)
    )
    _, depth = cast_view(covered.vertices, covered.triangles, np.zeros(2), 190.0, 95)
    on_face = np.abs(depth) < 1e-3
    np.testing.assert_allclose(after[on_face], before[on_face], atol=0.02)
    dark = np.isfinite(depth) & ~on_face
    assert dark.mean() > 0.05 and (after[dark] == DARK).all()


@pytest.mark.parametrize("shape", [(1, 1, 3), (200, 30, 3), (30, 200, 3)])
def test_joined_textures_give_each_its_colours_up_to_the_edge(shape):
    plane = speckled(shape=shape)
    cover = hand(plane, POSE, 50.0)
    both, uv, places = join_textures(plane, cover)
    corners = np.array([[0, 0], [1, 0], [0, 1], [1, 1], [0.5, 0.001], [0.999, 0.5]])
    flat = plane._replace(uv=np.stack([corners[:3], corners[3:]]))
    np.testing.assert_allclose(
        sample_texture(both, join_textures(flat, cover)[1]), sample_texture(plane.texture, flat.uv), atol=1e-6
    )
    np.testing.assert_allclose(sample_texture(both, uv), sample_texture(plane.texture, plane.uv), atol=1e-6)
    inner = cover.places * 63 / 64 + 0.5 / 64
    np.testing.assert_allclose(sample_texture(both, places), sample_texture(cover.texture, inner), atol=1e-6)


def test_a_hand_has_the_colour_of_the_face_and_darker_stripes(plane):
    texture = hand(plane, POSE, 50.0).texture
    assert texture.max() == 200 and 105 < texture.min() < 115


@pytest.mark.parametrize("rim", [4.0, 30.0])
def test_glasses_are_rings_around_the_eyes_that_a_wide_rim_fills(rim):
    plane = speckled()
    covered = cover_face(plane, glasses(POSE, rim), POSE)
    _, depth = cast_view(covered.vertices, covered.triangles, np.zeros(2), 190.0, 190)
    x, y = pixel_centres(np.zeros(2), 190.0, 190)
    from_eye = np.hypot(np.abs(x)[None, :] - EYE_ASIDE * 90, y[:, None] - 35.0)
    radius = LENS * 90
    ring = (from_eye < radius - 1) & (from_eye > max(radius - rim, 0) + 1)
    np.testing.assert_allclose(depth[ring], 20.0 + GLASSES_DEPTH, atol=1e-3)
    through = from_eye < radius - rim - 4
    assert through.any() == (rim < 20) and (np.abs(depth[through]) < 1e-3).all()
    on_bridge = (np.abs(x)[None, :] < 3) & (np.abs(y - 35)[:, None] < 1.5)
    np.testing.assert_allclose(depth[on_bridge], 14.0, atol=1e-3)
    assert not (np.abs(depth[y < 35 - radius - 3]) > 1e-3).any()


def test_covers_follow_the_pose():
    """Everything turned together: the cover stays in its place on the face."""
    plane, turn = speckled(), rotation_about("yaw", 25.0)
    tip = np.array([5.0, -3.0, 7.0])
    pose = POSE._replace(rotation=turn.T, nose_tip=tip)  # x_frontal = rotation @ (x - nose_tip)
    turned = plane._replace(vertices=plane.vertices @ turn.T)
    cover = hand(plane, POSE, 60.0)
    added = cover_face(turned, cover, pose).vertices[-len(cover.vertices) :]
    np.testing.assert_allclose((added - tip) @ turn, cover.vertices, atol=1e-9)


def test_a_hand_as_large_as_the_scan_leaves_no_scan(plane):
    with pytest.raises(ScanError, match="nothing of the face can be seen beside what covers it"):
        cover_face(plane, hand(plane, POSE, 500.0), POSE)
