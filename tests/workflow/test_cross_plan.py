"""Which runs the section `cross` asks for, without Snakemake."""

import re
from dataclasses import replace

import pytest
import yaml

from ffnet.config import read_config
from ffnet.errors import InputError
from ffnet.workflow.cross_plan import (
    check_people_apart,
    cross_params,
    model_file,
    planned_crosses,
    trained_files,
    trainings,
)
from ffnet.workflow.job_list import list_jobs
from ffnet.workflow.memory import collection_memory, evaluation_memory, training_memory
from ffnet.workflow.planning import count_splits, plan_dataset
from ffnet.workflow.provenance import ROOT

MAPPING = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
A, B = "demo-bu3dfe", "demo-bosphorus"


def config_of(pairs, subject_lists=None, **cross):
    """config.yaml with pairs (train, test), and `third`, one more dataset of B's layout."""
    third = MAPPING["datasets"][B] | {"takes": "first"}
    changes = {
        "datasets": MAPPING["datasets"] | {"third": third},
        "cross": MAPPING["cross"] | {"pairs": [{"train": of, "test": to} for of, to in pairs]} | cross,
        "protocol": MAPPING["protocol"] | {"subject_lists": subject_lists or {}},
    }
    return read_config(MAPPING | changes)


def rows_of(config):
    return {name: plan_dataset(name, config).rows for name in config.datasets}


def test_every_experiment_is_tested_on_every_pair_and_the_floor_once():
    planned = planned_crosses(config_of([(A, B), (B, A)], repeats=3))
    assert [(one.train, one.test, one.experiment) for one in planned] == [
        (*pair, name) for pair in ((A, B), (B, A)) for name in ("ridge", "FFNet-M")
    ]
    assert planned[0].predictions == (f"results/{B}/cross/{A}/ridge/0.csv",)
    assert planned[1].predictions == tuple(f"results/{B}/cross/{A}/FFNet-M/{n}.csv" for n in range(3))
    assert planned[1].records[2] == f"results/{B}/cross/{A}/FFNet-M/2.json"
    assert planned_crosses(config_of([])) == []


def test_one_training_is_tested_on_all_collections():
    both, one = (list(trainings(config_of(pairs, repeats=2))) for pairs in ([(A, B), (A, "third")], [(A, B)]))
    assert both == one == [(A, "FFNet-M", 0), (A, "FFNet-M", 1)]
    config = config_of([(A, B), (A, "third")], repeats=2)
    assert trained_files(config, A, "FFNet-M", 1) == [f"results/{A}/models/FFNet-M/1.safetensors"]
    assert trained_files(config, A, "ridge", 0) == [f"results/{A}/shards.csv", f"results/{A}/splits/0.csv"]
    assert model_file(A, "FFNet-M", 0) == f"results/{A}/models/FFNet-M.safetensors"  # that of predictions


def test_classes_and_layouts_of_a_pair_are_what_its_runs_depend_on():
    config = config_of([(A, B), (B, "third")])
    expressions = list(MAPPING["datasets"][A]["classes"])
    assert cross_params(config, A, B) == {"names": expressions, "same_layout": False}
    assert cross_params(config, B, "third")["same_layout"]


def test_people_who_would_be_in_both_are_refused_before_anything_is_trained():
    config = config_of([(B, "third")])
    with pytest.raises(InputError, match=f"{B} and third: 12 people take part in both, bs000 among them"):
        check_people_apart(config, rows_of(config))
    with pytest.raises(InputError, match="12 people take part in both"):
        list_jobs(config)
    check_people_apart(config_of([(A, B)]), rows_of(config))
    advice = "name other people for one of them in protocol.subject_lists{}, or remove the pair"
    for redraw, also in ((False, ""), (True, " and set protocol.redraw: false, which a list needs")):
        redrawn = replace(config, protocol=replace(config.protocol, redraw=redraw))
        with pytest.raises(InputError, match=advice.format(also)):
            check_people_apart(redrawn, rows_of(config))
    halves = {name: [f"bs{n:03d}" for n in range(*ends)] for name, ends in ((B, (0, 6)), ("third", (6, 12)))}
    config = config_of([(B, "third")], subject_lists=halves)
    check_people_apart(config, rows_of(config))
    halves["third"][0] = "bs003"
    config = config_of([(B, "third")], subject_lists=halves)
    with pytest.raises(InputError, match="1 people take part in both, bs003 among them"):
        check_people_apart(config, rows_of(config))


def test_a_split_names_who_takes_part_even_without_a_cross_validation():
    idle = {name: row | {"repeats": 0} for name, row in MAPPING["experiments"].items()}
    assert count_splits(read_config(MAPPING | {"experiments": idle})) == 0
    paired = MAPPING["cross"] | {"pairs": [{"train": A, "test": B}]}
    assert count_splits(read_config(MAPPING | {"experiments": idle, "cross": paired})) == 1
    assert count_splits(read_config(MAPPING)) == 1


def test_a_test_needs_at_most_the_memory_of_a_training_and_the_floor_both_collections():
    config = config_of([(A, B)])
    plans = [plan_dataset(name, config) for name in (A, B)]
    assert evaluation_memory(config, *plans, "FFNet-M") == training_memory(config, plans[1], "FFNet-M", gpu=False)
    more = evaluation_memory(config, *plans, "ridge") - training_memory(config, plans[1], "ridge", gpu=False)
    assert more == round(3 * collection_memory(config, plans[0])) > 100


def test_a_job_of_the_list_trains_on_all_who_take_part():
    jobs = [job for job in list_jobs(config_of([(A, B)], repeats=2)) if re.match("train_final|evaluate", job.rule)]
    assert [(job.rule, job.dataset, job.experiment, job.runs, job.scans) for job in jobs] == [
        ("train_final", A, "FFNet-M", 1, 144),
        ("train_final_repeat", A, "FFNet-M", 1, 144),
        ("evaluate_pair", B, "ridge", 0, 1),
        ("evaluate_pair", B, "FFNet-M", 0, 1),
        ("evaluate_pair", B, "FFNet-M", 0, 1),
    ]
