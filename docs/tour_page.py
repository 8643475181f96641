"""The tour's page: tour_template.md with the numbers of one walk."""

import pathlib

import numpy as np

from ffnet.shards.shard import AXES

TEMPLATE = pathlib.Path(__file__).with_name("tour_template.md")
STORED = ("depth", "normals", "texture", "mask1", "mask2", "landmarks")
WHERE = {"detector": "on the texture", "relief": "on the shaded depth map", "crop": "nowhere and took the whole square"}


def page_text(walk, config):
    """The page of a Walk as Markdown."""
    values = scan_values(walk, config) | map_values(walk) | mask_values(walk, config)
    return TEMPLATE.read_text(encoding="utf-8").format(**values)


def scan_values(walk, config):
    """Name -> value for the sections on the raw files and on turning."""
    mesh, frontal = walk.raw, walk.frontal
    height, width = mesh.texture.shape[:2]
    return {
        "scan": walk.row.scan,
        "subject": walk.row.subject,
        "expression": walk.row.expression,
        "mesh_kib": walk.sizes[0] / 1024,
        "picture_kib": walk.sizes[1] / 1024,
        "vertices": len(mesh.vertices),
        "triangles": len(mesh.triangles),
        "size": " x ".join(f"{side:.0f}" for side in np.ptp(mesh.vertices, axis=0)),
        "pixels": f"{width} x {height}",
        "rounds": config.scans.pose.rounds,
        "turned": walk.turned,
        "found": frontal.rotation_degrees,
        "left": walk.left,
        "nose": walk.nose,
        "eyes": walk.pose.eye_distance,
        "crop": config.scans.crop.extent,
        "extent": frontal.extent,
        "kept": len(frontal.mesh.vertices),
    }


def map_values(walk):
    """Name -> value for the sections on maps and normals."""
    maps, normals = walk.maps, walk.normals["normals"][0]
    return {
        "map": maps["depth"].shape[1],
        "spacing": maps["spacing"][0],
        "density": maps["points_per_pixel"][0],
        "spikes": maps["spike_share"][0],
        "removed": maps["removed_share"][0],
        "filled": maps["filled_share"][0],
        "facing": np.nanmedian(np.degrees(np.arccos(np.clip(normals[..., 2], -1, 1)))),
    }


def mask_values(walk, config):
    """Name -> value for the sections on masks and on the shard."""
    weights = (", ".join(f"{value:g}" for value in np.unique(walk.masks[name])) for name in ("mask1", "mask2"))
    return {
        "mask": config.masks.size,
        "where": WHERE[str(walk.masks["detected"][0])],
        "plausibility": walk.masks["plausibility"][0],
        "least": config.masks.least_plausibility,
        **dict(zip(("weights_1", "weights_2"), weights, strict=True)),
        "label": walk.shard["label"][0],
        "stored": "\n".join(stored_row(name, walk.shard[name][0]) for name in STORED),
    }


def stored_row(name, values):
    """The row of the table for one array of the shard."""
    shape, axes = " x ".join(map(str, values.shape)), AXES[name].removeprefix("scan, ")
    return f"| `{name}` | {shape} | {values.min():.2f} | {values.max():.2f} | {axes} |"
