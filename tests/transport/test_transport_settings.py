"""The section `transport` of config.yaml."""

import pytest
import yaml

from ffnet.config import read_config
from ffnet.errors import InputError
from ffnet.workflow.provenance import ROOT
from ffnet.workflow.transport_plan import planned_transports


def config_with(**changes):
    mapping = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
    mapping["transport"] |= changes
    return mapping


@pytest.mark.parametrize(
    ("experiments", "message"),
    [
        (["FFNet-N"], "there is no experiment 'FFNet-N'; did you mean 'FFNet-M'?"),
        (["ridge"], "'ridge' is not a network, and only networks have features; remove it"),
        (["Scattering-n"], "'Scattering-n' is not a network"),
        (["FFNet"], "'FFNet' has 0 repeats, so that there are no features to move; set repeats: 1 or more"),
        (["FFNet-M", "FFNet-M"], "'FFNet-M' is listed twice"),
    ],
)
def test_an_experiment_without_features_is_refused_with_what_to_do(experiments, message):
    with pytest.raises(InputError) as told:
        read_config(config_with(experiments=experiments))
    assert str(told.value).startswith(f"config.yaml: transport.experiments: {message}")


@pytest.mark.parametrize(("key", "value"), [("entropy", 0.0), ("classes", -1.0), ("penalty", -1.0)])
def test_a_weight_out_of_its_bounds_is_refused(key, value):
    with pytest.raises(InputError, match=f"config.yaml: transport.{key}: .*at least"):
        read_config(config_with(**{key: value}))


def test_by_default_nothing_is_saved_or_moved():
    assert planned_transports(read_config(config_with())) == []


def test_every_run_has_a_file_before_and_after_the_move():
    planned = planned_transports(read_config(config_with(experiments=["FFNet-M"])))
    assert [(one.dataset, one.experiment) for one in planned] == [
        ("demo-bu3dfe", "FFNet-M"),
        ("demo-bosphorus", "FFNet-M"),
    ]
    assert planned[0].moved[3] == "results/demo-bu3dfe/transport/FFNet-M/moved/0/3.csv"
    assert len(planned[0].unmoved) == len(planned[0].moved) == 10 and not {*planned[0].unmoved} & {*planned[0].moved}
