"""Recipes: all of config.yaml that the numbers of a run depend on, so that no other key trains anything again."""

import dataclasses
import json
from collections.abc import Mapping
from typing import Literal

from ffnet.networks.settings import ExperimentSettings, NetworkSettings
from ffnet.settings import read_settings
from ffnet.shards.preprocessing import Preprocessing
from ffnet.training.settings import RidgeSettings, TrainingSettings


@dataclasses.dataclass(frozen=True)
class ValidationDraw:
    """How many subjects of a training half are held out of training, and the seed that draws them."""

    subjects: int
    seed: int


NOBODY = ValidationDraw(subjects=0, seed=0)


@dataclasses.dataclass(frozen=True)
class NetworkRecipe:
    """How a network is built, trained, watched and tested. classes: their names in the order of labels. texture: how
    the shards scale it, which training.light depends on."""

    classes: tuple[str, ...]
    experiment: ExperimentSettings
    networks: NetworkSettings
    texture: Literal["plain", "imagenet"]
    training: TrainingSettings
    validation: ValidationDraw
    device: str
    threads: int
    gpu_step: str


@dataclasses.dataclass(frozen=True)
class RidgeRecipe:
    """How the linear floor is fitted and tested. classes: their names in the order of labels."""

    classes: tuple[str, ...]
    experiment: ExperimentSettings
    ridge: RidgeSettings


Recipe = NetworkRecipe | RidgeRecipe


@dataclasses.dataclass(frozen=True)
class ModelSource:
    """The collection that a final model is trained on, and how its scans were prepared."""

    dataset: str
    layout: str
    preprocessing: Preprocessing


def recipe_values(recipe: Recipe) -> dict:
    """A recipe as JSON holds it: the params of a rule and the settings in a run's record."""
    return json.loads(json.dumps(dataclasses.asdict(recipe)))


def read_recipe(values: Mapping[str, object], where: str) -> Recipe:
    """The recipe that recipe_values gave. where: its name in messages. Raises InputError as read_settings does."""
    return (
        read_settings(RidgeRecipe, values, where) if "ridge" in values else read_settings(NetworkRecipe, values, where)
    )
