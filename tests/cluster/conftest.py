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


@pytest.fixture(scope="module")
def slurm(request, tmp_path_factory):
    """The folder of a running SLURM, with an accounting database where the module of the tests says ACCOUNTING = True.
    Skips where none can be started.
    """
    if os.geteuid() or not shutil.which("apt-get"):
        pytest.skip("a SLURM of its own needs root and apt, as on Debian")
    if os.path.exists("/etc/slurm/slurm.conf"):
        pytest.skip("this machine has a SLURM already (/etc/slurm/slurm.conf); the tests leave it alone")
    folder = tmp_path_factory.mktemp("slurm")
    manage_slurm(folder, "start", *["accounting"] * getattr(request.module, "ACCOUNTING", False))
    yield folder
    manage_slurm(folder, "stop")


def manage_slurm(folder, action, *how):
    """Runs slurm.sh. Its output goes to a file, as daemons keep a pipe open."""
    with open(folder / "slurm.sh.log", "w+", encoding="utf-8") as output:
        done = subprocess.run([SLURM, action, folder, *how], stdout=output, stderr=subprocess.STDOUT)
        output.seek(0)
        assert done.returncode == 0, output.read()[-5000:]


class ClusterProject(Project):
    """A project whose jobs go to SLURM through profiles/slurm."""

    process = None  # of the run that was started last

    def command(self, *arguments):
        profile = ("--workflow-profile", "profiles/slurm", "--slurm-init-seconds-before-status-checks", "1")
        return [sys.executable, "-m", "snakemake", *profile, *arguments]

    def start(self, *arguments):
        """A run in the background; its output goes to the file terminal.log."""
        with open(self.folder / "terminal.log", "w") as terminal:
            self.process = subprocess.Popen(
                self.command(*arguments),
                cwd=self.folder,
                env=self.environment(),
                stdout=terminal,
                stderr=subprocess.STDOUT,
            )
        return self.process

    def log(self, place):
        """Lines of the log of a run, place being DATASET/EXPERIMENT/REPEAT/FOLD, or of a repeat, without FOLD; empty
        before it starts."""
        dataset, *run = place.split("/")
        rule = "train_fold" if len(run) == 3 else "train_repeat"
        path = self.folder.joinpath("logs", dataset, rule, *run).with_suffix(".log")
        return path.read_text(encoding="utf-8").splitlines() if path.exists() else []

    def tables(self):
        return [self.read(f"results/tables/accuracy.{kind}") for kind in ("csv", "md")]


@pytest.fixture
def project(slurm, tmp_path, tmp_path_factory):
    """A copy of the finished tiny project without its runs and what follows from them, that a test may spoil; its
    training jobs are folds."""
    project = finish(tmp_path_factory.getbasetemp()).copy_to(tmp_path / "project", ClusterProject)
    for part in ("results/*/runs", "results/*/predictions", "results/tables", "results/figures", "logs"):
        for path in project.folder.glob(part):
            shutil.rmtree(path)
    project.configure(lambda config: config["execution"].update(job="fold"))
    yield project
    if project.process:
        project.process.kill()
        project.process.wait()
    subprocess.run(["scancel", "--user", "root"], check=True)


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory):
    """The tables of the finished tiny project, which was run without a cluster, repeat by repeat."""
    finished = finish(tmp_path_factory.getbasetemp())
    return ClusterProject.at(finished.folder).tables()


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
