import pathlib
import re

import numpy as np
import pytest
import torch

from ffnet.__main__ import main
from ffnet.commands.evaluate import confusion_lines, report
from ffnet.networks.model_file import read_model, write_model
from ffnet.predict import load
from ffnet.predict.predictor import Predictor
from ffnet.results.predictions import Predictions
from ffnet.storage import write_stage
from ffnet.training.evaluation import CrossRun, evaluate_pair
from ffnet.training.recipe import read_recipe
from ffnet.training.run_predictions import read_run_predictions
from ffnet.training.session import Session
from tests.training.conftest import pattern_collection


@pytest.fixture
def place(tmp_path, monkeypatch, settings_file, capsys):
    """A folder with a model of ten subjects of demo-bu3dfe and the shards of twenty others in demo-bosphorus, and a
    function that runs the command there: (exit code, output)."""
    monkeypatch.chdir(tmp_path)

    def shards(dataset, collection):
        folder = pathlib.Path("results") / dataset
        (folder / "splits").mkdir(parents=True)
        write_stage(folder / "a.h5", collection._asdict())
        (folder / "shards.csv").write_text(f"file,sha256\n{folder}/a.h5,0\n")
        names = sorted(set(collection.subject.tolist()))
        (folder / "splits/0.csv").write_text("subject,fold\n" + "".join(f"{n},{i % 10}\n" for i, n in enumerate(names)))
        (folder / "kind.txt").write_text("synthetic\n")

    shards("demo-bu3dfe", pattern_collection(subjects=10))
    shards("demo-bosphorus", pattern_collection(subjects=20, seed=1))

    def small(mapping):
        mapping["networks"]["width"] = 0.0625
        mapping["training"] |= {"epochs": 15, "precision": "float32"}

    def run(*arguments, change=lambda mapping: None):
        def both(mapping):
            small(mapping)
            change(mapping)

        code = main([*arguments, "--config", settings_file(both)])
        return code, capsys.readouterr()

    assert run("train", "demo-bu3dfe", "F3DNet-M-d", "--models")[0] == 0
    return "results/demo-bu3dfe/models/F3DNet-M-d.safetensors", run


def test_accuracy_interval_and_confusion_are_those_of_the_predictions(place, tmp_path):
    model, run = place
    code, output = run("evaluate", model, "demo-bosphorus", "--csv", "table.csv")
    assert code == 0
    classes = load(model).classes
    found = read_run_predictions("table.csv", classes)
    assert len(found.scan) == 120
    right = found.probabilities.argmax(axis=1) == found.label
    assert right.mean() > 0.5  # it has learnt something
    lines = output.out.splitlines()
    assert lines[:2] == [
        "F3DNet-M-d, trained on 10 subjects of demo-bu3dfe",
        "tested on demo-bosphorus: 20 subjects, 120 scans",
    ]
    assert lines[2].startswith(f"accuracy {right.mean():.2%}; mean over subjects {right.mean():.2%}")  # six scans each
    counts = [[int(cell) for cell in line.split()[1:-1]] for line in lines[-6:]]
    assert np.trace(counts) == right.sum() and np.sum(counts) == 120
    np.testing.assert_array_equal(np.sum(counts, axis=1), 20)


def test_a_run_across_collections_predicts_the_same_from_the_same_model(place):
    model, run = place
    assert run("evaluate", model, "demo-bosphorus", "--csv", "table.csv")[0] == 0
    header = read_model(model).header
    recipe = read_recipe(
        {name: header[name] for name in ("classes", "experiment", "networks", "training")}
        | {"texture": "plain", "validation": {"subjects": 0, "seed": 0}}
        | {"device": "cpu", "threads": 1, "gpu_step": "eager"},
        model,
    )
    tested = [f"results/demo-bosphorus/{name}.csv" for name in ("shards", "splits/0")]
    session = Session(None, torch.get_num_threads(), "code", "", "")
    text, _ = evaluate_pair(CrossRun("F3DNet-M-d", 0, recipe.classes, False), [model], tested, recipe, session)
    assert text == pathlib.Path("table.csv").read_text()


def test_the_interval_is_students_over_subjects():
    """Three subjects with shares 0.5, 1 and 0.25: mean 0.5833, s 0.3819, standard error 0.2205, times 4.303."""
    right = np.array([1, 0, 1, 1, 1, 0, 0, 0])
    subject, label, once = np.array(list("aabbcccc")), np.array([0, 1, 0, 1, 0, 1, 0, 1]), np.zeros(8, np.int64)
    probabilities = np.eye(2)[np.where(right, label, 1 - label)]
    tested = Predictions(once, once, subject, subject, label, probabilities)
    header = {"name": "m", "dataset": "d", "classes": ["x", "y"], "trained_on": {"subjects": 7}}
    lines = report(tested, Predictor(None, header, None), "e", 0.95)
    assert lines[0] == "m, trained on 7 subjects of d"
    assert lines[2] == "accuracy 50.00%; mean over subjects 58.33%, 95% interval 0.0 to 100.0%; chance 50.00%"
    lines = report(tested, Predictor(None, header, None), "e", 0.5)  # times 0.8165
    assert "50% interval 40.3 to 76.3%" in lines[2]
    alone = Predictions(*(column[:2] for column in tested))
    assert report(alone, Predictor(None, header, None), "e", 0.95)[2] == (
        "accuracy 50.00%; mean over subjects 50.00%; chance 50.00%"
    )


def test_the_people_that_it_was_trained_on_are_refused(place):
    model, run = place
    code, output = run("evaluate", model, "demo-bu3dfe")
    assert code == 2
    assert "F3DNet-M-d was trained on 10 of these subjects, s00 among them; evaluate it on other people" in output.err


def test_names_in_another_layout_are_other_people_and_one_shared_person_is_enough(place):
    model, run = place  # both collections have subjects named s00
    network, header = read_model(model)
    assert "s00" in header["trained_on"]["names"] and header["layout"] == "bu3dfe"
    del header["format"], header["version"]
    trained = {"layout": "bosphorus", "trained_on": {"subjects": 1, "names": ["s07"]}}
    write_model("m.safetensors", network, header | trained)
    code, output = run("evaluate", "m.safetensors", "demo-bosphorus")
    assert code == 2 and "was trained on 1 of these subjects, s07 among them" in output.err


def other_maps(mapping):
    mapping["maps"]["smooth_sigma"] = 2.0


def two_classes(mapping):
    mapping["datasets"]["demo-bosphorus"]["classes"] = ["anger", "fear"]


@pytest.mark.parametrize(
    ("dataset", "change", "message"),
    [
        ("nowhere", lambda mapping: None, "there is no dataset nowhere; config.yaml has demo-bu3dfe, demo-bosphorus"),
        (
            "demo-bosphorus",
            other_maps,
            "maps.smooth_sigma: F3DNet-M-d was trained on scans prepared with 1.0, found 2.0",
        ),
        ("demo-bosphorus", two_classes, "classes: F3DNet-M-d was trained for anger, .*; found anger, fear"),
    ],
)
def test_what_does_not_fit_the_model_is_refused(place, dataset, change, message):
    model, run = place
    code, output = run("evaluate", model, dataset, change=change)
    assert code == 2
    assert re.search(message, output.err), output.err


def test_a_confusion_has_a_row_for_each_true_class():
    lines = confusion_lines(np.array([[3, 1], [0, 0]]), ["fear", "joy"])
    assert lines[0].split() == ["true", "fear", "joy", "recall", "%"]
    assert [line.split() for line in lines[-2:]] == [["fear", "3", "1", "75.0"], ["joy", "0", "0"]]
