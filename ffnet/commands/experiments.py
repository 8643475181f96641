"""experiments: the table of experiments of config.yaml, with what each network costs."""

import json
from collections.abc import Callable, Sequence
from typing import TypedDict

from ffnet.config import Config
from ffnet.networks.settings import RIDGE, ExperimentSettings, networks_of
from ffnet.results.tables.formatters import terminal_lines
from ffnet.results.tables.number_text import number
from ffnet.results.tables.table import Column, Row, View, named
from ffnet.training.scattering import PATHS

GREY = {"depth": 1, "normals": 3, "texture": 1}  # channels of the small pictures that the ridge classifier sees


class ExperimentRow(TypedDict):
    """One experiment; its keys are those of --json. width: None of the ridge classifier. networks: keys in place of
    those of the section `networks`. pieces: see ExperimentSettings."""

    experiment: str
    backbones: dict[str, str]
    masks: str
    width: float | None
    pretrained: str
    networks: dict[str, object]
    pieces: list[str]
    classes: int
    parameters: int
    multiply_adds: int
    repeats: int


def show_experiments(config: Config, as_json: bool) -> int:
    """Prints all experiments, as a table or as JSON for programs. Returns 0."""
    classes = max((len(dataset.classes) for dataset in config.datasets.values()), default=6)
    rows = [experiment_row(name, config, classes) for name in config.experiments]
    if as_json:
        print(json.dumps(rows, indent=1))
        return 0
    print("\n".join(terminal_lines(experiment_view(rows))))
    size = config.maps.size
    print(f"\nmultiply-adds: of convolutions and fully connected layers, one scan of {size} x {size} pixels")
    print(f"{classes} classes; an experiment of 0 repeats is not run")
    return 0


def experiment_row(name: str, config: Config, classes: int) -> ExperimentRow:
    """One experiment as a dict. classes: how many outputs are counted."""
    row = config.experiments[name]
    networks = networks_of(row, config.networks)
    parameters, multiply_adds = ridge_cost(row, config, classes) if row.is_ridge else cost(row, config, classes)
    return {
        "experiment": name,
        "backbones": row.streams,
        "masks": row.masks,
        "width": None if row.is_ridge else networks.width,
        "pretrained": networks.pretrained,
        "networks": row.networks,
        "pieces": list(row.pieces),
        "classes": classes,
        "parameters": parameters,
        "multiply_adds": multiply_adds,
        "repeats": row.repeats,
    }


def ridge_cost(row: ExperimentSettings, config: Config, classes: int) -> tuple[int, int]:
    """(parameters, multiply-adds): a weight for each feature and class, and a constant for each class. What the
    scattering transform multiplies is not counted."""
    maps = sum(GREY.get(modality, 1) for modality in row.streams) + (row.masks == RIDGE)
    each = PATHS * (config.maps.size // 16) ** 2 if row.scatters else config.ridge.pixels**2
    weights = maps * each * classes
    return weights + classes, weights


def cost(row: ExperimentSettings, config: Config, classes: int) -> tuple[int, int]:
    """(parameters, multiply-adds) of a network."""
    from ffnet.networks.cost import row_cost  # torch takes 2 s

    return row_cost(row, networks_of(row, config.networks), classes, config.maps.size)


def experiment_view(rows: Sequence[ExperimentRow]) -> View:
    """The View of the rows of experiment_row."""
    columns = (
        *named("experiment", left=True),
        *(Column(name, heading=name, cell=_backbone(name), left=True) for name in GREY),
        *named("masks", left=True),
        *named("width", cell=lambda row: number(row["width"], "g") or "-"),
        *named("own networks", cell=_own_keys, left=True),
        *named("pieces", cell=lambda row: ", ".join(row["pieces"]) or "-", left=True),
        *(*named("parameters", form=","), Column("multiply_adds", "", ",", "multiply-adds"), *named("repeats")),
    )
    return View("Experiments", columns, rows)


def _backbone(modality: str) -> Callable[[Row], str]:
    return lambda row: row["backbones"].get(modality, "-")


def _own_keys(row: Row) -> str:
    return ", ".join(f"{key}: {value}" for key, value in row["networks"].items()) or "-"
