"""Features saved and moved, through Snakemake: to the table, again only where something changed, killed and resumed."""

import csv
import subprocess
import sys
from collections import Counter

import pytest

from ffnet.storage import sha256_of
from ffnet.training.run_features import TEST, TRAINING, read_features, write_features
from tests.workflow.test_reruns import ONE_EXPERIMENT, TABLE, code, delete, jobs_of, key

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1500)]
DATASETS = ("demo-bu3dfe", "demo-bosphorus")
RUN = "results/{}/runs/FFNet-M/0/{}.csv"
FEATURES = "results/{}/features/FFNet-M/0/{}.h5"
MOVED = "results/{}/transport/FFNet-M/moved/0/{}.csv"
MOVE = TABLE | {"move_features": 2}
AGAIN = MOVE | {"train_repeat_features": 2, "gather_runs": 2, "draw_confusion": 2}  # of one network, and what follows


def ask(config):
    config["transport"]["experiments"] = ["FFNet-M"]


@pytest.fixture(scope="module")
def moved(finished, tmp_path_factory):
    """The finished project with features of FFNet-M moved, run to its end again; `moved.took`: which jobs that took."""
    project = finished.copy_to(tmp_path_factory.mktemp("moved") / "project")
    project.configure(ask)
    project.took = project.planned()
    done = project.run()
    assert done.returncode == 0, done.stdout[-3000:]
    return project


@pytest.fixture
def copy(moved, tmp_path):
    """A copy that a test may spoil."""
    return moved.copy_to(tmp_path / "project")


def hashes(project, *patterns):
    return [
        sha256_of(project.folder / pattern.format(name, fold))
        for pattern in patterns
        for name in DATASETS
        for fold in (0, 1)
    ]


def test_the_network_is_trained_once_more_for_its_features_and_then_nothing_is_left_to_do(moved, finished):
    assert moved.took == AGAIN
    assert moved.planned() == {}
    assert hashes(moved, RUN) == hashes(finished, RUN)  # saving changes no prediction


def test_features_are_of_both_halves_and_the_table_and_the_audit_have_all_lines(moved):
    for dataset in DATASETS:
        for fold in (0, 1):
            features = read_features(moved.folder / FEATURES.format(dataset, fold))
            halves = [set(features.of(half).subject) for half in (TRAINING, TEST)]
            assert [len(half) for half in halves] == [2, 2] and not halves[0] & halves[1]
            assert features.values.shape == (24, 18)  # 3 x 128 numbers at a twentieth of the width
    rows = list(csv.DictReader(moved.read("results/tables/transport.csv").splitlines()))
    assert len(rows) == 6 and {row["sees"] for row in rows} == {"", "TRANSDUCTIVE"}
    accuracy = {row["dataset"]: row for row in csv.DictReader(moved.read("results/tables/accuracy.csv").splitlines())}
    assert len(accuracy) == 2
    for row in rows[::3]:
        assert (row["line"], row["accuracy"]) == ("the network", accuracy[row["dataset"]]["accuracy"])
    assert "TRANSDUCTIVE" in moved.read("results/tables/transport.md")
    assert "no leak in 16 runs" in moved.read("results/tables/leakage.txt")  # 2 x 2 x 2, and 2 x 2 x 2 that were moved
    assert "moved features" in moved.read("results/tables/leakage.csv")
    assert 'id="transport"' in moved.read("results/report.html")


def test_status_and_plan_know_the_jobs_and_their_files(moved, finished, tmp_path):
    fresh = finished.copy_to(tmp_path / "project")
    fresh.configure(ask)
    subprocess.run(["rm", "-r", "results", "logs", "data"], cwd=fresh.folder, check=True)
    for job in ("repeat", "fold"):
        fresh.configure(lambda config, job=job: config["execution"].update(job=job))
        planned = fresh.planned()
        assert Counter(one.rule for one in fresh.jobs()) == planned
        assert planned[f"train_{job}_features"] == planned[f"train_{job}"] == {"repeat": 2, "fold": 4}[job]
    jobs = moved.jobs()
    there = {str(path.relative_to(moved.folder)) for path in moved.folder.rglob("*") if path.is_file()}
    assert {path for path in there if path.startswith("results/")} == {
        path for job in jobs for path in job.outputs if path.startswith("results/")
    }
    logs = {path for path in there if path.startswith("logs/")}
    assert logs == {path for job in jobs for path in (job.log, *job.timings) if path.startswith("logs/")}
    for command, shown in (("status", f"{len(jobs)} of {len(jobs)} jobs are done"), ("plan", "train_repeat_features")):
        told = subprocess.run(
            [sys.executable, "-m", "ffnet", command], cwd=moved.folder, capture_output=True, text=True, check=True
        )
        assert shown in told.stdout


