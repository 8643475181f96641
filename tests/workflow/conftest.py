"""The real workflow on a tiny collection, in a folder of its own."""

import os
import signal
import subprocess
import sys
import time

import pytest
import yaml
from filelock import FileLock

from benchmarks.bench_workflow import copy_project
from ffnet.config import read_config
from ffnet.workflow.job_list import list_jobs
from ffnet.workflow.provenance import ROOT


class Project:
    """A copy of the project with a configuration of its own."""

    def __init__(self, folder):
        self.folder = folder
        copy_project(folder)

    def copy_to(self, folder, kind=None):
        """A copy of all files, with their times, as a Project or another kind of it."""
        subprocess.run(["cp", "-a", self.folder, folder], check=True)
        return (kind or Project).at(folder)

    @classmethod
    def at(cls, folder):
        """The project in a folder that holds a copy of it already."""
        project = object.__new__(cls)
        project.folder = folder
        return project

    def configure(self, change):
        """Reads config.yaml, lets change(config) edit it in place, and writes it back."""
        path = self.folder / "config.yaml"
        config = yaml.safe_load(path.read_text(encoding="utf-8"))
        change(config)
        path.write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")

    def command(self, *arguments):
        return [sys.executable, "-m", "snakemake", "--cores", "2", *arguments]

    def environment(self):
        return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}

    def run(self, *arguments):
        """The finished snakemake, its output merged in stdout."""
        return subprocess.run(
            self.command(*arguments),
            cwd=self.folder,
            env=self.environment(),
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def kill_in_training(self, log, *targets):
        """Starts a run of targets and kills it, and all that it started, when a job's log has two epochs."""
        log.unlink(missing_ok=True)
        run = subprocess.Popen(
            self.command("--nolock", *targets),
            cwd=self.folder,
            env=self.environment(),
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        while not log.exists() or log.read_text().count("\nepoch ") < 2:
            assert run.poll() is None, "it ended before its kill"
            time.sleep(0.01)
        os.killpg(run.pid, signal.SIGKILL)
        run.wait()

    def planned(self, *arguments):
        """Rule -> number of jobs that a run would have."""
        done = self.run("--dry-run", *arguments, "--quiet", "rules")
        assert done.returncode == 0, done.stdout
        if "Nothing to be done" in done.stdout:
            return {}
        lines = done.stdout.split("Job stats:")[1].splitlines()[3:]
        rows = [line.split() for line in lines[: lines.index("")]]
        return {name: int(count) for name, count in rows if name not in ("total", "all")}

    def jobs(self):
        """The jobs that ffnet lists of the config as it is."""
        return list_jobs(read_config(yaml.safe_load(self.read("config.yaml"))))

    def read(self, path):
        return (self.folder / path).read_text(encoding="utf-8")


def make_tiny(config):
    config["demo"] |= {"subjects": 4, "intensities": [4], "takes": 1}
    config["datasets"]["demo-bu3dfe"]["intensities"] = [4]
    config["scans"]["shards"] = 2
    config["protocol"] |= {"subjects": 4, "folds": 2}
    config["networks"]["width"] = 0.05
    config["training"]["epochs"] = 1


@pytest.fixture(scope="session")
def finished(shared_folder):
    """A tiny project that was run to its end. No test may run anything in it: others copy it meanwhile."""
    return finish(shared_folder)


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory):
    """The same folder in all processes of a test run (pytest -n)."""
    folder = tmp_path_factory.getbasetemp()
    return folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder


def finish(folder):
    """The project of the fixture `finished`, below a folder; made once, by the first process that asks for it."""
    with FileLock(folder / "finished.lock"):
        if not (folder / "finished").exists():
            (folder / "unfinished").mkdir()
            project = Project(folder / "unfinished")
            project.configure(make_tiny)
            done = project.run()
            assert done.returncode == 0, done.stdout[-5000:]
            project.folder.rename(folder / "finished")
    return Project.at(folder / "finished")


@pytest.fixture
def project(finished, tmp_path):
    """A copy of the finished project that a test may spoil; file times are kept."""
    return finished.copy_to(tmp_path / "project")


@pytest.fixture(scope="module")
def new_project(tmp_path_factory):
    """A project in which nothing was run."""
    return Project(tmp_path_factory.mktemp("new"))


@pytest.fixture(scope="session")
def bu3dfe_faces(tmp_path_factory):
    """A folder in BU-3DFE's layout with four people: neutral and the six expressions at level 4."""
    from ffnet.config import read_config
    from ffnet.demo.makehuman import read_head
    from ffnet.demo.model import build_model
    from ffnet.demo.roster import list_subjects
    from ffnet.demo.write_subject import make_bu3dfe_subject

    folder, mapping = tmp_path_factory.mktemp("faces"), yaml.safe_load((ROOT / "config.yaml").read_text("utf-8"))
    make_tiny(mapping)
    mapping["demo"]["folder"] = str(folder)
    model, demo = build_model(read_head()), read_config(mapping).demo
    for subject in list_subjects(demo, "bu3dfe"):
        make_bu3dfe_subject(model, demo, subject.name)
    return folder / "bu3dfe"
