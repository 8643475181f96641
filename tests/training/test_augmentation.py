"""Changed scans: what each change does to maps, masks and normals, and where the draws come from."""

import dataclasses

import numpy as np
import pytest
import torch

from ffnet.normals.depth import normals_from_depth
from ffnet.training.augmentation import (
    CHUNK,
    change_scans,
    draw_changes,
    face_of,
    mirrored,
    moved,
    relit,
    with_noise,
)
from ffnet.training.gpu import batch_sizes, gpu_data
from ffnet.training.loop import augment_epoch, move_to_device
from ffnet.training.precision import Precision
from ffnet.training.run import train_runs
from ffnet.training.session import Run
from ffnet.training.settings import TrainingSettings
from ffnet.training.splits import subject_folds
from ffnet.training.trainer import EagerWorker, Trainer, open_trainer
from tests.training.conftest import session_in
from tests.training.test_checkpoint import die_after
from tests.training.test_gpu import CalledWorker, equal, weights

CPU = torch.device("cpu")
FULL = Precision(CPU, "float32")
ALL = {"mirror": True, "turn": 12.0, "shift": 6, "light": 0.4, "noise": 0.05}
SIZE, SPACING = 112, 1.25
TRAIN, TEST = np.arange(24), np.arange(24, 36)


def surface(x, y):
    """A smooth face-like height over the plane, x to the right and y up."""
    return 30 * np.exp(-((x / 40) ** 2) - (y / 55) ** 2) + 4 * np.sin(x / 15 + y / 20)


def pixel_places():
    """x and y of every pixel, in mm from the middle."""
    along = (np.arange(SIZE) - (SIZE - 1) / 2) * SPACING
    return np.meshgrid(along, -along)


def inputs_of(depth):
    """The inputs of one scan with this depth (H, W), NaN off the face; texture and masks are patterns."""
    normals = normals_from_depth(depth, SPACING)
    x, y = pixel_places()
    face = np.isfinite(normals[..., 0])
    texture = np.where(face[..., None], np.stack([np.sin(x / 9), np.cos(y / 9), np.sin((x + y) / 9)], axis=-1), 0)
    masks = {f"mask{number}": np.abs(np.sin(x + 2 * y))[:: 2 * number, :: 2 * number, None] for number in (1, 2)}
    maps = {"depth": np.nan_to_num(depth)[..., None], "normals": np.nan_to_num(normals), "texture": texture, **masks}
    return {name: torch.from_numpy(values.astype(np.float32).transpose(2, 0, 1)[None]) for name, values in maps.items()}


@pytest.fixture(scope="module")
def whole():
    """A scan whose face fills the square."""
    return inputs_of(surface(*pixel_places()))


@pytest.fixture(scope="module")
def round_face():
    """A scan whose face is a disc in the middle."""
    x, y = pixel_places()
    return inputs_of(np.where(np.hypot(x, y) < 50, surface(x, y), np.nan))


def one(*numbers):
    return torch.tensor([numbers], dtype=torch.float32)


def move(inputs, degrees=0.0, right=0, down=0):
    return moved(inputs, torch.tensor([float(degrees)]), one(right, down))


def disc(share):
    """Pixels nearer to the middle than this share of half the side."""
    x, y = pixel_places()
    return np.hypot(x, y) < share * SIZE * SPACING / 2


def test_no_turn_and_no_shift_is_the_identity(round_face):
    for name, values in move(round_face).items():
        torch.testing.assert_close(values, round_face[name], rtol=0, atol=2e-5)


@pytest.mark.parametrize(("right", "down"), [(8, 0), (0, -4), (-12, 8)])
def test_a_shift_moves_maps_and_masks_by_the_same_pixels(round_face, right, down):
    found = move(round_face, right=right, down=down)
    for name, values in round_face.items():
        step = SIZE // values.shape[-1]
        expected = torch.zeros_like(values)
        x, y, height = right // step, down // step, values.shape[-1]
        kept = slice(max(y, 0), height + min(y, 0)), slice(max(x, 0), height + min(x, 0))
        old = slice(max(-y, 0), height + min(-y, 0)), slice(max(-x, 0), height + min(-x, 0))
        expected[..., kept[0], kept[1]] = values[..., old[0], old[1]]
        torch.testing.assert_close(found[name], expected, rtol=0, atol=2e-4)


