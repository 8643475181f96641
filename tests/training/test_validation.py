"""Validation subjects: who they are, that training neither sees them nor changes, and the epoch that is kept."""

import dataclasses
import json

import numpy as np
import pytest
import torch

from ffnet.errors import InputError
from ffnet.training.final import train_final
from ffnet.training.gpu import batch_sizes, gpu_data
from ffnet.training.precision import Precision
from ffnet.training.recipe import ValidationDraw
from ffnet.training.run import train_runs
from ffnet.training.session import Run, fold_scans
from ffnet.training.splits import check_disjoint, subject_folds, validation_subjects
from ffnet.training.trainer import EagerWorker, Trainer, open_trainer
from ffnet.training.validation import Scores, is_better, scores_of
from tests.training.conftest import session_in
from tests.training.test_checkpoint import die_after, without_times
from tests.training.test_gpu import CalledWorker, equal, weights

CPU = torch.device("cpu")
FULL = Precision(CPU, "float32")
WATCHED = ValidationDraw(subjects=1, seed=3)
TRAIN, VALIDATION, TEST = np.arange(18), np.arange(18, 24), np.arange(24, 36)  # three, one and two subjects


@pytest.fixture
def recipe_with(recipe_of):
    """Function from settings of training to the recipe of a watched network with dropout."""

    def recipe(**training):
        plain = recipe_of("f3dnet", "none", "none", "own")
        networks = dataclasses.replace(plain.networks, dropout=0.3, width=0.03)
        return dataclasses.replace(
            plain, training=dataclasses.replace(plain.training, **training), validation=WATCHED, networks=networks
        )

    return recipe


def trainer_of(recipe, collection, engine):
    """A Trainer of one engine on a CPU."""
    if engine == "eager":
        return open_trainer(recipe, collection, FULL, None, [len(TRAIN)])
    data = gpu_data(collection, recipe.experiment, FULL)
    worker = CalledWorker(recipe, data, FULL, batch_sizes([len(TRAIN)], recipe.training.batch), False)
    return Trainer(recipe, data, FULL, [worker], "graph")


def train(recipe, collection, engine="eager", validation=VALIDATION):
    trainer = trainer_of(recipe, collection, engine)
    return trainer.train(trainer.workers[0], TRAIN, seed=5, validation=validation)


NAMES = [f"s{number:02d}" for number in range(20)]


def test_validation_subjects_are_drawn_by_the_seed_and_more_of_them_leave_the_first_as_they_were():
    drawn = [validation_subjects(NAMES, count, 2021, 0, 3) for count in range(20)]
    assert all(one == other[: len(one)] for one, other in zip(drawn, drawn[1:], strict=False))
    assert len(set(drawn[-1])) == 19 and set(drawn[-1]) < set(NAMES)
    assert validation_subjects(NAMES[::-1], 5, 2021, 0, 3) == drawn[5]
    others = [validation_subjects(NAMES, 5, *parts) for parts in ((2022, 0, 3), (2021, 1, 3), (2021, 0, 4))]
    assert all(other != drawn[5] for other in others)


@pytest.mark.parametrize("count", [20, 21])
def test_somebody_is_left_to_train_on(count):
    with pytest.raises(InputError, match=f"protocol.validation is {count}, but a training half has 20 subjects; lower"):
        validation_subjects(NAMES, count, 0)


@pytest.mark.parametrize("one", [0, 1])
@pytest.mark.parametrize("other", [1, 2])
def test_a_subject_in_two_parts_is_an_error_whichever_they_are(one, other):
    if one == other:
        return
    names = ["training half", "test half", "validation part"]
    parts = {name: np.array([f"own {name}"]) for name in names}
    check_disjoint(parts)
    parts[names[other]] = np.append(parts[names[other]], f"own {names[one]}")
    with pytest.raises(InputError, match=f"in the {names[one]} and in the {names[other]} at once: own {names[one]}"):
        check_disjoint(parts)


