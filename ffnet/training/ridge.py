"""The floor that a network must beat: a ridge classifier on small pictures of the same scans."""

from collections.abc import Iterable

import numpy as np

from ffnet.networks.settings import CURVATURE, NONE, RIDGE, Curvature, ExperimentSettings
from ffnet.shards.samples import Samples
from ffnet.training.recipe import RidgeRecipe
from ffnet.training.scattering import scattering

GREY = (0.299, 0.587, 0.114)  # weights of red, green and blue, ITU-R BT.601


def pixel_features(collection: Samples, modalities: Iterable[str], pixels: int) -> np.ndarray:
    """Area averages of the maps as rows of numbers, (n, features) float64.

    modalities: some of depth, normals, texture, mask1; texture counts as grey. pixels: side of the small picture, a
    divisor of the maps' side.
    """
    maps = {"depth": collection.depth[..., None], "normals": collection.normals, "mask1": collection.mask1[..., None]}
    maps["texture"] = (collection.texture @ np.array(GREY))[..., None]
    return np.concatenate([area_average(maps[name], pixels) for name in modalities], axis=1)


def area_average(maps: np.ndarray, pixels: int) -> np.ndarray:
    """Means over equal squares: maps (n, S, S, channels) to (n, pixels * pixels * channels) float64."""
    count, side, _, channels = maps.shape
    block = side // pixels
    squares = maps.reshape(count, pixels, block, pixels, block, channels).mean(axis=(2, 4), dtype=np.float64)
    return squares.reshape(count, -1)


def standardise(trained: np.ndarray, tested: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Both halves with the training half's mean and deviation per feature; a constant feature becomes 0."""
    mean, deviation = trained.mean(axis=0), trained.std(axis=0)
    deviation[deviation == 0] = np.inf
    return (trained - mean) / deviation, (tested - mean) / deviation


def ridge_scores(
    trained: np.ndarray, labels: np.ndarray, tested: np.ndarray, classes: int, penalty: float
) -> np.ndarray:
    """Decision values of one ridge regression per class on targets +1 and -1, (n_tested, classes).

    Solved in the space of scans, of which there are fewer than features:
    tested X^T (X X^T + penalty I)^-1 Y + mean(Y). X is standardised, so its mean is 0 and the mean of Y drops out of
    the first term.
    """
    targets = np.where(labels[:, None] == np.arange(classes), 1.0, -1.0)
    gram = trained @ trained.T + penalty * np.eye(len(trained))
    return tested @ (trained.T @ np.linalg.solve(gram, targets)) + targets.mean(axis=0)


def softmax(scores: np.ndarray) -> np.ndarray:
    """Rows that add up to 1."""
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def scattering_features(collection: Samples, row: ExperimentSettings) -> np.ndarray:
    """Scattering coefficients of a row's maps as rows of numbers, (n, features) float32.

    Each component of the normals, grey texture, depth and curvature is a picture, at half the maps' side.
    """
    maps = {"depth": collection.depth[..., None], "normals": collection.normals}
    maps["texture"] = (collection.texture @ np.array(GREY))[..., None]
    if row.curvature != NONE:
        maps[CURVATURE] = _curvature(collection.normals, row.curvature)
    half, features = collection.depth.shape[1] // 2, []
    for name in row.streams:
        pictures = area_average(maps[name], half).reshape(len(collection.depth), half, half, -1)
        features += [scattering(pictures[..., k]).reshape(len(pictures), -1) for k in range(pictures.shape[3])]
    return np.concatenate(features, axis=1)


def _curvature(normals: np.ndarray, kind: Curvature) -> np.ndarray:
    """(n, H, W, 1) of (n, H, W, 3)."""
    import torch  # takes 2 s, and only this row needs it

    from ffnet.networks.curvature import curvature_map

    return curvature_map(torch.from_numpy(normals).permute(0, 3, 1, 2), kind).permute(0, 2, 3, 1).numpy()


def ridge_probabilities(train: Samples, test: Samples, recipe: RidgeRecipe) -> np.ndarray:
    """Probabilities for the test half, (n_test, classes)."""
    row, settings = recipe.experiment, recipe.ridge
    if row.scatters:
        trained, tested = (scattering_features(half, row) for half in (train, test))
    else:
        modalities = (*row.streams, *(["mask1"] if row.masks == RIDGE else []))
        trained, tested = (pixel_features(half, modalities, settings.pixels) for half in (train, test))
    return linear_probabilities(trained, train.label, tested, len(recipe.classes), settings.penalty)


def linear_probabilities(
    trained: np.ndarray, labels: np.ndarray, tested: np.ndarray, classes: int, penalty: float
) -> np.ndarray:
    """Probabilities for the test half, (n_test, classes), from the features of both halves."""
    trained, tested = standardise(trained, tested)
    return softmax(ridge_scores(trained, labels, tested, classes, penalty))
