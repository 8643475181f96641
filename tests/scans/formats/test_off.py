import numpy as np
import pytest

from ffnet.errors import ScanError
from ffnet.scans.formats.off import read_off

POINTS = "0 0 0\n9 0 0\n9 9 0\n0 9 1.5\n"
OFF = f"OFF\n4 2 0\n{POINTS}3 0 1 2\n3 0 2 3\n"


@pytest.mark.parametrize(
    "text",
    [
        OFF,
        OFF.replace("OFF\n", "OFF "),
        OFF.replace("4 2 0", "4 2"),
        "# made\n\n" + OFF.replace("9 9 0", "9 9 0 # a corner"),
        OFF.replace("\n", "\r\n"),
        OFF.replace("3 0 1 2", " 3  0 1 2 255 0 0"),
        OFF.replace("4 2", "4 1").replace("3 0 1 2\n3 0 2 3", "4 0 1 2 3"),
        OFF.rstrip(),
        OFF.replace("3 0 1 2", "   \n3 0 1 2"),
        OFF + "2 0 1\nno face\n",
    ],
)
def test_the_ways_to_write_two_triangles(text):
    (part,), count = read_off(text.encode())
    assert count == 4 and part.colours is None
    assert part.vertices.tolist() == [[0, 0, 0], [9, 0, 0], [9, 9, 0], [0, 9, 1.5]]
    assert part.triangles.tolist() == [[0, 1, 2], [0, 2, 3]]


def test_colours_at_the_vertices_of_a_coff_are_read_and_normals_are_not_taken_for_any():
    rows = [f"{row} {20 * i} 0 1 255" for i, row in enumerate(POINTS.splitlines())]
    text = OFF.replace(POINTS, "\n".join(rows) + "\n")
    (part,), _ = read_off(("C" + text).encode())
    np.testing.assert_array_equal(part.colours[1], [[0, 0, 1], [40, 0, 1], [60, 0, 1]])
    assert read_off(("N" + text).encode())[0][0].colours is None


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("OFF", "OBJ", "expected 'OFF' and the numbers of vertices and faces, found b'OBJ"),
        ("4 2 0", "4 3 0", "promises 4 vertices and 3 faces, found 6 lines"),
        ("4 2 0", "0 2 0", "promises 0 vertices"),
        ("9 0 0\n", "9 0\n", "11 numbers of 4 vertices, not as many of each"),
        ("3 0 1 2", "2 0 1", "a face of 2 corners"),
        ("3 0 1 2", "4 0 1 2", "a face with fewer corners than it promises"),
        ("3 0 1 2", "3 0 1 4", "a vertex that is not among the 4"),
        ("3 0 1 2", "3 0 1 -1", "a vertex that is not among the 4"),
    ],
)
def test_what_is_not_as_promised_is_refused(old, new, message):
    with pytest.raises(ScanError, match=message):
        read_off(OFF.replace(old, new).encode())
