import numpy as np
import pytest

from ffnet.training.ridge import (
    area_average,
    pixel_features,
    ridge_probabilities,
    ridge_scores,
    softmax,
    standardise,
)


def test_area_averages_are_means_of_squares_row_by_row():
    maps = np.zeros((1, 4, 4, 1), np.float32)
    maps[0, 0, 2, 0] = 4
    maps[0, 3, 0, 0] = 8
    np.testing.assert_array_equal(area_average(maps, 2), [[0, 1, 2, 0]])


def test_texture_counts_as_grey_and_modalities_stand_side_by_side(collection):
    features = pixel_features(collection, ("depth", "texture"), 7)
    assert features.shape == (36, 2 * 49)
    np.testing.assert_allclose(features[:, 49:], features[:, :49] * 2 - 1, atol=1e-6)  # the fixture's texture is grey
    assert pixel_features(collection, ("normals",), 7).shape == (36, 3 * 49)


def test_the_training_half_alone_sets_mean_and_deviation():
    trained, tested = standardise(np.array([[1.0, 5], [3, 5]]), np.array([[5.0, 9]]))
    np.testing.assert_array_equal(trained, [[-1, 0], [1, 0]])
    np.testing.assert_array_equal(tested, [[3, 0]])


def test_scores_equal_scikit_learns():
    from sklearn.linear_model import RidgeClassifier

    random = np.random.default_rng(0)
    trained, tested = standardise(random.normal(size=(60, 200)), random.normal(size=(10, 200)))
    labels = random.permutation(np.arange(60) % 6)
    oracle = RidgeClassifier(alpha=30.0).fit(trained, labels)
    np.testing.assert_allclose(
        ridge_scores(trained, labels, tested, 6, 30.0), oracle.decision_function(tested), atol=1e-8
    )


def test_softmax_in_closed_form_and_for_large_scores():
    np.testing.assert_allclose(softmax(np.log([[1.0, 3.0]])), [[0.25, 0.75]])
    np.testing.assert_array_equal(softmax(np.array([[1e4, 0.0]])), [[1.0, 0.0]])


def test_it_beats_chance_on_separable_patterns_of_unseen_subjects(collection, unseen, recipe_of):
    probabilities = ridge_probabilities(collection, unseen, recipe_of("ridge", "none", "ridge", "none"))
    assert (probabilities.argmax(axis=1) == unseen.label).mean() > 0.9
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)


def test_it_is_at_chance_where_labels_mean_nothing(collection, unseen, recipe_of):
    shuffled = unseen._replace(label=np.random.default_rng(0).permutation(unseen.label))
    probabilities = ridge_probabilities(collection, shuffled, recipe_of("ridge", "none", "none", "none"))
    assert (probabilities.argmax(axis=1) == shuffled.label).mean() == pytest.approx(1 / 6, abs=0.08)
