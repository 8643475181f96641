"""What a sensor makes of a surface: noise, spikes, holes."""

from typing import NamedTuple

import numpy as np

from ffnet.demo.settings import DemoSettings


class Reading(NamedTuple):
    """A measured grid: values (H, W) mm, NaN where nothing was measured; spikes, how many were made, and where,
    spiked (H, W) bool; holes, how many were made."""

    values: np.ndarray
    spikes: int
    holes: int
    spiked: np.ndarray


CLEFT = 3  # rows of the grid
DRIFT = 1.5  # how much stronger the slow part of the noise is than the quick part
SPIKE_HEIGHT = (5.0, 18.0)  # mm
HOLE_RADIUS = (1.6, 4.5)  # mm


def read_sensor(
    values: np.ndarray, places: np.ndarray, features: np.ndarray, settings: DemoSettings, random: np.random.Generator
) -> Reading:
    """The Reading of a true grid.

    values: (H, W) mm, NaN where the sensor sees nothing. places: (H, W, 3) mm. features: (K, 3) mm, brows, eyes
    and nostrils; every second hole is at one of them, the rest are anywhere.
    """
    values = bridge_clefts(values)
    measured = values + settings.noise * _noise(values.shape, random)
    seen = np.argwhere(np.isfinite(values))
    spikes = round(settings.spikes * len(seen))
    rows, columns = seen[random.choice(len(seen), spikes, replace=False)].T
    measured[rows, columns] += random.choice([-1, 1], spikes) * random.uniform(*SPIKE_HEIGHT, spikes)
    spiked = np.zeros(values.shape, bool)
    spiked[rows, columns] = True
    made = 0
    for number in range(settings.holes):
        centre = features[random.integers(len(features))] if number % 2 == 0 else places[tuple(random.choice(seen))]
        radius = random.uniform(*HOLE_RADIUS)
        measured[((places - centre) ** 2).sum(axis=-1) < radius**2] = np.nan  # NaN places are in no hole
        made += 1
    return Reading(measured, spikes, made, spiked)


def bridge_clefts(values: np.ndarray) -> np.ndarray:
    """Values (H, W) without dents one row high, such as the line between closed lips, which no sensor can see into."""
    import cv2

    low = np.nan_to_num(values, nan=-1e6)
    closed = cv2.morphologyEx(low, cv2.MORPH_CLOSE, np.ones((CLEFT, 1), np.uint8))
    return np.where(np.isfinite(values), closed, np.nan)


def _noise(shape: tuple[int, ...], random: np.random.Generator) -> np.ndarray:
    """Quick noise of deviation 1 plus slow waves (H, W)."""
    import cv2

    coarse = random.standard_normal((max(2, shape[0] // 12), max(2, shape[1] // 12)))
    slow = cv2.resize(coarse, shape[::-1], interpolation=cv2.INTER_CUBIC)
    return random.standard_normal(shape) + DRIFT * slow
