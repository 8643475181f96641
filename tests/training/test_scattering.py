import dataclasses
import functools

import numpy as np
import pytest

from ffnet.expressions import EXPRESSIONS
from ffnet.networks.settings import ExperimentSettings
from ffnet.training.recipe import RidgeRecipe, read_recipe, recipe_values
from ffnet.training.ridge import ridge_probabilities, scattering_features
from ffnet.training.run import fit_ridges
from ffnet.training.scattering import DIRECTIONS, PATHS, SCALES, morlet_spectrum, scattering
from ffnet.training.session import FoldScans, Run
from ffnet.training.settings import RidgeSettings

NONE = np.arange(0)  # nobody watches
ROW = ExperimentSettings("none", "scattering", "none", "none", 0, curvature="shape_index")
KYMATIO = {  # path -> what Kymatio 0.3 gives at one place of `blob`, which it sees without its outer 8 pixels
    **{0: 0.80103, 1: 0.15898, 6: 0.12349, 9: 0.09133, 14: 0.17474, 20: 0.03481},
    **{25: 0.00453, 40: 0.00847, 77: 0.00083, 130: 0.00436, 180: 0.00326, 216: 0.00300},
}


@pytest.fixture
def blob():
    """Waves of several directions under a Gaussian, (80, 80)."""
    row, column = np.mgrid[:80, :80].astype(float)
    waves = 1 + np.sin(0.9 * row + 0.3 * column) * np.cos(1.3 * column)
    return np.exp(-((row - 40) ** 2 + (column - 36) ** 2) / 150) * waves


def test_coefficients_are_kymatios_in_its_order(blob):
    (found,) = scattering(blob[None])
    assert found.shape == (PATHS, 10, 10) == (217, 10, 10) and found.dtype == np.float32
    for path, expected in KYMATIO.items():
        assert found[path, 5, 4] == pytest.approx(expected, rel=5e-3, abs=1e-4), path


def test_a_constant_picture_has_its_mean_and_nothing_else():
    (found,) = scattering(np.full((1, 56, 56), 3.0))
    np.testing.assert_allclose(found[0], 3, rtol=1e-4)
    np.testing.assert_allclose(found[1:], 0, atol=1e-4)


def test_wavelets_have_no_mean():
    for scale in range(SCALES):
        spectrum = morlet_spectrum(56, 0.8 * 2**scale, 0.7, 3 / 4 * np.pi / 2**scale, 0.5)
        assert abs(spectrum[0, 0]) < 1e-12 and spectrum.max() == pytest.approx(1, abs=0.1)


@pytest.mark.parametrize("direction", [0, 2, 5])
def test_a_wave_is_found_by_the_wavelet_of_its_scale_and_direction(direction):
    angle = (DIRECTIONS - DIRECTIONS // 2 - 1 - direction) * np.pi / DIRECTIONS
    row, column = np.mgrid[:64, :64]
    frequency = 3 / 8 * np.pi  # of the second scale
    wave = np.cos(frequency * (np.cos(angle) * row + np.sin(angle) * column))
    first = scattering(wave[None])[0, 1 : 1 + SCALES * DIRECTIONS].mean(axis=(1, 2))
    assert first.argmax() == DIRECTIONS + direction


def test_a_shift_by_two_pixels_changes_little_and_by_eight_moves_the_grid(blob):
    ours, shifted, moved = scattering(np.stack([blob, np.roll(blob, 2, 1), np.roll(blob, 8, 1)]))
    assert np.linalg.norm(ours - shifted) < 0.4 * np.linalg.norm(ours)
    assert np.linalg.norm(blob - np.roll(blob, 2, 1)) > 0.5 * np.linalg.norm(blob)
    np.testing.assert_allclose(moved, np.roll(ours, 1, 2), atol=1e-5)


def test_features_are_those_of_each_component_and_of_the_shape_index(collection):
    few = collection.take(np.arange(3))
    normals = dataclasses.replace(ROW, curvature="none")
    features, alone = scattering_features(few, ROW), scattering_features(few, normals)
    each = PATHS * 7 * 7
    assert features.shape == (3, 4 * each) and np.array_equal(features[:, : 3 * each], alone)
    middle = few.normals[..., 1].reshape(3, 56, 2, 56, 2).mean(axis=(2, 4))
    np.testing.assert_allclose(alone[:, each : 2 * each], scattering(middle).reshape(3, -1), atol=1e-6)


def test_runs_compute_the_coefficients_once_and_learn_the_pattern(collection, monkeypatch):
    calls = []
    real = scattering_features

    def counted(*arguments):
        calls.append(1)
        return real(*arguments)

    monkeypatch.setattr("ffnet.training.run.scattering_features", counted)
    recipe = RidgeRecipe(EXPRESSIONS, ROW, RidgeSettings(28, 100.0))
    assert read_recipe(recipe_values(recipe), "x") == recipe
    halves = {}
    for fold, part in enumerate(np.array_split(np.arange(len(collection.scan)), 3)):
        halves[Run("x", 0, fold)] = FoldScans(np.setdiff1d(np.arange(len(collection.scan)), part), part, NONE)
    fits = list(fit_ridges(halves, collection, recipe))
    assert len(calls) == 1 and len(fits) == 3
    each_half = ridge_probabilities(*(collection.take(half) for half in halves[fits[0].run][:2]), recipe)
    np.testing.assert_allclose(fits[0].probabilities, each_half, atol=1e-6)
    for fit in fits:
        np.testing.assert_allclose(fit.probabilities.sum(axis=1), 1)
        assert (fit.probabilities.argmax(1) == collection.label[halves[fit.run].test]).mean() > 0.5


def test_pictures_are_still_seen_as_before(collection):
    recipe = RidgeRecipe(EXPRESSIONS, ExperimentSettings("ridge", "none", "none", "none", 0), RidgeSettings(28, 100.0))
    run, halves = Run("x", 0, 0), FoldScans(np.arange(24), np.arange(24, 36), NONE)
    (fit,) = fit_ridges({run: halves}, collection, recipe)
    expected = functools.partial(ridge_probabilities, recipe=recipe)(*(collection.take(half) for half in halves[:2]))
    assert np.array_equal(fit.probabilities, expected)
