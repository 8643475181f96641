"""Mirror images of scans as an augmentation."""

import dataclasses

import numpy as np
import pytest
import torch

from ffnet.normals.depth import normals_from_depth
from ffnet.training.gpu import batch_sizes, gpu_data
from ffnet.training.loop import draw_order, mask_inputs, move_to_device, with_mirror_images
from ffnet.training.mask_choice import choose_masks
from ffnet.training.precision import Precision
from ffnet.training.session import Run
from ffnet.training.trainer import Trainer, open_trainer
from tests.training.conftest import session_in
from tests.training.test_gpu import CalledWorker

CPU = torch.device("cpu")
FULL = Precision(CPU, "float32")


@pytest.fixture
def uneven(collection):
    """The collection with maps and masks that are not symmetric."""
    random = np.random.default_rng(0)
    names = ("depth", "normals", "texture", "mask1", "mask2")
    return collection._replace(**{name: random.random(getattr(collection, name).shape, np.float32) for name in names})


@pytest.fixture
def recipe(recipe_of):
    """A network on normals with masks, trained with mirror images."""
    plain = recipe_of("none", "f3dnet", "none", "own")
    return dataclasses.replace(plain, training=dataclasses.replace(plain.training, mirror=True))


def test_a_mirror_image_has_its_columns_in_reverse_and_the_x_of_normals_turned(uneven):
    data = move_to_device(uneven, CPU, mirror=True)
    assert data.labels.tolist() == [*uneven.label.tolist(), *uneven.label.tolist()]
    for name, values in data.inputs.items():
        plain, image = values[:36].numpy(), values[36:].numpy()
        turned = plain[..., ::-1].copy()
        if name == "normals":
            turned[:, 0] *= -1
        np.testing.assert_array_equal(image, turned)
        assert values.is_contiguous(memory_format=torch.channels_last) or values.shape[1] == 1
    assert all(len(values) == 36 for values in move_to_device(uneven, CPU).inputs.values())


def test_the_mirror_image_of_a_mirror_image_is_the_scan(uneven):
    inputs = move_to_device(uneven, CPU, mirror=True).inputs
    again = with_mirror_images({name: values[36:] for name, values in inputs.items()})
    for name, values in inputs.items():
        assert torch.equal(again[name][36:], values[:36])


def test_a_mirrored_scans_normals_are_those_of_the_mirrored_depth():
    y, x = np.mgrid[-1:1:40j, -1:1:40j]
    depth = 20 * np.cos(x + 0.3) + 7 * np.sin(2 * y + x)
    normals = normals_from_depth(depth, 1.25)
    mirrored = with_mirror_images({"normals": torch.from_numpy(normals.transpose(2, 0, 1)[None])})["normals"][1]
    expected = normals_from_depth(depth[:, ::-1], 1.25)
    np.testing.assert_allclose(mirrored.numpy().transpose(1, 2, 0), expected, atol=1e-12, equal_nan=True)


def test_an_epoch_sees_every_scan_or_its_mirror_image_once_by_equal_chance():
    scans, seen = torch.arange(0, 2000, 2), []
    for seed in range(3):
        order = draw_order(scans, scans + 5000, torch.Generator().manual_seed(seed))
        assert sorted((order % 5000).tolist()) == scans.tolist()
        assert 0.45 < (order >= 5000).float().mean() < 0.55
        seen.append(order)
    assert not torch.equal(seen[0], seen[1]) and not torch.equal(seen[0] >= 5000, seen[1] >= 5000)


def test_without_mirror_images_the_order_is_that_of_the_generator_alone():
    scans = torch.arange(7, 20)
    expected = scans[torch.randperm(13, generator=torch.Generator().manual_seed(3))]
    assert torch.equal(draw_order(scans, None, torch.Generator().manual_seed(3)), expected)


def test_training_sees_mirror_images_and_testing_does_not(uneven, recipe, tmp_path):
    def outcome(setting):
        chosen = dataclasses.replace(recipe, training=dataclasses.replace(recipe.training, mirror=setting))
        trainer = open_trainer(chosen, uneven, FULL, session_in(tmp_path).execution, [24])
        seen, (worker,) = [], trainer.workers
        real = worker.step

        class Watching:
            """The worker, with its batches noted."""

            start = staticmethod(worker.start)

            @staticmethod
            def step(state, scans, rate):
                seen.extend(scans.tolist())
                return real(state, scans, rate)

        state = trainer.train(Watching, np.arange(24), 7)
        inputs = {name: values[24:36] for name, values in move_to_device(uneven, CPU).inputs.items()}
        with torch.no_grad():
            alone = state.network.eval()(inputs).double().softmax(1).numpy()
        np.testing.assert_allclose(trainer.predict(state, np.arange(24, 36)), alone, atol=1e-6)
        return seen

    plain, mirrored = outcome(False), outcome(True)
    assert max(plain) < 24 and len(plain) == len(mirrored)
    images = [scan - 36 for scan in mirrored if scan >= 36]
    assert 0.3 < len(images) / len(mirrored) < 0.7 and max(images) < 24
    assert {scan for scan in mirrored if scan < 36} <= set(range(24))


def test_the_gpu_engine_trains_on_mirror_images_as_the_cpu_does(uneven, recipe, tmp_path):
    data = gpu_data(uneven, recipe.experiment, FULL, mirror=True)
    worker = CalledWorker(recipe, data, FULL, batch_sizes([24], recipe.training.batch), False)
    graphed = Trainer(recipe, data, FULL, [worker], "graph").train(worker, np.arange(24), seed=5)
    trainer = open_trainer(recipe, uneven, FULL, session_in(tmp_path).execution, [24])
    eager = trainer.train(trainer.workers[0], np.arange(24), seed=5)
    for one, other in zip(graphed.history, eager.history, strict=True):
        assert one["loss"] == pytest.approx(other["loss"], rel=1e-5)


def test_control_masks_have_mirror_images_too(uneven):
    masks = choose_masks("other", uneven, np.arange(24), 3)
    inputs = mask_inputs(masks, move_to_device(uneven, CPU, mirror=True))
    for name, values in masks.items():
        np.testing.assert_array_equal(inputs[name][:36, 0].numpy(), values)
        np.testing.assert_array_equal(inputs[name][36:, 0].numpy(), values[..., ::-1])


def test_a_run_killed_inside_an_epoch_of_mirror_images_ends_with_the_same_bytes(
    uneven, recipe, tmp_path, monkeypatch, split
):
    from ffnet.training.run import train_runs
    from ffnet.training.trainer import EagerWorker

    folds = {name: number % 3 for number, name in enumerate(sorted(set(uneven.subject.tolist())))}

    def train(folder):
        ((_, predictions, _),) = train_runs([Run("x", 0, 1)], lambda: (uneven, folds), recipe, session_in(folder, 0.0))
        return predictions

    whole, real, calls = train(tmp_path / "whole"), EagerWorker.step, []

    def step(*arguments):
        if len(calls) == 4:
            raise KeyboardInterrupt
        calls.append(None)
        return real(*arguments)

    monkeypatch.setattr(EagerWorker, "step", step)
    with pytest.raises(KeyboardInterrupt):
        train(tmp_path / "killed")
    monkeypatch.setattr(EagerWorker, "step", real)
    assert train(tmp_path / "killed") == whole
