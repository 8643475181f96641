"""The ridge classifier on the features of a run, before its training half is moved and after."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from ffnet.errors import InputError
from ffnet.training.ridge import ridge_scores, softmax, standardise
from ffnet.training.run_features import TEST, TRAINING, Features
from ffnet.training.run_predictions import RunPredictions, predictions_text
from ffnet.training.splits import check_disjoint
from ffnet.transport.optimal_transport import cost_matrix, couple, move
from ffnet.transport.settings import MoveSettings


class Outcome(NamedTuple):
    """Probabilities of the test scans, (m, classes), from the training features as they are and from the moved ones."""

    unmoved: np.ndarray
    moved: np.ndarray


def classify_run(
    trained: np.ndarray, labels: np.ndarray, tested: np.ndarray, classes: int, settings: MoveSettings
) -> Outcome:
    """The Outcome of one run. trained: (n, k) features with labels (n,). tested: (m, k), whose labels are not known
    here.

    Both times each feature is scaled by its deviation in the training half before the move. Moved features are means of
    test features and vary less; where they hardly vary, to scale by their own deviation would let noise of the test
    features outweigh all else. Raises InputError as couple does.
    """
    coupling = couple(cost_matrix(trained, tested), labels, settings)
    trained, tested = standardise(trained.astype(np.float64), tested.astype(np.float64))
    moved = move(coupling, tested)
    centre = moved.mean(axis=0)
    unmoved = ridge_scores(trained, labels, tested, classes, settings.penalty)
    after = ridge_scores(moved - centre, labels, tested - centre, classes, settings.penalty)
    return Outcome(softmax(unmoved), softmax(after))


def moved_texts(
    features: Features, split: Mapping[str, int], fold: int, classes: Sequence[str], settings: MoveSettings
) -> tuple[str, str]:
    """The texts of a run's predictions, by ridge on its features as they are and on the moved ones.

    split: subject -> fold. classes: names by label. Raises InputError as check_halves and classify_run do.
    """
    check_halves(features, split, fold)
    train, test = features.of(TRAINING), features.of(TEST)
    outcome = classify_run(train.values, train.label, test.values, len(classes), settings)
    shares = [(one.argmax(axis=1) == test.label).mean() for one in outcome]
    print(f"fold {fold}: {shares[0]:.1%} of the test half classified correctly by ridge, {shares[1]:.1%} once moved")
    unmoved, moved = (
        predictions_text(RunPredictions(test.scan, test.subject, test.label, one), classes) for one in outcome
    )
    return unmoved, moved


def check_halves(features: Features, split: Mapping[str, int], fold: int) -> None:
    """Raises InputError unless the two halves have no subject in common and are those of the fold."""
    train, test = (set(features.of(half).subject.tolist()) for half in (TRAINING, TEST))
    check_disjoint({"training half": np.array(sorted(train)), "test half": np.array(sorted(test))})
    wrong = sorted(
        [name for name in train if split.get(name, fold) == fold] + [name for name in test if split.get(name) != fold]
    )
    if wrong:
        raise InputError(
            f"features of fold {fold}: subject {wrong[0]} is in the other half than the split says; delete the runs"
            " and run again"
        )
