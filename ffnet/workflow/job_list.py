"""All jobs that the settings ask for, with their files. A slow test compares this list with the Snakefile."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ffnet.config import Config
from ffnet.demo.roster import list_subjects, makehuman_path, subject_files_of
from ffnet.networks.settings import IMAGENET_FILE
from ffnet.scans.index import ScanRow
from ffnet.training.participants import chosen_subjects
from ffnet.training.splits import subject_folds
from ffnet.workflow import files
from ffnet.workflow.cross_plan import check_people_apart, crossed_experiments, model_file, planned_crosses, trainings
from ffnet.workflow.planning import count_splits, expected_participants, is_demo, plan_dataset, pretrained_files
from ffnet.workflow.transport_plan import planned_transports

SHARD_RULES = {  # stage -> the rule that makes one file per shard
    "scans": "load_scans",
    "maps": "project_maps",
    "normals": "compute_normals",
    "masks": "make_masks",
    "shards": "write_shards",
}


RUN_RULES = {"fold": ("train_fold", files.RUN_LOG), "repeat": ("train_repeat", files.REPEAT_LOG)}  # by execution.job


class Job(NamedTuple):
    """One job.

    dataset, experiment, shard: "" if it has none. outputs: paths; all exist once it is done. timings: paths of the
    files with its time, the records of its runs or Snakemake's benchmark; () for short jobs, which have none. scans:
    number of scans processed (for runs: the training scans of all); 1 where irrelevant. runs: how many it trains.
    """

    stage: str
    rule: str
    dataset: str
    experiment: str
    outputs: tuple[str, ...]
    log: str
    timings: tuple[str, ...] = ()
    shard: str = ""
    scans: float = 1
    runs: int = 0

    @property
    def has_records(self) -> bool:
        """Whether its time is in the records of its runs."""
        return self.timings != () and self.timings[0].endswith(".json")


def list_jobs(config: Config) -> list[Job]:
    """The Jobs of a Config in the order of the data. Raises InputError as plan_dataset and
    check_people_apart do."""
    chosen = [name for name, experiment in config.experiments.items() if experiment.repeats]
    jobs = demo_jobs(config) + weights_jobs(config, [*chosen, *crossed_experiments(config)])
    plans = {dataset: plan_dataset(dataset, config) for dataset in config.datasets}
    rows = {dataset: plan.rows for dataset, plan in plans.items()}
    check_people_apart(config, rows)
    for dataset, plan in plans.items():
        jobs += shard_jobs(dataset, plan.shards)
        jobs += run_jobs(config, dataset, chosen, training_scans(config, dataset, plan.rows))
        jobs += figure_jobs(dataset, chosen)
    jobs += cross_jobs(config, rows)
    jobs += transport_jobs(config)
    tables = (*files.TABLES, *(files.CROSS_TABLES if config.cross.pairs else ()))
    tables += files.TRANSPORT_TABLES if config.transport.experiments else ()
    last = {"make_tables": tables, "check_leakage": (files.LEAKAGE_CHECK,), "make_report": (files.REPORT,)}
    return jobs + [
        Job("results", rule, "", "", outputs, files.RESULTS_LOG.format(rule=rule)) for rule, outputs in last.items()
    ]


def demo_jobs(config: Config) -> list[Job]:
    """The jobs that generate the demo collection, for those layouts that a dataset uses."""
    layouts = sorted(config.datasets[name].layout for name in config.datasets if is_demo(name, config))
    jobs = []
    for layout in layouts:
        for subject in list_subjects(config.demo, layout):
            name = f"{subject.name}_{subject.ethnicity}" if layout == "bu3dfe" else subject.name
            log = files.DEMO_LOG.format(layout=layout, subject=name)
            outputs = tuple(subject_files_of(config.demo, subject))
            jobs.append(Job("demo", f"make_demo_{layout}", "", "", outputs, log))
    unpack = Job("demo", "unpack_makehuman", "", "", (makehuman_path(config.demo),), files.UNPACK_LOG)
    return [unpack, *jobs] if layouts else []


def weights_jobs(config: Config, chosen: Sequence[str]) -> list[Job]:
    """The job that fetches ImageNet's weights, if a chosen experiment starts from them."""
    if not any(IMAGENET_FILE in pretrained_files(config, name) for name in chosen):
        return []
    return [Job("training", "fetch_imagenet", "", "", (IMAGENET_FILE,), files.PRETRAINED_LOG)]