def test_the_parts_of_every_fold_are_apart_by_subject_and_together_all_scans(collection):
    split = subject_folds(sorted(set(collection.subject.tolist())), 3, 0, 0)
    for fold in range(3):
        plain = fold_scans(collection, split, fold)
        assert not len(plain.validation) and len(plain.used) == 2
        for count in (1, 2, 3):
            parts = fold_scans(collection, split, fold, ValidationDraw(count, 7), repeat=2)
            subjects = [set(collection.subject[part].tolist()) for part in parts]
            assert [len(names) for names in subjects] == [4 - count, 2, count]
            assert sorted(np.concatenate(parts).tolist()) == list(range(36))
            assert parts.test.tolist() == plain.test.tolist() and not subjects[0] & subjects[2]


def test_a_validation_subject_without_scans_is_an_error(collection):
    split = {"s00": 0, "s01": 1, "nobody": 1}
    seed = next(seed for seed in range(99) if validation_subjects(["s01", "nobody"], 1, seed, 0, 0) == ["nobody"])
    message = "fold 0: protocol.validation is 1, which leaves 6 scans to train on and 0 for validation"
    with pytest.raises(InputError, match=message):
        fold_scans(collection, split, 0, ValidationDraw(1, seed))


def test_scores_are_the_mean_cross_entropy_and_the_share_of_correct_scans():
    probabilities = np.array([[0.5, 0.25, 0.25], [0.1, 0.2, 0.7], [1.0, 0.0, 0.0]])
    found = scores_of(probabilities, np.array([0, 1, 0]))
    assert found == pytest.approx((-(np.log(0.5) + np.log(0.2)) / 3, 2 / 3))
    assert np.isfinite(scores_of(probabilities, np.array([0, 1, 2])).loss)


def test_an_epoch_is_better_with_more_scans_correct_or_as_many_and_a_smaller_loss():
    assert is_better(Scores(2.0, 0.9), Scores(1.0, 0.8)) and not is_better(Scores(1.0, 0.8), Scores(2.0, 0.9))
    assert is_better(Scores(0.5, 0.8), Scores(0.6, 0.8)) and not is_better(Scores(0.6, 0.8), Scores(0.5, 0.8))
    assert not is_better(Scores(0.5, 0.8), Scores(0.5, 0.8))  # the earlier one stays


@pytest.mark.parametrize("engine", ["eager", "graph"])
def test_watching_changes_no_bit_of_the_training(recipe_with, collection, engine):
    watched = train(recipe_with(), collection, engine)
    alone = train(recipe_with(), collection, engine, validation=np.empty(0, np.int64))
    assert equal(weights(watched), weights(alone))
    assert [row["loss"] for row in watched.history] == [row["loss"] for row in alone.history]
    assert not any("validation_loss" in row for row in alone.history)


@pytest.mark.parametrize("engine", ["eager", "graph"])
def test_the_scores_after_an_epoch_are_those_of_the_network_as_it_is_then(recipe_with, collection, engine):
    recipe = recipe_with()
    trainer = trainer_of(recipe, collection, engine)
    state = trainer.train(trainer.workers[0], TRAIN, seed=5, validation=VALIDATION)
    expected = scores_of(trainer.predict(state, VALIDATION), collection.label[VALIDATION])
    assert [state.history[-1][f"validation_{name}"] for name in Scores._fields] == [*expected]
    assert state.best is None and trainer.notes(state)["kept_epoch"] is None


@pytest.mark.parametrize("engine", ["eager", "graph"])
def test_the_weights_of_the_best_epoch_are_kept_and_tested(recipe_with, collection, engine, monkeypatch):
    recipe, seen = recipe_with(keep="best_validation", epochs=4), []
    known = [Scores(1.0, 0.5), Scores(2.0, 0.9), Scores(3.0, 0.9), Scores(0.1, 0.8)]

    def score(trainer, state, scans):
        trainer.predict(state, scans)
        seen.append(weights(state))
        return known[len(seen) - 1]

    monkeypatch.setattr(Trainer, "score", score)
    trainer = trainer_of(recipe, collection, engine)
    state = trainer.train(trainer.workers[0], TRAIN, seed=5, validation=VALIDATION)
    assert trainer.notes(state)["kept_epoch"] == 2
    assert equal(weights(state), seen[1]) and not equal(seen[1], seen[3])
    seen.clear()
    last = train(recipe_with(epochs=4), collection, engine)
    assert equal(weights(last), seen[3])


