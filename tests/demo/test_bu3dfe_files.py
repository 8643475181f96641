"""Files of BU-3DFE's layout, read by a parser of the test's own."""

import pathlib
import re

import cv2
import numpy as np
import pytest
from scipy.spatial import cKDTree

from ffnet.demo import roster
from ffnet.demo.bu3dfe_files import limit_depth

BLOCK = re.compile(r"(Coordinate \{ point|coordIndex|TextureCoordinate \{ point|texCoordIndex) \[([^\]]*)\]")


def parse(path):
    """Points (N, 3), polygons, texture points (K, 2), texture polygons."""
    text = re.sub("#.*", "", path.read_text())
    names, blocks = zip(*BLOCK.findall(text), strict=True)
    assert names == ("Coordinate { point", "coordIndex", "TextureCoordinate { point", "texCoordIndex")
    points, polygons, texture_points, texture_polygons = (block.replace(",", " ").split() for block in blocks)
    assert polygons[-1] == texture_polygons[-1] == "-1"

    def split(numbers):
        numbers = np.array(numbers, int)
        return np.split(numbers[numbers >= 0], np.cumsum(np.diff(np.flatnonzero(numbers == -1), prepend=-1) - 1)[:-1])

    return (
        np.array(points, float).reshape(-1, 3),
        split(polygons),
        np.array(texture_points, float).reshape(-1, 2),
        split(texture_polygons),
    )


@pytest.fixture(scope="module")
def scans(collection):
    folder = pathlib.Path(roster.subject_folder(collection, "bu3dfe", "F0001"))
    return {path.name[:-8]: parse(path) for path in sorted(folder.glob("*.wrl"))}


def test_polygons_have_three_to_six_vertices_each_within_range(scans):
    for points, polygons, texture_points, texture_polygons in scans.values():
        sizes = [len(polygon) for polygon in polygons]
        assert set(sizes) == {3, 4, 5, 6}
        assert sizes == [len(polygon) for polygon in texture_polygons]
        assert np.unique(np.concatenate(polygons)).tolist() == list(range(len(points)))
        assert np.unique(np.concatenate(texture_polygons)).tolist() == list(range(len(texture_points)))
        assert texture_points.min() >= 0 and texture_points.max() <= 1
        assert len(texture_points) > len(points)  # vertices between both cameras have two places in the texture


def test_a_face_has_eight_to_ten_thousand_vertices_and_the_extent_of_a_face_in_millimetres(scans):
    for points, *_ in scans.values():
        width, height, depth = np.ptp(points, axis=0)
        assert 6500 < len(points) < 11000
        assert 120 < width < 190 and 140 < height < 260 and 70 < depth < 190


def test_an_open_mouth_is_filled_to_a_little_below_the_lips_and_nothing_else_is_touched():
    radius = np.full((60, 60), 90.0)
    radius[20:32, 20:40] = 40.0
    radius[50, 50] = 60.0
    mouth = np.zeros((60, 60), bool)
    mouth[20:32, 20:40] = True
    limited = limit_depth(radius, mouth)
    assert (limited[mouth] == 83).all()
    assert np.array_equal(limited[~mouth], radius[~mouth])


def test_true_landmarks_lie_on_the_written_surface(scans, collection, truth):
    for scan, (_, landmarks) in truth(roster.truth_path(collection, "bu3dfe", "F0001")).items():
        distance = cKDTree(scans[scan][0]).query(landmarks[17:])[0]
        assert np.median(distance) < 2 and np.quantile(distance, 0.8) < 3


def test_first_lines_styles_and_comments_differ_from_file_to_file(collection):
    texts = [path.read_text() for path in pathlib.Path(collection.folder).glob("bu3dfe/*/*.wrl")]
    assert all(text.startswith("#VRML V2.0 utf8\n") for text in texts)
    assert {bool(re.search(r"Coordinate \{ point \[ ?[-\d]", text)) for text in texts} == {True, False}
    assert {bool(re.search(r"\de[+-]\d\d", text)) for text in texts} == {True, False}
    assert {text.count("#") for text in texts} == {1, 2}


def test_landmark_files_name_vertices_of_the_mesh(scans, collection):
    folder = pathlib.Path(roster.subject_folder(collection, "bu3dfe", "F0001"))
    for scan, (points, *_) in scans.items():
        lines = (folder / f"{scan}_F3D.bnd").read_text().splitlines()
        rows = [re.fullmatch(r"(\d+)\t\t(\S+) (\S+) (\S+)", line) for line in lines]
        assert len(rows) == 83
        numbers, places = (
            [int(row[1]) for row in rows],
            np.array([[float(v) for v in row.groups()[1:]] for row in rows]),
        )
        assert points[numbers] == pytest.approx(places, abs=1e-3)
        left, right, mouth = places[:8].mean(0), places[8:16].mean(0), places[48:68].mean(0)
        assert left[0] > right[0] and mouth[1] < left[1]


def test_texture_coordinates_show_each_side_of_the_face_in_its_own_half(scans, collection, truth):
    """The lips' red must be found through the coordinates, and the second half must be upside down."""
    folder = roster.subject_folder(collection, "bu3dfe", "F0001")
    stem = next(scan for scan in scans if "_NE" in scan)
    points, polygons, texture_points, texture_polygons = scans[stem]
    picture = cv2.imread(f"{folder}/{stem}_F3D.bmp")[..., ::-1].astype(float)
    height, width = picture.shape[:2]
    vertex, place = np.concatenate(polygons), texture_points[np.concatenate(texture_polygons)]
    left_half = place[:, 0] < 0.5
    relative = points[vertex] - truth(roster.truth_path(collection, "bu3dfe", "F0001"))[stem][1][30]
    assert (relative[left_half, 0] < 15).all() and (relative[~left_half, 0] > -15).all()
    assert np.corrcoef(relative[left_half, 1], place[left_half, 1])[0, 1] > 0.99
    assert np.corrcoef(relative[~left_half, 1], place[~left_half, 1])[0, 1] < -0.99
    colour = picture[(height - place[:, 1] * height).astype(int).clip(0, height - 1), (place[:, 0] * width).astype(int)]
    assert (colour.sum(axis=1) > 40).mean() > 0.97  # off the dark background
