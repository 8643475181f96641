"""Files of Bosphorus' layout, read by a parser of the test's own."""

import pathlib
import re
import struct

import cv2
import numpy as np
import pytest
from scipy.spatial import cKDTree

from ffnet.demo import roster
from ffnet.demo.bosphorus_files import write_bnt
from ffnet.origin import MARK


def parse(path):
    data = path.read_bytes()
    rows, columns, zmin, length = struct.unpack("<HHdH", data[:14])
    name = data[14 : 14 + length].decode("ascii")
    (count,) = struct.unpack("<I", data[14 + length : 18 + length])
    values = np.frombuffer(data, "<f8", count, 18 + length)
    assert count == rows * columns * 5
    assert data[18 + length + 8 * count :] == MARK
    return name, zmin, values.reshape(5, rows, columns)


@pytest.fixture(scope="module")
def folder(collection):
    return pathlib.Path(roster.subject_folder(collection, "bosphorus", "bs000"))


def test_a_range_image_is_written_byte_by_byte_as_described(tmp_path):
    planes = np.arange(30.0).reshape(5, 2, 3)
    planes[:, 0, 1] = np.nan
    write_bnt(tmp_path / "a.bnt", planes, "a.png", only_depth=False)
    name, zmin, written = parse(tmp_path / "a.bnt")
    assert name == "a.png" and zmin == -1e9
    assert written[0].tolist() == [[3, 4, 5], [0, -1e9, 2]]  # the bottom row comes first
    assert written[2, 1].tolist() == [12, -1e9, 14] and written[4, 1, 2] == 26
    write_bnt(tmp_path / "b.bnt", planes, "b.png", only_depth=True)
    assert parse(tmp_path / "b.bnt")[2][0].tolist() == [[3, 4, 5], [0, 0, 2]]


def test_every_scan_is_a_regular_grid_with_background_seen_from_the_front(folder):
    kinds = set()
    for path in folder.glob("*.bnt"):
        name, zmin, planes = parse(path)
        assert name == f"{path.stem}.png" and planes.shape == (5, 200, 170)
        seen = planes[2] != zmin
        assert 0.3 < seen.mean() < 0.9
        kinds.add(bool((planes[0][~seen] == zmin).all()))
        steps = np.diff(planes[1], axis=0)[seen[1:] & seen[:-1]]
        assert steps == pytest.approx(1.1)  # y rises with the row: bottom first
        assert np.diff(planes[0], axis=1)[seen[:, 1:] & seen[:, :-1]] == pytest.approx(1.1)
        assert (planes[3:][:, seen] >= 0).all() and (planes[3:][:, seen] <= 1).all()
    assert kinds == {True, False}


def test_texture_coordinates_lead_to_the_face_in_the_photo(folder):
    for path in sorted(folder.glob("*.bnt"))[:3]:
        _, zmin, planes = parse(path)
        photo = cv2.imread(str(path.with_suffix(".png"))).sum(axis=2)
        height, width = photo.shape
        seen = planes[2] != zmin
        a, b = planes[3][seen], planes[4][seen]
        assert (photo[(b * height).astype(int), (a * width).astype(int)] > 40).mean() > 0.97
        assert np.corrcoef(planes[1][seen], b)[0, 1] < -0.999


def test_true_landmarks_lie_on_the_written_surface(folder, collection, truth):
    for scan, (_, landmarks) in truth(roster.truth_path(collection, "bosphorus", "bs000")).items():
        _, zmin, planes = parse(folder / f"{scan}.bnt")
        points = planes[:3, planes[2] != zmin].T
        distance = cKDTree(points).query(landmarks[17:])[0]
        assert np.median(distance) < 2 and np.quantile(distance, 0.85) < 3


def read_landmarks(path):
    text = path.read_text().replace("\r", "")
    if path.suffix == ".lm3":
        body = re.sub(r"(?m)^#.*\n", "", text)
        body = re.sub(r"(?ms)^\*.*?\n\n", "", body)
        count, *lines = body.strip().split("\n")
        labels, places = lines[::2], lines[1::2]
    else:
        count = re.search(r"\d+ landmarks:", text)[0]
        labels = re.search(r"Labels:\n(.*?)\n\n", text, re.S)[1].split("\n")
        places = re.search(r"2D Image coordinates:\n(.*)", text, re.S)[1].strip().split("\n")
    assert int(count.split()[0]) == len(labels) == len(places)
    return dict(zip(labels, [np.array(place.split(), float) for place in places], strict=True))


def test_landmarks_in_space_and_in_the_photo_agree_and_some_are_missing(folder, collection, truth):
    counts = set()
    for scan, (_, landmarks) in truth(roster.truth_path(collection, "bosphorus", "bs000")).items():
        space, picture = (read_landmarks(folder / f"{scan}{ending}") for ending in (".lm3", ".lm2"))
        assert list(space) == list(picture)
        counts.add(len(space))
        _, zmin, planes = parse(folder / f"{scan}.bnt")
        seen = planes[2] != zmin
        photo = cv2.imread(str(folder / f"{scan}.png"))
        for label, point in space.items():
            nearest = np.argmin(np.where(seen, np.hypot(planes[0] - point[0], planes[1] - point[1]), np.inf))
            column, row = planes[3].ravel()[nearest] * photo.shape[1], planes[4].ravel()[nearest] * photo.shape[0]
            assert np.hypot(column - picture[label][0], row - picture[label][1]) < 12
        if "Nose tip" in space:
            assert space["Nose tip"] == pytest.approx(landmarks[30], abs=1e-3)
    assert max(counts) <= 22 and min(counts) >= 19 and len(counts) > 1


def test_some_landmark_files_end_their_lines_as_windows_does(folder):
    assert {b"\r\n" in path.read_bytes() for path in folder.glob("*.lm3")} == {True, False}
