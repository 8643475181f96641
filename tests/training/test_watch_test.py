"""The test half, watched after each epoch: what is recorded, and that it decides nothing."""

import dataclasses
import json

import numpy as np
import pytest

from ffnet.training.recipe import NOBODY, ValidationDraw
from ffnet.training.run import train_runs
from ffnet.training.session import Run
from ffnet.training.settings import BEST
from ffnet.training.trainer import Trainer
from ffnet.training.validation import Scores
from tests.training.conftest import session_in
from tests.training.test_checkpoint import die_after, without_times
from tests.training.test_gpu import equal, weights
from tests.training.test_validation import TEST, TRAIN, VALIDATION, trainer_of

WATCHED = ValidationDraw(subjects=1, seed=3)
NEW = {"test_loss", "test_accuracy"}


@pytest.fixture
def recipe_with(recipe_of):
    """Function from settings of training and the draw of validation subjects to the recipe of a network with dropout
    and the masks of other people."""

    def recipe(validation=NOBODY, **training):
        plain = recipe_of("f3dnet", "none", "none", "other")
        networks = dataclasses.replace(plain.networks, dropout=0.3, width=0.03)
        settings = dataclasses.replace(plain.training, **{"epochs": 3, **training})
        return dataclasses.replace(plain, training=settings, validation=validation, networks=networks)

    return recipe


@pytest.fixture
def train_in(reader):
    """Function that does a run with checkpoints in a folder: the texts of its predictions and its record's values."""

    def go(folder, recipe):
        ((_, predictions, record),) = train_runs([Run("x", 0, 1)], reader, recipe, session_in(folder, 0.0))
        return predictions, json.loads(record)

    return go


def without_test(record):
    """A record without times, what was measured on the test half, and the setting that asks for it."""
    record = without_times(record)
    record["epochs"] = [{key: value for key, value in row.items() if key not in NEW} for row in record["epochs"]]
    record["settings"]["training"].pop("watch_test")
    return record


@pytest.mark.parametrize(("validation", "keep"), [(NOBODY, "last"), (WATCHED, "last"), (WATCHED, BEST)])
def test_watching_the_test_half_adds_it_to_the_record_and_changes_no_byte_of_the_predictions(
    train_in, recipe_with, tmp_path, validation, keep
):
    plain, record = train_in(tmp_path / "plain", recipe_with(validation, keep=keep))
    watched, beside = train_in(tmp_path / "watched", recipe_with(validation, keep=keep, watch_test=True))
    assert watched == plain
    assert without_test(beside) == without_test(record)
    assert all(set(row) >= NEW for row in beside["epochs"]) and not any(NEW & set(row) for row in record["epochs"])


def test_the_accuracy_recorded_after_the_tested_epoch_is_that_of_the_predictions(train_in, recipe_with, tmp_path):
    predictions, record = train_in(tmp_path, recipe_with(WATCHED, keep=BEST, watch_test=True, learning_rate=0.01))
    header, *rows = [line.split(",") for line in predictions.splitlines()]
    right = [header[3:][np.argmax(list(map(float, row[3:])))] == row[2] for row in rows]
    assert record["epochs"][record["kept_epoch"] - 1]["test_accuracy"] == pytest.approx(np.mean(right))


@pytest.mark.parametrize("engine", ["eager", "graph"])
def test_both_engines_end_with_the_same_bits_watched_or_not(recipe_with, collection, engine):
    states, tested = [], []
    for watch in (False, True):
        trainer = trainer_of(recipe_with(watch_test=watch), collection, engine)
        states.append(trainer.train(trainer.workers[0], TRAIN, 5, validation=VALIDATION, test=TEST))
        tested.append(trainer.predict(states[-1], TEST))
    plain, watched = states
    assert equal(weights(plain), weights(watched)) and np.array_equal(*tested)
    assert [row["loss"] for row in plain.history] == [row["loss"] for row in watched.history]
    assert watched.history[-1]["test_accuracy"] == (tested[1].argmax(1) == collection.label[TEST]).mean()
    assert not any(NEW & set(row) for row in plain.history)


@pytest.mark.parametrize("engine", ["eager", "graph"])
@pytest.mark.parametrize(("keep", "epoch"), [("last", None), (BEST, 2)])
def test_the_best_test_epoch_is_not_kept(recipe_with, collection, monkeypatch, engine, keep, epoch):
    known = {"validation": (0.5, 0.9, 0.8), "test": (1.0, 0.25, 0.5)}
    after = []

    def score(trainer, state, scans):
        trainer.predict(state, scans)
        if scans is VALIDATION:
            after.append(weights(state))
        return Scores(1.0, known["validation" if scans is VALIDATION else "test"][state.epoch])

    monkeypatch.setattr(Trainer, "score", score)
    trainer = trainer_of(recipe_with(WATCHED, keep=keep, watch_test=True), collection, engine)
    state = trainer.train(trainer.workers[0], TRAIN, 5, validation=VALIDATION, test=TEST)
    assert trainer.notes(state)["kept_epoch"] == epoch
    assert equal(weights(state), after[(epoch or 3) - 1]) and not equal(after[0], after[(epoch or 3) - 1])
    assert tuple(row["test_accuracy"] for row in state.history) == known["test"]
    assert tuple(row["validation_accuracy"] for row in state.history) == known["validation"]


@pytest.mark.parametrize("steps", [1, 2, 3, 5, 6, 7, 8])
def test_a_run_killed_at_any_step_ends_with_the_same_bytes_and_the_whole_history(
    train_in, recipe_with, tmp_path, monkeypatch, steps
):
    recipe = recipe_with(WATCHED, watch_test=True)
    whole, record = train_in(tmp_path / "whole", recipe)
    with monkeypatch.context() as patch:
        die_after(steps, patch)
        with pytest.raises(KeyboardInterrupt):
            train_in(tmp_path / "killed", recipe)
    again, resumed = train_in(tmp_path / "killed", recipe)
    assert again == whole and without_times(resumed) == without_times(record) and resumed["resumed"] == 1
    assert len(resumed["epochs"]) == 3 and all(set(row) >= NEW for row in resumed["epochs"])
