"""Features of runs: what a network's classifier gets, on every engine, killed or finished before."""

import dataclasses
import functools

import numpy as np
import pytest
import torch

from ffnet.errors import InputError
from ffnet.storage import sha256_of
from ffnet.training.gpu import gpu_data
from ffnet.training.loop import move_to_device
from ffnet.training.recipe import ValidationDraw
from ffnet.training.run import train_runs
from ffnet.training.run_features import TEST, TRAINING, Features, read_features, write_features
from ffnet.training.session import Run
from ffnet.training.trainer import EagerWorker, Trainer
from tests.training.conftest import session_in
from tests.training.test_gpu import FULL, CalledWorker

FFNET_M = ("f3dnet", "f3dnet", "vgg16_bn", "own")
RUNS = [Run("x", 0, fold) for fold in range(3)]
KEPT = Features(
    np.array(["a", "b", "c"]),
    np.array(["s0", "s0", "s1"]),
    np.array([0, 1, 0]),
    np.array([TRAINING, TRAINING, TEST]),
    np.arange(6, dtype=np.float32).reshape(3, 2),
)


def keeping(folder, save_every=60.0):
    return dataclasses.replace(session_in(folder, save_every), keeps_features=True)


def features_in(folder, fold=1, key="key"):
    return folder / "resume" / str(fold) / f"{key}.h5"


def workers(recipe, collection):
    """One that computes step by step, and one as on a GPU."""
    data, prepared = move_to_device(collection, FULL.device), gpu_data(collection, recipe.experiment, FULL)
    yield EagerWorker(recipe, data, FULL), data
    yield CalledWorker(recipe, prepared, FULL, [8], False), prepared


@pytest.mark.parametrize("row", [FFNET_M, ("f3dnet", "none", "none", "other"), ("none", "none", "vgg16_bn", "none")])
def test_the_classifier_makes_the_predictions_of_the_features_on_every_engine(recipe_of, collection, row):
    from ffnet.training.mask_choice import choose_masks

    recipe, scans = recipe_of(*row), np.arange(24)
    found = []
    for worker, data in workers(recipe, collection):
        trainer = Trainer(recipe, data, FULL, [worker], None)
        masks = choose_masks(recipe.experiment.masks, collection, scans, 5)
        state = trainer.train(worker, scans, seed=5, masks=masks)
        features = trainer.features(state, np.arange(36))
        assert features.dtype == np.float32 and features.shape == (36, 8 * sum(name != "none" for name in row[:3]))
        with torch.no_grad():
            scores = state.network.classifier(torch.from_numpy(features))
        np.testing.assert_allclose(scores.double().softmax(1), trainer.predict(state, np.arange(36)), atol=1e-6)
        assert not state.network.classifier._forward_pre_hooks
        found.append(features)
    np.testing.assert_allclose(*found, atol=2e-3)


def test_a_run_keeps_the_features_of_both_halves_and_predicts_as_it_would_without(tmp_path, reader, recipe_of):
    recipe = recipe_of(*FFNET_M)
    ((_, predictions, _),) = train_runs(RUNS[1:2], reader, recipe, keeping(tmp_path / "a"))
    ((_, expected, _),) = train_runs(RUNS[1:2], reader, recipe, session_in(tmp_path / "b"))
    assert predictions == expected and not features_in(tmp_path / "b").exists()
    features, (collection, split) = read_features(features_in(tmp_path / "a")), reader()
    tested = np.array([split[name] == 1 for name in collection.subject.tolist()])
    for half, scans in ((TRAINING, ~tested), (TEST, tested)):
        of = features.of(half)
        assert np.array_equal(of.scan, collection.scan[scans]) and np.array_equal(of.label, collection.label[scans])
        assert np.array_equal(of.subject, collection.subject[scans])
    assert features.values.shape == (36, 24) and (features.values >= 0).all()
    lines = [line.split(",")[0] for line in predictions.splitlines()[1:]]
    assert lines == features.of(TEST).scan.tolist()


