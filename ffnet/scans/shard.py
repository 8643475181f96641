"""The stage `scans` for one shard."""

import functools
import logging
from collections.abc import Callable, Sequence

import numpy as np

from ffnet.geometry.mesh import Mesh
from ffnet.geometry.packing import mesh_columns, pack_mesh
from ffnet.origin import is_generated
from ffnet.quarantine import Rejected, each_scan
from ffnet.scans.index import ScanRow
from ffnet.scans.load import FrontalScan, load_scan
from ffnet.scans.settings import ScanSettings, Unit

log = logging.getLogger(__name__)


def load_scans(
    rows: list[ScanRow],
    unit: Unit,
    classes: Sequence[str],
    settings: ScanSettings,
    change: Callable[[str, Mesh], Mesh] | None = None,
) -> tuple[dict[str, np.ndarray], list[Rejected]]:
    """Columns and Rejected rows of a shard.

    unit: of the files. classes: names of the expressions in the order of labels. change: what is done to a scan's mesh
    before anything else, given its name and the Mesh.
    """

    def load(i: int) -> FrontalScan:
        own_change = functools.partial(change, rows[i].scan) if change else None
        scan = load_scan(rows[i].mesh, rows[i].texture, rows[i].landmarks, unit, settings, own_change)
        for note in scan.notes:
            log.warning(note)
        return pack_scan(scan)

    kept, scans, rejected = each_scan([row.scan for row in rows], load, "scans")
    columns = {
        "scan": np.array([rows[i].scan for i in kept], str),
        "subject": np.array([rows[i].subject for i in kept], str),
        "label": np.array([classes.index(rows[i].expression) for i in kept], np.int64),
        "intensity": np.array([rows[i].intensity for i in kept], np.int64),
        "generated": np.array([is_generated(rows[i].mesh) for i in kept], bool),
        **scan_columns(scans),
    }
    return columns, rejected


def pack_scan(scan: FrontalScan) -> FrontalScan:
    """The scan with its mesh packed for storage, as a shard holds hundreds of them."""
    return scan._replace(mesh=pack_mesh(scan.mesh))


def scan_columns(scans: Sequence[FrontalScan]) -> dict[str, np.ndarray]:
    """The columns of a shard that come from the scans themselves; each was packed by pack_scan."""
    return {
        "center": np.array([scan.center for scan in scans], np.float64).reshape(-1, 2),
        "extent": np.array([scan.extent for scan in scans], np.float64),
        "rotation_degrees": np.array([scan.rotation_degrees for scan in scans], np.float64),
        "pose_route": np.array([scan.route for scan in scans], str),
        **mesh_columns([scan.mesh for scan in scans]),
    }
