"""The stage `normals` for one shard."""

import numpy as np

from ffnet.normals.depth import normals_from_depth


def compute_normals(columns: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Columns of a shard, from those of the stage `maps`: scan, and normals (n, S, S, 3) float32, NaN off the face."""
    normals = [
        normals_from_depth(d.astype(float), s) for d, s in zip(columns["depth"], columns["spacing"], strict=True)
    ]
    shape = (*columns["depth"].shape, 3)
    return {"scan": columns["scan"], "normals": np.array(normals, np.float32).reshape(shape)}
