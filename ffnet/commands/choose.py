"""choose: which settings do best on people who are not tested? Writes the best ones as a file of settings."""

import dataclasses
import functools
import os
import pathlib
import time
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ffnet.commands.choose_grid import Point, grid_points, parse_grid
from ffnet.commands.chosen_file import chosen_text, percent, ranking_table
from ffnet.commands.config_file import read_mapping
from ffnet.commands.train import SCRIPT, check_names, logged
from ffnet.config import Config, read_config
from ffnet.errors import InputError
from ffnet.results.audit.choice import check_choice
from ffnet.results.audit.parts import ScanHash
from ffnet.results.predictions import Predictions, gather_runs
from ffnet.results.statistics.ranking import rank
from ffnet.results.tables.formatters import csv_text, terminal_lines
from ffnet.results.tables.number_text import duration
from ffnet.shards.hashes import read_shard_list
from ffnet.shards.samples import Samples, read_samples
from ffnet.storage import read_table, write_text
from ffnet.training.checkpoint import FOLDER, checkpoint_key
from ffnet.training.participants import choose_participants, read_participants, subjects_of_repeats
from ffnet.training.recipe import NetworkRecipe, recipe_values
from ffnet.training.run import train_runs
from ffnet.training.session import Run, Session, start_session
from ffnet.training.splits import split_table, subject_folds
from ffnet.training.validation import scores_of
from ffnet.workflow import files
from ffnet.workflow.planning import count_splits, experiment_recipe, pretrained_files
from ffnet.workflow.provenance import code_hash

HASH_COLUMNS = ("scan", "subject", "sha256")


class People(NamedTuple):
    """Who chooses, subject -> fold in which they are validated on, and who is tested by the protocol."""

    split: dict[str, int]
    tested: list[str]


def choose_settings(
    sources: tuple[str, str | None], dataset: str, experiment: str, texts: Sequence[str], folds: int, out: str | None
) -> int:
    """Trains an experiment with every combination of settings in cross-validation among the people of a dataset who do
    not take part in the protocol, prints the ranking and writes the best combination. Returns 0.

    sources: config.yaml and a file of overrides or None. texts: see parse_grid. folds: of the cross-validation. out:
    path of the file to write, None for the usual one. Finished runs are kept in resume/ and used again.
    Raises InputError for what cannot be chosen or trained, and if the people are not apart.
    """
    mapping = read_mapping(*sources)
    config = read_config(mapping)
    check_names(config, dataset, [experiment])
    if config.experiments[experiment].is_ridge:
        raise InputError(f"{experiment} is the linear floor; only networks have settings in training and networks")
    points = grid_points(mapping, parse_grid(texts), experiment)
    people = choosing_people(config, dataset, folds)
    folder = pathlib.Path(files.CHOICE.format(dataset=dataset, experiment=experiment))
    print(f"{len(points)} settings in {folds} folds of {len(people.split)} people who are not tested", flush=True)
    tested = train_points(points, dataset, experiment, people, folder)
    validated = {point.name: _subjects_by_fold(one) for point, one in zip(points, tested, strict=True)}
    hashes = [ScanHash(*row) for row in read_table(files.SCAN_HASHES.format(dataset=dataset), HASH_COLUMNS)]
    audited = check_choice(validated, people.split, people.tested, hashes)
    ranked = rank(tested, config.results.confidence)
    table = ranking_table(ranked, points, config.results.confidence)
    view = table.view
    assert view is not None  # all its columns are for people
    path = pathlib.Path(out or folder / "chosen.yaml")
    write_text(folder / "subjects.csv", split_table(people.split))
    write_text(folder / "ranking.csv", csv_text(table))
    write_text(path, chosen_text(ranked, points, dataset, experiment, people.split, sources[1], audited))
    print("\n".join(["", *terminal_lines(view), "", audited, f"{path}: written"]))
    return 0


