"""Half precision against float32: the accuracy of FFNet-M over the ten folds of one repeat, and the difference.

    python benchmarks/bench_half.py [--dataset NAME] [--configfile FILE]

Needs results/NAME/shards.csv, its shards and results/NAME/splits/0.csv, as `make` leaves them, and trains each fold in
both types with the settings of config.yaml; --configfile overrides some, as in snakemake. The paper's recipe on a GPU:
--configfile configs/demo60.yaml. The interval and the p values are those of the table of comparisons.
"""

import argparse
import contextlib
import dataclasses
import os
import pathlib
import tempfile
import time

from ffnet.commands.config_file import read_config_file
from ffnet.results.predictions import gather_runs
from ffnet.results.statistics.paired import compare_pair
from ffnet.training.record import read_record
from ffnet.training.run import train_runs
from ffnet.training.session import Run, Session, read_data
from ffnet.workflow import files
from ffnet.workflow.planning import experiment_recipe

ROOT = pathlib.Path(__file__).parents[1]
EXPERIMENT = "FFNet-M"


def train_folds(config, dataset, precision, folder):
    """The Predictions of all folds in one type, its name, the device, and the seconds of a run."""
    config = dataclasses.replace(config, training=dataclasses.replace(config.training, precision=precision))
    recipe, execution = experiment_recipe(config, dataset, EXPERIMENT), config.execution
    session = Session(execution, execution.threads, "bench", str(folder / "resume"), precision)
    runs = [Run(EXPERIMENT, 0, fold) for fold in range(config.protocol.folds)]
    data = files.SHARD_HASHES.format(dataset=dataset), files.SPLIT.format(dataset=dataset, repeat=0)
    paths, began = [folder / precision / "0" / f"{run.fold}.csv" for run in runs], time.perf_counter()
    paths[0].parent.mkdir(parents=True)
    with open(os.devnull, "w", encoding="utf-8") as nowhere, contextlib.redirect_stdout(nowhere):
        for run, predictions, record in train_runs(runs, lambda: read_data(*data), recipe, session):
            paths[run.fold].write_text(predictions, encoding="utf-8")
            paths[run.fold].with_suffix(".json").write_text(record, encoding="utf-8")
    seconds, record = (time.perf_counter() - began) / len(runs), read_record(paths[0].with_suffix(".json"))
    return gather_runs(paths, recipe.classes), record.computed_in, record.device, seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dataset", default="demo-bu3dfe")
    parser.add_argument("--configfile")
    arguments = parser.parse_args()
    os.chdir(ROOT)
    dataset, config = arguments.dataset, read_config_file("config.yaml", arguments.configfile)
    shards = files.SHARD_HASHES.format(dataset=dataset)
    if not os.path.exists(shards):
        print(f"no {shards} here: nothing is measured; `make` makes it")
        return
    with tempfile.TemporaryDirectory() as folder:
        full, half = (
            train_folds(config, dataset, precision, pathlib.Path(folder)) for precision in ("float32", "half")
        )
    training, folds = config.training, config.protocol.folds
    print(
        f"{EXPERIMENT} on {dataset}, {full[2]}, width {config.networks.width:g}, {training.epochs} epochs, batch "
        f"{training.batch}, rate {training.learning_rate:g}: {folds} folds, {len(full[0].scan)} scans"
    )
    for predictions, name, _, seconds in (full, half):
        right = (predictions.probabilities.argmax(axis=1) == predictions.label).mean()
        print(f"  {name:8s} {100 * right:6.2f} % of the scans, {seconds:.1f} s a run with everything")
    level = config.results.confidence
    pair = compare_pair(half[0], full[0], (1, folds), level)
    test, by_subject = pair.test, pair.by_subject
    print(f"  {half[1]} - float32: {100 * test.difference:+.2f} percentage points, p = {test.p:.2f}")
    print(f"  {level:.0%} interval: {100 * test.low:+.2f} to {100 * test.high:+.2f}")
    print(
        f"  classified correctly by {half[1]} alone: {by_subject.first_only} scans, by float32 alone: "
        f"{by_subject.second_only}; by subjects p = {by_subject.p:.2f}"
    )


if __name__ == "__main__":
    main()
