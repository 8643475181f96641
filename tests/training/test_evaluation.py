"""The runs across collections: a network or the floor of one collection on the scans of another."""

import numpy as np
import pytest
import torch

from ffnet.errors import InputError
from ffnet.expressions import EXPRESSIONS
from ffnet.origin import SYNTHETIC
from ffnet.storage import write_stage
from ffnet.training.evaluation import CrossRun, collection_probabilities, evaluate_pair, relabel
from ffnet.training.final import write_final
from ffnet.training.recipe import ModelSource, recipe_values
from ffnet.training.record import read_record
from ffnet.training.ridge import ridge_probabilities
from ffnet.training.run_predictions import read_run_predictions
from ffnet.training.session import read_data
from tests.training.conftest import session_in

F3DNET = ("f3dnet", "none", "none", "none")
RIDGE = ("ridge", "none", "ridge", "none")


@pytest.fixture
def of_six(tmp_path, reader):
    """shards.csv and split of the collection of six people, as the rule names them."""
    assert len(reader()[0].scan) == 36
    return str(tmp_path / "shards.csv"), str(tmp_path / "split.csv")


@pytest.fixture
def of_others(tmp_path, unseen):
    """shards.csv and split of another collection, whose split names four of its forty people."""
    write_stage(tmp_path / "others.h5", unseen._asdict())
    (tmp_path / "others.csv").write_text(f"file,sha256\n{tmp_path / 'others.h5'},0\n")
    (tmp_path / "others_split.csv").write_text("subject,fold\n" + "".join(f"s{n},{n % 2}\n" for n in (10, 12, 13, 25)))
    return str(tmp_path / "others.csv"), str(tmp_path / "others_split.csv")


@pytest.fixture
def model(tmp_path, collection, recipe_of, config):
    """A network of the six people, in its file."""
    recipe, source = recipe_of(*F3DNET), ModelSource("six", "bu3dfe", config.preprocessing("mm", "gridfit"))
    session = session_in(tmp_path)
    write_final(tmp_path / "mine.safetensors", "mine", collection, recipe, source, SYNTHETIC, session)
    return str(tmp_path / "mine.safetensors")


def outputs(tmp_path, run, trained, tested, recipe):
    """What evaluate_pair gives, read as the tables read it: (RunPredictions, Record)."""
    for name, text in zip(
        ("0.csv", "0.json"), evaluate_pair(run, trained, tested, recipe, session_in(tmp_path)), strict=True
    ):
        (tmp_path / name).write_text(text)
    return read_run_predictions(tmp_path / "0.csv", recipe.classes), read_record(tmp_path / "0.json")


def test_labels_become_those_of_the_classes_of_the_same_name(collection):
    names = ("b", "a", "b", "c", "c", "a")
    found = relabel(collection, names, ("a", "b", "c"))
    assert [("a", "b", "c")[label] for label in found.label[:6]] == [names[label] for label in collection.label[:6]]
    assert found.scan is collection.scan and found.label.dtype == np.int64


def test_a_network_tests_those_who_take_part_and_the_record_says_with_what(
    tmp_path, model, of_others, recipe_of, unseen
):
    recipe = recipe_of(*F3DNET)
    run = CrossRun("mine", 0, EXPRESSIONS, same_layout=False)
    found, record = outputs(tmp_path, run, [model], of_others, recipe)
    assert sorted(set(found.subject)) == ["s10", "s12", "s13", "s25"] and len(found.scan) == 24
    assert record.scans == {"training": 36, "test": 24} and record.settings == recipe_values(recipe)
    assert (record.experiment, record.repeat, record.fold, record.code) == ("mine", 0, 0, "code")
    assert record.seed > 0 and record.computed_in == "float32" and record.torch == torch.__version__
    assert record.parameters > 1000 and record.seconds["all"] >= record.test_seconds


def test_the_floor_is_fitted_on_all_who_take_part_in_the_other_collection(
    tmp_path, of_six, of_others, recipe_of, collection
):
    recipe = recipe_of(*RIDGE)
    found, record = outputs(tmp_path, CrossRun("ridge", 0, EXPRESSIONS, False), of_six, of_others, recipe)
    test, _ = read_data(*of_others)
    np.testing.assert_allclose(found.probabilities, ridge_probabilities(collection, test, recipe), atol=1e-8)
    assert (found.probabilities.argmax(axis=1) == found.label).mean() > 0.9  # a square's place is the label
    assert record.scans == {"training": 36, "test": 24} and record.seed is None


def test_other_people_or_other_scans_have_another_hash(tmp_path, of_six, of_others, recipe_of):
    run, recipe = CrossRun("ridge", 0, EXPRESSIONS, False), recipe_of(*RIDGE)
    first = outputs(tmp_path, run, of_six, of_others, recipe)[1].data_sha256
    assert outputs(tmp_path, run, of_others, of_six, recipe)[1].data_sha256 != first
    assert outputs(tmp_path, run, of_six, of_others, recipe)[1].data_sha256 == first
    with open(of_others[1], "a") as file:
        file.write("s30,1\n")
    assert outputs(tmp_path, run, of_six, of_others, recipe)[1].data_sha256 != first


def test_classes_of_other_names_are_tested_as_those_that_they_are(tmp_path, of_six, of_others, recipe_of):
    recipe = recipe_of(*RIDGE)
    plain, _ = outputs(tmp_path, CrossRun("ridge", 0, EXPRESSIONS, False), of_six, of_others, recipe)
    turned, _ = outputs(tmp_path, CrossRun("ridge", 0, EXPRESSIONS[::-1], False), of_six, of_others, recipe)
    np.testing.assert_array_equal(turned.probabilities, plain.probabilities)
    np.testing.assert_array_equal(turned.label, 5 - plain.label)


@pytest.mark.parametrize("kind", ["network", "floor"])
def test_a_person_of_the_training_collection_is_refused_in_one_layout(
    tmp_path, kind, model, of_six, of_others, recipe_of
):
    trained, row = ([model], F3DNET) if kind == "network" else (of_six, RIDGE)
    with open(of_others[1], "a") as file:
        file.write("s04,1\n")
    with pytest.raises(InputError, match="mine was trained on 1 of these subjects, s04 among them"):
        evaluate_pair(CrossRun("mine", 0, EXPRESSIONS, True), trained, of_others, recipe_of(*row), session_in(tmp_path))
    assert evaluate_pair(
        CrossRun("mine", 0, EXPRESSIONS, False), trained, of_others, recipe_of(*row), session_in(tmp_path)
    )


def test_batches_come_one_after_another_and_none_is_lost(model, unseen):
    from ffnet.networks.model_file import read_model

    seen = []

    def progress(parts, what):
        for part in parts:
            seen.extend(part.tolist())
            yield part

    network = read_model(model).network
    found = collection_probabilities(network, unseen.take(np.arange(70)), progress)
    assert seen == list(range(70)) and found.shape == (70, 6)
    np.testing.assert_allclose(
        found[40:50], collection_probabilities(network, unseen.take(np.arange(40, 50))), atol=1e-6
    )
