"""The runs of a job: each trains an experiment on all folds of a repeat but one and tests that one (section 3.1)."""

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ffnet.seeds import seed_of
from ffnet.shards.hashes import data_hash
from ffnet.shards.samples import Samples
from ffnet.training.mask_choice import choose_masks
from ffnet.training.recipe import NOBODY, NetworkRecipe, Recipe, RidgeRecipe
from ffnet.training.record import Record, record_text
from ffnet.training.ridge import linear_probabilities, ridge_probabilities, scattering_features
from ffnet.training.run_features import TEST, TRAINING, Features, join_halves
from ffnet.training.run_predictions import RunPredictions, predictions_text
from ffnet.training.session import FoldScans, Run, Session, fold_scans
from ffnet.training.side_by_side import Stopped, one_by_one, side_by_side

if TYPE_CHECKING:
    from ffnet.training.state import TrainingState
    from ffnet.training.trainer import Trainer, Worker


class Fit(NamedTuple):
    """A run that was trained and tested.

    probabilities: (n_test, classes). seconds: its share of the wall time, a fifth of it where five are trained side by
    side. notes: the fields of its Record that only networks have. features: None where the session keeps none.
    """

    run: Run
    probabilities: np.ndarray
    seconds: float
    notes: dict[str, Any]
    features: Features | None = None


def train_runs(
    runs: Sequence[Run], read: Callable[[], tuple[Samples, dict[str, int]]], recipe: Recipe, session: Session
) -> Iterator[tuple[Run, str, str]]:
    """Every run with the texts of its predictions and its record, as it is finished; those finished before come first.
    Features that the session keeps are then in the run's checkpoint.

    read: gives the collection and its split (subject -> fold); not called if no run is left. Where a run fails, the
    others are finished all the same, and then its error is raised: InputError as fold_scans and training raise it, or
    one that nobody foresaw.
    """
    began = time.perf_counter()
    unfinished = []
    for run in runs:
        outputs = session.checkpoint(run.fold).outputs()
        if outputs is None:
            unfinished.append(run)
        else:
            print(f"{_name(run)}: finished before, its outputs were kept")
            yield run, *outputs
    if not unfinished:
        return
    collection, split = read()
    watched = NOBODY if isinstance(recipe, RidgeRecipe) else recipe.validation
    halves = {run: fold_scans(collection, split, run.fold, watched, run.repeat) for run in unfinished}
    reading = time.perf_counter() - began
    for run, probabilities, seconds, notes, features in fit_runs(halves, collection, recipe, session):
        test = collection.take(halves[run].test)
        correct = (probabilities.argmax(axis=1) == test.label).mean()
        print(f"{_name(run)}: {correct:.1%} of the test half classified correctly", flush=True)
        record = Record(
            **run._asdict(),
            **record_parts(halves[run], collection),
            data_sha256=data_hash(collection, *halves[run].used),
            **session.made_by(recipe),
            seconds={"reading": round(reading, 3), "all": round(reading + seconds, 3)},
            **notes,
        )
        predictions = RunPredictions(test.scan, test.subject, test.label, probabilities)
        texts = predictions_text(predictions, recipe.classes), record_text(record)
        session.checkpoint(run.fold).finish(*texts, features)
        yield run, *texts
        reading = 0.0


def record_parts(parts: FoldScans, collection: Samples) -> dict[str, Any]:
    """Those fields of a Record that say what its parts are; of whom they are only where one of them is validation."""
    scans = {"training": len(parts.train), "test": len(parts.test)}
    if not len(parts.validation):
        return {"scans": scans}
    people = {
        name: np.unique(collection.subject[part]).tolist()
        for name, part in (("training", parts.train), ("validation", parts.validation))
    }
    return {"scans": scans | {"validation": len(parts.validation)}, "people": people}


def fit_runs(halves: Mapping[Run, FoldScans], collection: Samples, recipe: Recipe, session: Session) -> Iterator[Fit]:
    """Trains and tests runs."""
    if isinstance(recipe, RidgeRecipe):
        return fit_ridges(halves, collection, recipe)
    return fit_networks(halves, collection, recipe, session)


def fit_ridges(halves: Mapping[Run, FoldScans], collection: Samples, recipe: RidgeRecipe) -> Iterator[Fit]:
    """Fits and tests the linear floor on each run's halves. Scattering coefficients are computed once, in the time of
    the first run."""
    features: list[np.ndarray] = []

    def fit(run: Run) -> Fit:
        with _announced(run, halves[run]):
            began = time.perf_counter()
            train, test = (collection.take(half) for half in halves[run][:2])
            if recipe.experiment.scatters:
                if not features:
                    features.append(scattering_features(collection, recipe.experiment))
                trained, tested = (features[0][half] for half in halves[run][:2])
                classes, penalty = len(recipe.classes), recipe.ridge.penalty
                probabilities = linear_probabilities(trained, train.label, tested, classes, penalty)
            else:
                probabilities = ridge_probabilities(train, test, recipe)
            return Fit(run, probabilities, time.perf_counter() - began, {})

    return one_by_one(halves, fit)


def fit_networks(
    halves: Mapping[Run, FoldScans], collection: Samples, recipe: NetworkRecipe, session: Session
) -> Iterator[Fit]:
    """Trains and tests a network on each run's halves, all on one device."""
    began = time.perf_counter()
    from ffnet.training.trainer import hold_trainer  # torch takes seconds to import, ridge runs need none of it

    counts = [len(parts.train) for parts in halves.values()]
    with hold_trainer(recipe, collection, session, counts) as trainer:
        side, opening = len(trainer.workers), time.perf_counter() - began

        def fit(worker: "Worker", run: Run) -> Fit:
            label, seed = f"fold {run.fold}: " if side > 1 else "", seed_of(recipe.training.seed, *run)
            began = time.perf_counter()
            masks = choose_masks(recipe.experiment.masks, collection, halves[run].train, seed)
            with _announced(run, halves[run]), worker.turn():
                checkpoint, parts = session.checkpoint(run.fold), halves[run]
                state = trainer.train(worker, parts.train, seed, checkpoint, label, masks, parts.validation, parts.test)
                trained = time.perf_counter()
                probabilities = trainer.predict(state, halves[run].test)
                tested = time.perf_counter()
                features = features_of_run(trainer, state, parts, collection) if session.keeps_features else None
                ended = time.perf_counter()
                notes = trainer.notes(state) | {"test_seconds": round(tested - trained, 3)}
            return Fit(run, probabilities, (ended - began) / side, notes, features)

        for one in side_by_side(list(halves), trainer.workers, fit):
            yield one._replace(seconds=one.seconds + opening)
            opening = 0.0


def features_of_run(trainer: "Trainer", state: "TrainingState", parts: FoldScans, collection: Samples) -> Features:
    """The Features of a run whose network has been trained."""
    halves = {TRAINING: parts.train, TEST: parts.test}
    return join_halves(collection, halves, {half: trainer.features(state, scans) for half, scans in halves.items()})


@contextlib.contextmanager
def _announced(run: Run, halves: FoldScans) -> Iterator[None]:
    """Prints a line before the block, and one if it fails, as the other runs of the job go on."""
    watched = f", validation on {len(halves.validation)}" if len(halves.validation) else ""
    print(f"{_name(run)}: training on {len(halves.train)} scans{watched}, testing on {len(halves.test)}", flush=True)
    try:
        yield
    except Stopped:
        raise
    except Exception as error:
        print(f"{_name(run)}: failed ({type(error).__name__}: {error})", flush=True)
        raise


def _name(run: Run) -> str:
    return f"{run.experiment}, repeat {run.repeat}, fold {run.fold}"
