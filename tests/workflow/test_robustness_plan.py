"""What a robustness test needs is checked before any job, for those who ask for one."""

import copy
from collections import Counter

import pytest

from ffnet.config import read_config
from ffnet.errors import InputError
from ffnet.robustness.settings import Condition
from ffnet.scans.index import ScanRow
from ffnet.workflow.planning import plan_dataset
from ffnet.workflow.robustness_plan import draw_scans, outcome_files, plan_robustness


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
