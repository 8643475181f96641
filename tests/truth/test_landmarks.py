"""The 51 landmarks on the texture maps of a demo collection, against where the generator put them."""

import dataclasses
import os
import pathlib
from collections import Counter

import numpy as np
import pytest

from ffnet.demo import roster
from ffnet.demo.write_subject import make_bosphorus_subject, make_bu3dfe_subject
from ffnet.maps.shard import project_maps
from ffnet.masks.salient_landmarks import SALIENT
from ffnet.masks.shard import make_masks
from ffnet.scans.formats.readers import read_scan
from ffnet.scans.index import index_scans
from ffnet.scans.pose import find_pose
from ffnet.scans.shard import load_scans

REGIONS = {"brows": slice(0, 10), "nose": slice(10, 19), "eyes": slice(19, 31), "mouth": slice(31, 51)}
MAKE = {"bu3dfe": make_bu3dfe_subject, "bosphorus": make_bosphorus_subject}
OUTER_EYES = [36, 45]


def true_pixels(mesh, center, extent, landmarks, settings):
    """The true 68 points (68, 2) in pixels of the small texture. mesh: as read from its file, in whose coordinates the
    landmarks (68, 3) are; the pipeline's own pose is found again. center, extent: the square of the maps, mm."""
    pose = find_pose(mesh, settings.scans.pose)
    places = ((landmarks - pose.nose_tip) @ pose.rotation.T)[:, :2]
    share = (places - center) / extent * [1, -1] + 0.5  # of the square, from its upper left corner
    return share * settings.masks.size - 0.5  # pixel 0's centre lies half a pixel inside


def measure(layout, demo, every, settings, model, true_landmarks):
    """Errors (n, 51) in outer eye distances, mean shift (2,) likewise, and how often each way was used, with "failed"
    for scans left out: the real stages from the raw files on. demo: DemoSettings of the collection, of which every
    second scan is taken if `every` is 2."""
    dataset = settings.datasets[f"demo-{layout}"]
    for subject in roster.list_subjects(demo, layout):
        MAKE[layout](model, demo, subject.name)
    rows, _ = index_scans(roster.collection_files(demo, layout), dataset, settings.scans)
    rows = rows[::every]
    scans, lost = load_scans(rows, dataset.unit, dataset.classes, settings.scans)
    maps, lost_maps = project_maps(scans, dataset.projection, settings.maps)
    masks, lost_masks = make_masks(maps, settings.masks)
    routes = Counter(masks["detected"].tolist())
    routes["failed"] = len(lost) + len(lost_maps) + len(lost_masks)
    assert sum(routes.values()) == len(rows)
    subjects = {row.subject for row in rows}
    truth = {s: true_landmarks(roster.truth_path(demo, layout, s)) for s in subjects}
    squares = dict(zip(scans["scan"], zip(scans["center"], scans["extent"], strict=True), strict=True))
    found = dict(zip(masks["scan"], masks["landmarks"], strict=True))
    shifts = []
    for row in (row for row in rows if row.scan in found):
        mesh = read_scan(row.mesh, row.texture, settings.scans, dataset.unit).mesh
        stem = pathlib.Path(row.mesh).stem.removesuffix("_F3D")
        true = true_pixels(mesh, *squares[row.scan], truth[row.subject][stem], settings)
        shifts.append((found[row.scan] - true[SALIENT]) / np.linalg.norm(np.diff(true[OUTER_EYES], axis=0)))
    shifts = np.array(shifts)
    return np.linalg.norm(shifts, axis=2), shifts.mean(axis=(0, 1)), routes


def report(layout, errors, shift, routes):
    regions = ", ".join(f"{name} {errors[:, part].mean():.2%}" for name, part in REGIONS.items())
    print(f"\n{layout}: {errors.mean():.2%} of the outer eye distance on average; {regions}; worst scan", end=" ")
    print(f"{errors.mean(axis=1).max():.2%}; shift {shift[0]:+.2%} {shift[1]:+.2%}; routes {dict(routes)}")


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("layout", ["bu3dfe", "bosphorus"])
def test_landmarks_lie_where_the_generator_put_them(layout, settings, model, true_landmarks, tmp_path):
    demo = dataclasses.replace(settings.demo, folder=os.fspath(tmp_path), subjects=3, intensities=(4,), takes=1)
    found = measure(layout, demo, 2, settings, model, true_landmarks)
    report(layout, *found)
    errors, shift, routes = found
    assert errors.mean() < 0.05 and np.abs(shift).max() < 0.01
    assert all(errors[:, part].mean() < 0.08 for part in REGIONS.values())
    assert routes["failed"] == 0


@pytest.mark.full
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("layout", ["bu3dfe", "bosphorus"])
def test_landmarks_of_20_people_lie_where_the_generator_put_them(layout, settings, model, true_landmarks, tmp_path):
    """Issue 4: mean error under 5% of the outer eye distance, detected or recovered for at least 99% of scans."""
    demo = dataclasses.replace(settings.demo, folder=os.fspath(tmp_path), subjects=20)
    found = measure(layout, demo, 1, settings, model, true_landmarks)
    report(layout, *found)
    errors, shift, routes = found
    assert errors.mean() < 0.05 and np.abs(shift).max() < 0.01
    assert routes["failed"] <= 0.01 * sum(routes.values())
