"""Preprocessing one scan the straightforward way, for bench_preprocessing.py: one process, scipy's griddata.

    python benchmarks/straightforward.py SCAN TEXTURE OUTPUT

Reading, pose, cleaning, normals, landmarks and masks are the project's own, so that only the way of working differs:
a process per scan, and linear griddata once for the depth and once for each channel of the texture.
"""

import sys

import numpy as np
from scipy.interpolate import griddata

from ffnet.commands.config_file import read_config_file
from ffnet.geometry.mesh import sample_texture
from ffnet.geometry.raycast import pixel_centres
from ffnet.maps.project import Projection
from ffnet.maps.shard import clean_maps
from ffnet.masks.salient_landmarks import find_landmarks
from ffnet.masks.weights import halve, landmark_mask
from ffnet.normals.depth import normals_from_depth
from ffnet.scans.load import load_scan


def preprocess(scan, texture, config):
    """Five maps and the landmarks of one scan, as a dict of arrays."""
    frontal = load_scan(scan, texture, "", "mm", config.scans)
    points, size = frontal.mesh.vertices, config.maps.size
    uv = np.zeros((len(points), 2))
    uv[frontal.mesh.triangles] = frontal.mesh.uv
    colours = sample_texture(frontal.mesh.texture, uv)
    x, y = np.meshgrid(*pixel_centres(frontal.center, frontal.extent, size))
    depth = griddata(points[:, :2], points[:, 2], (x, y))
    channels = [griddata(points[:, :2], colours[:, channel], (x, y)) for channel in range(3)]
    picture = np.where(np.isfinite(depth)[..., None], np.stack(channels, axis=-1), np.nan)
    maps = clean_maps(Projection(depth, picture, np.isfinite(depth), 1.0, 0.0), config.maps)
    spacing = frontal.extent / size
    landmarks = find_landmarks(maps["texture"].astype(np.uint8), maps["depth"], spacing, config.masks)[0]
    return {
        "depth": maps["depth"],
        "texture": maps["texture"],
        "normals": normals_from_depth(maps["depth"], spacing),
        "mask1": landmark_mask(landmarks, config.masks.size, config.masks.radius_1, config.masks.fall),
        "mask2": landmark_mask(halve(landmarks), config.masks.size // 2, config.masks.radius_2, config.masks.fall),
        "landmarks": landmarks,
    }


if __name__ == "__main__":
    np.savez(sys.argv[3], **preprocess(sys.argv[1], sys.argv[2], read_config_file("config.yaml")))
