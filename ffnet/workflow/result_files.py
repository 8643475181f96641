"""What tables and report are made from, for the rules that take whatever exists of it."""

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from ffnet.config import Config
from ffnet.storage import sha256_of
from ffnet.training.recipe import recipe_values
from ffnet.workflow import files
from ffnet.workflow.paper_run import departures
from ffnet.workflow.planning import (
    PlannedDataset,
    experiment_recipe,
    paper_name,
    pretrained_files,
    run_files,
    split_files,
)

if TYPE_CHECKING:
    from ffnet.results.tested_experiments import PlannedInfo  # numpy and pandas take a second to import

BENCHMARKED = ("load_scans", "project_maps", "compute_normals", "make_masks", "write_shards")  # a job for each shard


def planned_datasets(config: Config, experiments: Sequence[str]) -> dict[str, "PlannedInfo"]:
    """dataset -> what config.yaml says of it and of the experiments on it."""
    return {
        name: {
            "paper": paper_name(dataset),
            "classes": dataset.classes,
            "departures": {experiment: departures(config, name, experiment) for experiment in experiments},
        }
        for name, dataset in config.datasets.items()
    }


def expected_runs(config: Config, experiments: Iterable[str], code: str) -> list[tuple]:
    """The fields of ffnet.results.partial_runs.ExpectedRuns of the experiments on each dataset. code: hash of the code
    that trains."""
    return [
        (
            *(dataset, name, config.experiments[name].repeats, config.protocol.folds),
            recipe_values(experiment_recipe(config, dataset, name)),
            code,
            run_files(config, dataset, name),
            split_files(config, dataset, name),
            [*pretrained_files(config, name), files.SHARD_HASHES.format(dataset=dataset)],
        )
        for dataset in config.datasets
        for name in experiments
    ]


def robustness_files() -> dict[str, str] | None:
    """ffnet.results.report.robustness_section.RobustnessFiles of a robustness test that was run, else None.

    They are no input of the report, as the plain run would then repeat the test after a change.
    """
    table, figure = files.ROBUSTNESS_TABLE, files.ROBUSTNESS_FIGURE.format(form="png")
    if not (os.path.isfile(table) and os.path.isfile(figure)):
        return None
    return {"table": table, "figure": figure, "sha256": sha256_of(table)}


def report_files(datasets: Mapping[str, PlannedDataset]) -> dict[str, dict]:
    """dataset -> ffnet.results.report.sources.DatasetFiles."""
    return {
        name: {
            "manifest": files.MANIFEST.format(dataset=name),
            "quarantine": files.QUARANTINE.format(dataset=name),
            "quality": files.QUALITY.format(dataset=name),
            "subjects": files.SUBJECTS.format(dataset=name),
            "scans": planned.shard_files("scans"),
            "pictures": {
                "maps": files.MAPS_FIGURE.format(dataset=name, form="png"),
                "contact_sheet": files.CONTACT_SHEET.format(dataset=name),
            },
            "benchmarks": {
                rule: [files.SHARD_BENCHMARK.format(dataset=name, rule=rule, shard=shard) for shard in planned.shards]
                for rule in BENCHMARKED
            },
        }
        for name, planned in datasets.items()
    }