def test_a_quarter_turn_is_numpys_and_the_normals_turn_with_it(whole):
    found = move(whole, degrees=90)
    for name, values in whole.items():
        expected = np.rot90(values.numpy(), axes=(2, 3)).copy()
        if name == "normals":
            expected = np.stack([-expected[:, 1], expected[:, 0], expected[:, 2]], axis=1)
        np.testing.assert_allclose(found[name].numpy(), expected, atol=2e-4)


@pytest.mark.parametrize("degrees", [-25.0, 7.0, 40.0])
def test_a_turned_scans_maps_are_those_of_the_turned_surface(whole, degrees):
    angle = np.deg2rad(degrees)
    x, y = pixel_places()
    turned = surface(np.cos(angle) * x + np.sin(angle) * y, -np.sin(angle) * x + np.cos(angle) * y)
    found = move(whole, degrees)
    inside = disc(0.9)
    np.testing.assert_allclose(found["depth"][0, 0].numpy()[inside], turned[inside], atol=0.03)
    normals = normals_from_depth(turned, SPACING)
    np.testing.assert_allclose(found["normals"][0].numpy().transpose(1, 2, 0)[inside], normals[inside], atol=4e-3)


def test_a_turned_scans_normals_are_those_of_its_turned_depth(whole):
    found = move(whole, 17.0)
    depth = found["depth"][0, 0].numpy().astype(float)
    again = normals_from_depth(np.where(disc(0.95), depth, np.nan), SPACING)
    inside = disc(0.85)
    np.testing.assert_allclose(found["normals"][0].numpy().transpose(1, 2, 0)[inside], again[inside], atol=0.03)


def test_a_turn_and_the_turn_back_give_the_scan_again(round_face):
    again = move(move(round_face, 20.0), -20.0)
    inside = disc(0.6)
    for name in ("depth", "normals", "texture"):
        gap = (again[name] - round_face[name])[0].numpy()[:, inside]
        assert np.abs(gap).mean() < 0.01 * max(1.0, float(round_face[name].abs().max()))


@pytest.mark.parametrize("change", [lambda inputs: move(inputs, 31.0, 5, -3), lambda inputs: noisy(inputs, 0.1)])
def test_normals_stay_unit_and_0_off_the_face(round_face, change):
    found = change(round_face)
    face = face_of(found)[0, 0]
    lengths = found["normals"][0].norm(dim=0)
    torch.testing.assert_close(lengths[face], torch.ones(int(face.sum())), rtol=0, atol=1e-5)
    assert 0.5 < face.sum() / face_of(round_face).sum() < 1.1
    for name in ("depth", "texture", "normals"):
        assert found[name][0][:, ~face].abs().max() == 0


def test_the_edge_of_a_turned_face_keeps_its_values(round_face):
    """Interpolation with the 0 around it would halve them."""
    flat = round_face | {"depth": torch.where(face_of(round_face), 1.0, 0.0)}
    found = move(flat, 33.0, 3, 2)["depth"]
    assert ((found < 1e-6) | (found > 1 - 1e-4)).all()


def test_twice_mirrored_is_the_scan_and_who_is_not_mirrored_stays(whole):
    two = {name: torch.cat([values, values]) for name, values in whole.items()}
    once = mirrored(two, torch.tensor([True, False]))
    for name, values in whole.items():
        assert torch.equal(once[name][1:], values)
        flipped = values.flip(-1) * (torch.tensor([-1.0, 1, 1])[None, :, None, None] if name == "normals" else 1)
        assert torch.equal(once[name][:1], flipped)
        assert torch.equal(mirrored(once, torch.tensor([True, False]))[name], two[name])


def test_a_mirrored_scans_normals_are_those_of_the_mirrored_depth(whole):
    found = mirrored(whole, torch.tensor([True]))
    expected = normals_from_depth(surface(*pixel_places())[:, ::-1], SPACING)
    np.testing.assert_allclose(found["normals"][0].numpy().transpose(1, 2, 0), expected, atol=1e-6)
    np.testing.assert_array_equal(found["depth"][0, 0].numpy(), whole["depth"][0, 0].numpy()[:, ::-1])


