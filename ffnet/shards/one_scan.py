"""One scan through the stages maps, normals, masks and shards, as the workflow takes it: maps of a file at once."""

import contextlib

import numpy as np

from ffnet.errors import ScanError
from ffnet.maps.shard import project_maps
from ffnet.masks.shard import make_masks
from ffnet.normals.shard import compute_normals
from ffnet.quarantine import Rejected
from ffnet.scans.load import FrontalScan
from ffnet.scans.shard import pack_scan, scan_columns
from ffnet.shards.preprocessing import Preprocessing
from ffnet.shards.shard import join_stages

UNKNOWN = -1  # label and intensity of a scan of which nobody said what it shows


def prepare_scan(scan: FrontalScan, preprocessing: Preprocessing) -> dict[str, np.ndarray]:
    """The columns of a shard of this one FrontalScan, the same bytes as the workflow gives: see join_stages.

    preprocessing: Preprocessing. Raises ScanError with the reason for which a stage leaves the scan out.
    """
    named = {"scan": np.array(["scan"]), "subject": np.array([""])}
    named |= {name: np.array([UNKNOWN], np.int64) for name in ("label", "intensity")}
    with contextlib.redirect_stdout(None):  # stages tell their log of every scan
        maps, rejected = project_maps(
            named | scan_columns([pack_scan(scan)]), preprocessing.projection, preprocessing.maps
        )
        _check(rejected)
        masks, rejected = make_masks(maps, preprocessing.masks)
        _check(rejected)
    return join_stages(maps, compute_normals(maps), masks, preprocessing.shards)


def _check(rejected: list[Rejected]) -> None:
    for row in rejected:
        raise ScanError(row.reason)
