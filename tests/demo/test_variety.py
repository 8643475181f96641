"""People, cameras and scanners beyond one laboratory."""

import dataclasses

import numpy as np
import pytest

from ffnet.demo import roster
from ffnet.demo.bu3dfe_files import HALF_ANGLE, cylinder, scan_face
from ffnet.demo.face_units import MIXTURES, OTHER_WAYS, mix_ways
from ffnet.demo.identity import make_identity, unit_of
from ffnet.demo.studio import pose_head, prepare
from ffnet.demo.variety import USUAL, Camera, Looks, develop, draw_conditions, draw_looks
from ffnet.expressions import EXPRESSIONS

PLAIN = USUAL.camera


def photograph():
    return np.random.default_rng(3).integers(0, 256, (20, 16, 3)).astype(np.uint8)


def test_without_variety_nothing_is_changed_whatever_is_drawn():
    for seed in (1, 2):
        drawn = draw_conditions(0.0, np.random.default_rng(seed))
        assert [np.asarray(value).tolist() for value in drawn[:-1]] == [[1, 0, 0, 0], 0, 1, 1, 0, 0, 1, 1]
        assert draw_looks(0.0, np.random.default_rng(seed)) == Looks(0, 0, 1, 1, (1, 1), 1)
        assert np.array_equal(develop(photograph(), drawn.camera, 0.6), photograph())


def test_more_variety_spreads_what_is_drawn():
    few, many = (
        [draw_conditions(variety, np.random.default_rng(seed)) for seed in range(200)] for variety in (0.3, 1.0)
    )
    for name in ("one_sided", "strength", "angle", "above", "below", "grain", "hollows"):
        assert np.std([getattr(one, name) for one in many]) > 2 * np.std([getattr(one, name) for one in few]) > 0
    assert all(one.ways.sum() == pytest.approx(1) and (one.ways >= 0).all() for one in many)
    assert np.mean([one.ways for one in many], axis=0).argmax() == 0  # the usual way is the most frequent


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"gain": np.array([0.5, 1.0, 1.0])}, lambda c: c * [0.5, 1, 1]),
        ({"gamma": 2.0}, lambda c: c**2),
        ({"saturation": 0.0}, lambda c: np.repeat(c.mean(axis=-1, keepdims=True), 3, axis=-1)),
    ],
)
def test_a_camera_changes_colours_as_its_numbers_say(change, expected):
    developed = develop(photograph(), PLAIN._replace(**change), 0.6)
    assert np.abs(developed - 255 * expected(photograph() / 255)).max() <= 0.51


def test_blur_is_in_millimetres():
    point = np.zeros((41, 41, 3), np.uint8)
    point[20, 20] = 255
    camera = Camera(np.full(3, 30.0), 1.0, 1.0, 1.2)
    spread = develop(point, camera, 0.6)[..., 0].astype(float)
    variance = (spread.sum(axis=0) * (np.arange(41) - 20.0) ** 2).sum() / spread.sum()
    assert variance == pytest.approx((1.2 / 0.6) ** 2, rel=0.1)


def test_the_usual_way_alone_is_the_mixture_of_before():
    for name in EXPRESSIONS:
        mixed = mix_ways(name, USUAL.ways)
        assert {unit: weight for unit, weight in mixed.items() if weight} == MIXTURES[name]


def test_ways_are_mixed_by_their_shares_of_units_that_exist(model):
    units = {unit_of(name) for name in model.head.names if name.startswith("unit/")}
    assert all(set(way) <= units for ways in OTHER_WAYS.values() for way in ways)
    half = mix_ways("surprise", np.array([0.5, 0.0, 0.5, 0.0]))
    assert half["jawOpen"] == pytest.approx((MIXTURES["surprise"]["jawOpen"] + 1.05) / 2)


def test_a_wider_angle_scans_farther_round_the_head():
    landmarks = np.random.default_rng(0).normal(0, 30, (68, 3))
    angles = [cylinder(landmarks, USUAL._replace(angle=factor))[2].max() for factor in (1.0, 1.2)]
    assert angles[0] == pytest.approx(HALF_ANGLE, abs=0.03) and angles[1] == pytest.approx(1.2 * HALF_ANGLE, abs=0.03)


def test_looks_change_a_person_but_not_who_it_is(model, settings):
    subject = roster.list_subjects(settings, "bu3dfe")[0]
    usual, varied = (
        make_identity(model.head, subject, dataclasses.replace(settings, variety=variety)) for variety in (0.0, 1.0)
    )
    assert usual.habits == varied.habits and usual.lopsided == varied.lopsided and usual.seed == varied.seed
    assert usual.looks != varied.looks and usual.tone != varied.tone


def test_one_person_is_scanned_under_other_conditions_each_time(model, settings):
    wide = dataclasses.replace(settings, variety=1.0)
    subject = roster.list_subjects(wide, "bu3dfe")[0]
    sitter = prepare(model, subject, wide)
    scans = [scan for scan in roster.list_scans(wide, subject) if scan.expression in ("anger", "fear")]
    posed = [pose_head(sitter, scan, wide, np.random.default_rng(1)) for scan in scans]
    assert posed[0].conditions.camera.gamma != posed[1].conditions.camera.gamma
    again = pose_head(sitter, scans[0], wide, np.random.default_rng(1))
    assert np.array_equal(again.vertices, posed[0].vertices)
    faces = [scan_face(sitter, one, wide, np.random.default_rng(2))[0] for one in posed]
    assert np.abs(faces[0].texture.mean(axis=(0, 1)) - faces[1].texture.mean(axis=(0, 1))).max() > 1
