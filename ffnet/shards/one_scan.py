"""One scan through the stages maps, normals, masks and shards, exactly as in the workflow."""

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

UNKNOWN = -1  # label and intensity where nobody has said what the scan shows


def prepare_scan(scan: FrontalScan, preprocessing: Preprocessing) -> dict[str, np.ndarray]:
    """The columns of a shard with this one scan, the same bytes as the workflow's: see join_stages.

    Raises ScanError with the reason if a stage leaves the scan out.
    """
    named = {"scan": np.array(["scan"]), "subject": np.array([""])}
    named |= {name: np.array([UNKNOWN], np.int64) for name in ("label", "intensity")}
    columns = named | scan_columns([pack_scan(scan)])
    maps, rejected = project_maps(columns, preprocessing.projection, preprocessing.maps)
    _check(rejected)
    masks, rejected = make_masks(maps, preprocessing.masks)
    _check(rejected)
    return join_stages(maps, compute_normals(maps), masks, preprocessing.shards)


def _check(rejected: list[Rejected]) -> None:
    for row in rejected:
        raise ScanError(row.reason)
