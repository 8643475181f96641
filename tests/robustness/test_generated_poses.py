"""A turned mesh has the maps of the scan that the generator takes again with the head turned."""

import dataclasses

import numpy as np
import pytest

from ffnet.demo.bosphorus_files import scan_range, write_bnt
from ffnet.demo.bu3dfe_files import scan_face, write_picture, write_wrl
from ffnet.demo.makehuman import read_head
from ffnet.demo.model import build_model
from ffnet.demo.retake import CHANGES
from ffnet.demo.roster import list_scans, list_subjects
from ffnet.demo.studio import UNCHANGED, pose_head, prepare
from ffnet.geometry.raycast import cast_view
from ffnet.normals.depth import normals_from_depth
from ffnet.robustness.turning import rotation_about, turn
from ffnet.scans.formats.readers import read_scan

EXTENT, SIZE = 150.0, 100  # mm and pixels of the maps; 1.5 mm per pixel, as in the workflow
TURNS = [("yaw", 20.0), ("yaw", -40.0), ("yaw", 60.0), ("pitch", 30.0), ("pitch", -20.0), ("roll", 40.0)]
RANGE = 0.02, 0.2  # mm, of depth: at the median, and of 95% of the pixels; the scanner's grid is 1.1 mm wide
FACE = 0.05, 0.5  # mm likewise; the vertices of BU-3DFE's layout are 2 mm apart
STEEP = 0.25  # cosine to the view, about the least that the scanner measures


@pytest.fixture(scope="module")
def demo(config):
    """A demo without noise, spikes, holes and poses of its own."""
    still = {"noise": 0.0, "spikes": 0.0, "holes": 0, "pose_deviation": (0.0, 0.0, 0.0), "light_variation": 0.0}
    return dataclasses.replace(config.demo, **still)


@pytest.fixture(scope="module")
def model():
    return build_model(read_head())


def seat(model, demo, layout):
    """A person, who smiles, before the scanner."""
    subject = list_subjects(demo, layout)[0]
    scan = next(scan for scan in list_scans(demo, subject) if scan.expression == "happiness")
    sitter = prepare(model, subject, demo)
    return sitter, pose_head(sitter, scan, demo, np.random.default_rng(0))


@pytest.fixture(scope="module")
def sitting(model, demo):
    return seat(model, demo, "bosphorus")


def range_mesh(sitter, posed, demo, config, folder, change=UNCHANGED):
    """The mesh of the files that the generator writes after a change."""
    planes, picture, _ = scan_range(sitter, posed, demo, np.random.default_rng(0), change)
    write_bnt(folder / "scan.bnt", planes, "scan.png", only_depth=True)
    write_picture(folder / "scan.png", picture)
    return read_scan(str(folder / "scan.bnt"), str(folder / "scan.png"), config.scans, "mm").mesh


def face_mesh(sitter, posed, demo, config, folder, change):
    """The same in BU-3DFE's layout."""
    mesh, _, _ = scan_face(sitter, posed, demo, np.random.default_rng(0), change)
    write_wrl(folder / "scan_F3D.wrl", mesh, style=0)
    write_picture(folder / "scan_F3D.bmp", mesh.texture)
    return read_scan(str(folder / "scan_F3D.wrl"), str(folder / "scan_F3D.bmp"), config.scans, "mm").mesh


def turned_about_the_nose(mesh, axis, degrees):
    """The mesh of `turn`, moved as if it had been turned about the origin, the nose tip, as the generator's is."""
    middle, rotation = mesh.vertices.mean(axis=0), rotation_about(axis, degrees)
    seen = turn(mesh, axis, degrees)
    return seen._replace(vertices=seen.vertices - middle + rotation @ middle)


def maps(mesh):
    _, depth = cast_view(mesh.vertices, mesh.triangles, np.array([0.0, -5.0]), EXTENT, SIZE)
    return depth, normals_from_depth(depth, EXTENT / SIZE)


def differences(one, other):
    """mm of depth and degrees of the normals where both see the face, and not too steeply."""
    (depth, normals), (true_depth, true_normals) = maps(one), maps(other)
    both = np.isfinite(depth) & np.isfinite(true_depth) & (np.minimum(normals[..., 2], true_normals[..., 2]) > STEEP)
    cosine = np.clip((normals * true_normals).sum(axis=-1)[both], -1, 1)
    return np.abs(depth - true_depth)[both], np.degrees(np.arccos(cosine)), both


@pytest.mark.parametrize(("axis", "degrees"), TURNS)
def test_a_turned_range_image_has_the_maps_of_the_generators_scan_of_that_pose(
    axis, degrees, sitting, demo, config, tmp_path
):
    sitter, posed = sitting
    frontal = range_mesh(sitter, posed, demo, config, tmp_path)
    truth = range_mesh(sitter, posed, demo, config, tmp_path, CHANGES[axis](degrees))
    turned = turned_about_the_nose(frontal, axis, degrees)
    depth, angle, both = differences(turned, truth)
    assert both.mean() > 0.4 and (np.quantile(depth, [0.5, 0.95]) < RANGE).all() and np.median(angle) < 0.5
    back = rotation_about(axis, degrees)  # turned back, the face shows where the scanner saw nothing
    seen, measured = (np.isfinite(maps(one._replace(vertices=one.vertices @ back))[0]) for one in (turned, truth))
    assert (seen & measured).sum() > 0.94 * measured.sum()
    assert (seen & measured).sum() > 0.8 * seen.sum()  # the rest is steep, which the scanner leaves out


@pytest.mark.parametrize(("axis", "degrees"), TURNS)
def test_a_turned_face_of_bu3dfe_has_the_depth_of_the_generators_scan_of_that_pose(
    axis, degrees, model, demo, config, tmp_path
):
    sitter, posed = seat(model, demo, "bu3dfe")
    frontal, truth = (
        face_mesh(sitter, posed, demo, config, tmp_path, of) for of in (UNCHANGED, CHANGES[axis](degrees))
    )
    depth, angle, both = differences(turned_about_the_nose(frontal, axis, degrees), truth)
    assert both.mean() > 0.4 and (np.quantile(depth, [0.5, 0.95]) < FACE).all() and np.median(angle) < 1.0
