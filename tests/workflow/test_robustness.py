"""The robustness test through Snakemake: no part of the plain run, and repeated only where something changed."""

import csv
import shutil

import pytest
from PIL import Image

from ffnet.origin import MARK
from tests.workflow.test_reruns import code, key

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1500)]
AXES = {"yaw": [20, 90], "dim": [0.5]}
OUTCOMES, TABLE = "test_changed_scans", {"tabulate_robustness": 1, "robustness": 1}
RETAKE = "retake_scans"
ONE = "results/robustness/dim/0.5.csv"


def make_small(config):
    config["robustness"]["experiments"] = ["F3DNet-M-d", "FFNet-M"]
    config["robustness"]["axes"] = {name: AXES.get(name, []) for name in config["robustness"]["axes"]}


def rows(project, name):
    return list(csv.DictReader(project.read(f"results/robustness/{name}.csv").splitlines()))


@pytest.fixture
def small(project):
    project.configure(make_small)
    return project


@pytest.fixture(scope="module")
def tested(finished, tmp_path_factory):
    """A project whose robustness test was run; no test may change it."""
    project = finished.copy_to(tmp_path_factory.mktemp("tested") / "project")
    project.configure(make_small)
    assert project.planned() == {"make_report": 1}  # the page shows the settings
    assert project.planned("robustness") == {"train_final": 2, "check_generated": 1, RETAKE: 3, OUTCOMES: 4, **TABLE}
    done = project.run("robustness")
    assert done.returncode == 0, done.stdout[-3000:]
    return project


@pytest.fixture
def own(tested, tmp_path):
    """A copy of `tested` that a test may change."""
    return tested.copy_to(tmp_path / "project")


def test_table_figure_and_lost_scans_are_made(tested):
    found = {(row["axis"], row["severity"], row["experiment"]): row for row in rows(tested, "accuracy")}
    assert len(found) == 4 * 2
    for row in found.values():
        assert (row["subjects"], row["scans"]) == ("4", "24")
    lost = rows(tested, "lost")
    turned_away = [row for row in lost if (row["axis"], row["severity"]) == ("yaw", "90")]
    assert len(turned_away) == int(found["yaw", "90", "FFNet-M"]["lost"]) > 20
    assert all(row["stage"] in ("scans", "maps", "masks") and row["reason"] for row in lost)
    assert found["unchanged", "0", "FFNet-M"]["lost"] == "0" and found["dim", "0.5", "FFNet-M"]["lost"] == "0"
    assert "(synthetic)" in tested.read("results/robustness/accuracy.md").splitlines()[0]
    with Image.open(tested.folder / "results/robustness/accuracy.png") as figure:
        assert min(figure.size) > 500
    assert {row["geometry"] for key, row in found.items() if key[0] != "unchanged"} == {"generator"}
    assert not list(tested.folder.glob("results/robustness/scans/*/*"))  # deleted once they were tested
    log = tested.read("logs/robustness/test_changed_scans/yaw/20.log")
    assert "scans 24/24" in log and "s to go" in log


def test_the_report_shows_it_once_it_was_run(own):
    assert own.planned() == {"make_report": 1}
    assert own.run().returncode == 0
    assert 'id="robustness"' in own.read("results/report.html")
    assert own.planned() == {} and own.planned("robustness") == {}
    for path in ("ffnet/robustness/turning.py", "ffnet/demo/retake.py"):
        code(path)(own)
    assert own.planned() == {}  # the plain run does not repeat the test


def test_only_what_a_change_touches_is_tested_again(own):
    key("robustness:axes", yaw=[20, 60, 90])(own)
    assert own.planned("robustness") == {RETAKE: 1, OUTCOMES: 1, **TABLE}
    key("robustness:axes", yaw=[20])(own)
    assert own.planned("robustness") == TABLE
    key("results", confidence=0.9)(own)
    assert own.planned("robustness") == TABLE
    key("robustness", ambient=0.5)(own)
    assert own.planned("robustness") == {RETAKE: 2, OUTCOMES: 3, **TABLE}


def test_after_an_interruption_only_the_conditions_that_are_missing_are_made(own):
    for name in ("dim/0.5.csv", "accuracy.csv", "accuracy.md", "accuracy.png", "accuracy.svg", "lost.csv"):
        (own.folder / "results" / "robustness" / name).unlink()
    assert own.planned("robustness") == {RETAKE: 1, OUTCOMES: 1, **TABLE}