def training_scans(config: Config, dataset: str, rows: list[ScanRow]) -> tuple[float, float]:
    """The mean number of scans that a run of ridge trains on, and that of a network, which leaves out those of the
    validation subjects. Raises InputError if there are too few subjects."""
    participants, protocol = expected_participants(config, dataset, rows), config.protocol
    scans, share = selected_scans(config, dataset, rows), 1 - 1 / protocol.folds
    return scans * share, scans * (share - protocol.validation / len(chosen_subjects(participants)))


def selected_scans(config: Config, dataset: str, rows: list[ScanRow]) -> int:
    """The number of scans of those who take part, see expected_participants. Raises InputError if there are too few
    subjects."""
    participants, protocol = expected_participants(config, dataset, rows), config.protocol
    subject_folds(chosen_subjects(participants), protocol.folds, protocol.seed, repeat=0)  # are there enough for them?
    return sum(one.scans for one in participants if one.chosen == "yes")


def shard_jobs(dataset: str, shards: dict[str, list[ScanRow]]) -> list[Job]:
    """The jobs of one dataset from raw files to shards. shards: name -> its scans."""
    jobs = [dataset_job("scans", "index_scans", dataset, files.MANIFEST)]
    for stage, rule in SHARD_RULES.items():
        for shard, rows in shards.items():
            output = (files.STAGE.format(dataset=dataset, stage=stage, shard=shard),)
            log, timing = (
                pattern.format(dataset=dataset, rule=rule, shard=shard)
                for pattern in (files.SHARD_LOG, files.SHARD_BENCHMARK)
            )
            jobs.append(Job(stage, rule, dataset, "", output, log, (timing,), shard, len(rows)))
    after = {
        "hash_shards": files.SHARD_HASHES,
        "list_quarantine": files.QUARANTINE,
        "check_quarantine": files.QUARANTINE_CHECK,
    }
    return jobs + [dataset_job("shards", rule, dataset, pattern) for rule, pattern in after.items()]


def run_jobs(config: Config, dataset: str, chosen: Sequence[str], scans: tuple[float, float]) -> list[Job]:
    """Subjects, splits and runs of one dataset. chosen: experiments with repeats. scans: see training_scans."""
    jobs = [dataset_job("training", "choose_subjects", dataset, files.SUBJECTS)]
    for repeat in range(count_splits(config)):
        output = (files.SPLIT.format(dataset=dataset, repeat=repeat),)
        log = files.SPLIT_LOG.format(dataset=dataset, rule="split_subjects", repeat=repeat)
        jobs.append(Job("training", "split_subjects", dataset, "", output, log))
    rule, log = RUN_RULES[config.execution.job]
    for name in chosen:
        of_run = scans[0] if config.experiments[name].is_ridge else scans[1]
        for repeat in range(config.experiments[name].repeats):
            for folds in job_folds(config):
                run = {"dataset": dataset, "experiment": name, "repeat": repeat}
                predictions = tuple(files.RUN.format(fold=fold, **run) for fold in folds)
                records = tuple(files.RUN_RECORD.format(fold=fold, **run) for fold in folds)
                job = Job("training", rule, dataset, name, predictions + records, "", records)
                if name in config.transport.experiments:
                    features = tuple(files.FEATURES.format(fold=fold, **run) for fold in folds)
                    job = job._replace(rule=f"{rule}_features", outputs=job.outputs + features)
                path = log.format(rule=rule, fold=folds[0], **run)
                jobs.append(job._replace(log=path, scans=of_run * len(folds), runs=len(folds)))
    return jobs


