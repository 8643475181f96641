"""A project in which every run is finished: made up, so that tables and report can be made at the paper's size.

The files are those that Snakemake would find after training, in the order in which it would have made them: raw scans
(empty), stages with one face drawn by a formula, the list of shards, splits, and for each run its predictions and its
record.
"""

import contextlib
import pathlib
import shutil
from dataclasses import asdict

import numpy as np
import yaml

from ffnet.commands.config_file import merge_config
from ffnet.config import read_config
from ffnet.demo.roster import collection_files
from ffnet.masks.weights import halve, landmark_mask
from ffnet.networks.settings import IMAGENET_FILE
from ffnet.normals.shard import compute_normals
from ffnet.results.quality import MAPS
from ffnet.shards.hashes import shard_list
from ffnet.shards.shard import join_stages
from ffnet.storage import write_stage, write_text
from ffnet.training.participants import choose_participants, chosen_subjects, list_participants, participants_text
from ffnet.training.recipe import recipe_values
from ffnet.training.record import Record, record_text
from ffnet.training.splits import split_table, subject_folds
from ffnet.workflow.planning import experiment_recipe, plan_dataset

ROOT = pathlib.Path(__file__).parents[1]
PARTS = ("Snakefile", "rules", "workflow_scripts", "ffnet", "envs", "profiles", "requirements.lock")
CONFIGS = ("config.yaml", "configs/paper.yaml")
PATTERNS = 400  # of probabilities for each class that is taken, from which the scans draw


def make_project(folder, change):
    """A copy of the project in a folder with every run of the paper's matrix finished. change(mapping) edits
    config.yaml's mapping first. Returns its Config."""
    for part in PARTS:
        copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy
        copy(ROOT / part, folder / part)
    mapping, paper = (
        yaml.safe_load((ROOT / name).read_text("utf-8")) for name in ("config.yaml", "configs/paper.yaml")
    )
    mapping = merge_config(mapping, paper)
    change(mapping)
    (folder / "config.yaml").write_text(yaml.safe_dump(mapping, sort_keys=False), "utf-8")
    config = read_config(mapping)
    for layout in {dataset.layout for dataset in config.datasets.values()}:
        for path in collection_files(config.demo, layout):
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).touch()
    write_text(folder / IMAGENET_FILE, "")  # the runs that start from it are finished
    for name in config.datasets:
        with contextlib.chdir(folder):  # shards.csv holds the paths of shards as a run does
            write_collection(pathlib.Path("results") / name, name, config)
        write_runs(folder / "results" / name, name, config)
    return config


def write_collection(place, name, config):
    """Manifest, stages, quarantine, subjects and splits of a dataset. place: its folder of results."""
    collection = plan_dataset(name, config)
    lines = [",".join(map(str, row)) for row in collection.rows]
    write_text(place / "manifest.csv", "\n".join([",".join(collection.rows[0]._fields), *lines]) + "\n")
    random = np.random.default_rng(5)
    for shard, rows in collection.shards.items():
        stages = made_up_stages(random, rows, config)
        stages["shards"] = join_stages(stages["maps"], stages["normals"], stages["masks"], config.shards)
        for stage, columns in stages.items():
            write_stage(place / stage / f"{shard}.h5", columns, attributes={"shards": asdict(config.shards)})
    write_text(place / "quarantine.csv", "scan,stage,reason\n")
    everyone = list_participants(collection.rows, (), config.datasets[name])
    participants = choose_participants(everyone, name, config.protocol)
    write_text(place / "subjects.csv", participants_text(participants))
    # what depends on subjects.csv is written after it
    write_text(place / "quarantine.txt", f"0 of {len(collection.rows)} scans were left out\n")
    write_text(place / "shards.csv", shard_list(collection.shard_files()))
    for repeat in range(most_repeats(config)):
        folds = subject_folds(chosen_subjects(participants), config.protocol.folds, config.protocol.seed, repeat)
        write_text(place / "splits" / f"{repeat}.csv", split_table(folds))


