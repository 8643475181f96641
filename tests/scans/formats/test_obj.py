"""OBJ in the ways that trimesh alone reads wrong."""

import numpy as np
import pytest

from ffnet.errors import ScanError
from ffnet.scans.formats.trimesh_readers import read_obj

POINTS = [[0, 0, 0], [9, 0, 0], [9, 9, 0], [0, 9, 1], [5, 5, 5]]
TEXT = "".join("v {} {} {}\n".format(*point) for point in POINTS) + "vt 0 0\nvt 1 0\nvt 1 1\nvt 0 1\n"
FAN = [[0, 1, 2], [0, 2, 3], [0, 3, 4]]


def turned(triangles):
    """Triangles' corners, the least first, as they may start with any."""
    return sorted(min(corners[k:] + corners[:k] for k in range(3)) for corners in triangles)


def corners_of(text):
    """The corners of all triangles, sorted, and the triangles that have texture coordinates."""
    parts, _ = read_obj(text.encode())
    corners = [part.vertices[triangle].tolist() for part in parts for triangle in part.triangles]
    return turned(corners), sum(len(part.triangles) for part in parts if part.uv is not None)


@pytest.mark.parametrize(
    ("faces", "triangles"),
    [
        ("f 1 2 3 4 5\n", FAN),
        ("f 1/1 2/2 3/3 4/4 5/1\n", FAN),
        ("f 1 2 3 4\nf 1 4 5\n", FAN),
        ("f -5 -4 -3\nf -5 -3 -2\nf -5 -2 -1\n", FAN),
        ("f 1 2 3 # the first\nf 1 3 4 5\n", FAN),
        ("f\t1  2 3\n  f 1 3 \\\n4 5 \n", FAN),
        ("f -5 2 -3\nv 0 0 7\nf -6 -4 -1\n", [[0, 1, 2], [0, 2, 5]]),
    ],
)
def test_faces_of_any_size_and_numbers_that_count_back_from_their_line(faces, triangles):
    points = np.array([*POINTS, [0, 0, 7]])
    assert corners_of(TEXT + faces)[0] == turned(points[triangles].tolist())


@pytest.mark.parametrize("faces", ["f 1/1 2/2 3/3\nf 1 3 4\n", "g a\nf 1//1 3//2 4//3\nf -5/-4 2/2 3/-2\n"])
def test_faces_without_texture_coordinates_leave_those_of_their_group_alone(faces):
    corners, mapped = corners_of(TEXT + faces)
    assert corners == turned(np.array(POINTS)[FAN[:2]].tolist()) and mapped == 1
    (part,) = [part for part in read_obj((TEXT + faces).encode())[0] if part.uv is not None]
    assert part.uv.tolist() == [[[0, 0], [1, 0], [1, 1]]]


def test_one_corner_without_texture_coordinates_makes_a_face_bare():
    assert corners_of(TEXT + "f 1 2/2 3/3\nf 1/1 3/3 4/4\n")[1] == 1


def test_a_group_that_is_named_again_may_change_between_faces_with_and_without_texture_coordinates():
    groups = ["g a\nf 1/1 2/2 3/3", "g b\nf 1/1 3/3 4/4\nf 1 3 4", "g b\nf 1 4 5\n"]
    corners, mapped = corners_of(TEXT + "\n".join(groups))
    assert len(corners) == 4 and mapped == 2


@pytest.mark.parametrize(
    ("faces", "message"),
    [
        ("f 1 2 3 4\nf 1 2 3 4\nf 1 2\n", "a face of 2 corners: b'f 1 2'"),
        ("f 0 1 2\n", "numbers of a face's corner from 1 on, found b'0'"),
        ("f 1 2 -6\n", "from 1 on, found b'-6'"),
        ("f 1/1 2/x 3/2\n", "expected the numbers of a face's corner, found b'2/x'"),
        ("f 1.0 2.0 3.0\n", "found b'1.0'"),
    ],
)
def test_faces_that_cannot_be_told_are_refused(faces, message):
    with pytest.raises(ScanError, match=message):
        read_obj((TEXT + faces).encode())
