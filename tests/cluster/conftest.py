"""A SLURM of one node, started and stopped here, and the tiny project of tests/workflow on it."""

import os
import pathlib
import shutil
import subprocess
import sys
import time

import pytest

from tests.workflow.conftest import Project, finish, make_tiny

SLURM = pathlib.Path(__file__).with_name("slurm.sh")


@pytest.fixture(scope="session")
def slurm(tmp_path_factory):
    """The folder of a running SLURM. Skips where none can be started."""
    if os.geteuid() or not shutil.which("apt-get"):
        pytest.skip("a SLURM of its own needs root and apt, as on Debian")
    if os.path.exists("/etc/slurm/slurm.conf"):
        pytest.skip("this machine has a SLURM already (/etc/slurm/slurm.conf); the tests leave it alone")
    folder = tmp_path_factory.mktemp("slurm")
    done = subprocess.run([SLURM, "start", folder], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert done.returncode == 0, done.stdout[-3000:]
    yield folder
    subprocess.run([SLURM, "stop", folder], check=True)


class ClusterProject(Project):
    """A project whose jobs go to SLURM through profiles/slurm."""

    def command(self, *arguments):
        profile = ("--workflow-profile", "profiles/slurm", "--slurm-init-seconds-before-status-checks", "1")
        return [sys.executable, "-m", "snakemake", *profile, *arguments]

    def start(self):
        """A run in the background; its output goes to the file terminal.log."""
        with open(self.folder / "terminal.log", "w") as terminal:
            return subprocess.Popen(
                self.command(), cwd=self.folder, env=self.environment(), stdout=terminal, stderr=subprocess.STDOUT
            )

    def log(self, place):
        """Lines of the log of a run, place being DATASET/EXPERIMENT/REPEAT/FOLD; empty before it starts."""
        dataset, _, run = place.partition("/")
        path = self.folder / "logs" / dataset / "train_fold" / f"{run}.log"
        return path.read_text(encoding="utf-8").splitlines() if path.exists() else []

    def tables(self):
        return [self.read(f"results/tables/accuracy.{kind}") for kind in ("csv", "md")]


@pytest.fixture
def project(slurm, tmp_path, tmp_path_factory):
    """A copy of the finished tiny project without its runs and what follows from them, that a test may spoil."""
    finished = finish(tmp_path_factory.getbasetemp())
    folder = tmp_path / "project"
    subprocess.run(["cp", "-a", finished.folder, folder], check=True)
    for part in ("results/*/runs", "results/*/predictions", "results/tables", "results/figures", "logs"):
        for path in folder.glob(part):
            shutil.rmtree(path)
    yield finished.at(folder, ClusterProject)
    subprocess.run(["scancel", "--user", "root"], check=True)


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory):
    """The tables of the finished tiny project, which was run without a cluster."""
    finished = finish(tmp_path_factory.getbasetemp())
    return finished.at(finished.folder, ClusterProject).tables()


@pytest.fixture
def untouched(slurm, tmp_path):
    """The tiny project with nothing made yet."""
    folder = tmp_path / "untouched"
    folder.mkdir()
    project = ClusterProject(folder)
    project.configure(make_tiny)
    return project


def wait_for(condition, seconds=240):
    """What condition() gives once it is true. Fails after so many seconds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        time.sleep(0.2)
    pytest.fail(f"waited {seconds} s in vain")
