import dataclasses

import pytest

from ffnet.errors import InputError
from ffnet.training.recipe import read_recipe, recipe_values

ROWS = {"network": ("f3dnet", "f3dnet", "vgg16_bn", "own"), "ridge": ("ridge", "none", "ridge", "none")}


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_a_recipe_comes_back_from_its_values(recipe_of, row):
    recipe = recipe_of(*row)
    assert read_recipe(recipe_values(recipe), "config.yaml") == recipe


def test_the_values_of_a_recipe_name_what_is_wrong_with_them(recipe_of):
    values = recipe_values(recipe_of(*ROWS["network"]))
    with pytest.raises(InputError, match="config.yaml: training.epochs: expected at least 1, found 0"):
        read_recipe(values | {"training": values["training"] | {"epochs": 0}}, "config.yaml")


def test_a_recipe_cannot_be_changed(recipe_of):
    with pytest.raises(dataclasses.FrozenInstanceError):
        recipe_of(*ROWS["network"]).threads = 2
