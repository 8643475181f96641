"""Noise, spikes and holes of a sensor."""

import dataclasses

import numpy as np
import pytest
from scipy.ndimage import label

from ffnet.demo.sensor import bridge_clefts, read_sensor


@pytest.fixture
def wall():
    x, y = np.meshgrid(np.arange(120.0), np.arange(100.0))
    return np.stack([x, y, np.full_like(x, 50.0)], axis=-1)


def read(wall, settings, seed=0):
    return read_sensor(wall[..., 2], wall, np.array([[30.0, 30, 50]]), settings, np.random.default_rng(seed))


def test_without_noise_spikes_and_holes_a_sensor_reads_the_truth(wall, settings):
    quiet = dataclasses.replace(settings, noise=0.0, spikes=0.0, holes=0)
    assert np.array_equal(read(wall, quiet).values, wall[..., 2])


def test_spikes_are_as_many_as_asked_and_high(wall, settings):
    reading = read(wall, dataclasses.replace(settings, noise=0.0, spikes=0.01, holes=0))
    off = np.abs(reading.values - 50.0)
    assert (off > 0).sum() == 120 == reading.spikes
    assert off[off > 0].min() >= 5


def test_holes_are_as_many_as_asked_and_every_second_one_is_at_a_feature(wall, settings):
    reading = read(wall, dataclasses.replace(settings, noise=0.0, spikes=0.0, holes=2), seed=3)
    _, count = label(np.isnan(reading.values))
    assert count == 2 == reading.holes
    assert np.isnan(reading.values[30, 30])


def test_noise_is_as_strong_as_asked(wall, settings):
    reading = read(wall, dataclasses.replace(settings, noise=0.2, spikes=0.0, holes=0))
    quick = np.diff(reading.values, axis=1).std() / np.sqrt(2)  # the slow waves hardly change from pixel to pixel
    assert quick == pytest.approx(0.2, rel=0.1)


def test_a_dent_of_one_row_is_bridged_and_a_wide_one_is_not():
    values = np.full((12, 6), 10.0)
    values[3] = 0.0
    values[6:10] = 0.0
    values[1, 2] = np.nan
    bridged = bridge_clefts(values)
    assert (bridged[3] == 10).all() and (bridged[6:10] == 0).all()
    assert np.argwhere(np.isnan(bridged)).tolist() == [[1, 2]]
