"""Every job that the settings ask for and the files by which it is known; a slow test holds it to the Snakefile."""

from collections.abc import Sequence
from typing import NamedTuple

from ffnet.config import Config
from ffnet.demo.roster import list_subjects, makehuman_path, subject_files_of
from ffnet.networks.settings import IMAGENET_FILE
from ffnet.scans.index import ScanRow
from ffnet.training.splits import split_subjects
from ffnet.workflow.planning import TABLES, is_synthetic, plan_dataset, pretrained_files, run_files, split_files

STAGES = {  # rules that make one file per shard, by stage, in the order of the data
    "scans": "load_scans",
    "maps": "project_maps",
    "normals": "compute_normals",
    "masks": "make_masks",
    "shards": "write_shards",
}


class Job(NamedTuple):
    """One job. dataset, experiment, shard: "" where it belongs to none. outputs: paths; all are there once it is done.
    timing: path of the file that says how long it took, a run's record or Snakemake's benchmark; "" where none does, as
    of jobs of seconds. scans: how many it works on, of a run those it trains on; 1 where that does not matter.
    """

    stage: str
    rule: str
    dataset: str
    experiment: str
    outputs: tuple[str, ...]
    log: str
    timing: str = ""
    shard: str = ""
    scans: float = 1


def list_jobs(config: Config) -> list[Job]:
    """The Jobs of a Config in the order of the data. Raises InputError as plan_dataset does."""
    chosen = [name for name, experiment in config.experiments.items() if experiment.repeats]
    jobs = demo_jobs(config) + weights_jobs(config, chosen)
    for dataset in config.datasets:
        plan = plan_dataset(dataset, config)
        jobs += shard_jobs(dataset, plan.shards)
        jobs += run_jobs(config, dataset, chosen, training_scans(config, dataset, plan.rows))
    last = {
        "make_tables": TABLES,
        "judge_leakage": ("results/tables/leakage.txt",),
        "make_report": ("results/report.html",),
    }
    return jobs + [Job("results", rule, "", "", files, f"logs/results/{rule}.log") for rule, files in last.items()]


def demo_jobs(config: Config) -> list[Job]:
    """The jobs that generate the demo collection, as far as a dataset is part of it."""
    layouts = sorted(config.datasets[name].layout for name in config.datasets if is_synthetic(name, config))
    jobs = []
    for layout in layouts:
        for subject in list_subjects(config.demo, layout):
            name = f"{subject.name}_{subject.ethnicity}" if layout == "bu3dfe" else subject.name
            files = tuple(subject_files_of(config.demo, subject))
            jobs.append(Job("demo", f"make_demo_{layout}", "", "", files, f"logs/demo/{layout}/{name}.log"))
    unpack = Job("demo", "unpack_makehuman", "", "", (makehuman_path(config.demo),), "logs/demo/unpack_makehuman.log")
    return [unpack, *jobs] if layouts else []


def weights_jobs(config: Config, chosen: Sequence[str]) -> list[Job]:
    """The job that fetches ImageNet's weights, where an experiment of those chosen starts from them."""
    if not any(IMAGENET_FILE in pretrained_files(config, name) for name in chosen):
        return []
    return [Job("training", "fetch_imagenet", "", "", (IMAGENET_FILE,), "logs/pretrained/fetch_imagenet.log")]


def training_scans(config: Config, dataset: str, rows: list[ScanRow]) -> float:
    """How many scans a run trains on, on average. Raises InputError where there are too few subjects."""
    taken, protocol = config.datasets[dataset], config.protocol
    folds = split_subjects(rows, dataset, taken.intensities, taken.classes, protocol, repeat=0)
    return sum(row.subject in folds for row in rows) * (1 - 1 / protocol.folds)


def shard_jobs(dataset: str, shards: dict[str, list[ScanRow]]) -> list[Job]:
    """The jobs from raw files to shards of one dataset. shards: name -> its scans."""
    results, logs = f"results/{dataset}", f"logs/{dataset}"
    jobs = [Job("scans", "index_scans", dataset, "", (f"{results}/manifest.csv",), f"{logs}/index_scans.log")]
    for stage, rule in STAGES.items():
        for shard, rows in shards.items():
            output, place = (f"{results}/{stage}/{shard}.h5",), f"{dataset}/{rule}/{shard}"
            timing = f"logs/benchmarks/{place}.tsv"
            jobs.append(Job(stage, rule, dataset, "", output, f"logs/{place}.log", timing, shard, len(rows)))
    files = {"hash_shards": "shards.csv", "list_quarantine": "quarantine.csv", "judge_quarantine": "quarantine.txt"}
    for rule, file in files.items():
        jobs.append(Job("shards", rule, dataset, "", (f"{results}/{file}",), f"{logs}/{rule}.log"))
    return jobs


def run_jobs(config: Config, dataset: str, chosen: Sequence[str], scans: float) -> list[Job]:
    """The jobs from shards to figures of one dataset. chosen: the experiments that have repeats. scans: on how many a
    run trains."""
    logs, figures = f"logs/{dataset}", f"results/figures/{dataset}"
    splits = sorted({path for name in chosen for path in split_files(config, dataset, name)})
    jobs = [
        Job("training", "split_subjects", dataset, "", (path,), f"{logs}/split_subjects/{stem(path)}.log")
        for path in splits
    ]
    for name in chosen:
        for path in run_files(config, dataset, name):
            outputs = (path, path.removesuffix(".csv") + ".json")
            place = f"{dataset}/train_fold/{path.removesuffix('.csv').partition('/runs/')[2]}"
            log = f"logs/{place}.log"
            jobs.append(Job("training", "train_fold", dataset, name, outputs, log, outputs[1], scans=scans))
    for name in chosen:
        gathered = f"results/{dataset}/predictions/{name}.csv", f"results/{dataset}/records/{name}.json"
        jobs.append(Job("results", "gather_runs", dataset, name, gathered, f"{logs}/gather_runs/{name}.log"))
        drawn = f"{figures}_{name}_confusion"
        jobs.append(Job("results", "draw_confusion", dataset, name, both(drawn), f"{logs}/draw_confusion/{name}.log"))
    seen = {
        "hash_scans": (f"results/{dataset}/hashes.csv",),
        "measure_quality": (f"results/{dataset}/quality.csv",),
        "draw_contact_sheet": (f"{figures}_contact_sheet.png",),
        "draw_maps": both(f"{figures}_maps"),
    }
    return jobs + [Job("results", rule, dataset, "", files, f"{logs}/{rule}.log") for rule, files in seen.items()]


def both(figure: str) -> tuple[str, str]:
    """The two files of a figure."""
    return (f"{figure}.png", f"{figure}.svg")


def stem(path: str) -> str:
    """A file's name without folder and ending."""
    return path.rpartition("/")[2].partition(".")[0]
