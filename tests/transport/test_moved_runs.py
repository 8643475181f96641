"""Ridge on features before and after the move: known shifts, and that no label of a test scan is seen."""

import csv
import io

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from ffnet.errors import InputError
from ffnet.training.ridge import linear_probabilities, softmax
from ffnet.training.run_features import TEST, TRAINING, Features
from ffnet.transport.moved_runs import classify_run, moved_texts
from ffnet.transport.optimal_transport import cost_matrix, couple, move
from ffnet.transport.settings import MoveSettings

CLASSES = ("calm", "glad", "cross")
SETTINGS = MoveSettings(entropy=0.05, classes=0.5, penalty=1.0)
SHIFT = np.array([12.0, 0.0, 0.0, 0.0])  # beyond the classes' distances


def features_of(shift=SHIFT, subjects=10, seed=0):
    """The Features of fold 0: two scans of each class and subject around centres; the two subjects of the test half are
    shifted."""
    random = np.random.default_rng(seed)
    label = np.tile(np.arange(3), 2 * subjects)
    subject = np.repeat([f"s{number}" for number in range(subjects)], 6)
    half = np.where(np.isin(subject, ["s0", "s1"]), TEST, TRAINING)
    values = 5.0 * np.stack([label == 0, label == 1, label == 2, label * 0], axis=1) + random.normal(size=(60, 4)) / 2
    values[half == TEST] += shift
    scan = np.array([f"{name}_{number:02d}" for number, name in enumerate(subject)])
    order = np.argsort(half == TEST, kind="stable")
    return Features(*(column[order] for column in (scan, subject, label, half, values.astype(np.float32))))


SPLIT = {f"s{number}": number // 2 for number in range(10)}


def classified(features):
    """The share of the test scans that ridge classifies correctly, before and after the move."""
    train, test = features.of(TRAINING), features.of(TEST)
    outcome = classify_run(train.values, train.label, test.values, 3, SETTINGS)
    return [(one.argmax(axis=1) == test.label).mean() for one in outcome]


def test_clusters_moved_by_a_known_shift_are_right_after_transport_and_wrong_before():
    before, after = classified(features_of())
    assert before < 0.5 and after == 1.0


def test_without_a_shift_both_are_right():
    assert classified(features_of(shift=0.0)) == [1.0, 1.0]


def test_what_is_not_moved_is_the_linear_floor_on_the_features():
    features = features_of()
    train, test = features.of(TRAINING), features.of(TEST)
    outcome = classify_run(train.values, train.label, test.values, 3, SETTINGS)
    floor = linear_probabilities(train.values.astype(float), train.label, test.values.astype(float), 3, 1.0)
    np.testing.assert_allclose(outcome.unmoved, floor, rtol=1e-9)
    np.testing.assert_allclose(outcome.moved.sum(axis=1), 1)


def test_what_is_moved_is_a_ridge_regression_with_an_intercept_on_the_moved_features():
    """Against scikit-learn, on features that are scaled by the training half alone."""
    features = features_of()
    train, test = features.of(TRAINING), features.of(TEST)
    coupling = couple(cost_matrix(train.values, test.values), train.label, SETTINGS)
    scale = train.values.astype(float).std(axis=0)
    moved, targets = move(coupling, test.values) / scale, np.where(train.label[:, None] == np.arange(3), 1.0, -1.0)
    expected = Ridge(alpha=SETTINGS.penalty).fit(moved, targets).predict(test.values / scale)
    outcome = classify_run(train.values, train.label, test.values, 3, SETTINGS)
    np.testing.assert_allclose(outcome.moved, softmax(expected), atol=1e-6)


def test_the_scale_of_the_features_changes_no_prediction():
    features = features_of()
    small = features._replace(values=features.values / 1024)
    train, test = features.of(TRAINING), small.of(TRAINING)
    one, other = (
        classify_run(half.values, half.label, of.of(TEST).values, 3, SETTINGS)
        for half, of in ((train, features), (test, small))
    )
    np.testing.assert_allclose(one.moved, other.moved, rtol=1e-6)


def test_a_feature_that_hardly_varies_once_moved_outweighs_nothing():
    """Two features of noise, alike in both halves: what is left of them in the moved half is next to nothing."""
    random, features = np.random.default_rng(4), features_of(shift=0.0)
    noise = random.normal(size=(60, 2)).astype(np.float32)
    assert classified(features._replace(values=np.concatenate([features.values, noise], axis=1)))[1] == 1.0


def columns_of(text):
    """({scan: probabilities as text}, {scan: label})"""
    rows = list(csv.DictReader(io.StringIO(text)))
    return {row["scan"]: [row[name] for name in CLASSES] for row in rows}, {row["scan"]: row["label"] for row in rows}


def test_shuffled_labels_of_the_test_half_give_the_same_predictions_to_the_byte():
    features = features_of()
    label, tested = features.label.copy(), features.half == TEST
    label[tested] = np.random.default_rng(2).permutation(label[tested])
    assert (label != features.label).sum() > 4
    honest, shuffled = (
        moved_texts(one, SPLIT, 0, CLASSES, SETTINGS) for one in (features, features._replace(label=label))
    )
    for one, other in zip(honest, shuffled, strict=True):
        assert columns_of(one)[0] == columns_of(other)[0] and columns_of(one)[1] != columns_of(other)[1]
    label = features.label.copy()  # and those of the training half do matter
    label[~tested] = np.random.default_rng(2).permutation(label[~tested])
    other = moved_texts(features._replace(label=label), SPLIT, 0, CLASSES, SETTINGS)
    assert columns_of(other[1])[0] != columns_of(honest[1])[0]


def test_the_same_features_give_the_same_bytes_and_each_test_scan_once(capsys):
    first, second = (moved_texts(features_of(), SPLIT, 0, CLASSES, SETTINGS) for _ in range(2))
    assert first == second and first[0] != first[1]
    for text in first:
        assert set(columns_of(text)[0]) == set(features_of().of(TEST).scan) and text.count("\n") == 13
    assert "fold 0:" in capsys.readouterr().out


def test_a_subject_in_both_halves_stops_the_job():
    features = features_of()
    subject = features.subject.copy()
    subject[0] = "s1"
    with pytest.raises(InputError, match="in the training half and in the test half at once: s1"):
        moved_texts(features._replace(subject=subject), SPLIT, 0, CLASSES, SETTINGS)


@pytest.mark.parametrize("split", [SPLIT | {"s5": 0}, SPLIT | {"s1": 3}])
def test_halves_that_are_not_those_of_the_split_stop_the_job(split):
    with pytest.raises(InputError, match="features of fold 0: subject s[15] is in the other half than the split says"):
        moved_texts(features_of(), split, 0, CLASSES, SETTINGS)
