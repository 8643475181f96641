"""Both tiny collections across each other, through Snakemake: to the table, again only where something changed, killed
and resumed."""

import csv
import subprocess
import sys
from collections import Counter

import pytest

from ffnet.storage import sha256_of
from ffnet.training.record import read_record
from tests.workflow.test_reruns import ONE_EXPERIMENT, ONE_SHARD, TABLE, change_scan, code, delete, jobs_of, key

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1500)]
BU3DFE, BOSPHORUS = "demo-bu3dfe", "demo-bosphorus"
PAIRS = [{"train": BU3DFE, "test": BOSPHORUS}, {"train": BOSPHORUS, "test": BU3DFE}]
RUNS = [  # of both pairs: two networks and, as it has no seed, one floor
    f"results/{test}/cross/{train}/{run}"
    for train, test in ((BU3DFE, BOSPHORUS), (BOSPHORUS, BU3DFE))
    for run in ("ridge/0", "FFNet-M/0", "FFNet-M/1")
]
NETWORK = {"train_final": 2, "train_final_repeat": 2, "evaluate_pair": 4}


def ask(config):
    config["cross"] |= {"pairs": PAIRS, "repeats": 2}
    config["models"] = []


@pytest.fixture(scope="module")
def paired(finished, tmp_path_factory):
    """The finished project with both pairs, run to its end again; which jobs that took is in `paired.took`."""
    project = finished.copy_to(tmp_path_factory.mktemp("paired") / "project")
    project.configure(ask)
    project.took = project.planned()
    done = project.run()
    assert done.returncode == 0, done.stdout[-3000:]
    return project


@pytest.fixture
def copy(paired, tmp_path):
    """A copy that a test may spoil."""
    return paired.copy_to(tmp_path / "project")


def test_only_the_pairs_are_trained_and_then_nothing_is_left_to_do(paired):
    assert paired.took == NETWORK | TABLE | {"evaluate_pair": 6}
    assert paired.planned() == {}


def test_the_table_has_all_pairs_and_the_diagonal(paired):
    rows = list(csv.DictReader(paired.read("results/tables/cross.csv").splitlines()))
    found = {(row["train"], row["test"], row["experiment"]): row for row in rows}
    assert len(found) == len(rows) == 8 and {row["data"] for row in rows} == {"synthetic"}
    for (train, test, experiment), row in found.items():
        within = train == test
        assert row["protocol"] == ("cross-validation" if within else "another collection")
        assert row["subjects"] == "4" and row["scans"] == "24"
        assert row["repeats"] == ("2" if experiment == "FFNet-M" and not within else "1")
    assert "trained on demo-bu3dfe" in paired.read("results/tables/classes.csv")
    assert "no leak in 14 runs" in paired.read("results/tables/leakage.txt")  # 2 x 2 x 2 within, 6 across
    assert 'id="cross"' in paired.read("results/report.html")


def test_every_run_has_its_record_and_names_the_network_that_it_tested(paired):
    seeds = set()
    for run in RUNS:
        record = read_record(paired.folder / f"{run}.json")
        assert record.scans == {"training": 24, "test": 24} and record.settings["classes"][0] == "anger"
        seeds.add(record.seed)
    assert len(seeds) == 3  # None of the floor; the experiment and the repeat make it
    model = paired.folder / f"results/{BU3DFE}/models/FFNet-M/1.safetensors"
    assert sha256_of(model) == read_record(paired.folder / f"{RUNS[2]}.json").inputs[0]


def test_evaluate_gives_the_same_predictions_to_the_byte(paired):
    for run, model in ((RUNS[1], "FFNet-M"), (RUNS[2], "FFNet-M/1")):
        command = [sys.executable, "-m", "ffnet", "evaluate", f"results/{BU3DFE}/models/{model}.safetensors", BOSPHORUS]
        subprocess.run(
            [*command, "--csv", "evaluated.csv"],
            cwd=paired.folder,
            env=paired.environment() | {"OMP_NUM_THREADS": "1"},
            check=True,
            capture_output=True,
        )
        assert paired.read("evaluated.csv") == paired.read(f"{run}.csv")
        (paired.folder / "evaluated.csv").unlink()


def test_status_and_plan_know_the_jobs_and_their_files(paired, finished, tmp_path):
    fresh = finished.copy_to(tmp_path / "project")
    fresh.configure(ask)
    subprocess.run(["rm", "-r", "results", "logs", "data"], cwd=fresh.folder, check=True)
    assert Counter(job.rule for job in fresh.jobs()) == fresh.planned()
    jobs = paired.jobs()
    there = {str(path.relative_to(paired.folder)) for path in paired.folder.rglob("*") if path.is_file()}
    assert {path for path in there if path.startswith("results/")} == {
        path for job in jobs for path in job.outputs if path.startswith("results/")
    }
    logs = {path for path in there if path.startswith("logs/")}
    assert logs == {path for job in jobs for path in (job.log, *job.timings) if path.startswith("logs/")}
    status = subprocess.run(
        [sys.executable, "-m", "ffnet", "status"], cwd=paired.folder, capture_output=True, text=True, check=True
    )
    assert f"{len(jobs)} of {len(jobs)} jobs are done" in status.stdout