@pytest.mark.parametrize(("scale", "back"), [("plain", (0.5, 0.5)), ("imagenet", None)])
def test_light_is_gain_times_the_value_to_the_power_of_gamma(scale, back):
    from ffnet.shards.scaling import IMAGENET_DEVIATION, IMAGENET_MEAN

    mean, deviation = (
        np.array(numbers) for numbers in ((IMAGENET_MEAN, IMAGENET_DEVIATION) if back is None else ([0.5] * 3,) * 2)
    )
    unit = np.random.default_rng(0).random((2, 3, 5, 4))
    scaled = (unit - mean[:, None, None]) / deviation[:, None, None]
    lit = relit(torch.from_numpy(scaled).float(), torch.tensor([1.2, 0.7]), torch.tensor([0.8, 1.5]), scale).numpy()
    found = lit * deviation[:, None, None] + mean[:, None, None]
    for scan, (gain, gamma) in enumerate(((1.2, 0.8), (0.7, 1.5))):
        np.testing.assert_allclose(found[scan], np.minimum(gain * unit[scan] ** gamma, 1), atol=1e-5)


def test_light_changes_the_texture_inside_the_face_alone(round_face, training):
    settings = dataclasses.replace(training, light=0.5)
    draws = draw_changes(settings, 1, 3, 0)
    found = change_scans(round_face, draws, settings, "plain", None)
    face = face_of(round_face)[0, 0]
    assert (found["texture"] != round_face["texture"])[0][:, face].float().mean() > 0.9
    assert found["texture"][0][:, ~face].abs().max() == 0
    assert all(torch.equal(found[name], values) for name, values in round_face.items() if name != "texture")


def noisy(inputs, deviation):
    noise = torch.randn(1, 7, SIZE, SIZE, generator=torch.Generator().manual_seed(1))
    return with_noise(inputs, deviation * noise)


def test_noise_has_its_deviation_inside_the_face_and_leaves_masks_alone(round_face):
    found, face = noisy(round_face, 0.1), face_of(round_face)[0, 0]
    for name in ("depth", "texture"):
        assert (found[name] - round_face[name])[0][:, face].std() == pytest.approx(0.1, rel=0.05)
    off = (found["normals"] - round_face["normals"])[0][:, face]
    assert 0.05 < off.std() < 0.1  # what lies along the normal is lost when its length is set to 1
    assert all(torch.equal(found[name], round_face[name]) for name in ("mask1", "mask2"))


def test_each_kind_has_its_own_draws_which_no_other_kind_changes(training):
    count = 400
    together = draw_changes(dataclasses.replace(training, **ALL), count, 5, 2)
    for kind, value in ALL.items():
        alone = draw_changes(dataclasses.replace(training, **{kind: value}), count, 5, 2)
        for name in ("mirror", "turn", "shift", "light"):
            expected = getattr(together, name) if name == kind else torch.zeros_like(getattr(together, name))
            assert torch.equal(getattr(alone, name), expected)
    assert 0.4 < together.mirror.float().mean() < 0.6
    assert together.turn.abs().max() <= 12 and together.turn.abs().max() > 11 and abs(together.turn.mean()) < 1
    assert set(together.shift.unique().tolist()) == set(range(-6, 7))
    assert together.light.abs().max() <= np.log(1.4) and together.light.std(dim=0).min() > 0.15
    columns = torch.stack([together.turn, *together.shift.T, *together.light.T, together.mirror.float()])
    assert (torch.corrcoef(columns) - torch.eye(6)).abs().max() < 0.2


def test_every_epoch_and_every_run_has_other_draws(training):
    settings = dataclasses.replace(training, **ALL)
    draws = [draw_changes(settings, 50, seed, epoch) for seed, epoch in ((5, 2), (5, 3), (6, 2))]
    for name in draws[0]._fields:
        assert not torch.equal(getattr(draws[0], name), getattr(draws[1], name))
        assert not torch.equal(getattr(draws[0], name), getattr(draws[2], name))


