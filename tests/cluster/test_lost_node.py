"""A node that is gone with all its jobs, as at a power cut, and comes back later."""

import subprocess
import sys
import time

import pytest

from tests.cluster.conftest import manage_slurm, wait_for
from tests.cluster.test_slurm import FIRST, allocation, disturb, wait_for_disturbed

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(1800)]


def lose_node(slurm, project, *arguments):
    """Starts the workflow and takes the node away while the second run of an allocation is at work. Gives the process
    of snakemake and the number of the allocation."""
    disturb(project, 1, "time.sleep(600)")
    run = project.start(*arguments)
    lost = wait_for_disturbed(project)
    manage_slurm(slurm, "lose")
    return run, lost


def state(number):
    """SLURM's word for a job."""
    asked = ["squeue", "--noheader", "--states=all", "--format=%T", f"--jobs={number}"]
    return subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()


def assert_same_tables(project, undisturbed, code):
    assert code == 0, project.read("terminal.log")[-5000:]
    assert project.tables() == undisturbed


def test_slurm_queues_the_allocation_again_and_it_ends_with_the_same_tables(slurm, project, undisturbed):
    run, lost = lose_node(slurm, project)
    wait_for(lambda: state(lost) == "PENDING")
    manage_slurm(slurm, "rejoin")
    time.sleep(10)  # the node ends what it finds of the job; SLURM waits two minutes for that
    subprocess.run(["scontrol", "update", f"JobId={lost}", "StartTime=now"], check=True)
    assert_same_tables(project, undisturbed, run.wait(600))
    assert allocation(project.log(FIRST)) == lost


def test_where_slurm_queues_nothing_again_a_new_allocation_goes_on(slurm, project, undisturbed):
    run, lost = lose_node(slurm, project, "--slurm-no-requeue")
    wait_for(lambda: "Trying to restart job" in project.read("terminal.log"))
    assert state(lost) == "NODE_FAIL"
    manage_slurm(slurm, "rejoin")
    assert_same_tables(project, undisturbed, run.wait(600))
    assert allocation(project.log(FIRST)) != lost


def test_without_another_try_it_is_reported_and_the_next_start_goes_on(slurm, project, undisturbed):
    run, _ = lose_node(slurm, project, "--slurm-no-requeue", "--retries", "0")
    assert run.wait(600) != 0
    assert "Error in rule train_fold" in project.read("terminal.log")  # why, Snakemake tells of no group of jobs
    status = subprocess.run(
        [sys.executable, "-m", "ffnet", "status"], cwd=project.folder, capture_output=True, text=True
    )
    assert "died without a final line: killed, or its node went down" in status.stdout
    manage_slurm(slurm, "rejoin")
    assert_same_tables(project, undisturbed, project.start().wait(600))
