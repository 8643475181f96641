"""quality.csv: a row a scan of the manifest, the worst first, so that a bad one is found without looking at all."""

import os
from collections.abc import Iterable, Sequence

import pandas as pd

from ffnet.quarantine import Rejected
from ffnet.scans.index import ScanRow
from ffnet.storage import read_stage, write_text

# What each stage measured: column of its files -> column of quality.csv.
# pose_route: the picture on which the face was found, "texture" or "shape". rotation_degrees: how far the scan was
# turned to the camera.
SCANS = {"scan": "scan", "pose_route": "pose_route", "rotation_degrees": "rotation_degrees"}
# points_per_pixel: vertices for each pixel of the face. spike_share: of the mesh's vertices, those moved as spikes.
# removed_share: of the face's pixels, outliers. filled_share: of the face's pixels, holes, outliers among them.
MAPS = {name: name for name in ("scan", "points_per_pixel", "spike_share", "removed_share", "filled_share")}
# landmark_route: the box in which dlib placed the landmarks, "detector" or "crop". plausibility: of the landmarks, from
# 0 to 1 (ffnet.masks.plausibility); scans with implausible landmarks have columns of their own.
MASKS = {"scan": "scan", "detected": "landmark_route", "plausibility": "plausibility"}
IMPLAUSIBLE = {"implausible": "scan"} | {f"implausible_{name}": MASKS[name] for name in ("detected", "plausibility")}
MANIFEST = ("scan", "subject", "expression", "intensity")

Paths = Iterable[str | os.PathLike]


def quality_frame(
    manifest: Sequence[ScanRow], scans: Paths, maps: Paths, masks: Paths, rejected: Sequence[Rejected]
) -> pd.DataFrame:
    """How every scan of the manifest came through the stages: those in quarantine first, then the least plausible,
    equal ones by name. NaN for what a scan that was left out earlier does not have.

    scans, maps, masks: files of the stages. Columns: MANIFEST, what the stages measured, and quarantined: the stage
    that left the scan out; quarantine.csv has the reason.
    """
    masks = list(masks)
    frame = pd.DataFrame([row._asdict() for row in manifest], columns=MANIFEST)
    stages = [_measured(scans, SCANS), _measured(maps, MAPS)]
    stages.append(pd.concat([_measured(masks, MASKS), _measured(masks, IMPLAUSIBLE)]))
    stages.append(pd.DataFrame([(row.scan, row.stage) for row in rejected], columns=["scan", "quarantined"]))
    for stage in stages:
        frame = frame.merge(stage, how="left", on="scan")
    order = frame.assign(free=frame["quarantined"].isna(), plausible=frame["plausibility"].fillna(0.0))
    return frame.loc[order.sort_values(["free", "plausible", "scan"]).index].reset_index(drop=True)


def _measured(paths: Paths, names: dict[str, str]) -> pd.DataFrame:
    columns = [read_stage(path, names).columns for path in paths]
    return pd.concat([pd.DataFrame({new: read[old] for old, new in names.items()}) for read in columns])


def write_quality(path: str | os.PathLike, frame: pd.DataFrame) -> None:
    """Writes quality_frame as quality.csv, shares with four decimals, empty where there is none."""
    write_text(path, frame.to_csv(index=False, float_format="%.4f", lineterminator="\n"))


def read_quality(path: str | os.PathLike) -> pd.DataFrame:
    """The frame of quality.csv, in its order."""
    texts = ("scan", "subject", "expression", "pose_route", "landmark_route", "quarantined")
    return pd.read_csv(path, dtype=dict.fromkeys(texts, object), keep_default_na=False, na_values=[""])
