import json
import os
import platform
import re
import subprocess
import sys
import time

import pytest

from ffnet.__main__ import main
from ffnet.commands.printing import three_figures
from ffnet.commands.status import status_rows
from ffnet.config import read_config
from ffnet.workflow.job_list import Job, list_jobs
from ffnet.workflow.job_states import QUIET, JobState, job_state, measured_seconds
from ffnet.workflow.provenance import ROOT
from ffnet.workflow.target_jobs import target_jobs
from tests.commands.conftest import write
from tests.training.conftest import record_values

HERE = f"started 2026-01-01 10:00:00 on {platform.node()}, process"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """The working directory: a project in which nothing was made."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def tiny(settings_mapping):
    mapping = settings_mapping()
    mapping["demo"]["subjects"] = 4
    mapping["protocol"] |= {"subjects": 4, "folds": 2}
    mapping["execution"]["job"] = "fold"
    return mapping


def finish(job, seconds=None):
    """Writes the files of a finished job."""
    for path in job.outputs:
        write(path, json.dumps(record_values(seconds={"reading": 0.5, "all": seconds})))
    write(job.log, f"{HERE} 1\ndone after 1.0 s\n")
    if seconds and not job.runs:
        write(job.timings[0], f"s\th:m:s\tmax_rss\n{seconds}\t0:00:01\t5\n")


JOB = Job("masks", "make_masks", "a", "", ("out.h5",), "logs/job.log", ("logs/job.tsv",))


def test_a_job_is_done_once_all_its_outputs_are_there_and_its_benchmark_says_its_seconds():
    assert job_state(JOB, 5).state == "missing"
    finish(JOB, 12.5)
    assert job_state(JOB, 5) == JobState("done", 12.5, finished=1.0)
    assert job_state(JOB._replace(outputs=("out.h5", "other.h5")), 5).state == "missing"
    write(JOB.timings[0], "s\th:m")
    assert job_state(JOB, 5) == JobState("done", finished=1.0)


def test_the_seconds_of_a_run_are_those_of_its_record():
    run = JOB._replace(outputs=("0.csv", "0.json"), timings=("0.json",), runs=1)
    finish(run, 7.25)
    assert measured_seconds(run) == 7.25
    write("0.json", '{"half": ')
    assert measured_seconds(run) is None


def test_what_a_job_of_many_runs_has_finished_counts_while_it_is_unfinished(tiny):
    tiny["execution"]["job"] = "repeat"
    jobs = [job for job in list_jobs(read_config(tiny)) if job.runs and job.experiment == "ridge"]
    finish(jobs[0], 10.0)
    assert measured_seconds(jobs[0]) == 20.0  # of two runs
    for path in jobs[1].outputs[::2]:
        write(path, "")
    states = [job_state(job, 5) for job in jobs]
    assert [state.finished for state in states] == [1.0, 0.5]
    assert sum(row.left for row in status_rows(jobs, states)) == 0.5 * 20.0


def test_a_log_that_ends_with_failed_is_a_failed_job_and_its_last_lines_are_given():
    write(JOB.log, f"{HERE} 1\na\nb\n\nerror: c\nfailed after 3.0 s\n")
    assert job_state(JOB, 3) == JobState("failed", None, ("b", "error: c", "failed after 3.0 s"))


def test_on_this_machine_a_job_runs_as_long_as_its_process_works_in_this_folder(folder):
    work = [sys.executable, "-c", "input()"]
    with subprocess.Popen(work, stdin=subprocess.PIPE) as process:
        write(JOB.log, f"{HERE} {process.pid}\nepoch 1\n")
        assert job_state(JOB, 5) == JobState("running", None, ("epoch 1",))
        process.stdin.close()
    assert job_state(JOB, 5) == JobState("lost", None, (f"{HERE} {process.pid}", "epoch 1"))
    with subprocess.Popen(work, stdin=subprocess.PIPE, cwd="/") as process:
        write(JOB.log, f"{HERE} {process.pid}\n")
        assert job_state(JOB, 5).state == "lost"
        process.stdin.close()


def test_on_another_machine_a_job_is_lost_once_its_log_is_quiet_for_too_long():
    write(JOB.log, "started 2026-01-01 10:00:00 on node7.other, process 1, SLURM job 12\nepoch 1\n")
    assert job_state(JOB, 5).state == "running"
    old = time.time() - QUIET - 5
    os.utime(JOB.log, (old, old))
    assert job_state(JOB, 5).state == "lost"


def test_an_output_deleted_after_its_job_was_done_is_missing():
    finish(JOB)
    os.unlink("out.h5")
    assert job_state(JOB, 5).state == "missing"


def test_only_the_end_of_a_long_log_is_read():
    write(JOB.log, f"{HERE} 1\n" + "x" * 20000 + "\n" + "ä" * 300 + "\nfailed after 1.0 s\n")
    assert job_state(JOB, 2).last == ("ä" * 300, "failed after 1.0 s")


def test_what_is_left_is_the_number_of_jobs_times_the_mean_of_those_measured(tiny):
    jobs = list_jobs(read_config(tiny))
    ridge = [job for job in jobs if job.runs and job.experiment == "ridge"]
    assert [(job.dataset, job.outputs[0].rpartition("/")[2]) for job in ridge] == [
        ("demo-bu3dfe", "0.csv"),
        ("demo-bu3dfe", "1.csv"),
        ("demo-bosphorus", "0.csv"),
        ("demo-bosphorus", "1.csv"),
    ]
    finish(ridge[0], 10.0)
    rows = {row[1:4]: row for row in status_rows(jobs, [job_state(job, 5) for job in jobs])}
    own, other = rows["train_fold", "demo-bu3dfe", "ridge"], rows["train_fold", "demo-bosphorus", "ridge"]
    assert (own.counts["done"], own.counts["missing"], own.seconds, own.left) == (1, 1, 10.0, 10.0)
    assert (other.counts["done"], other.counts["missing"], other.seconds, other.left) == (0, 2, 10.0, 20.0)
    assert rows["train_fold", "demo-bu3dfe", "FFNet-M"].left is None
    finish(ridge[2], 30.0)
    rows = {row[1:4]: row for row in status_rows(jobs, [job_state(job, 5) for job in jobs])}
    assert rows["train_fold", "demo-bosphorus", "ridge"].left == 30.0
    assert rows["train_fold", "demo-bu3dfe", "ridge"].left == 10.0


def run(settings_file, tiny, capsys, *arguments):
    code = main(["status", "--config", settings_file(lambda mapping: mapping.update(tiny)), *arguments])
    return code, capsys.readouterr().out


def test_the_command_counts_jobs_and_shows_the_time_left_and_logs_of_failed_jobs(settings_file, tiny, capsys):
    jobs = list_jobs(read_config(tiny))
    code, text = run(settings_file, tiny, capsys)
    assert code == 0 and f"0 of {len(jobs)} jobs are done, 0 are running." in text
    assert "Not counted, because none has finished yet: FFNet-M, compute_normals, load_scans" in text
    runs = [job for job in jobs if job.runs]
    for job in runs[:3]:
        finish(job, 60.0)
    for place, job in enumerate(runs[3:]):
        write(job.log, f"started x y on elsewhere, process 1\nerror: {place}\nfailed after 1.0 s\n")
    for job in jobs[:2]:
        write(job.log, "started x y on elsewhere, process 1\n")
    code, text = run(settings_file, tiny, capsys)
    assert code == 1 and f"3 of {len(jobs)} jobs are done, 2 are running." in text
    assert "Left: 5 min with one job at a time, or 2 min with 2 at a time, as now." in text
    assert f"{runs[3].log}: failed\n  started x y on elsewhere, process 1\n  error: 0\n  failed after" in text
    assert "and 1 more" not in text


def test_other_targets_are_counted_once_they_were_begun(settings_file, tiny, capsys):
    config = read_config(tiny)
    plain, models, tested = len(list_jobs(config)), target_jobs(config, "models"), target_jobs(config, "robustness")
    assert f"0 of {plain} jobs" in run(settings_file, tiny, capsys)[1]
    write(models[0].log, f"{HERE} 1\n")  # FFNet-M of demo-bu3dfe, which the robustness test has, too
    assert f"0 of {plain + 1} jobs" in run(settings_file, tiny, capsys)[1]
    conditions = [job for job in tested if job.rule in ("retake_scans", "test_changed_scans")]
    for job in [job for job in conditions if job.outputs[0].startswith("results/robustness/yaw/")]:
        finish(job, 60.0)
    write(conditions[-1].log, f"{HERE} 1\nerror: x\nfailed after 1.0 s\n")
    code, text = run(settings_file, tiny, capsys)
    assert code == 1 and f"6 of {plain + len(tested)} jobs are done" in text and conditions[-1].log in text
    assert re.search(r"robustness +test_changed_scans +demo-bosphorus +3 +1 +30", text)
    write(models[1].log, f"{HERE} 1\n")  # FFNet-M of demo-bosphorus, which it has not
    assert f"6 of {plain + len(tested) + 1} jobs are done" in run(settings_file, tiny, capsys)[1]
    tiny["robustness"]["test"] = "nobody"
    assert f"0 of {plain + len(models)} jobs are done" in run(settings_file, tiny, capsys)[1]


def test_of_many_failed_jobs_the_first_are_shown_and_the_others_counted(settings_file, tiny, capsys):
    jobs = [job for job in list_jobs(read_config(tiny)) if job.runs]
    for job in jobs:
        write(job.log, f"{HERE} 999999999\nhalf a\n")
    code, text = run(settings_file, tiny, capsys)
    assert code == 1 and text.count("died without a final line: killed, or its node went down") == 5
    assert "and 3 more" in text


def test_json_holds_the_same(settings_file, tiny, capsys):
    jobs = list_jobs(read_config(tiny))
    finish(jobs[0])
    write(jobs[-1].log, f"{HERE} 1\nerror: x\nfailed after 1.0 s\n")
    code, text = run(settings_file, tiny, capsys, "--json")
    printed = json.loads(text)
    assert code == 1 and printed["running"] == 0
    assert printed["rows"][0]["rule"] == "unpack_makehuman" and printed["rows"][0]["counts"]["done"] == 1
    assert sum(sum(row["counts"].values()) for row in printed["rows"]) == len(jobs)
    (failure,) = printed["failures"]
    assert failure["rule"] == "make_report" and failure["log"] == jobs[-1].log and failure["last"][1] == "error: x"


def test_keys_of_a_second_file_override_those_of_the_first(settings_file, tiny, capsys, tmp_path):
    (tmp_path / "more.yaml").write_text("experiments: {ridge: {repeats: 3}}\n")
    code, text = run(settings_file, tiny, capsys, "--configfile", "more.yaml", "--json")
    rows = {(row["rule"], row["dataset"], row["experiment"]): row["counts"] for row in json.loads(text)["rows"]}
    assert rows["train_fold", "demo-bu3dfe", "ridge"]["missing"] == 6
    assert rows["train_fold", "demo-bu3dfe", "FFNet-M"]["missing"] == 2


def test_status_loads_nothing_heavy():
    heavy = {"snakemake", "torch", "open3d", "cv2", "pandas", "matplotlib", "scipy", "dlib", "h5py"}
    code = "import sys, ffnet.commands.status, ffnet.commands.plan; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT).stdout
    assert not heavy & set(loaded.split())


def test_seconds_have_three_figures():
    assert [three_figures(seconds) for seconds in (None, 0.1234, 12.345, 4321.0)] == ["", "0.123", "12.3", "4321"]
