"""One condition: scans changed before preprocessing, prepared as any scan, and seen by trained networks."""

import functools
from collections.abc import Mapping, Sequence

import numpy as np

from ffnet.maps.shard import project_maps
from ffnet.masks.shard import make_masks
from ffnet.normals.shard import compute_normals
from ffnet.predict.predictor import Predictor
from ffnet.quarantine import Rejected
from ffnet.robustness.axes import change_scan
from ffnet.robustness.outcomes import Outcome, make_outcomes
from ffnet.robustness.settings import ChangeSettings, Condition
from ffnet.scans.index import ScanRow
from ffnet.scans.shard import load_scans
from ffnet.shards.preprocessing import Preprocessing
from ffnet.shards.shard import join_stages

BATCH = 32


def run_condition(
    rows: list[ScanRow],
    condition: Condition,
    predictors: Mapping[str, Predictor],
    preprocessing: Preprocessing,
    settings: ChangeSettings,
) -> list[Outcome]:
    """The Outcomes of scans under a Condition, one of ffnet.robustness.axes.CHANGES.

    predictors: experiment -> Predictor; all have the same classes. preprocessing: of the scans. The pose is found by
    the detector, as a landmark file belongs to the unchanged scan. A scan that cannot be used never stops the others.
    """
    classes = next(iter(predictors.values())).classes
    columns, rejected = prepare_changed(rows, condition, classes, preprocessing, settings)
    count = len(columns["scan"])
    parts = np.array_split(np.arange(count), max(1, -(-count // BATCH)))
    probabilities = {
        name: np.concatenate([_probabilities(predictor, columns, part) for part in parts])
        for name, predictor in predictors.items()
    }
    return make_outcomes(rows, columns["scan"].tolist(), probabilities, rejected, classes)


def _probabilities(predictor: Predictor, columns: dict[str, np.ndarray], part: np.ndarray) -> np.ndarray:
    if not len(part):
        return np.zeros((0, len(predictor.classes)))
    return predictor.probabilities({name: values[part] for name, values in columns.items()}, BATCH)


def prepare_changed(
    rows: list[ScanRow],
    condition: Condition,
    classes: Sequence[str],
    preprocessing: Preprocessing,
    settings: ChangeSettings,
) -> tuple[dict[str, np.ndarray], list[Rejected]]:
    """The columns of a shard of changed scans, by the functions of the stages, and the scans that they left out."""
    change = functools.partial(change_scan, condition=condition, settings=settings, pose=preprocessing.scans.pose)
    unlisted = [row._replace(landmarks="") for row in rows]
    scans, left_out = load_scans(unlisted, preprocessing.unit, classes, preprocessing.scans, change)
    maps, without_maps = project_maps(scans, preprocessing.projection, preprocessing.maps)
    masks, without_masks = make_masks(maps, preprocessing.masks)
    columns = join_stages(maps, compute_normals(maps), masks, preprocessing.shards)
    return columns, left_out + without_maps + without_masks
