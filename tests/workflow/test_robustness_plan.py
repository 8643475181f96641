"""What a robustness test needs is checked before any job, for those who ask for one."""

import copy
import dataclasses
import pathlib
from collections import Counter

import pytest

from ffnet.config import read_config
from ffnet.demo.roster import STUDIO_AXES
from ffnet.errors import InputError
from ffnet.origin import MARK
from ffnet.robustness.settings import UNCHANGED, Condition
from ffnet.scans.index import ScanRow
from ffnet.workflow.planning import plan_dataset
from ffnet.workflow.robustness_plan import draw_scans, is_taken_again, outcome_files, plan_or_exit, plan_robustness


def plan(mapping, **changes):
    mapping = copy.deepcopy(mapping)
    mapping["robustness"] |= changes
    config = read_config(mapping)
    return plan_robustness(config, {name: plan_dataset(name, config) for name in config.datasets})


def test_the_default_tests_a_scan_of_each_person_and_class_with_four_models(settings_mapping):
    planned = plan(settings_mapping())
    assert Counter((row.subject, row.expression) for row in planned.rows).most_common(1)[0][1] == 1
    assert len(planned.rows) == 72 and {row.subject[:2] for row in planned.rows} == {"bs"}
    assert planned.models[-1] == "results/demo-bu3dfe/models/FFNet-M.safetensors" and len(planned.models) == 4
    assert planned.outcomes[Condition("pitch", -20.0)] == "results/robustness/pitch/-20.csv"
    assert planned.outcomes[Condition("thin", 0.25)] == "results/robustness/thin/0.25.csv"


def test_generated_scans_are_taken_again_for_what_the_studio_can_change(settings_mapping):
    planned = plan(settings_mapping())
    assert planned.studio == STUDIO_AXES == ("yaw", "pitch", "roll", "lamp", "dim")
    again, read = planned.rows_of("yaw", "-20")[0], planned.rows_of("noise", "1")
    folder, name = "results/robustness/scans/yaw/-20", pathlib.Path(planned.rows[0].mesh).stem
    assert (again.mesh, again.texture) == (f"{folder}/{name}.bnt", f"{folder}/{name}.png")
    assert again._replace(mesh="", texture="") == planned.rows[0]._replace(mesh="", texture="") and read == planned.rows
    assert planned.files_of("yaw", "-20") == [folder]
    assert planned.files_of("noise", "1") == planned.raw and len(planned.raw) == 2 * 72
    assert planned.change_of("yaw", "-20") == UNCHANGED and planned.change_of("noise", "1") == Condition("noise", 1.0)


def test_all_scans_are_changed_as_they_are_read_where_the_mesh_is_asked_for(settings_mapping):
    planned = plan(settings_mapping(), geometry="mesh")
    assert planned.studio == () and planned.rows_of("yaw", "20") == planned.rows
    assert planned.files_of("yaw", "20") == planned.raw and planned.change_of("yaw", "20") == Condition("yaw", 20.0)


@pytest.mark.parametrize(("end", "generated"), [(MARK, True), (b"measured", False)])
def test_scans_in_any_folder_are_taken_again_if_the_generator_marked_them(end, generated, settings_mapping, tmp_path):
    mapping = settings_mapping()
    mapping["datasets"]["demo-bosphorus"]["folder"] = str(tmp_path)
    for name in mapping["datasets"]["demo-bosphorus"]["classes"]:
        code = {"happiness": "HAPPY"}.get(name, name.upper())
        (tmp_path / f"bs000_E_{code}_0.bnt").write_bytes(b"numbers" + end)
    assert plan(mapping).studio == (STUDIO_AXES if generated else ())


def test_generated_scans_in_a_list_are_not_found_by_their_names(settings_mapping, tmp_path):
    config = read_config(settings_mapping())
    listed = dataclasses.replace(config.datasets["demo-bosphorus"], layout="manifest", folder=str(tmp_path))
    config = dataclasses.replace(config, datasets=config.datasets | {"demo-bosphorus": listed})
    (tmp_path / "a.bnt").write_bytes(MARK)
    rows = [ScanRow("a", "p", "anger", 1, str(tmp_path / "a.bnt"), "", "")]
    message = "robustness.geometry: demo-bosphorus has generated scans in the layout 'manifest'.*or set geometry: mesh"
    with pytest.raises(InputError, match=message):
        is_taken_again(config, rows)
    (tmp_path / "a.bnt").write_bytes(b"measured")
    assert not is_taken_again(config, rows)


def test_rules_stop_with_the_reason_alone(settings_mapping):
    config = read_config(settings_mapping())
    with pytest.raises(
        SystemExit, match="^config.yaml: robustness.train: there is no dataset 'demo-bu3dfe'; there are"
    ):
        plan_or_exit(config, {})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"train": "demo-bu3df"}, "robustness.train: there is no dataset 'demo-bu3df'; did you mean 'demo-bu3dfe'?"),
        ({"test": "mine"}, "robustness.test: there is no dataset 'mine'"),
        ({"test": "demo-bu3dfe"}, "train and test are both 'demo-bu3dfe', whose people its final models know"),
        ({"experiments": []}, "robustness.experiments: expected at least one, found none"),
        ({"experiments": ["FFNet-N"]}, "robustness.experiments: there is no experiment 'FFNet-N'; did you mean"),
        ({"experiments": ["ridge"]}, "robustness.experiments: 'ridge' is not a network"),
    ],
)
def test_what_does_not_fit_is_named(settings_mapping, changes, message):
    with pytest.raises(InputError, match=message):
        plan(settings_mapping(), **changes)


def test_other_classes_do_not_fit(settings_mapping):
    mapping = settings_mapping()
    mapping["datasets"]["demo-bosphorus"]["classes"] = ["anger", "happiness"]
    with pytest.raises(
        InputError, match="expected the same classes in both datasets; found anger, disgust.* and anger"
    ):
        plan(mapping)


def test_a_severity_twice_is_refused():
    with pytest.raises(InputError, match="robustness.axes.yaw: 20 occurs a second time; remove it"):
        outcome_files([Condition("yaw", 20.0), Condition("roll", 20.0), Condition("yaw", 20.0)])


def scans(takes, subjects=("p", "q")):
    return [
        ScanRow(f"{subject}{name}{take}", subject, name, 1, "", "", "")
        for subject in subjects
        for name in ("anger", "fear")
        for take in range(takes)
    ]


def test_scans_are_drawn_by_seed_and_fewer_are_among_more():
    one, two = (draw_scans(scans(5), count, 0) for count in (1, 2))
    assert len(one) == 4 and len(two) == 8 and set(one) < set(two) and two == sorted(two)
    assert draw_scans(reversed(scans(5)), 1, 0) == one
    assert any(draw_scans(scans(5), 1, seed) != one for seed in (1, 2))
    assert draw_scans(scans(5, ("p",)), 1, 0) == [row for row in one if row.subject == "p"]
    assert len(draw_scans(scans(2), 9, 0)) == 8
