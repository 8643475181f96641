"""What `snakemake robustness` tests: which models on which scans under which conditions; plain Python only."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import NamedTuple

from ffnet.config import Config, check_final_models
from ffnet.demo.roster import LAYOUTS, STUDIO_AXES
from ffnet.errors import InputError
from ffnet.origin import is_generated
from ffnet.robustness.settings import UNCHANGED, Condition
from ffnet.scans.index import ScanRow
from ffnet.seeds import seed_of
from ffnet.settings import nearest
from ffnet.workflow import files
from ffnet.workflow.planning import PlannedDataset, is_demo

WHERE = "config.yaml: robustness"


class RobustnessPlan(NamedTuple):
    """rows: the scans that are tested. raw: their files. models: the files of the final models, one for each
    experiment. outcomes: the file of each condition; several conditions never share one. studio: the axes for which the
    generator takes the scans again, head or light changed."""

    rows: list[ScanRow]
    raw: list[str]
    models: list[str]
    outcomes: dict[Condition, str]
    studio: tuple[str, ...]

    def rows_of(self, axis: str, severity: str) -> list[ScanRow]:
        """The scans as they are read under a condition."""
        if axis not in self.studio:
            return self.rows
        folder = files.RETAKEN.format(axis=axis, severity=severity)
        moved = [[f"{folder}/{os.path.basename(path)}" for path in (row.mesh, row.texture)] for row in self.rows]
        return [row._replace(mesh=mesh, texture=texture) for row, (mesh, texture) in zip(self.rows, moved, strict=True)]

    def files_of(self, axis: str, severity: str) -> list[str]:
        """The files, or the folder, of these."""
        return [files.RETAKEN.format(axis=axis, severity=severity)] if axis in self.studio else self.raw

    def change_of(self, axis: str, severity: str) -> Condition:
        """What is changed on the mesh of a scan once it is read."""
        return UNCHANGED if axis in self.studio else Condition(axis, float(severity))


def plan_or_exit(config: Config, datasets: Mapping[str, PlannedDataset]) -> RobustnessPlan:
    """The same as plan_robustness, for input functions of rules: where the settings do not fit, snakemake ends with the
    reason alone. Any other error it would wrap in lines about the rule."""
    try:
        return plan_robustness(config, datasets)
    except InputError as error:
        raise SystemExit(str(error)) from None


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
    rows = draw_scans(datasets[chosen.test].rows, chosen.scans, chosen.seed)
    return RobustnessPlan(
        rows,
        datasets[chosen.test].files_of(rows),
        [files.MODEL.format(dataset=chosen.train, experiment=name) for name in chosen.experiments],
        outcome_files(chosen.conditions),
        STUDIO_AXES if is_taken_again(config, rows) else (),
    )


def is_taken_again(config: Config, rows: Iterable[ScanRow]) -> bool:
    """Whether the generator takes the tested scans again, because it made any of them. Those of the demo collection may
    not be there yet. Raises InputError if it cannot find them by their names."""
    name, layout = config.robustness.test, config.datasets[config.robustness.test].layout
    meshes = (row.mesh for row in rows if os.path.isfile(row.mesh))
    if config.robustness.geometry == "mesh" or not (is_demo(name, config) or any(map(is_generated, meshes))):
        return False
    if layout not in LAYOUTS:
        raise InputError(
            f"{WHERE}.geometry: {name} has generated scans in the layout '{layout}', in which the generator does not"
            f" find them by their names; read them in the layout {' or '.join(LAYOUTS)}, or set geometry: mesh, which"
            " changes the scans as they were read"
        )
    return True


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
