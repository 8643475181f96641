"""A collection of patterns that depend on the expression, small settings, and shard files."""

import dataclasses

import numpy as np
import pytest
import torch

from ffnet.expressions import EXPRESSIONS
from ffnet.networks.settings import ExperimentSettings
from ffnet.shards.samples import Samples
from ffnet.storage import write_stage
from ffnet.training.precision import Precision
from ffnet.training.recipe import NOBODY, NetworkRecipe, RidgeRecipe
from ffnet.training.session import Session, read_data
from ffnet.training.settings import ExecutionSettings, RidgeSettings, TrainingSettings
from ffnet.training.splits import split_table, subject_folds


def pattern_collection(subjects, seed=0):
    """Six scans per subject: noise, and a bright square whose place is the label. A Samples sorted by scan."""
    random = np.random.default_rng(seed)
    label = np.tile(np.arange(6), subjects)
    subject = np.repeat([f"s{number:02d}" for number in range(subjects)], 6)
    depth = random.normal(0.5, 0.05, (len(label), 112, 112))
    for place, values in zip(label, depth, strict=True):
        row, column = divmod(place, 3)
        values[20 + 40 * row : 44 + 40 * row, 4 + 36 * column : 28 + 36 * column] += 0.3
    depth = depth.astype(np.float32)
    return Samples(
        scan=np.array([f"{name}_{number}" for name, number in zip(subject, label, strict=True)]),
        subject=subject,
        label=label,
        intensity=np.full(len(label), 4),
        depth=depth,
        normals=np.repeat(depth[..., None], 3, axis=-1),
        texture=np.repeat(depth[..., None], 3, axis=-1) * 2 - 1,
        mask1=np.full((len(label), 56, 56), 0.6, np.float32),
        mask2=np.full((len(label), 28, 28), 0.8, np.float32),
    )


@pytest.fixture(scope="session")
def collection():
    return pattern_collection(subjects=6)


@pytest.fixture(scope="session")
def unseen():
    """Forty other subjects."""
    return pattern_collection(subjects=40, seed=1)


@pytest.fixture
def bfloat16(monkeypatch):
    """Half precision on a CPU that has instructions for it, whichever this one is."""
    monkeypatch.setattr("torch.cpu.get_capabilities", lambda: {"avx512_bf16": True})
    return Precision(torch.device("cpu"), "half")


@pytest.fixture
def shards(tmp_path, collection):
    """Two shard files that together hold the collection, the later subjects first."""
    paths = []
    for name, which in (("a", slice(18, None)), ("b", slice(0, 18))):
        paths.append(tmp_path / f"{name}.h5")
        write_stage(paths[-1], collection.take(which)._asdict())
    return paths


@pytest.fixture
def networks(paper):
    return dataclasses.replace(paper, width=0.0625)


@pytest.fixture
def training():
    return TrainingSettings(
        epochs=2,
        batch=8,
        learning_rate=1e-3,
        schedule="cosine",
        betas=(0.9, 0.999),
        weight_decay=0.0,
        mirror=False,
        turn=0.0,
        shift=0,
        light=0.0,
        noise=0.0,
        precision="float32",
        keep="last",
        watch_test=False,
        seed=0,
    )


@pytest.fixture
def recipe_of(networks, training):
    """Function from (depth, normals, texture, masks) to the Recipe of such an experiment."""

    def recipe(*row):
        experiment = ExperimentSettings(*row, repeats=0)
        if experiment.is_ridge:
            return RidgeRecipe(EXPRESSIONS, experiment, RidgeSettings(28, 100.0))
        return NetworkRecipe(
            EXPRESSIONS, experiment, networks, "plain", training, NOBODY, "cpu", threads=1, gpu_step="compiled"
        )

    return recipe


@pytest.fixture
def split(tmp_path, collection):
    """The file of a split of the collection's six subjects into three folds."""
    path = tmp_path / "split.csv"
    path.write_text(split_table(subject_folds(sorted(set(collection.subject.tolist())), 3, 0, 0)))
    return path


@pytest.fixture
def reader(tmp_path, shards, split):
    """What train_runs reads its collection and split with."""
    (tmp_path / "shards.csv").write_text("file,sha256\n" + "".join(f"{path},0\n" for path in shards))
    return lambda: read_data(tmp_path / "shards.csv", split)


def session_in(folder, save_every=60.0, key="key", threads=1):
    """A Session whose checkpoints are in folder/resume."""
    return Session(
        ExecutionSettings("fold", "cpu", threads, 1, 0, "compiled", save_every),
        threads,
        "code",
        str(folder / "resume"),
        key,
    )


def record_values(**changes):
    """The values of a whole Record, some of them changed."""
    values = {"experiment": "x", "repeat": 0, "fold": 1, "scans": {"training": 24, "test": 12}}
    values |= {"data_sha256": "0" * 64, "code": "code", "settings": {}, "threads": 1, "python": "3.11", "numpy": "2"}
    return values | {"seconds": {"reading": 0.5, "all": 2.5}} | changes
