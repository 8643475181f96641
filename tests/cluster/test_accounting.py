"""The workflow on a SLURM with an accounting database: sacct knows jobs that have ended, and jobs have an account."""

import subprocess

import pytest

from tests.cluster.test_slurm import FIRST, allocation, disturb

ACCOUNTING = True
pytestmark = [pytest.mark.cluster, pytest.mark.timeout(1800)]


def accounted():
    """(job, account, state) of all allocations that the database knows."""
    asked = [
        "sacct",
        "--allocations",
        "--noheader",
        "--parsable2",
        "--format=JobID,Account,State",
        "--starttime=now-1day",
    ]
    listed = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    return {tuple(line.split("|")) for line in listed.splitlines()}


def test_a_failure_is_seen_and_tried_again_and_both_allocations_are_accounted_for(project, undisturbed):
    disturb(project, 2, "raise RuntimeError('fails once')")
    done = project.run("--slurm-status-command", "sacct")
    assert done.returncode == 0, done.stdout[-5000:]
    assert project.tables() == undisturbed
    failed, succeeded = project.read("disturbed"), allocation(project.log(FIRST))
    assert {(failed, "root", "FAILED"), (succeeded, "root", "COMPLETED")} <= accounted()