def made_up_stages(random, rows, config):
    """stage -> columns of one shard: the same round face for every ScanRow, its texture with noise of its own."""
    count, size, small = len(rows), config.maps.size, config.masks.size
    y, x = np.mgrid[-1 : 1 : size * 1j, -1 : 1 : size * 1j]
    depth = np.where(x**2 + y**2 < 0.9, 60 - 50 * (x**2 + y**2) + 20 * np.exp(-20 * (x**2 + y**2)), np.nan)
    noise = random.integers(0, 40, (count, size, size, 3), np.uint8)
    angles = np.linspace(0, 2 * np.pi, 51, endpoint=False)
    landmarks = (np.stack([np.cos(angles), np.sin(angles)], axis=1) * small / 4 + small / 2).astype(np.float32)
    known = {"scan": np.array([row.scan for row in rows]), "subject": np.array([row.subject for row in rows])}
    classes = config.datasets[next(iter(config.datasets))].classes
    known["label"] = np.array([classes.index(row.expression) for row in rows])
    known["intensity"] = np.array([row.intensity for row in rows])
    maps = known | {
        "depth": np.tile(depth.astype(np.float32), (count, 1, 1)),
        "texture": np.where(np.isfinite(depth)[..., None], 150 + noise, 0).astype(np.uint8),
        "spacing": np.full(count, 1.5),
        **{name: random.random(count) / 50 for name in MAPS if name != "scan"},
    }
    masks = {
        "scan": known["scan"],
        "landmarks": np.tile(landmarks, (count, 1, 1)),
        "detected": np.full(count, "detector"),
        "plausibility": random.uniform(0.5, 1, count),
        "mask1": np.tile(landmark_mask(landmarks, small, 2, 0.1), (count, 1, 1)),
        "mask2": np.tile(landmark_mask(halve(landmarks), small // 2, 1, 0.1), (count, 1, 1)),
        "implausible": np.array([], "U1"),
        "implausible_detected": np.array([], "U1"),
        "implausible_plausibility": np.array([]),
        "implausible_landmarks": np.empty((0, 51, 2), np.float32),
    }
    scans = known | {"pose_route": np.full(count, "texture"), "rotation_degrees": random.uniform(0, 9, count)}
    scans["generated"] = np.ones(count, bool)
    return {"scans": scans, "maps": maps, "normals": compute_normals(maps), "masks": masks}


def write_runs(place, name, config):
    """Predictions and records of all runs of a dataset; experiments differ in how often they are right."""
    classes, rows = config.datasets[name].classes, plan_dataset(name, config).rows
    random = np.random.default_rng(7)
    patterns = [made_up_texts(random, chosen, len(classes)) for chosen in range(len(classes))]
    heads = [f"{row.scan},{row.subject},{row.expression}," for row in rows]
    labels = np.array([classes.index(row.expression) for row in rows])
    header = f"scan,subject,label,{','.join(classes)}\n"
    splits = [read_folds(place, repeat) for repeat in range(most_repeats(config))]
    for number, (experiment, row) in enumerate(config.experiments.items()):
        settings = recipe_values(experiment_recipe(config, name, experiment))
        hard = random.normal(0, 0.08, len(rows))  # some scans are hard for all repeats
        for repeat in range(row.repeats):
            right = random.random(len(rows)) < 0.8 + number / 200 + hard
            chosen = np.where(right, labels, random.integers(len(classes), size=len(rows)))
            which = random.integers(PATTERNS, size=len(rows))
            lines = [head + patterns[c][w] for head, c, w in zip(heads, chosen.tolist(), which.tolist(), strict=True)]
            folds = [splits[repeat].get(row.subject) for row in rows]
            folder = place / "runs" / experiment / str(repeat)
            folder.mkdir(parents=True)
            for fold in range(config.protocol.folds):
                tested = [line for line, of in zip(lines, folds, strict=True) if of == fold]
                (folder / f"{fold}.csv").write_text(header + "".join(tested))
                run = {"experiment": experiment, "repeat": repeat, "fold": fold}
                (folder / f"{fold}.json").write_text(made_up_record(random, len(tested), settings, run))


def made_up_texts(random, chosen, classes):
    """PATTERNS texts of probabilities in which a class has the most."""
    values = random.dirichlet(np.ones(classes), PATTERNS) * 0.4 + 0.6 * (np.arange(classes) == chosen)
    return [",".join(f"{value:.8f}" for value in row) + "\n" for row in values]


def made_up_record(random, tested, settings, run):
    """What a run writes beside its predictions, as long as a real one. tested: how many scans."""
    pace, epochs = random.uniform(0.4, 0.6), settings.get("training", {}).get("epochs", 0)
    record = Record(
        **run,
        scans={"training": 9 * tested, "test": tested},
        data_sha256="0" * 64,
        code="0" * 16,
        settings=settings,
        threads=1,
        python="3.11",
        numpy=np.__version__,
        seconds={"reading": 0.5, "all": 2900.0},
        device="made up",
        computed_in="float32",
        parameters=12345678,
        epochs=[
            {"epoch": e + 1, "loss": 1.8 / (e + 1) ** pace, "accuracy": 1 - 0.8 / (e + 1) ** pace, "seconds": 41.3}
            for e in range(epochs)
        ],  # fmt: skip
    )
    return record_text(record)


def most_repeats(config):
    return max(row.repeats for row in config.experiments.values())


def read_folds(place, repeat):
    """subject -> fold"""
    lines = (place / "splits" / f"{repeat}.csv").read_text().splitlines()[1:]
    return {subject: int(fold) for subject, fold in (line.split(",") for line in lines)}
