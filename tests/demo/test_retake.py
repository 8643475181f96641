"""Scans taken again: byte for byte the same without a change, and with one only what it names."""

import dataclasses
import filecmp
import os
import shutil

import numpy as np
import pytest

from ffnet.demo import bosphorus_files, bu3dfe_files, roster
from ffnet.demo.render import draw_light
from ffnet.demo.retake import CHANGES, check_generated, retake_scans
from ffnet.demo.studio import UNCHANGED, Change, change_light, pose_head, prepare, rotation_xyz
from ffnet.demo.write_subject import make_bosphorus_subject, make_bu3dfe_subject
from ffnet.errors import InputError
from ffnet.seeds import seed_of

NEUTRAL = {"yaw": 0.0, "pitch": 0.0, "roll": 0.0, "lamp": 0.0, "dim": 1.0}
MAKE = {"bu3dfe": ("M0001", make_bu3dfe_subject), "bosphorus": ("bs001", make_bosphorus_subject)}
MADE = ("anger", "happiness")


@pytest.fixture(scope="module")
def twice(settings, model, tmp_path_factory):
    """Settings whose folder holds the second person of each layout, with two levels or takes, every chance in play."""
    folder = os.fspath(tmp_path_factory.mktemp("twice"))
    made = dataclasses.replace(settings, folder=folder, intensities=(3, 4), takes=2, variety=0.5)
    every = roster.list_scans
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(roster, "list_scans", lambda *given: [scan for scan in every(*given) if scan.expression in MADE])
        for name, make in MAKE.values():
            make(model, made, name)
    return made


def person(settings, layout):
    return roster.find_subject(settings, layout, MAKE[layout][0])


def collected(settings, layout):
    """stem -> the paths of all files of each scan in the collection."""
    subject = person(settings, layout)
    folder = roster.subject_folder(settings, layout, subject.name)
    return {
        scan.stem: [f"{folder}/{scan.stem}{suffix}" for suffix in roster.SUFFIXES[layout]]
        for scan in roster.list_scans(settings, subject)
        if scan.expression in MADE
    }


@pytest.mark.parametrize("layout", MAKE)
@pytest.mark.parametrize("axis", CHANGES)
def test_without_a_change_every_file_is_that_of_the_collection(axis, layout, twice, model, tmp_path):
    known = collected(twice, layout)
    assert len(known) == 4
    stems = list(known) if axis == "yaw" else list(known)[-1:]
    retake_scans(model, twice, layout, stems, CHANGES[axis](NEUTRAL[axis]), tmp_path)
    for stem in stems:
        for path in known[stem]:
            assert filecmp.cmp(path, tmp_path / os.path.basename(path), shallow=False), path


@pytest.mark.parametrize("layout", MAKE)
@pytest.mark.parametrize(("axis", "severity"), [("yaw", 20.0), ("lamp", 50.0), ("dim", 0.5)])
def test_a_turn_changes_mesh_and_texture_and_another_light_the_texture_alone(
    axis, severity, layout, twice, model, tmp_path
):
    stem, (mesh, texture, *_) = list(collected(twice, layout).items())[3]
    retake_scans(model, twice, layout, [stem], CHANGES[axis](severity), tmp_path)
    same = [filecmp.cmp(path, tmp_path / os.path.basename(path), shallow=False) for path in (mesh, texture)]
    assert same == [axis != "yaw", False]


def test_axes_of_the_plan_are_the_changes_and_config_has_them(config):
    assert tuple(CHANGES) == roster.STUDIO_AXES
    assert set(CHANGES) <= {field.name for field in dataclasses.fields(config.robustness.axes)}


@pytest.fixture(scope="module")
def seat(twice, model):
    """A function: a person and a scan's head before the scanner of a layout, and the numbers drawn from then on."""

    def sit(layout, number=3):
        subject = person(twice, layout)
        scan = roster.list_scans(twice, subject)[number]
        random = np.random.default_rng(seed_of(twice.seed, layout, subject.number, scan.stem))
        sitter = prepare(model, subject, twice)
        return sitter, pose_head(sitter, scan, twice, random), random

    return sit


SCANS = {"bu3dfe": (bu3dfe_files, bu3dfe_files.scan_face), "bosphorus": (bosphorus_files, bosphorus_files.scan_range)}


@pytest.mark.parametrize("layout", MAKE)
def test_light_camera_place_and_grid_of_a_turned_scan_are_those_of_the_collection(layout, seat, twice, monkeypatch):
    module, take = SCANS[layout]
    drawn = []

    def note(light, change):
        drawn.append(light)
        return change_light(light, change)

    monkeypatch.setattr(module, "change_light", note)
    after, sizes = [], []
    for change in (UNCHANGED, Change(turn=(30.0, 50.0, 0.0))):
        sitter, posed, random = seat(layout)
        sizes.append(take(sitter, posed, twice, random, change)[2].values.shape)
        after.append(random.uniform(-1, 1, 3))  # the next that is drawn is where the scan lies
    np.testing.assert_array_equal(*after)
    assert sizes[0] == sizes[1]
    np.testing.assert_array_equal(np.hstack([*drawn[0]]), np.hstack([*drawn[1]]))


def test_the_sensors_noise_is_the_same_where_head_and_background_differ(seat, twice):
    """What it adds to a turned head is what it adds to the head as it was, pixel by pixel, but for spikes and holes."""
    quiet = dataclasses.replace(twice, spikes=0.0, holes=0)
    added = []
    for change in (UNCHANGED, Change(turn=(0.0, 30.0, 0.0))):
        depth = []
        for noise in (twice.noise, 0.0):
            sitter, posed, random = seat("bosphorus")
            planes, _, _ = bosphorus_files.scan_range(
                sitter, posed, dataclasses.replace(quiet, noise=noise), random, change
            )
            depth.append(planes[2])
        added.append(depth[0] - depth[1])
    both = np.isfinite(added[0]) & np.isfinite(added[1])
    assert both.sum() > 5000 and added[0][both].std() > 0.05
    np.testing.assert_allclose(added[0][both], added[1][both], atol=1e-9)


