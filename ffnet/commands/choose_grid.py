"""The settings among which `choose` chooses: every combination of some values of keys of SECTIONS."""

import itertools
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import yaml

from ffnet.commands.config_file import merge_config
from ffnet.config import Config, read_config
from ffnet.errors import InputError
from ffnet.networks.settings import ExperimentSettings

SECTIONS = ("training", "networks", "loss")  # loss: of the experiment's own row
NO_CHOICE = {  # keys of SECTIONS that nobody can choose by accuracy, and why
    ("training", "seed"): "the best of several seeds is luck and no setting",
    ("training", "watch_test"): "it only records the test fold after each epoch, and changes no network",
}
EXAMPLE = "such as training.epochs=6,12"
Grid = dict[tuple[str, str], list]  # (section, key) -> its values


class Point(NamedTuple):
    """One combination. values: "section.key" -> value. overrides: the same as a file of settings has it. config: with
    them. own: whether it is what the settings have without them."""

    values: dict[str, object]
    overrides: dict[str, Any]
    config: Config
    own: bool

    @property
    def name(self) -> str:
        """The values as text."""
        return ", ".join(f"{key} {value_text(value)}" for key, value in self.values.items())


def value_text(value: object) -> str:
    """A value as --grid takes it."""
    return yaml.safe_dump(value, default_flow_style=True, width=1000).removesuffix("\n").removesuffix("\n...")


def parse_grid(texts: Sequence[str]) -> Grid:
    """The Grid of texts SECTION.KEY=VALUE,VALUE. Raises InputError for any other text, for another section, for a key
    in NO_CHOICE, and for a key or a value that occurs twice."""
    grid: Grid = {}
    for text in texts:
        name, equals, values = text.partition("=")
        section, _, key = name.strip().partition(".")
        if not (equals and key):
            raise InputError(f"--grid {text}: expected SECTION.KEY=VALUE,VALUE, {EXAMPLE}")
        if section not in SECTIONS:
            raise InputError(
                f"--grid {text}: expected a key of {', '.join(SECTIONS[:-1])} or {SECTIONS[-1]}, {EXAMPLE},"
                f" found {section}"
            )
        if (section, key) in NO_CHOICE:
            raise InputError(f"--grid {section}.{key}: {NO_CHOICE[section, key]}; leave it out")
        if (section, key) in grid:
            raise InputError(f"--grid {text}: {section}.{key} occurs twice; give all its values at once")
        grid[section, key] = _values(text, values)
    return grid


def _values(text: str, values: str) -> list:
    try:
        found = yaml.safe_load(f"[{values}]")
    except yaml.YAMLError:
        found = []
    if not found:
        raise InputError(f"--grid {text}: expected values separated by commas, {EXAMPLE}")
    for value in found:
        if found.count(value) > 1:
            raise InputError(f"--grid {text}: {value_text(value)} occurs twice")
    return found


def grid_points(mapping: object, grid: Grid, experiment: str) -> list[Point]:
    """The Points of a Grid, the last key's values changing fastest.

    mapping: all settings, which are valid. Raises InputError for a key that the experiment's own row sets, and as
    read_config does for an unknown key, with the nearest right name, and for an invalid value.
    """
    plain, points = read_config(mapping), []
    for combination in itertools.product(*grid.values()):
        overrides: dict[str, Any] = {}
        for (section, key), value in zip(grid, combination, strict=True):
            of = overrides.setdefault("experiments", {}).setdefault(experiment, {}) if section == "loss" else overrides
            of.setdefault(section, {})[key] = value
        config = read_config(merge_config(mapping, overrides))
        values = {f"{section}.{key}": value for (section, key), value in zip(grid, combination, strict=True)}
        points.append(Point(values, overrides, config, own=config == plain))
    _check_row(plain.experiments[experiment], overrides.get("networks", {}), experiment)
    return points


def _check_row(row: ExperimentSettings, keys: Mapping[str, object], experiment: str) -> None:
    for key in keys:
        if key in row.networks:
            raise InputError(
                f"--grid networks.{key}: config.yaml: experiments.{experiment}.networks sets {key} itself, so that the"
                " section networks has no say; remove it from the row"
            )
