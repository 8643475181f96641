"""What `status` and `plan` know of the jobs is what the Snakefile asks for."""

from collections import Counter

import pytest
import yaml

from ffnet.config import read_config
from ffnet.workflow.target_jobs import TARGETS, target_jobs
from tests.workflow.conftest import Project, make_tiny
from tests.workflow.test_models import start_from_imagenet

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1500)]


@pytest.mark.parametrize("job", ["fold", "repeat"])
def test_training_jobs_are_those_that_snakemake_plans_whatever_they_are(tmp_path, job):
    project = Project(tmp_path)
    project.configure(make_tiny)
    project.configure(lambda config: config["execution"].update(job=job))
    project.configure(lambda config: config["experiments"]["FFNet"].update(repeats=3))
    planned = project.planned()
    assert planned[f"train_{job}"] == {"fold": 20, "repeat": 10}[job]
    assert Counter(job.rule for job in project.jobs()) == planned


def test_weights_that_an_experiment_starts_from_are_one_job(tmp_path):
    project = Project(tmp_path)
    project.configure(make_tiny)
    project.configure(start_from_imagenet)
    planned = project.planned()
    assert planned["fetch_imagenet"] == 1 and Counter(job.rule for job in project.jobs()) == planned
    project.configure(lambda config: config["experiments"]["FFNet-M"].update(repeats=0))  # ridge alone is left
    planned = project.planned()
    assert "fetch_imagenet" not in planned and Counter(job.rule for job in project.jobs()) == planned


def test_jobs_of_the_other_targets_are_those_that_snakemake_plans_for_them(project):
    config = read_config(yaml.safe_load(project.read("config.yaml")))
    for target in TARGETS:
        jobs = target_jobs(config, target)
        assert Counter(job.rule for job in jobs) + Counter([target]) == project.planned(target)
        patterns = project.run("--dry-run", target).stdout
        assert all(path in patterns for job in jobs for path in (*job.outputs, job.log, *job.timings))


def test_their_files_are_those_that_a_run_leaves(finished):
    jobs = finished.jobs()
    there = {str(path.relative_to(finished.folder)) for path in finished.folder.rglob("*") if path.is_file()}
    assert {path for job in jobs for path in job.outputs} <= there
    assert {path for path in there if path.startswith("results/")} <= {path for job in jobs for path in job.outputs}
    logs = {path for path in there if path.startswith("logs/")}
    assert logs == {path for job in jobs for path in (job.log, *job.timings) if path.startswith("logs/")}