def test_the_generators_code_counts_only_where_it_takes_scans_again(own):
    code("ffnet/demo/retake.py")(own)
    assert own.planned("robustness") == {"check_generated": 1, RETAKE: 3, OUTCOMES: 3, **TABLE}
    key("robustness", geometry="mesh")(own)
    assert own.planned("robustness") == {OUTCOMES: 3, **TABLE}  # the unchanged scans are tested as they were


def test_a_copy_of_the_collection_is_taken_again_and_an_edited_scan_is_refused(own):
    shutil.copytree(own.folder / "data/demo/bosphorus", own.folder / "data/copy")
    own.configure(lambda config: config["datasets"].update(copy=dict(config["datasets"]["demo-bosphorus"])))
    key("datasets:copy", folder="data/copy")(own)
    key("robustness", test="copy")(own)
    assert own.run("results/robustness/generated.txt").returncode == 0
    path = own.folder / "data/copy/bs001/bs001_E_FEAR_0.bnt"
    data = bytearray(path.read_bytes())
    data[-100] ^= 1
    path.write_bytes(data)
    done = own.run(ONE)
    assert done.returncode != 0 and "Traceback" not in done.stdout
    assert "error: data/copy/bs001/bs001_E_FEAR_0.bnt: is not as the generator writes it" in done.stdout
    assert "or set robustness.geometry: mesh" in done.stdout
    key("robustness", geometry="mesh")(own)
    assert own.planned(ONE) == {OUTCOMES: 1}


def test_scans_of_people_depend_on_nothing_of_the_generator(own):
    (own.folder / "data/demo/bosphorus").rename(own.folder / "data/people")
    for path in (own.folder / "data/people").rglob("*.bnt"):
        path.write_bytes(path.read_bytes().removesuffix(MARK))
    own.configure(lambda config: config["datasets"].update({"demo-bosphorus": None}))
    own.configure(lambda config: config["datasets"].update(people=dict(config["datasets"]["demo-bu3dfe"])))
    key("datasets:people", folder="data/people", layout="bosphorus", intensities=[1], projection="splat")(own)
    key("robustness", test="people")(own)
    assert own.planned(ONE) == {OUTCOMES: 1}
    assert own.run(ONE).returncode == 0
    code("ffnet/demo/retake.py")(own)
    assert own.planned(ONE) == {}


def test_other_training_or_scans_repeat_all_conditions(own):
    key("training", epochs=2)(own)
    assert own.planned("robustness") == {"train_final": 2, RETAKE: 3, OUTCOMES: 4, **TABLE}
    code("ffnet/masks/weights.py")(own)
    planned = own.planned("robustness")
    assert planned[OUTCOMES] == 4 and planned["train_final"] == 2 and "load_scans" not in planned


def test_a_model_that_knows_the_people_and_a_scan_of_both_datasets_are_refused(own):
    own.configure(lambda config: config["datasets"].update(again=config["datasets"]["demo-bu3dfe"]))
    key("robustness", test="again")(own)
    done = own.run(ONE)
    assert done.returncode != 0 and "Traceback" not in done.stdout
    assert "F3DNet-M-d was trained on 4 of these subjects, F0001 among them" in done.stdout
    key("robustness", test="demo-bosphorus")(own)
    known = own.read("results/demo-bu3dfe/hashes.csv").splitlines()[1].split(",")[2]
    path = own.folder / "results/demo-bosphorus/hashes.csv"
    head, first, *rest = path.read_text().splitlines()
    planted = ",".join([*first.split(",")[:2], known])
    path.write_text("\n".join([head, planted, *rest]) + "\n")
    done = own.run("robustness")
    assert done.returncode != 0 and "Traceback" not in done.stdout
    assert "1 scans of demo-bosphorus have the content of scans that the networks were trained on" in done.stdout


def test_a_dataset_that_is_not_there_stops_the_test_and_not_the_plain_run(small):
    key("robustness", test="demo-bosphorous")(small)
    assert small.planned() == {"make_report": 1}
    done = small.run("robustness")
    assert done.returncode != 0
    reason = "config.yaml: robustness.test: there is no dataset 'demo-bosphorous'; did you mean 'demo-bosphorus'?"
    assert done.stdout.splitlines()[-1] == reason and "Exception" not in done.stdout