def cross_jobs(config: Config, rows: Mapping[str, list[ScanRow]]) -> list[Job]:
    """The trainings on whole collections that the pairs of config.yaml need, and the tests on others. rows: of each
    dataset's manifest."""
    jobs = []
    for dataset, name, repeat in trainings(config):
        jobs.append(final_job(dataset, name, repeat, selected_scans(config, dataset, rows[dataset])))
    for planned in planned_crosses(config):
        for repeat, predictions in enumerate(planned.predictions):
            names = {"train": planned.train, "dataset": planned.test, "experiment": planned.experiment}
            names |= {"repeat": f"{repeat}", "rule": "evaluate_pair"}
            outputs = predictions, files.CROSS_RECORD.format(**names)
            log, timing = files.CROSS_LOG.format(**names), files.CROSS_BENCHMARK.format(**names)
            jobs.append(Job("training", "evaluate_pair", planned.test, planned.experiment, outputs, log, (timing,)))
    return jobs


def transport_jobs(config: Config) -> list[Job]:
    """The jobs that move the features of each repeat and classify them."""
    jobs = []
    for dataset, name, *paths in planned_transports(config):
        folds = config.protocol.folds
        for repeat in range(config.experiments[name].repeats):
            outputs = tuple(path for of in paths for path in of[repeat * folds : (repeat + 1) * folds])
            names = {"dataset": dataset, "experiment": name, "repeat": repeat}
            log = files.REPEAT_LOG.format(rule="move_features", **names)
            jobs.append(Job("results", "move_features", dataset, name, outputs, log))
    return jobs


def final_job(dataset: str, experiment: str, repeat: int, scans: int) -> Job:
    """The job that trains a network on a whole collection of so many scans."""
    rule = "train_final_repeat" if repeat else "train_final"
    names = {"dataset": dataset, "experiment": experiment, "repeat": f"{repeat}", "rule": rule}
    log, timing = files.REPEAT_LOG, files.REPEAT_BENCHMARK
    if not repeat:
        log, timing = files.EXPERIMENT_LOG, files.MODEL_BENCHMARK
    paths = (model_file(dataset, experiment, repeat),), log.format(**names), (timing.format(**names),)
    return Job("training", rule, dataset, experiment, *paths, scans=scans, runs=1)


def job_folds(config: Config) -> list[tuple[int, ...]]:
    """The folds of each training job of a repeat."""
    folds = tuple(range(config.protocol.folds))
    return [folds] if config.execution.job == "repeat" else [(fold,) for fold in folds]


def figure_jobs(dataset: str, chosen: Sequence[str]) -> list[Job]:
    """The jobs of one dataset after its runs: gathered predictions and figures."""
    jobs = []
    for name in chosen:
        gathered = tuple(
            pattern.format(dataset=dataset, experiment=name) for pattern in (files.PREDICTIONS, files.RECORDS)
        )
        drawn = files.figure_files(files.CONFUSION_FIGURE, dataset=dataset, experiment=name)
        for rule, outputs in (("gather_runs", gathered), ("draw_confusion", drawn)):
            log = files.EXPERIMENT_LOG.format(dataset=dataset, rule=rule, experiment=name)
            jobs.append(Job("results", rule, dataset, name, outputs, log))
    maps = files.figure_files(files.MAPS_FIGURE, dataset=dataset)
    return jobs + [
        dataset_job("results", "find_kind", dataset, files.KIND),
        dataset_job("results", "hash_scans", dataset, files.SCAN_HASHES),
        dataset_job("results", "measure_quality", dataset, files.QUALITY),
        dataset_job("results", "draw_contact_sheet", dataset, files.CONTACT_SHEET),
        dataset_job("results", "draw_maps", dataset, *maps),
    ]


def dataset_job(stage: str, rule: str, dataset: str, *patterns: str) -> Job:
    """The one job of a rule on a dataset, from the patterns of its outputs."""
    outputs = tuple(pattern.format(dataset=dataset) for pattern in patterns)
    return Job(stage, rule, dataset, "", outputs, files.DATASET_LOG.format(dataset=dataset, rule=rule))