@pytest.mark.parametrize("kind", ALL)
def test_every_kind_alone_is_an_augmentation_and_none_is_off(training, kind):
    assert not training.augments
    assert dataclasses.replace(training, **{kind: ALL[kind]}).augments


@pytest.fixture
def uneven(collection):
    """The collection with maps and masks that are not symmetric."""
    random = np.random.default_rng(0)
    names = ("depth", "normals", "texture", "mask1", "mask2")
    return collection._replace(**{name: random.random(getattr(collection, name).shape, np.float32) for name in names})


@pytest.fixture
def recipe_with(recipe_of):
    """Function from settings of training to the recipe of a network on normals with masks."""

    def recipe(masks="own", depth="none", **training):
        plain = recipe_of(depth, "f3dnet", "none", masks)
        return dataclasses.replace(plain, training=dataclasses.replace(plain.training, **training))

    return recipe


def seen_scans(recipe, collection, tmp_path, monkeypatch):
    """{(epoch, scan): its normals} as training saw them, the batches, and the state at the end."""
    trainer = open_trainer(recipe, collection, FULL, session_in(tmp_path).execution, [24])
    seen, batches, real = {}, [], EagerWorker.step

    def step(worker, state, scans, rate):
        inputs = worker.data.inputs | state.masks | state.augmented
        seen.update({(state.epoch, scan): inputs["normals"][scan].clone() for scan in scans.tolist()})
        batches.append(scans.tolist())
        return real(worker, state, scans, rate)

    with monkeypatch.context() as patch:
        patch.setattr(EagerWorker, "step", step)
        state = trainer.train(trainer.workers[0], TRAIN, 7)
    return trainer, seen, batches, state


@pytest.mark.parametrize("kind", ALL)
def test_the_order_of_scans_is_the_same_with_and_without(recipe_with, uneven, tmp_path, monkeypatch, kind):
    plain = seen_scans(recipe_with(), uneven, tmp_path, monkeypatch)[2]
    assert seen_scans(recipe_with(**{kind: ALL[kind]}), uneven, tmp_path, monkeypatch)[2] == plain


def test_training_sees_changed_scans_anew_in_each_epoch_and_tests_and_the_collection_stay(
    recipe_with, uneven, tmp_path, monkeypatch
):
    before = [column.copy() for column in uneven]
    trainer, seen, _, state = seen_scans(recipe_with(**ALL), uneven, tmp_path, monkeypatch)
    plain = move_to_device(uneven, CPU).inputs["normals"]
    for scan in TRAIN.tolist():
        assert not torch.equal(seen[0, scan], plain[scan]) and not torch.equal(seen[0, scan], seen[1, scan])
    inputs = {name: values[24:36] for name, values in move_to_device(uneven, CPU).inputs.items()}
    with torch.no_grad():
        alone = state.network.eval()(inputs).double().softmax(1).numpy()
    np.testing.assert_allclose(trainer.predict(state, TEST), alone, atol=1e-6)
    assert all(np.array_equal(*columns) for columns in zip(before, uneven, strict=True))


def test_mirror_images_are_seen_by_equal_chance(recipe_with, uneven, tmp_path, monkeypatch):
    _, seen, _, _ = seen_scans(recipe_with(mirror=True, epochs=8), uneven, tmp_path, monkeypatch)
    plain = move_to_device(uneven, CPU).inputs
    images = mirrored(plain, torch.ones(36, dtype=torch.bool))["normals"]
    is_image = [torch.equal(values, images[scan]) for (_, scan), values in seen.items()]
    is_plain = [torch.equal(values, plain["normals"][scan]) for (_, scan), values in seen.items()]
    assert sum(is_image) + sum(is_plain) == len(seen) == 8 * 24 and 0.4 < np.mean(is_image) < 0.6


