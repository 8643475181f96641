"""Runs that are watched on validation subjects and the test fold, from the settings to the tables, and their audit."""

import csv
import json

import pytest

from tests.workflow.test_reruns import ONE_EXPERIMENT, TABLE, jobs_of

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1500)]


def watch(config):
    config["protocol"]["validation"] = 1
    config["training"] |= {"keep": "best_validation", "epochs": 2, "watch_test": True}


@pytest.fixture
def watched(project):
    """The tiny project after its networks were trained again, watched."""
    project.configure(watch)
    done = project.run()
    assert done.returncode == 0, done.stdout[-5000:]
    return project


def test_watched_runs_reach_the_tables_with_a_note_and_a_planted_leak_stops_the_workflow(watched):
    record = json.loads(watched.read("results/demo-bosphorus/runs/FFNet-M/0/1.json"))
    assert len(record["people"]["training"]) == len(record["people"]["validation"]) == 1
    assert record["scans"] == {"training": 6, "test": 12, "validation": 6} and record["kept_epoch"] in (1, 2)
    assert all({"validation_accuracy", "test_accuracy"} <= set(row) for row in record["epochs"])
    assert "people" not in json.loads(watched.read("results/demo-bosphorus/runs/ridge/0/1.json"))
    assert "1 validation subjects left out of training, the best epoch kept" in watched.read(
        "results/tables/accuracy.csv"
    )
    page = watched.read("results/report.html")
    assert "Dashed: on the validation subjects" in page and "Dotted: on the test fold" in page
    assert "best test epoch would add (leak)" in watched.read("results/tables/accuracy.md")
    gains = {
        row["experiment"]: row["best_epoch_gain"]
        for row in csv.DictReader(watched.read("results/tables/accuracy.csv").splitlines())
    }
    assert gains["ridge"] == "" and float(gains["FFNet-M"]) >= 0
    assert watched.planned() == {}

    path = watched.folder / "results/demo-bosphorus/runs/FFNet-M/0/1.json"
    record["people"]["training"] += record["people"]["validation"]
    path.write_text(json.dumps(record))
    done = watched.run()
    assert done.returncode != 0 and "is in training and validation" in done.stdout
    assert "FFNet-M on demo-bosphorus: 1 subjects" in done.stdout


def test_another_number_of_validation_subjects_trains_the_networks_again_and_nothing_else(watched):
    watched.configure(lambda config: config["protocol"].update(validation=0) or config["training"].update(keep="last"))
    assert watched.planned() == jobs_of(ONE_EXPERIMENT, "repeat")
    assert set(TABLE) <= set(watched.planned())
