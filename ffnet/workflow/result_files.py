"""What tables and report are made from, for the rules that take whatever exists of it."""

from collections.abc import Iterable, Mapping

from ffnet.config import Config
from ffnet.training.recipe import recipe_values
from ffnet.workflow import files
from ffnet.workflow.planning import PlannedDataset, experiment_recipe, run_files, split_files

BENCHMARKED = ("load_scans", "project_maps", "compute_normals", "make_masks", "write_shards")  # a job for each shard


def expected_runs(config: Config, experiments: Iterable[str]) -> list[tuple]:
    """The fields of ffnet.results.partial_runs.ExpectedRuns of the experiments on each dataset."""
    return [
        (
            *(dataset, name, config.experiments[name].repeats, config.protocol.folds),
            recipe_values(experiment_recipe(config, dataset, name)),
            run_files(config, dataset, name),
            split_files(config, dataset, name),
        )
        for dataset in config.datasets
        for name in experiments
    ]


def report_files(datasets: Mapping[str, PlannedDataset]) -> dict[str, dict]:
    """dataset -> ffnet.results.report.sources.DatasetFiles."""
    return {
        name: {
            "manifest": files.MANIFEST.format(dataset=name),
            "quarantine": files.QUARANTINE.format(dataset=name),
            "quality": files.QUALITY.format(dataset=name),
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