def test_validation_scans_have_no_features(tmp_path, reader, recipe_of):
    recipe = dataclasses.replace(recipe_of("f3dnet", "none", "none", "none"), validation=ValidationDraw(1, 0))
    list(train_runs(RUNS[1:2], reader, recipe, keeping(tmp_path)))
    assert len(read_features(features_in(tmp_path)).scan) == 30  # of 36, six of whom are of the one person


def test_a_killed_run_ends_with_the_same_features_to_the_byte(tmp_path, reader, recipe_of, monkeypatch):
    recipe = recipe_of(*FFNET_M)
    list(train_runs(RUNS, reader, recipe, keeping(tmp_path / "whole")))
    from ffnet.training import loop

    real, steps = loop.adam_step, []

    def dies(*arguments):
        steps.append(None)
        if len(steps) == 5:
            raise KeyboardInterrupt
        return real(*arguments)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(loop, "adam_step", dies)
        list(train_runs(RUNS, reader, recipe, keeping(tmp_path / "killed", save_every=0.0)))
    list(train_runs(RUNS, reader, recipe, keeping(tmp_path / "killed")))
    for fold in range(3):
        assert sha256_of(features_in(tmp_path / "whole", fold)) == sha256_of(features_in(tmp_path / "killed", fold))


def test_a_run_finished_without_its_features_is_trained_again_and_one_with_them_is_not(tmp_path, reader, recipe_of):
    recipe, train = recipe_of(*FFNET_M), functools.partial(train_runs, RUNS[1:2])
    ((_, first, _),) = train(reader, recipe, session_in(tmp_path))
    with pytest.raises(ZeroDivisionError):
        list(train(lambda: 1 / 0, recipe, keeping(tmp_path)))
    ((_, second, _),) = train(reader, recipe, keeping(tmp_path))
    kept = sha256_of(features_in(tmp_path))
    ((_, third, _),) = train(lambda: 1 / 0, recipe, keeping(tmp_path))
    ((_, fourth, _),) = train(lambda: 1 / 0, recipe, session_in(tmp_path))
    assert first == second == third == fourth and sha256_of(features_in(tmp_path)) == kept
    assert sorted(path.name for path in features_in(tmp_path).parent.iterdir()) == ["key.h5", "key.json"]
    keeping(tmp_path).checkpoint(1).copy_features(tmp_path / "out" / "1.h5")
    assert sha256_of(tmp_path / "out" / "1.h5") == kept
    list(train_runs(RUNS[1:2], reader, recipe, session_in(tmp_path, key="other")))  # made with other settings
    assert [path.name for path in features_in(tmp_path).parent.iterdir()] == ["other.json"]


def test_features_are_read_as_they_were_written_and_the_same_bytes_each_time(tmp_path):
    for name in ("a", "b"):
        write_features(tmp_path / name, KEPT)
    assert sha256_of(tmp_path / "a") == sha256_of(tmp_path / "b")
    for one, other in zip(read_features(tmp_path / "a"), KEPT, strict=True):
        assert np.array_equal(one, other) and one.dtype.kind == other.dtype.kind
    assert read_features(tmp_path / "a").values.dtype == np.float32


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"half": np.array([TRAINING] * 3)}, "found halves training and features of the shape .3, 2."),
        ({"half": np.array([TRAINING, "test", "other"])}, "found halves other, test, training"),
        ({"values": KEPT.values[:2]}, "expected a row of features for each scan .* of the shape .2, 2."),
        ({"values": KEPT.values[:, 0]}, "of the shape .3,."),
        ({"values": KEPT.values * np.nan}, "found a feature that is no finite number; delete it and run again"),
    ],
)
def test_features_that_do_not_fit_are_refused(tmp_path, change, message):
    write_features(tmp_path / "features.h5", KEPT._replace(**change))
    with pytest.raises(InputError, match=message):
        read_features(tmp_path / "features.h5")


def test_a_damaged_file_is_named(tmp_path):
    write_features(tmp_path / "features.h5", KEPT)
    (tmp_path / "features.h5").write_bytes((tmp_path / "features.h5").read_bytes()[:2000])
    with pytest.raises(InputError, match="features.h5: not a whole stage file"):
        read_features(tmp_path / "features.h5")
