"""What `snakemake robustness` tests: which models on which scans under which conditions; plain Python only."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import NamedTuple

from ffnet.config import Config, check_final_models
from ffnet.errors import InputError
from ffnet.robustness.settings import Condition
from ffnet.scans.index import ScanRow
from ffnet.seeds import seed_of
from ffnet.settings import nearest
from ffnet.workflow import files
from ffnet.workflow.planning import PlannedDataset

WHERE = "config.yaml: robustness"


class RobustnessPlan(NamedTuple):
    """rows: the scans that are tested. models: the files of the final models, one for each experiment. outcomes: the
    file of each condition; several conditions never share one."""

    rows: list[ScanRow]
    models: list[str]
    outcomes: dict[Condition, str]


def plan_robustness(config: Config, datasets: Mapping[str, PlannedDataset]) -> RobustnessPlan:
    """The RobustnessPlan of a Config. Raises InputError if its datasets or experiments are not there or do not fit."""
    chosen = config.robustness
    for key, name in (("train", chosen.train), ("test", chosen.test)):
        if name not in datasets:
            hint = f"did you mean '{nearest(name, list(datasets))}'?" if datasets else "there are none"
            raise InputError(f"{WHERE}.{key}: there is no dataset '{name}'; {hint}")
    if chosen.train == chosen.test:
        raise InputError(
            f"{WHERE}: train and test are both '{chosen.train}', whose people its final models know; test other people"
        )
    trained, tested = config.datasets[chosen.train].classes, config.datasets[chosen.test].classes
    if trained != tested:
        raise InputError(
            f"{WHERE}: expected the same classes in both datasets; found {', '.join(trained)} in {chosen.train} and"
            f" {', '.join(tested)} in {chosen.test}"
        )
    if not chosen.experiments:
        raise InputError(f"{WHERE}.experiments: expected at least one, found none")
    check_final_models(chosen.experiments, config.experiments, f"{WHERE}.experiments")
    return RobustnessPlan(
        draw_scans(datasets[chosen.test].rows, chosen.scans, chosen.seed),
        [files.MODEL.format(dataset=chosen.train, experiment=name) for name in chosen.experiments],
        outcome_files(chosen.conditions),
    )


def robustness_preprocessing(config: Config) -> dict:
    """The fields of Preprocessing for the scans that are tested."""
    tested = config.datasets[config.robustness.test]
    return asdict(config.preprocessing(tested.unit, tested.projection))


def outcome_files(conditions: Iterable[Condition]) -> dict[Condition, str]:
    """The file of each Condition. Raises InputError if a severity occurs twice."""
    paths: dict[Condition, str] = {}
    for condition in conditions:
        path = files.OUTCOMES.format(axis=condition.axis, severity=f"{condition.severity:g}")
        if path in paths.values():
            raise InputError(f"{WHERE}.axes.{condition.axis}: {condition.severity:g} occurs a second time; remove it")
        paths[condition] = path
    return paths


def draw_scans(rows: Iterable[ScanRow], count: int, seed: int) -> list[ScanRow]:
    """At most `count` scans of each subject and class, drawn with a seed; the fewer are among the more."""
    groups: dict[tuple[str, str], list[ScanRow]] = {}
    for row in rows:
        groups.setdefault((row.subject, row.expression), []).append(row)
    return sorted(
        row
        for group in groups.values()
        for row in sorted(group, key=lambda row: seed_of(seed, "scan", row.scan))[:count]
    )
