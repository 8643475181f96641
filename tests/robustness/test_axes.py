"""Every kind of change by its name, on a generated scan."""

import dataclasses

import numpy as np
import pytest

from ffnet.robustness.axes import CHANGES, change_scan
from ffnet.robustness.settings import UNCHANGED, AxisSettings, Condition
from ffnet.robustness.severity_table import UNITS
from ffnet.scans.formats.readers import find_texture, read_scan

AXES = [field.name for field in dataclasses.fields(AxisSettings)]
# severity -> of vertices, triangles and texture, what is not as it was
STRONG = {
    **{"yaw": (40, "vt"), "pitch": (-20, "vt"), "roll": (40, "vt"), "lamp": (60, "p"), "dim": (0.5, "p")},
    **{"noise": (2, "v"), "holes": (5, "vt"), "hand": (60, "vtp"), "glasses": (5, "vtp"), "blur": (4, "p")},
    "thin": (0.3, "vt"),
}
NONE = {**dict.fromkeys(("yaw", "pitch", "roll", "noise", "holes", "blur"), 0), "dim": 1, "thin": 1}


@pytest.fixture(scope="module")
def mesh(bnt, config):
    return read_scan(str(bnt), find_texture(str(bnt)), config.scans, "mm").mesh


def changed(mesh, axis, severity, config, scan="bs000", **settings):
    of = dataclasses.replace(config.robustness.change, **settings)
    return change_scan(scan, mesh, Condition(axis, severity), of, config.scans.pose)


def same(one, other):
    return [np.array_equal(a, b) for a, b in ((one.vertices, other.vertices), (one.triangles, other.triangles))] + [
        np.array_equal(one.texture, other.texture)
    ]


def test_config_and_table_name_the_same_axes_as_the_changes():
    assert [UNCHANGED.axis, *AXES] == list(CHANGES) and set(UNITS) == set(CHANGES) and set(STRONG) == set(AXES)


@pytest.mark.parametrize("axis", AXES)
def test_a_change_changes_what_it_says_and_nothing_else(mesh, axis, config):
    severity, touched = STRONG[axis]
    assert same(mesh, changed(mesh, axis, severity, config)) == [part not in touched for part in "vtp"]


@pytest.mark.parametrize("axis", NONE)
def test_no_change_is_the_scan_itself(mesh, axis, config):
    assert same(mesh, changed(mesh, axis, NONE[axis], config)) == [True] * 3


def test_the_unchanged_scan_is_the_scan_itself(mesh, config):
    assert changed(mesh, *UNCHANGED, config) is mesh


@pytest.mark.parametrize("axis", ["noise", "holes", "thin"])
def test_what_is_drawn_depends_on_the_seed_and_the_scan_alone(mesh, axis, config):
    severity = STRONG[axis][0]
    first = changed(mesh, axis, severity, config)
    assert same(first, changed(mesh, axis, severity, config)) == [True] * 3
    assert not same(first, changed(mesh, axis, severity, config, scan="bs001"))[0]
    assert not same(first, changed(mesh, axis, severity, config, seed=1))[0]


def test_settings_reach_the_changes_that_have_them(mesh, config):
    dark, bright = (changed(mesh, "lamp", 80, config, ambient=share).texture.mean() for share in (0.0, 1.0))
    assert dark < bright == mesh.texture.mean()
    small, large = (changed(mesh, "holes", 5, config, hole_radius=radius) for radius in (2.0, 12.0))
    assert len(large.triangles) < len(small.triangles) < len(mesh.triangles)


def test_conditions_are_all_severities_after_the_unchanged_scans(config):
    listed = config.robustness.conditions
    assert listed[0] == UNCHANGED and len(set(listed)) == len(listed) == 34
    assert listed[1] == Condition("yaw", 20.0) and listed[-1] == Condition("thin", 0.1)