def choosing_people(config: Config, dataset: str, folds: int) -> People:
    """The People of a dataset: those with a usable scan of every class who take part in no repeat of the protocol
    choose.

    Raises InputError if subjects.csv was made with other settings, and if too few people are left.
    """
    path, protocol = files.SUBJECTS.format(dataset=dataset), config.protocol
    everyone = read_participants(path)
    unchosen = [one._replace(chosen="no") for one in everyone]
    if choose_participants(unchosen, dataset, protocol) != everyone:
        raise InputError(f"{path}: made with other settings of protocol; make it again: snakemake --cores all {path}")
    tested = sorted(subjects_of_repeats(everyone, dataset, protocol, count_splits(config)))
    others = [one.subject for one in everyone if one.subject not in tested and not one.missing]
    if folds < 2 or len(others) < folds:
        raise InputError(
            f"{dataset}: {len(others)} people with a usable scan of every class do not take part in the protocol, but"
            f" choosing needs at least 2 folds and a person for each; --folds is {folds}. Add people (of the demo:"
            " demo.subjects), lower protocol.subjects, or lower --folds; with protocol.redraw, lower repeats. Where"
            " everybody takes part, set protocol.validation and training.keep: best_validation, which choose the epoch"
            " within each training half"
        )
    return People(subject_folds(others, folds, protocol.seed, repeat=0), tested)


def train_points(
    points: Sequence[Point], dataset: str, experiment: str, people: People, folder: pathlib.Path
) -> list[Predictions]:
    """The Predictions of each Point on all people who choose. folder: where the outputs of its runs are written."""
    read = functools.lru_cache(maxsize=1)(functools.partial(_read, dataset, people.split))
    folds, tested = max(people.split.values()) + 1, []
    runs = [Run(experiment, 0, fold) for fold in range(folds)]
    sessions = [_session(point, dataset, experiment, people.split) for point in points]
    progress = Progress({point.name: point.config.training.epochs for point in points}, folds)
    for point, (session, recipe) in zip(points, sessions, strict=True):
        place = folder / os.path.basename(session.resume)
        kept = [run for run in runs if session.checkpoint(run.fold).outputs() is not None]
        log = pathlib.Path(f"logs/{dataset}/choose/{experiment}/{place.name}.log")
        paths = []
        for run, predictions, record in logged(train_runs(runs, read, recipe, session), log):
            paths.append(place / "0" / f"{run.fold}.csv")
            write_text(paths[-1], predictions)
            write_text(paths[-1].with_suffix(".json"), record)
            progress.report(point.name, run.fold, run in kept)
        tested.append(gather_runs(paths, recipe.classes))
        print(f"{point.name}: {percent(scores_of(tested[-1].probabilities, tested[-1].label).accuracy)}", flush=True)
    return tested


class Progress:
    """Prints a line for each finished run, with an estimate of the time left in proportion to epochs. epochs: of the
    runs of each setting. folds: runs of each."""

    def __init__(self, epochs: dict[str, int], folds: int) -> None:
        self.epochs, self.all = epochs, folds * len(epochs)
        self.left, self.trained, self.done = folds * sum(epochs.values()), 0, 0
        self.began = time.monotonic()

    def report(self, name: str, fold: int, was_kept: bool) -> None:
        """Counts a run of a setting that is finished, or was before."""
        self.left, self.done = self.left - self.epochs[name], self.done + 1
        self.trained += 0 if was_kept else self.epochs[name]
        seconds = (time.monotonic() - self.began) / self.trained * self.left if self.trained else None
        about = f", about {duration(seconds) or 'seconds'} left" if seconds else ""
        state = "finished before" if was_kept else "finished"
        print(f"{self.done} of {self.all} runs{about}: {name}, fold {fold} {state}", flush=True)


def _session(point: Point, dataset: str, experiment: str, split: dict[str, int]) -> tuple[Session, NetworkRecipe]:
    """How a Point's runs compute. Their checkpoints are valid for the same recipe, people, shards and code."""
    recipe, execution = experiment_recipe(point.config, dataset, experiment), point.config.execution
    assert isinstance(recipe, NetworkRecipe)  # ridge was refused
    values = recipe_values(recipe)
    resume = f"{FOLDER}/{dataset}/choose/{experiment}/{checkpoint_key(values)[:12]}"
    inputs = [*pretrained_files(point.config, experiment), files.SHARD_HASHES.format(dataset=dataset)]
    params = {"recipe": {"recipe": values, "split": split}, "code": code_hash(SCRIPT)}
    return start_session(dataclasses.asdict(execution), execution.threads, params, inputs, resume), recipe


def _read(dataset: str, split: dict[str, int]) -> tuple[Samples, dict[str, int]]:
    """The scans of the people who choose, and nobody else's, with their folds."""
    return read_samples(read_shard_list(files.SHARD_HASHES.format(dataset=dataset)), split), split


def _subjects_by_fold(tested: Predictions) -> dict[int, set[str]]:
    folds = np.unique(tested.fold).tolist()
    return {fold: set(tested.subject[tested.fold == fold].tolist()) for fold in folds}
