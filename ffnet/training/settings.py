"""How subjects are drawn and networks trained: sections `protocol`, `training` and `ridge` of config.yaml."""

import dataclasses
from collections.abc import Sequence
from typing import Any, Literal

from ffnet.networks.settings import ExperimentSettings, NetworkSettings, networks_of
from ffnet.settings import setting


@dataclasses.dataclass(frozen=True)
class ProtocolSettings:
    """Who takes part and how they are divided (paper, section 3.1)."""

    subjects: int = setting(least=2)
    subject_lists: dict[str, tuple[str, ...]] = setting()
    folds: int = setting(least=2)
    seed: int = setting(least=0)


@dataclasses.dataclass(frozen=True)
class TrainingSettings:
    """How a network is trained (paper, section 3.2)."""

    epochs: int = setting(least=1)
    batch: int = setting(least=2)
    learning_rate: float = setting(least=0.0)
    schedule: Literal["constant", "cosine"] = setting()
    betas: tuple[float, float] = setting(least=0.0, most=0.999999)
    weight_decay: float = setting(least=0.0)
    autocast: Literal["none", "half"] = setting()
    device: Literal["auto", "cpu", "cuda"] = setting()
    runs_per_gpu: int = setting(least=1)
    threads: int = setting(least=1)
    save_every: float = setting(least=0.0)
    seed: int = setting(least=0)
    final_models: tuple[str, ...] = setting()


@dataclasses.dataclass(frozen=True)
class RidgeSettings:
    """The linear floor beside the networks: a ridge classifier on small pictures."""

    pixels: Literal[7, 14, 28, 56, 112]
    penalty: float = setting(least=0.0)


WITHOUT_EFFECT: dict[str, Any] = {"runs_per_gpu": 1, "save_every": 0.0, "final_models": ()}  # on any number


def run_settings(
    experiment: ExperimentSettings,
    networks: NetworkSettings,
    training: TrainingSettings,
    ridge: RidgeSettings,
    classes: Sequence[str],
) -> dict:
    """What one experiment's runs depend on, as plain dicts: a change elsewhere, or to how many repeats there are,
    reruns nothing here.

    classes: names in the order of labels.
    """
    told = {
        "classes": list(classes),
        "experiment": dataclasses.asdict(dataclasses.replace(experiment, repeats=0)),
    }
    if experiment.is_ridge:
        return told | {"ridge": dataclasses.asdict(ridge)}
    return told | {
        "networks": dataclasses.asdict(networks_of(experiment, networks)),
        "training": dataclasses.asdict(dataclasses.replace(training, **WITHOUT_EFFECT)),
    }


def conducted(training: TrainingSettings, section: dict) -> TrainingSettings:
    """TrainingSettings of a run with the values that have no effect on its numbers from config.yaml's own section."""
    return dataclasses.replace(training, **{name: section[name] for name in WITHOUT_EFFECT})
