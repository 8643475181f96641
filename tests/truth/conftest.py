"""Generated scans beside the surface and the landmarks they were made from."""

import csv
from typing import NamedTuple

import numpy as np
import pytest
import yaml
from scipy.spatial import cKDTree

from ffnet.config import Config
from ffnet.demo import bosphorus_files, bu3dfe_files, roster
from ffnet.demo.makehuman import read_head
from ffnet.demo.model import build_model
from ffnet.demo.settings import DemoSettings
from ffnet.demo.studio import pose_head, prepare, rotation_xyz
from ffnet.geometry.mesh import Mesh
from ffnet.geometry.raycast import cast_view
from ffnet.scans.formats.bosphorus import read_bosphorus
from ffnet.scans.formats.bu3dfe import read_bu3dfe
from ffnet.scans.load import MARGIN, crop
from ffnet.settings import read_settings

EYES, NOSE_TIP = [36, 45], 30
QUIET = {"noise": 0.0, "spikes": 0.0, "holes": 0}


class Known(NamedTuple):
    """A scan as read from its files, in the frontal frame of the true pose, with the truth.

    mesh: Mesh. uncut: the same before the reader took points out for their long edges, as nothing was cleaned yet.
    center, extent: the square of its maps, mm. depth: (S, S) mm, the true surface on the grid of the maps.
    planted: (K, 3) mm, where the sensor put spikes in the square. standing: (K,) which vertex of the mesh each is, -1
    if the reader joined it to nothing.
    """

    mesh: Mesh
    uncut: Mesh
    center: np.ndarray
    extent: float
    depth: np.ndarray
    planted: np.ndarray
    standing: np.ndarray


@pytest.fixture(scope="session")
def config(request):
    """config.yaml as a dict."""
    return yaml.safe_load((request.config.rootpath / "config.yaml").read_text())


@pytest.fixture(scope="session")
def settings(config):
    """Config, the default."""
    return read_settings(Config, config, "config.yaml")


@pytest.fixture(scope="session")
def model():
    return build_model(read_head())


@pytest.fixture(scope="session")
def known_scans(config, settings, model, tmp_path_factory):
    """A function that makes Known scans: known_scans(layout, people, scans of each, changes of the section demo)."""

    def make(layout, people, scans, changes):
        demo = read_settings(DemoSettings, config["demo"] | {"seed": 11, "subjects": people} | changes, "demo")
        for subject in roster.list_subjects(demo, layout):
            sitter, planned = prepare(model, subject, demo), roster.list_scans(demo, subject)
            chosen = np.random.default_rng([11, subject.number]).choice(len(planned), scans, replace=False)
            for number in chosen.tolist():
                random = np.random.default_rng([11, subject.number, number])
                posed = pose_head(sitter, planned[number], demo, random)
                scan = SCANNERS[layout](tmp_path_factory.mktemp("scan"), sitter, posed, demo, random)
                yield _in_true_pose(*scan, posed, model, settings)

    return make


def _scan_mesh(folder, sitter, posed, demo, random):
    face, _, reading = bu3dfe_files.scan_face(sitter, posed, demo, random)
    bu3dfe_files.write_wrl(f"{folder}/a.wrl", face, style=0)
    bu3dfe_files.write_picture(f"{folder}/a.bmp", face.texture)
    axis, outward, _, _ = bu3dfe_files.cylinder(posed.landmarks)
    measured = axis + reading.values[..., None] * outward
    mesh = read_bu3dfe(f"{folder}/a.wrl", f"{folder}/a.bmp")
    return mesh, mesh, measured[reading.spiked]


def _scan_range_image(folder, sitter, posed, demo, random):
    planes, picture, reading = bosphorus_files.scan_range(sitter, posed, demo, random)
    bosphorus_files.write_bnt(f"{folder}/a.bnt", planes, "a.png", only_depth=True)
    bu3dfe_files.write_picture(f"{folder}/a.png", picture)
    mesh, uncut = (read_bosphorus(f"{folder}/a.bnt", f"{folder}/a.png", longest_edge=edge) for edge in (12.0, np.inf))
    return mesh, uncut, np.moveaxis(planes[:3], 0, -1)[reading.spiked]


SCANNERS = {"bu3dfe": _scan_mesh, "bosphorus": _scan_range_image}


def _in_true_pose(mesh, uncut, planted, posed, model, settings):
    frontal = rotation_xyz(posed.degrees).T

    def turn(points):
        return (points - posed.landmarks[NOSE_TIP]) @ frontal.T

    left, right = turn(posed.landmarks[EYES])
    eyes = np.linalg.norm(right - left)
    center = (left + right)[:2] / 2 - [0, settings.scans.crop.below_eyes * eyes]
    extent = settings.scans.crop.extent * eyes
    mesh, uncut = (
        crop(whole._replace(vertices=turn(whole.vertices)), center, extent / 2 * MARGIN) for whole in (mesh, uncut)
    )
    _, depth = cast_view(turn(posed.vertices), model.triangles, center, extent, settings.maps.size)
    planted = turn(planted[np.isfinite(planted).all(axis=1)])
    planted = planted[(np.abs(planted[:, :2] - center) < extent / 2).all(axis=1)]
    distance, vertex = cKDTree(mesh.vertices).query(planted)  # files hold four decimals
    return Known(mesh, uncut, center, extent, depth, planted, np.where(distance < 0.01, vertex, -1))


@pytest.fixture(scope="session")
def true_landmarks():
    """A function that reads a truth file into {scan: landmarks (68, 3)}, mm in the file's coordinates."""

    def read(path):
        with open(path, newline="") as file:
            rows = list(csv.DictReader(file))
        return {row["scan"]: np.array([[float(row[f"{a}{k}"]) for a in "xyz"] for k in range(68)]) for row in rows}

    return read
