"""The tour: one generated scan through every stage by the code of the workflow, as pictures, numbers and a page.

usage: python -m docs.tour OUT; writes OUT/tour.md and its pictures OUT/tour/*.png
"""

import csv
import dataclasses
import pathlib
import sys
import tempfile
from typing import NamedTuple

import numpy as np
import yaml

from docs.tour_figures import draw_all
from docs.tour_page import page_text
from ffnet.config import read_config
from ffnet.demo import roster
from ffnet.demo.makehuman import read_head
from ffnet.demo.model import build_model
from ffnet.demo.studio import rotation_xyz
from ffnet.demo.write_subject import make_bosphorus_subject
from ffnet.geometry.mesh import Mesh
from ffnet.geometry.packing import unpack_mesh
from ffnet.maps.cleaning import find_outliers
from ffnet.maps.project import Projection, project
from ffnet.maps.shard import project_maps
from ffnet.masks.shard import make_masks
from ffnet.normals.shard import compute_normals
from ffnet.scans.beside import Paths
from ffnet.scans.formats.readers import read_scan
from ffnet.scans.index import bosphorus_row
from ffnet.scans.load import FrontalScan, load_scan
from ffnet.scans.pose import Pose, find_pose
from ffnet.scans.shard import load_scans
from ffnet.shards.shard import join_stages
from ffnet.storage import write_text
from ffnet.workflow.provenance import ROOT

SUBJECT, SCAN = "bs000", "bs000_E_SURPRISE_0"
LAYOUT, DATASET = "bosphorus", "demo-bosphorus"
TURN = (5.0, 15.0, 8.0)  # more than in the demo, so that the turn is visible


class Walk(NamedTuple):
    """One scan at every stage. sizes: bytes of its mesh and of its picture. raw: the mesh as read. outliers: (S, S)
    bool. scans, maps, normals, masks, shard: the columns from each stage. turned, left, nose: see truth."""

    row: object
    sizes: tuple
    raw: Mesh
    pose: Pose
    frontal: FrontalScan
    projection: Projection
    outliers: np.ndarray
    scans: dict
    maps: dict
    normals: dict
    masks: dict
    shard: dict
    turned: float
    left: float
    nose: float


def walk(config, folder):
    """The Walk of the scan SCAN, generated into a folder with the settings of a Config."""
    demo = dataclasses.replace(config.demo, folder=str(folder), takes=1, pose_deviation=TURN)
    make_bosphorus_subject(build_model(read_head()), demo, SUBJECT)
    dataset, path = config.datasets[DATASET], f"{roster.subject_folder(demo, LAYOUT, SUBJECT)}/{SCAN}"
    row = bosphorus_row(f"{path}.bnt", Paths([f"{path}.png"]), config.scans.shards)
    raw = read_scan(row.mesh, row.texture, config.scans, dataset.unit).mesh
    pose = find_pose(raw, config.scans.pose)
    frontal = load_scan(row.mesh, row.texture, "", dataset.unit, config.scans)
    scans, rejected = load_scans([row], dataset.unit, dataset.classes, config.scans)
    maps, more = project_maps(scans, dataset.projection, config.maps)
    normals = compute_normals(maps)
    masks, most = make_masks(maps, config.masks)
    assert not [*rejected, *more, *most], "the tour's scan comes through"
    mesh = unpack_mesh(scans, 0)
    projection = project(mesh, scans["center"][0], scans["extent"][0], dataset.projection, config.maps)
    return Walk(
        row=row,
        sizes=tuple(pathlib.Path(file).stat().st_size for file in (row.mesh, row.texture)),
        raw=raw,
        pose=pose,
        frontal=frontal,
        projection=projection,
        outliers=find_outliers(projection.depth, config.maps.outliers),
        scans=scans,
        maps=maps,
        normals=normals,
        masks=masks,
        shard=join_stages(maps, normals, masks, config.shards),
        **truth(roster.truth_path(demo, LAYOUT, SUBJECT), pose),
    )


def truth(path, pose):
    """How a Pose compares with the generator's records. turned: the degrees by which the head was turned. left: the
    degrees that remain after the scan was turned back. nose: mm between the nose tips."""
    with open(path, encoding="utf-8", newline="") as file:
        record = next(row for row in csv.DictReader(file) if row["scan"] == SCAN)
    true = rotation_xyz([float(record[f"rotation_{axis}"]) for axis in "xyz"])
    nose = np.array([float(record[f"nose_{axis}"]) for axis in "xyz"])
    turns = (true, pose.rotation @ true)
    turned, left = (float(np.degrees(np.arccos(np.clip((np.trace(turn) - 1) / 2, -1, 1)))) for turn in turns)
    return {"turned": turned, "left": left, "nose": float(np.linalg.norm(pose.nose_tip - nose))}


def make_tour(out):
    """Writes the page and its pictures below the folder out. Returns the Walk."""
    config = read_config(yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8")))
    with tempfile.TemporaryDirectory() as folder:
        found = walk(config, folder)
    draw_all(found, config, pathlib.Path(out) / "tour")
    write_text(pathlib.Path(out) / "tour.md", page_text(found, config))
    return found


if __name__ == "__main__":
    make_tour(sys.argv[1])
