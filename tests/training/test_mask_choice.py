import dataclasses

import numpy as np
import pytest
import torch

from ffnet.networks.settings import CONTROLS
from ffnet.training.loop import mask_inputs, move_to_device
from ffnet.training.mask_choice import choose_masks, other_subjects
from ffnet.training.precision import Precision
from ffnet.training.trainer import open_trainer
from tests.training.conftest import session_in

CPU = torch.device("cpu")


@pytest.fixture
def masked(collection):
    """The collection with masks that name their scan: all values of scan i are i, or i + 100 in mask-2."""
    number = np.arange(len(collection.scan), dtype=np.float32)[:, None, None]
    return collection._replace(
        mask1=np.broadcast_to(number, (len(number), 56, 56)).copy(),
        mask2=np.broadcast_to(number + 100, (len(number), 28, 28)).copy(),
    )


@pytest.fixture
def train(masked):
    """The positions of the first four of six subjects."""
    return np.flatnonzero(masked.subject < "s04")


@pytest.mark.parametrize("choice", ["none", "own", "identity"])
def test_these_leave_the_collections_own_masks(masked, train, choice):
    assert choose_masks(choice, masked, train, 0) == {}


def test_the_mean_mask_is_that_of_the_training_half_for_every_scan(masked, train):
    masks = choose_masks("mean", masked, train, 0)
    assert masks["mask1"].shape == (36, 56, 56) and masks["mask2"].shape == (36, 28, 28)
    assert masks["mask1"].dtype == masks["mask2"].dtype == np.float32
    assert np.all(masks["mask1"] == train.mean()) and np.all(masks["mask2"] == train.mean() + 100)


def test_other_masks_are_of_another_subject_in_the_training_half_both_of_one_scan(masked, train):
    masks = choose_masks("other", masked, train, 0)
    donors = masks["mask1"][:, 0, 0].astype(int)
    assert np.all(masks["mask1"] == donors[:, None, None]) and np.all(masks["mask2"] == donors[:, None, None] + 100)
    assert np.isin(donors, train).all() and np.all(masked.subject[donors] != masked.subject)
    assert len(set(donors.tolist())) > 12  # of 24


def test_donors_depend_on_the_seed_alone(masked, train):
    first = other_subjects(masked.subject, train, 1)
    np.testing.assert_array_equal(first, other_subjects(masked.subject, train, 1))
    assert np.any(first != other_subjects(masked.subject, train, 2))


def test_all_scans_of_other_subjects_are_drawn_about_equally_often():
    subject = np.repeat(["a", "b", "c"], [2000, 5, 5])
    drawn = np.bincount(other_subjects(subject, np.arange(2000, 2010), 0)[:2000], minlength=2010)[2000:]
    assert drawn.min() > 150 and drawn.max() < 250  # 200 each


def test_masks_of_a_run_are_inputs_of_the_shape_and_type_of_the_collections_own(masked, train):
    data = move_to_device(masked, CPU)
    inputs = mask_inputs(choose_masks("mean", masked, train, 0), data)
    for name in ("mask1", "mask2"):
        assert inputs[name].shape == data.inputs[name].shape and inputs[name].dtype == torch.float32
        assert inputs[name].stride() == data.inputs[name].stride()


@pytest.mark.parametrize("choice", CONTROLS)
def test_a_network_trains_and_predicts_with_the_masks_of_its_run(tmp_path, collection, recipe_of, choice):
    """The same as with a collection that has these masks as its own."""
    random = np.random.default_rng(0)
    masks = {name: random.random(getattr(collection, name).shape, np.float32) for name in ("mask1", "mask2")}
    collection, train = collection._replace(**masks), np.arange(24)

    def probabilities(of, masks):
        recipe = recipe_of("f3dnet", "none", "none", masks)
        precision = Precision(CPU, "float32")
        trainer = open_trainer(recipe, of, precision, session_in(tmp_path).execution, [24])
        state = trainer.train(trainer.workers[0], train, 7, masks=choose_masks(masks, of, train, 7))
        return trainer.predict(state, np.arange(36))

    replaced = collection._replace(**choose_masks(choice, collection, train, 7))
    control = probabilities(collection, choice)
    np.testing.assert_array_equal(control, probabilities(replaced, "own"))
    assert np.abs(control - probabilities(collection, "own")).max() > 1e-4


def test_the_linear_floor_may_see_mask_1(collection, recipe_of):
    from ffnet.training.ridge import pixel_features, ridge_probabilities

    bright = np.zeros((36, 56, 56), np.float32)
    bright[np.arange(36), 2 * collection.label, 0] = 1  # a spot at the label's row
    collection = collection._replace(mask1=bright)
    features = pixel_features(collection, ["mask1"], 28)
    assert features.shape == (36, 28 * 28)
    np.testing.assert_array_equal(features.argmax(axis=1), 28 * collection.label)
    recipe = recipe_of("none", "none", "none", "ridge")
    found = ridge_probabilities(collection.take(np.arange(24)), collection.take(np.arange(24, 36)), recipe)
    assert np.array_equal(found.argmax(axis=1), collection.label[24:])
    both = dataclasses.replace(recipe, experiment=dataclasses.replace(recipe.experiment, depth="ridge"))
    found = ridge_probabilities(collection.take(np.arange(24)), collection.take(np.arange(24, 36)), both)
    assert found.shape == (12, 6)
