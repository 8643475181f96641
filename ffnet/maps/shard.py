"""The stage `maps` for one shard."""

import numpy as np

from ffnet.geometry.packing import unpack_mesh
from ffnet.maps.cleaning import find_outliers, smooth
from ffnet.maps.holes import fill_holes
from ffnet.maps.project import Projection, project
from ffnet.maps.settings import MapSettings, Method
from ffnet.quarantine import Rejected, each_scan

CARRIED = ("scan", "subject", "label", "intensity")


def project_maps(
    columns: dict[str, np.ndarray], projection: Method, settings: MapSettings
) -> tuple[dict[str, np.ndarray], list[Rejected]]:
    """Columns of a shard and the scans left out, from the columns of the stage `scans`.

    depth (n, S, S) float32 mm, NaN off the face. texture (n, S, S, 3) uint8 RGB, 0 off the face. spacing (n,) mm per
    pixel. points_per_pixel, spike_share, removed_share, filled_share (n,): see Projection and clean_maps.
    """

    def work(i: int) -> dict:
        mesh = unpack_mesh(columns, i)
        return clean_maps(project(mesh, columns["center"][i], columns["extent"][i], projection, settings), settings)

    kept, maps, rejected = each_scan(columns["scan"], work, "maps")
    size = settings.size
    made = {name: columns[name][kept] for name in CARRIED}
    made["depth"] = np.array([cleaned["depth"] for cleaned in maps], np.float32).reshape(-1, size, size)
    made["texture"] = np.array([cleaned["texture"] for cleaned in maps], np.uint8).reshape(-1, size, size, 3)
    made["spacing"] = columns["extent"][kept] / size
    for name in ("points_per_pixel", "spike_share", "removed_share", "filled_share"):
        made[name] = np.array([cleaned[name] for cleaned in maps], float)
    return made, rejected


def clean_maps(projection: Projection, settings: MapSettings) -> dict:
    """A Projection without outliers, holes and noise, as one scan's entries of the columns.

    removed_share, filled_share: shares of the face's pixels that were removed as outliers, and that were filled.
    """
    face = projection.face
    outliers = find_outliers(projection.depth, settings.outliers)
    depth = np.where(outliers, np.nan, projection.depth)
    holes = face & ~np.isfinite(depth)
    depth = smooth(fill_holes(depth, face), settings.smooth_sigma)
    texture = fill_holes(projection.texture, face)
    return {
        "depth": depth,
        "texture": np.clip(np.rint(np.nan_to_num(texture)), 0, 255),
        "points_per_pixel": projection.points_per_pixel,
        "spike_share": projection.spike_share,
        "removed_share": outliers.sum() / face.sum(),
        "filled_share": holes.sum() / face.sum(),
    }
