"""Finished runs, kept until their experiment is gathered.

Many runs share one allocation of a cluster. When one of them fails, or the allocation is cancelled or runs out of time,
Snakemake deletes the outputs of all of them; without the copies here the finished ones would be trained again.
"""

import hashlib
import json
import os
import pathlib
import shutil
from collections.abc import Callable, Sequence

from ffnet.storage import atomic_path, sha256_of

FOLDER = pathlib.Path("resume/finished")


def run_once(
    run: Sequence[str],
    outputs: Sequence[str | os.PathLike],
    inputs: Sequence[str | os.PathLike],
    facts: object,
    work: Callable[[], None],
) -> None:
    """Has work() write the outputs, or takes those that it wrote before from the same inputs and facts.

    run: names, the dataset and the experiment first. outputs, inputs: paths. facts: what else the outputs depend on,
    as JSON can hold it. Inputs count as the same while their content is.
    """
    signs = [(str(path), sha256_of(path)) for path in inputs]
    key = hashlib.sha256(json.dumps([facts, signs]).encode()).hexdigest()[:16]
    folder = FOLDER.joinpath(*run, key)
    copies = {folder / output.name: output for output in map(pathlib.Path, outputs)}
    if all(copy.exists() for copy in copies):
        print(f"this run was finished before; its outputs were kept in {folder}")
        copy_all(copies)
    else:
        work()
        copy_all({output: copy for copy, output in copies.items()})


def copy_all(places: dict[pathlib.Path, pathlib.Path]) -> None:
    """Copies files, source -> destination, each whole or not at all."""
    for source, destination in places.items():
        with atomic_path(destination) as temporary:
            shutil.copyfile(source, temporary)


def forget_runs(dataset: str, experiment: str) -> None:
    """Deletes what was kept of an experiment's runs on a dataset."""
    shutil.rmtree(FOLDER / dataset / experiment, ignore_errors=True)