def test_turns_to_either_side_hide_opposite_halves_of_the_face(seat, twice):
    """Turned back, the measured points of +30 and -30 degrees are each other's mirror images, but for the person."""
    quiet = dataclasses.replace(twice, spikes=0.0, holes=0, noise=0.0, pose_deviation=(0.0, 0.0, 0.0))
    sitter, posed, random = seat("bosphorus")
    posed = posed._replace(
        vertices=posed.vertices @ rotation_xyz(posed.degrees).astype(np.float32),
        landmarks=posed.landmarks @ rotation_xyz(posed.degrees),
    )
    seen = {}
    for degrees in (30.0, -30.0):
        planes, _, _ = bosphorus_files.scan_range(sitter, posed, quiet, random, CHANGES["yaw"](degrees))
        points = planes[:3, np.isfinite(planes[2])].T @ rotation_xyz(np.array([0.0, degrees, 0.0]))
        seen[degrees] = np.histogram2d(points[:, 1], points[:, 0], (25, 24), ((-70, 80), (-84, 84)))[0]
    left, right = (seen[30.0][:, half].sum() for half in (slice(12), slice(12, None)))
    assert left > 1.5 * right  # the nose turned to the picture's right, so that its right half turned away
    one, other = seen[30.0] > 3, seen[-30.0][:, ::-1] > 3
    assert (one & other).sum() > 0.9 * (one | other).sum()
    assert (one & (seen[-30.0] > 3)).sum() < 0.7 * (one | (seen[-30.0] > 3)).sum()


def test_the_lamp_moves_about_the_vertical_at_its_height():
    light = draw_light(0.0, np.random.default_rng(0))
    moved = change_light(light, CHANGES["lamp"](90.0))
    x, y, z = light.direction
    np.testing.assert_allclose(moved.direction, [z, y, -x], atol=1e-12)  # from the front to the picture's right
    assert (moved.key, moved.fill) == (light.key, light.fill)
    np.testing.assert_array_equal(moved.colour, light.colour)


def test_dimmed_light_scales_the_grey_levels_of_the_photo(seat, twice):
    """By the factor, as sRGB is about a power law; the camera's shoulder leaves bright skin a little brighter."""
    plain = dataclasses.replace(twice, variety=0.0)
    pictures = []
    for factor in (1.0, 0.5):
        sitter, posed, random = seat("bosphorus")
        posed = posed._replace(conditions=posed.conditions._replace(camera=posed.conditions.camera._replace(gamma=1.0)))
        pictures.append(
            bosphorus_files.scan_range(sitter, posed, plain, random, CHANGES["dim"](factor))[1].astype(float)
        )
    bright, dark = pictures
    skin = bright.min(axis=-1) > 60
    ratio = dark[skin] / bright[skin]
    assert 0.48 < np.median(ratio) < 0.54 and (np.abs(ratio - 0.5) < 0.06).mean() > 0.95


def pairs(settings, layout):
    return {stem: tuple(paths[:2]) for stem, paths in collected(settings, layout).items()}


@pytest.mark.parametrize("layout", MAKE)
def test_a_collection_of_these_settings_passes_wherever_it_lies(layout, twice, model, tmp_path):
    copied = {
        stem: tuple(shutil.copy(path, tmp_path) for path in paths)
        for stem, paths in list(pairs(twice, layout).items())[::2]
    }
    check_generated(model, twice, layout, copied)


@pytest.mark.parametrize("changes", [{"noise": 0.2}, {"light_variation": 0.4}, {"seed": 6}])
def test_a_collection_of_other_settings_is_refused(changes, twice, model):
    stem, files = list(pairs(twice, "bosphorus").items())[2]
    message = r"bs001\S+: is not as the generator writes it with the section `demo`.*or set robustness.geometry: mesh"
    with pytest.raises(InputError, match=message):
        check_generated(model, dataclasses.replace(twice, **changes), "bosphorus", {stem: files})


@pytest.mark.parametrize("number", [0, 1])
def test_a_file_that_was_edited_or_is_gone_is_refused(number, twice, model, tmp_path):
    stem, files = list(pairs(twice, "bosphorus").items())[2]
    copied = [shutil.copy(path, tmp_path) for path in files]
    with open(copied[number], "r+b") as file:
        file.seek(-40, os.SEEK_END)
        byte = file.read(1)[0]
        file.seek(-40, os.SEEK_END)
        file.write(bytes([byte ^ 1]))
    with pytest.raises(InputError, match=f"{os.path.basename(copied[number])}: is not as the generator writes it"):
        check_generated(model, twice, "bosphorus", {stem: tuple(copied)})
    os.unlink(copied[number])
    with pytest.raises(InputError, match="is not as the generator writes it"):
        check_generated(model, twice, "bosphorus", {stem: tuple(copied)})


def test_a_scan_that_the_settings_do_not_make_is_named(twice, model, tmp_path):
    for stem in ("bs001_E_FEAR_2", "bs099_E_FEAR_0", "somebody"):
        with pytest.raises(InputError, match=f"{stem}: the generator makes no such scan with the section `demo`"):
            retake_scans(model, twice, "bosphorus", [stem], UNCHANGED, tmp_path)
    assert not os.listdir(tmp_path)
