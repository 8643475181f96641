"""The jobs of `snakemake models` and `snakemake robustness`, beside those of the plain run."""

import os
from collections.abc import Mapping

from ffnet.config import Config
from ffnet.workflow import files
from ffnet.workflow.job_list import Job, final_job, selected_scans
from ffnet.workflow.planning import PlannedDataset, plan_dataset
from ffnet.workflow.robustness_plan import plan_robustness

TARGETS = ("models", "robustness")


def target_jobs(config: Config, target: str) -> list[Job]:
    """The Jobs of one of TARGETS, with those that other targets have, too. Raises InputError as plan_dataset and
    plan_robustness do."""
    datasets = {name: plan_dataset(name, config) for name in config.datasets}
    if target == "models":
        return [model_job(config, datasets[name], experiment) for name in datasets for experiment in config.models]
    return robustness_jobs(config, datasets)


def model_job(config: Config, dataset: PlannedDataset, experiment: str) -> Job:
    """The job that trains a final model."""
    return final_job(dataset.name, experiment, 0, selected_scans(config, dataset.name, dataset.rows))


def robustness_jobs(config: Config, datasets: Mapping[str, PlannedDataset]) -> list[Job]:
    """The jobs of a robustness test. The scans of retake_scans are deleted once they are tested, so that such a job is
    done when the condition is."""
    plan, chosen = plan_robustness(config, datasets), config.robustness
    jobs = [model_job(config, datasets[chosen.train], name) for name in chosen.experiments]
    if any(condition.axis in plan.studio for condition in plan.outcomes):
        log = files.ROBUSTNESS_LOG.format(rule="check_generated")
        jobs.append(Job("robustness", "check_generated", chosen.test, "", (files.GENERATED_CHECK,), log))
    for condition, outcomes in plan.outcomes.items():
        names = {"axis": condition.axis, "severity": f"{condition.severity:g}"}
        for rule in ("retake_scans", "test_changed_scans")[condition.axis not in plan.studio :]:
            log, timing = (of.format(rule=rule, **names) for of in (files.CONDITION_LOG, files.CONDITION_BENCHMARK))
            jobs.append(Job("robustness", rule, chosen.test, "", (outcomes,), log, (timing,)))
    figures = files.figure_files(files.ROBUSTNESS_FIGURE)
    tables = files.ROBUSTNESS_TABLE, files.ROBUSTNESS_TEXT, files.ROBUSTNESS_LOST
    log = files.RESULTS_LOG.format(rule="tabulate_robustness")
    return [*jobs, Job("robustness", "tabulate_robustness", chosen.test, "", (*tables, *figures), log)]


def is_begun(job: Job) -> bool:
    """Whether a job was started in this folder, or is done."""
    return any(map(os.path.exists, (*job.outputs, job.log)))
