"""Sections `protocol`, `cross`, `training`, `ridge` and `execution` of config.yaml."""

import dataclasses
from typing import Literal

from ffnet.settings import setting

BEST: Literal["best_validation"] = "best_validation"


@dataclasses.dataclass(frozen=True)
class ProtocolSettings:
    """Who takes part and how they are divided (paper, section 3.1)."""

    subjects: int = setting(least=2)
    subject_lists: dict[str, tuple[str, ...]] = setting()
    redraw: bool = setting()
    folds: int = setting(least=2)
    validation: int = setting(least=0)
    seed: int = setting(least=0)

    def redrawn(self, repeat: int) -> int:
        """How many subjects a repeat draws for itself; 0 where it has those of subjects.csv, as the first has."""
        return self.subjects if self.redraw and repeat else 0


@dataclasses.dataclass(frozen=True)
class TrainingSettings:
    """How a network is trained (paper, section 3.2)."""

    epochs: int = setting(least=1)
    batch: int = setting(least=2)
    learning_rate: float = setting(least=0.0)
    schedule: Literal["constant", "cosine"] = setting()
    betas: tuple[float, float] = setting(least=0.0, most=0.999999)
    weight_decay: float = setting(least=0.0)
    keep: Literal["last", "best_validation"] = setting()
    watch_test: bool = setting()
    mirror: bool = setting()
    turn: float = setting(least=0.0, most=180.0)
    shift: int = setting(least=0, most=56)
    light: float = setting(least=0.0, most=10.0)
    noise: float = setting(least=0.0, most=10.0)
    precision: Literal["float32", "tf32", "half"] = setting()
    seed: int = setting(least=0)

    @property
    def augments(self) -> bool:
        """Whether training sees changed scans."""
        return bool(self.mirror or self.turn or self.shift or self.light or self.noise)


@dataclasses.dataclass(frozen=True)
class CrossPair:
    """Two datasets: all who take part in `train` train, all who take part in `test` are tested."""

    train: str
    test: str


@dataclasses.dataclass(frozen=True)
class CrossSettings:
    """Which experiments are trained on one collection and tested on another. classes: of a tested collection -> of the
    training one, where the names differ; see class_names."""

    pairs: tuple[CrossPair, ...] = setting()
    experiments: tuple[str, ...] = setting()
    repeats: int = setting(least=1)
    classes: dict[str, str] = setting()


@dataclasses.dataclass(frozen=True)
class RidgeSettings:
    """The linear floor beside the networks: a ridge classifier on small pictures."""

    pixels: int = setting(least=1)
    penalty: float = setting(least=0.0)


@dataclasses.dataclass(frozen=True)
class ExecutionSettings:
    """Where and how training runs. device, threads and gpu_step can change the last bits of a network's numbers,
    nothing else here can. job: what one training job trains."""

    job: Literal["fold", "repeat"] = setting()
    device: Literal["auto", "cpu", "cuda"] = setting()
    threads: int = setting(least=1)
    runs_per_gpu: int = setting(least=1)
    networks_per_gpu: int = setting(least=0)
    gpu_step: Literal["compiled", "graph", "eager"] = setting()
    save_every: float = setting(least=0.0)
