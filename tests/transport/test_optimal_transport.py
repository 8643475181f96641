"""Couplings with known answers, and what holds for every one."""

import dataclasses

import numpy as np
import pytest

from ffnet.errors import InputError
from ffnet.transport.optimal_transport import cost_matrix, couple, move
from ffnet.transport.settings import MoveSettings

PLAIN = MoveSettings(entropy=0.1, classes=0.0, penalty=1.0)
SPARSE = dataclasses.replace(PLAIN, classes=5.0)


@pytest.fixture
def clouds():
    """(features, labels) of 30 training scans of three classes, and features of 12 test scans."""
    random = np.random.default_rng(0)
    labels = np.arange(30) % 3
    centres = 2 * random.normal(size=(3, 4))
    return centres[labels] + random.normal(size=(30, 4)), labels, centres[np.arange(12) % 3] + random.normal(size=4)


def class_shares(coupling, labels):
    """(classes, m): the share of each test scan's mass that comes from each class."""
    masses = np.stack([coupling[labels == name].sum(axis=0) for name in np.unique(labels)])
    return masses / masses.sum(axis=0)


def test_costs_are_squared_distances_in_shares_of_the_largest():
    cost = cost_matrix(np.array([[0.0, 0.0], [3.0, 4.0]]), np.array([[0.0, 0.0], [0.0, 5.0], [10.0, 0.0]]))
    np.testing.assert_allclose(cost, np.array([[0, 25, 100], [25, 10, 65]]) / 100)
    assert np.array_equal(cost_matrix(np.ones((2, 3)), np.ones((4, 3))), np.zeros((2, 4)))  # all at one place


@pytest.mark.parametrize("entropy", [0.1, 0.5, 2.0])
def test_two_scans_onto_two_have_the_closed_form(entropy):
    """G_ij is exp(-C_ij / entropy) over its sum, as both masses are alike."""
    settings = dataclasses.replace(PLAIN, entropy=entropy)
    coupling = couple(np.array([[0.0, 1.0], [1.0, 0.0]]), np.array([0, 1]), settings)
    kept = 0.5 / (1 + np.exp(-1 / entropy))
    np.testing.assert_allclose(coupling, [[kept, 0.5 - kept], [0.5 - kept, kept]], atol=1e-9)


@pytest.mark.parametrize("settings", [PLAIN, SPARSE, dataclasses.replace(PLAIN, classes=1.0)])
def test_every_training_scan_gives_as_much_and_every_test_scan_gets_as_much(clouds, settings):
    trained, labels, tested = clouds
    coupling = couple(cost_matrix(trained, tested), labels, settings)
    assert coupling.shape == (30, 12) and (coupling >= 0).all()
    np.testing.assert_allclose(coupling.sum(axis=1), 1 / 30, rtol=1e-6)
    np.testing.assert_allclose(coupling.sum(axis=0), 1 / 12, rtol=1e-2)


def test_with_little_entropy_equal_clouds_stay_where_they_are_and_are_put_in_order_when_shuffled():
    grid = np.stack(np.meshgrid(np.arange(4), np.arange(5)), axis=-1).reshape(-1, 2).astype(float)
    settings, labels = dataclasses.replace(PLAIN, entropy=0.002), np.arange(20) % 2
    np.testing.assert_allclose(couple(cost_matrix(grid, grid), labels, settings), np.eye(20) / 20, atol=1e-8)
    order = np.random.default_rng(1).permutation(20)
    coupling = couple(cost_matrix(grid, grid[order]), labels, settings)
    assert np.array_equal(order[coupling.argmax(axis=1)], np.arange(20))
    np.testing.assert_allclose(move(coupling, grid[order]), grid, atol=1e-6)


def test_with_much_entropy_every_scan_is_moved_to_the_middle(clouds):
    trained, labels, tested = clouds
    coupling = couple(cost_matrix(trained, tested), labels, dataclasses.replace(PLAIN, entropy=1e4))
    np.testing.assert_allclose(move(coupling, tested), np.tile(tested.mean(axis=0), (30, 1)), atol=1e-3)


def test_moved_scans_have_the_mean_of_the_test_scans(clouds):
    trained, labels, tested = clouds
    moved = move(couple(cost_matrix(trained, tested), labels, PLAIN), tested)
    np.testing.assert_allclose(moved.mean(axis=0), tested.mean(axis=0), atol=1e-6)
    assert (moved <= tested.max(axis=0)).all() and (moved >= tested.min(axis=0)).all()


def test_a_large_weight_of_classes_lets_each_test_scan_take_from_one_class():
    random = np.random.default_rng(3)
    trained, tested, labels = random.normal(size=(30, 4)), random.normal(size=(12, 4)), np.arange(30) % 3
    cost = cost_matrix(trained, tested)
    without, with_classes = (class_shares(couple(cost, labels, one), labels).max(axis=0) for one in (PLAIN, SPARSE))
    assert without.max() < 0.7 and with_classes.min() > 0.99


def test_scaling_all_features_changes_nothing(clouds):
    trained, labels, tested = clouds
    one, other = (couple(cost_matrix(k * trained, k * tested), labels, SPARSE) for k in (1.0, 1e-3))
    np.testing.assert_allclose(one, other, atol=1e-9)


@pytest.mark.parametrize(("entropy", "classes"), [(0.001, 0.0), (0.02, 50.0)])
def test_a_coupling_that_cannot_be_computed_says_which_keys_to_change(clouds, entropy, classes):
    trained, labels, tested = clouds
    settings = MoveSettings(entropy, classes, 1.0)
    cost = 1 + cost_matrix(trained, tested)
    with pytest.raises(InputError, match="no coupling was found of 30 training and 12 test scans with entropy") as told:
        couple(cost, labels, settings)
    assert "of the mass is misplaced); raise entropy or lower classes" in str(told.value)


def test_a_coupling_of_no_numbers_is_refused():
    with pytest.raises(InputError, match="nan% of the mass is misplaced"):
        couple(np.full((4, 2), np.nan), np.arange(4) % 2, PLAIN)