def third(project):
    """Another dataset of Bosphorus' layout, and a pair that tests on it what BU-3DFE's layout trained."""

    def change(config):
        config["datasets"]["third"] = config["datasets"][BOSPHORUS] | {"projection": "raycast"}
        config["cross"]["pairs"].append({"train": BU3DFE, "test": "third"})

    project.configure(change)


CHANGES = {
    "no pairs any more": (key("cross", pairs=[]), TABLE),
    "one pair fewer": (key("cross", pairs=PAIRS[:1]), TABLE),
    "a repeat more": (key("cross", repeats=3), TABLE | {"train_final_repeat": 2, "evaluate_pair": 2}),
    "a repeat fewer": (key("cross", repeats=1), TABLE),
    "an experiment more": (
        key("cross", experiments=["ridge", "FFNet-M", "F3DNet-d"]),
        TABLE | NETWORK,
    ),
    "an experiment fewer": (key("cross", experiments=["ridge"]), TABLE),
    "a mapping that no pair needs": (key("cross", classes={"joy": "happiness"}), {"make_report": 1}),
    "no cross-validation of it any more": (key("experiments:FFNet-M", repeats=0), TABLE),
    "a key of training": (key("training", learning_rate=0.001), ONE_EXPERIMENT | NETWORK),
    "a key of ridge": (key("ridge", penalty=10.0), ONE_EXPERIMENT | {"evaluate_pair": 2}),
    "a key of results": (key("results", dpi=100), {"draw_confusion": 4, "draw_maps": 2, "make_report": 1}),
    "a module of the evaluation": (code("ffnet/training/evaluation.py"), TABLE | {"evaluate_pair": 6}),
    "a module of the table": (code("ffnet/results/tables/cross_table.py"), TABLE),
    "a raw scan of one collection": (
        change_scan,
        ONE_SHARD | {"train_final": 1, "train_final_repeat": 1, "evaluate_pair": 6},
    ),
    "networks deleted": (delete("results/*/models/**/*.safetensors"), {}),
    "a run deleted": (delete(f"{RUNS[1]}.csv"), {}),
    "a record deleted, and tables that need it": (
        lambda project: [delete(f"{RUNS[0]}.json")(project), code("ffnet/results/tables/cross_table.py")(project)],
        TABLE | {"evaluate_pair": 1},
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_reruns_what_it_touches_and_nothing_else(copy, name):
    change, wanted = CHANGES[name]
    change(copy)
    assert copy.planned() == jobs_of(wanted, "repeat")


def test_another_collection_to_test_trains_no_network_of_a_pair_again(copy):
    third(copy)
    planned = copy.planned()
    assert planned["evaluate_pair"] == 3 and not {"train_final", "train_final_repeat"} & set(planned)


def test_classes_that_differ_stop_before_any_job_unless_they_are_mapped(copy):
    copy.configure(lambda config: config["datasets"][BOSPHORUS].update(classes=["anger", "fear"]))
    done = copy.run()
    assert done.returncode != 0 and "Traceback" not in done.stdout
    assert "only the training collection has disgust, happiness, sadness, surprise" in done.stdout


def test_the_same_people_in_both_collections_are_refused(copy):
    def change(config):
        third = config["datasets"][BOSPHORUS] | {"takes": "first"}
        config["datasets"] = {BOSPHORUS: config["datasets"][BOSPHORUS], "third": third}
        config["cross"] |= {"pairs": [{"train": BOSPHORUS, "test": "third"}], "repeats": 1, "experiments": ["ridge"]}

    copy.configure(change)
    done = copy.run()
    assert done.returncode != 0 and "Traceback" not in done.stdout
    assert "demo-bosphorus and third: 4 people take part in both, bs000 among them" in done.stdout


def test_a_person_planted_in_both_turns_the_audit_red(copy):
    """One person of the training collection takes the place of another in what was tested."""
    path = copy.folder / f"results/{BOSPHORUS}/hashes.csv"
    content = {row["scan"]: row["sha256"] for row in csv.DictReader(path.read_text().splitlines())}
    other = copy.folder / f"results/{BU3DFE}/hashes.csv"
    row = other.read_text().splitlines()[1]
    planted = other.read_text().replace(row, row.rpartition(",")[0] + "," + content["bs002_E_FEAR_0"])
    other.write_text(planted)
    copy.configure(lambda config: config["results"].update(confidence=0.9))
    done = copy.run("--rerun-triggers", "params")
    assert done.returncode != 0
    assert "FFNet-M trained on demo-bu3dfe on demo-bosphorus: 0 subjects, 2 identical scans" in done.stdout
    assert "scan bs002_E_FEAR_0 is tested" in done.stdout


def test_a_training_killed_again_and_again_ends_in_the_same_network(copy):
    def slower(config):
        config["training"] |= {"epochs": 8, "batch": 4}
        config["execution"]["save_every"] = 0.0

    copy.configure(slower)
    target = f"results/{BU3DFE}/models/FFNet-M/1.safetensors"
    assert copy.run(target).returncode == 0
    undisturbed = (copy.folder / target).read_bytes()
    (copy.folder / target).unlink()
    log = copy.folder / f"logs/{BU3DFE}/train_final_repeat/FFNet-M/1.log"
    for _ in range(3):
        copy.kill_in_training(log, target)
    assert copy.run("--nolock", "--rerun-incomplete", target).returncode == 0
    assert "resuming at epoch" in log.read_text()
    assert (copy.folder / target).read_bytes() == undisturbed
