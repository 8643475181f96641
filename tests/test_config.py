import pytest
import yaml

from ffnet.config import read_config
from ffnet.errors import InputError
from ffnet.workflow.provenance import ROOT

MAPPING = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("section", "key", "near"),
    [("maps", "sise", "size"), ("training", "epoch", "epochs"), ("masks", "radius", "radius_")],
)
def test_a_misspelt_key_stops_before_any_job_with_the_nearest_right_name(section, key, near):
    mapping = MAPPING | {section: MAPPING[section] | {key: 1}}
    with pytest.raises(InputError, match=f"config.yaml: {section}: unknown key '{key}'; did you mean '{near}"):
        read_config(mapping)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("../mine", r"config.yaml: datasets...\/mine: the name becomes a folder"),
        ("my scans", "config.yaml: datasets.my scans: the name becomes a folder"),
        ("a|b", "the name becomes a folder"),
        ("tables", "config.yaml: datasets.tables: the workflow already uses the folder results/tables"),
    ],
)
def test_the_name_of_a_dataset_becomes_a_folder_of_its_own(name, message):
    with pytest.raises(InputError, match=message):
        read_config(MAPPING | {"datasets": MAPPING["datasets"] | {name: MAPPING["datasets"]["demo-bu3dfe"]}})


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["FFNetM"], "models: there is no experiment 'FFNetM'; did you mean 'FFNet-M'"),
        (["ridge"], "models: 'ridge' is not a network"),
        ("FFNet-M", "models: expected a list"),
    ],
)
def test_final_models_are_experiments_with_a_network(names, message):
    with pytest.raises(InputError, match=message):
        read_config(MAPPING | {"models": names})
