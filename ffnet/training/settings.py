"""How subjects are drawn and networks trained: sections `protocol`, `training` and `ridge` of config.yaml."""

import dataclasses

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
    schedule: str = setting(choices=("constant", "cosine"))
    betas: tuple[float, float] = setting(least=0.0, most=0.999999)
    weight_decay: float = setting(least=0.0)
    autocast: str = setting(choices=("none", "bfloat16"))
    device: str = setting(choices=("auto", "cpu", "cuda"))
    threads: int = setting(least=1)
    seed: int = setting(least=0)


@dataclasses.dataclass(frozen=True)
class RidgeSettings:
    """The linear floor beside the networks: a ridge classifier on small pictures."""

    pixels: int = setting(choices=(7, 14, 28, 56, 112))
    penalty: float = setting(least=0.0)


def run_settings(experiment, networks, training, ridge, classes):
    """What one experiment's runs depend on, as plain dicts: a change elsewhere reruns nothing here.

    classes: names in the order of labels.
    """
    one = dataclasses.asdict(dataclasses.replace(experiment, repeats=1))  # a run is the same however many follow
    if experiment.is_ridge:
        return {
            "classes": list(classes),
            "experiment": one,
            "ridge": dataclasses.asdict(ridge),
        }
    return {
        "classes": list(classes),
        "experiment": one,
        "networks": dataclasses.asdict(networks),
        "training": dataclasses.asdict(training),
    }
