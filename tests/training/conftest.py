"""A collection of patterns that depend on the expression, small settings, and shard files."""

import dataclasses

import numpy as np
import pytest

from ffnet.expressions import EXPRESSIONS
from ffnet.networks.settings import ExperimentSettings
from ffnet.shards.samples import Samples
from ffnet.storage import write_stage
from ffnet.training.settings import RidgeSettings, TrainingSettings, run_settings


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
        autocast="none",
        device="cpu",
        runs_per_gpu=1,
        threads=1,
        save_every=60.0,
        seed=0,
        final_models=(),
    )


@pytest.fixture
def settings_of(networks, training):
    """Function from (depth, normals, texture, masks) to what the rule passes to a run."""

    def settings(*row):
        return run_settings(
            ExperimentSettings(*row, repeats=1), networks, training, RidgeSettings(28, 100.0), EXPRESSIONS
        )

    return settings
