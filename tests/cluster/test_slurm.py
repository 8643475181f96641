"""The workflow through profiles/slurm on a real SLURM, and what happens when jobs, allocations or snakemake die."""

import os
import re
import signal
import subprocess
from collections import Counter

import pytest

from tests.cluster.conftest import wait_for

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(1800)]
FIRST = "demo-bosphorus/FFNet-M/0/0"


def allocation(log):
    """The SLURM job that the first line of a log names."""
    return re.search(r"SLURM job (\d+)", log[0])[1]


def memory(number):
    """The MB that a SLURM job, running or not, asked for."""
    shown = subprocess.run(["scontrol", "show", "job", number], capture_output=True, text=True, check=True).stdout
    return int(re.search(r"MinMemoryNode=(\d+)M", shown)[1])


def disturb(project, finished, action):
    """Has the job that finishes so many runs in all do something before it writes the outputs of the last, once."""
    script = project.folder / "workflow_scripts" / "train_runs.py"
    line = "        for path, text in zip(outputs"
    lines = [
        "        import os, time",
        "        kept = list(pathlib.Path('resume').rglob('*.json'))",
        f"        if len(kept) >= {finished} and not os.path.exists('disturbed'):",
        "            pathlib.Path('disturbed').write_text(os.environ['SLURM_JOB_ID'])",
        f"            {action}",
        line,
    ]
    text = script.read_text(encoding="utf-8")
    assert line in text
    script.write_text(text.replace(line, "\n".join(lines), 1), encoding="utf-8")


def wait_for_disturbed(project):
    """The SLURM job in which the run that was disturbed is at work."""
    return wait_for(lambda: (project.folder / "disturbed").exists() and project.read("disturbed"))


def test_the_demo_runs_to_the_same_tables_as_on_one_machine(untouched, undisturbed):
    done = untouched.run()
    assert done.returncode == 0, done.stdout[-5000:]
    assert untouched.tables() == undisturbed
    log = untouched.log("demo-bosphorus/FFNet-M/0")
    assert len([line for line in log if line.startswith("epoch   1/1  loss")]) == 2
    assert log[-1].startswith("done after")
    assert untouched.planned() == {}


def test_ten_runs_share_one_allocation(project):
    project.configure(lambda config: config["experiments"]["ridge"].update(repeats=5))
    project.configure(lambda config: config["experiments"]["FFNet-M"].update(repeats=0))
    project.configure(lambda config: config["datasets"].pop("demo-bu3dfe"))
    done = project.run()
    assert done.returncode == 0, done.stdout[-5000:]
    logs = [project.log(f"demo-bosphorus/ridge/{repeat}/{fold}") for repeat in range(5) for fold in range(2)]
    assert list(Counter(map(allocation, logs)).values()) == [10]


def test_after_a_failure_the_others_of_its_allocation_go_on_in_a_new_one_with_more_memory(project, undisturbed):
    disturb(project, 2, "raise RuntimeError('fails once')")
    done = project.run()
    assert done.returncode == 0, done.stdout[-5000:]
    assert project.tables() == undisturbed
    logs = [path.read_text(encoding="utf-8") for path in project.folder.glob("logs/*/train_fold/**/*.log")]
    assert len(logs) == 8 and sum("finished before, its outputs were kept" in log for log in logs) == 2
    (after,) = {allocation(log.splitlines()) for log in logs}
    before = project.read("disturbed")
    assert after != before and memory(after) == 2 * memory(before)
    assert not list((project.folder / "resume").rglob("*.json"))


def test_a_repeat_that_failed_goes_on_with_its_unfinished_runs_in_a_new_allocation_with_more_memory(
    project, undisturbed
):
    project.configure(lambda config: config["execution"].update(job="repeat"))
    disturb(project, 1, "raise RuntimeError('fails once')")
    done = project.run()
    assert done.returncode == 0, done.stdout[-5000:]
    assert project.tables() == undisturbed
    logs = [path.read_text(encoding="utf-8") for path in project.folder.glob("logs/*/train_repeat/**/*.log")]
    assert len(logs) == 4
    (again,) = [log for log in logs if "finished before, its outputs were kept" in log]
    assert again.count("of the test half classified correctly") == 1  # the other of its two runs
    before, after = project.read("disturbed"), allocation(again.splitlines())
    assert after != before and memory(after) == 2 * memory(before)
    assert not list((project.folder / "resume").rglob("*.json"))


@pytest.mark.parametrize("job", ["fold", "repeat"])
def test_a_cancelled_allocation_is_submitted_again(project, undisturbed, job):
    project.configure(lambda config: config["execution"].update(job=job))
    disturb(project, 1, "time.sleep(600)")
    run = project.start()
    cancelled = wait_for_disturbed(project)
    subprocess.run(["scancel", cancelled], check=True)
    assert run.wait(600) == 0, project.read("terminal.log")[-5000:]
    assert project.tables() == undisturbed
    logs = [path.read_text(encoding="utf-8") for path in project.folder.glob(f"logs/*/train_{job}/**/*.log")]
    assert cancelled not in {allocation(log.splitlines()) for log in logs}


def test_after_snakemake_was_killed_the_next_start_ends_with_the_same_tables(project, undisturbed):
    disturb(project, 1, "time.sleep(600)")
    run = project.start()
    wait_for_disturbed(project)
    os.kill(run.pid, signal.SIGKILL)
    run.wait()
    left = "squeue --me --noheader --format '%i %j' | awk '$2 ~ /^ffnet_/ {print $1}' | xargs --no-run-if-empty scancel"
    subprocess.run(left, shell=True, check=True)
    wait_for(lambda: not subprocess.run(["squeue", "--me", "--noheader"], capture_output=True).stdout)
    locked = project.run()
    assert locked.returncode != 0 and "--unlock" in locked.stdout
    assert project.run("--unlock").returncode == 0
    done = project.run()
    assert done.returncode == 0, done.stdout[-5000:]
    assert project.tables() == undisturbed