@pytest.mark.parametrize("masks", ["own", "other", "mean"])
def test_the_gpu_engine_sees_the_same_changed_scans_as_the_cpu(recipe_with, uneven, tmp_path, masks):
    from ffnet.training.mask_choice import choose_masks

    recipe = recipe_with(masks, depth="vgg16_bn", **ALL)
    chosen = choose_masks(masks, uneven, TRAIN, 3)
    data = gpu_data(uneven, recipe.experiment, FULL, augments=True)
    worker = CalledWorker(recipe, data, FULL, batch_sizes([24], recipe.training.batch), False)
    graphed = Trainer(recipe, data, FULL, [worker], "graph").train(worker, TRAIN, seed=5, masks=chosen)
    trainer = open_trainer(recipe, uneven, FULL, session_in(tmp_path).execution, [24])
    eager = trainer.train(trainer.workers[0], TRAIN, seed=5, masks=chosen)
    for name, values in graphed.augmented.items():
        torch.testing.assert_close(values[:24, : eager.augmented[name].shape[1]][:, :1], eager.augmented[name][:24, :1])
    for mine, other in zip(graphed.history, eager.history, strict=True):
        assert mine["loss"] == pytest.approx(other["loss"], rel=1e-4)


def test_a_worker_of_graphs_leaves_nothing_of_one_training_to_the_next(recipe_with, uneven):
    recipe = recipe_with(**ALL)
    data = gpu_data(uneven, recipe.experiment, FULL, augments=True)
    sizes = batch_sizes([24], recipe.training.batch)
    worker, fresh = (CalledWorker(recipe, data, FULL, sizes, False) for _ in range(2))
    trainer = Trainer(recipe, data, FULL, [worker, fresh], "graph")
    trainer.train(worker, np.arange(12, 36), seed=6)
    state = trainer.train(worker, TRAIN, seed=5)
    tested = trainer.predict(state, TEST)
    again = trainer.train(fresh, TRAIN, seed=5)
    assert equal(weights(state), weights(again)) and np.array_equal(tested, trainer.predict(again, TEST))


@pytest.mark.parametrize("steps", [1, 4, 5])
def test_a_run_killed_inside_an_epoch_of_changed_scans_ends_with_the_same_bytes(
    recipe_with, uneven, tmp_path, monkeypatch, steps
):
    folds = subject_folds(sorted(set(uneven.subject.tolist())), 3, 0, 0)

    def train(folder):
        runs = train_runs([Run("x", 0, 1)], lambda: (uneven, folds), recipe_with(**ALL), session_in(folder, 0.0))
        ((_, predictions, _),) = runs
        return predictions

    whole = train(tmp_path / "whole")
    with monkeypatch.context() as patch:
        die_after(steps, patch)
        with pytest.raises(KeyboardInterrupt):
            train(tmp_path / "killed")
    assert train(tmp_path / "killed") == whole


def test_more_scans_than_a_chunk_are_all_changed_each_in_its_own_way(training):
    count, changed = CHUNK + 7, {}
    settings = TrainingSettings(**vars(training) | {"shift": 20})
    depth = torch.arange(count, dtype=torch.float32)[:, None, None, None].expand(count, 1, 8, 8) + 1
    source = {"depth": depth, "normals": depth.expand(-1, 3, -1, -1), "texture": depth.expand(-1, 3, -1, -1)}
    source |= {"mask1": depth, "mask2": depth}
    from ffnet.training.augmentation import augment

    def write(scans, inputs):
        changed.update(zip(scans.tolist(), inputs["depth"], strict=True))

    augment(source, torch.arange(count).flip(0), settings, "plain", 1, 0, write)
    assert sorted(changed) == list(range(count))
    for scan, values in changed.items():
        inside = values[values != 0]
        torch.testing.assert_close(inside, torch.full_like(inside, scan + 1))


def test_the_changed_scans_of_an_epoch_are_the_same_when_they_are_made_again(recipe_with, uneven, tmp_path):
    recipe = recipe_with(**ALL)
    trainer = open_trainer(recipe, uneven, FULL, session_in(tmp_path).execution, [24])
    state = trainer.workers[0].start(trainer._fresh_network(3), 3)
    state.order, made = torch.from_numpy(TRAIN).flip(0), []
    for _ in range(2):
        augment_epoch(state, trainer.data, recipe.training, recipe.texture)
        made.append({name: values[:24].clone() for name, values in state.augmented.items()})
    assert all(torch.equal(made[0][name], made[1][name]) for name in made[0])