def test_no_scan_that_is_tested_is_trained_or_watched_on_and_none_that_is_watched_on_is_trained_on(
    recipe_with, collection, tmp_path, monkeypatch
):
    split = subject_folds(sorted(set(collection.subject.tolist())), 3, 0, 0)
    trained, predicted = set(), []
    step, predict = EagerWorker.step, Trainer.predict

    def watch_step(worker, state, scans, rate):
        trained.update(scans.tolist())
        return step(worker, state, scans, rate)

    def watch_predict(trainer, state, scans):
        predicted.append(set(scans.tolist()))
        return predict(trainer, state, scans)

    monkeypatch.setattr(EagerWorker, "step", watch_step)
    monkeypatch.setattr(Trainer, "predict", watch_predict)
    list(train_runs([Run("x", 0, 1)], lambda: (collection, split), recipe_with(), session_in(tmp_path)))
    *watched, tested = predicted
    subjects = [set(collection.subject[sorted(part)].tolist()) for part in (trained, watched[0], tested)]
    assert len(watched) == 2 and watched[0] == watched[1]
    assert subjects[2] == {name for name, fold in split.items() if fold == 1}
    assert len(subjects[1]) == 1 and [len(subjects[0]), len(set.union(*subjects))] == [3, 6]


@pytest.fixture
def train_in(reader, recipe_with, monkeypatch):
    """Function that does a watched run with checkpoints in a folder, best after its second epoch: its predictions and
    record."""
    real = Trainer.score

    def score(trainer, state, scans):
        return real(trainer, state, scans)._replace(accuracy=(0.5, 0.9, 0.8)[state.epoch])

    monkeypatch.setattr(Trainer, "score", score)

    def go(folder):
        recipe = recipe_with(keep="best_validation", epochs=3)
        ((_, predictions, record),) = train_runs([Run("x", 0, 1)], reader, recipe, session_in(folder, 0.0))
        return predictions, json.loads(record)

    return go


@pytest.mark.parametrize("steps", range(1, 9))
def test_a_watched_run_killed_at_any_step_ends_with_the_same_bytes_and_the_same_record(
    tmp_path, train_in, monkeypatch, steps
):
    whole, record = train_in(tmp_path / "whole")
    with monkeypatch.context() as patch:
        die_after(steps, patch)
        with pytest.raises(KeyboardInterrupt):
            train_in(tmp_path / "killed")
    again, resumed = train_in(tmp_path / "killed")
    assert again == whole and without_times(resumed) == without_times(record) and resumed["resumed"] == 1
    assert len(record["epochs"]) == 3 and record["kept_epoch"] == 2
    assert all({"validation_loss", "validation_accuracy"} <= set(row) for row in record["epochs"])


def killed(*_):
    raise KeyboardInterrupt


def test_a_watched_run_killed_after_its_last_epoch_keeps_the_best_one(tmp_path, train_in, monkeypatch):
    whole, _ = train_in(tmp_path / "whole")
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr("ffnet.training.state.TrainingState.take_best", killed)
        train_in(tmp_path / "killed")
    assert train_in(tmp_path / "killed")[0] == whole


def test_the_record_says_who_was_trained_and_watched_on(train_in, tmp_path, collection, split):
    _, record = train_in(tmp_path)
    tested = {line.split(",")[0] for line in split.read_text().splitlines() if line.endswith(",1")}
    people = record["people"]
    assert len(people["training"]) == 3 and len(people["validation"]) == 1
    assert {*people["training"], *people["validation"], *tested} == set(collection.subject.tolist())
    assert record["scans"] == {"training": 18, "test": 12, "validation": 6}
    assert record["settings"]["validation"] == {"subjects": 1, "seed": 3}


def test_a_final_model_is_trained_on_everybody_unless_an_epoch_is_chosen(recipe_with, collection, tmp_path):
    _, plain = train_final("x", collection, recipe_with(), session_in(tmp_path / "a"))
    assert "validation" not in plain["trained_on"]
    _, header = train_final("x", collection, recipe_with(keep="best_validation"), session_in(tmp_path / "b"))
    trained_on = header["trained_on"]
    assert trained_on["names"] == sorted(set(collection.subject.tolist())) and len(trained_on["validation"]) == 1
    assert trained_on["kept_epoch"] in (1, 2)