CHANGES = {
    "entropy": (key("transport", entropy=0.2), MOVE),
    "sparsity by class": (key("transport", classes=0.5), MOVE),
    "the penalty": (key("transport", penalty=10.0), MOVE),
    "a module of the transport": (code("ffnet/transport/optimal_transport.py"), MOVE),
    "a module of the table": (code("ffnet/results/tables/transport_table.py"), TABLE),
    "nothing moved any more": (key("transport", experiments=[]), TABLE),
    "a key of training": (key("training", learning_rate=0.001), AGAIN),
    "a key of ridge": (key("ridge", penalty=10.0), ONE_EXPERIMENT),
    "a repeat more": (key("experiments:FFNet-M", repeats=2), AGAIN | {"split_subjects": 2}),
    "jobs that are folds": (key("execution", job="fold"), {"make_report": 1}),
    "features deleted": (delete("results/*/features/**/*.h5"), {}),
    "features deleted, and another entropy": (
        lambda project: [delete("results/*/features/**/*.h5")(project), key("transport", entropy=0.2)(project)],
        AGAIN,
    ),
    "a moved run deleted": (delete(MOVED.format(DATASETS[0], 1)), {}),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_reruns_what_it_touches_and_nothing_else(copy, name):
    change, wanted = CHANGES[name]
    change(copy)
    assert copy.planned() == jobs_of(wanted, "repeat")


def test_an_experiment_more_trains_it_and_leaves_the_others(copy):
    key("experiments:F3DNet-d", repeats=1)(copy)
    assert copy.planned() == jobs_of(ONE_EXPERIMENT, "repeat")
    key("transport", experiments=["FFNet-M", "F3DNet-d"])(copy)
    assert copy.planned() == AGAIN


def test_jobs_that_are_folds_save_the_same_features_and_predictions(copy, moved):
    key("execution", job="fold")(copy)
    delete("results/*/runs/FFNet-M/**/*.csv")(copy)
    delete("results/*/predictions/FFNet-M.csv")(copy)
    delete("results/*/features/**/*.h5")(copy)
    delete("results/*/transport/**/*.csv")(copy)
    delete("results/tables/*")(copy)
    assert copy.planned()["train_fold_features"] == 4 and "train_fold" not in copy.planned()
    done = copy.run()
    assert done.returncode == 0, done.stdout[-3000:]
    assert hashes(copy, RUN, FEATURES, MOVED) == hashes(moved, RUN, FEATURES, MOVED)


def test_another_entropy_gives_other_predictions_in_seconds_and_the_old_one_the_old_again(copy, moved):
    key("transport", entropy=1.0)(copy)
    assert copy.run().returncode == 0
    assert not set(hashes(copy, MOVED)) & set(hashes(moved, MOVED))
    key("transport", entropy=0.01)(copy)
    assert copy.run().returncode == 0
    assert hashes(copy, MOVED) == hashes(moved, MOVED)


def test_a_subject_planted_in_both_halves_stops_the_run(copy):
    path = copy.folder / FEATURES.format(DATASETS[0], 0)
    features = read_features(path)
    subject = features.subject.copy()
    subject[0] = features.of(TEST).subject[0]
    write_features(path, features._replace(subject=subject))
    done = copy.run()
    assert done.returncode != 0 and "Traceback" not in done.stdout
    assert f"in the training half and in the test half at once: {subject[0]}" in done.stdout


def test_a_network_that_has_no_features_is_refused_before_any_job(copy):
    key("transport", experiments=["FFNet"])(copy)
    done = copy.run()
    assert done.returncode != 0 and "Traceback" not in done.stdout
    assert "transport.experiments: 'FFNet' has 0 repeats" in done.stdout


@pytest.mark.parametrize("job", ["repeat", "fold"])
def test_a_training_killed_again_and_again_ends_in_the_same_features(copy, job):
    def slower(config):
        config["training"] |= {"epochs": 8, "batch": 4}
        config["execution"] |= {"save_every": 0.0, "job": job}

    copy.configure(slower)
    targets = [pattern.format(DATASETS[0], 1) for pattern in (FEATURES, RUN)]
    assert copy.run(*targets).returncode == 0
    undisturbed = [(copy.folder / path).read_bytes() for path in targets]
    for path in targets:
        (copy.folder / path).unlink()
    subprocess.run(["rm", "-rf", "resume"], cwd=copy.folder, check=True)
    name = {"repeat": "train_repeat/FFNet-M/0.log", "fold": "train_fold/FFNet-M/0/1.log"}[job]
    log = copy.folder / "logs" / DATASETS[0] / name
    for _ in range(3):
        copy.kill_in_training(log, *targets)
    assert copy.run("--nolock", "--rerun-incomplete", *targets).returncode == 0
    assert "resuming at epoch" in log.read_text()
    assert [(copy.folder / path).read_bytes() for path in targets] == undisturbed
