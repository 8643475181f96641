import struct

import numpy as np
import pytest

from ffnet.errors import ScanError
from ffnet.scans.formats.bosphorus import read_bnt, read_bosphorus
from ffnet.scans.formats.range_grid import grid_triangles

ROWS, COLUMNS, BACKGROUND = 3, 4, -1e9


def planes():
    """x, y, z, a, b (5, rows, columns), the bottom row first as in the file; one background cell at the top left."""
    x, y = np.meshgrid(np.arange(COLUMNS) * 2.0, np.arange(ROWS) * 2.0)
    values = np.stack([x, y, x + 10 * y, x / 6, 1 - y / 4])
    values[2, ROWS - 1, 0] = BACKGROUND
    return values


def bnt(values, rows=ROWS, columns=COLUMNS, name=b"bs000_N_N_0.png", count=None):
    header = struct.pack("<HHdH", rows, columns, BACKGROUND, len(name)) + name
    return header + struct.pack("<I", values.size if count is None else count) + values.astype("<f8").tobytes()


def write(folder, data):
    import cv2

    path = folder / "bs000_E_FEAR_0.bnt"
    path.write_bytes(data)
    picture = np.zeros((4, 6, 3), np.uint8)
    picture[0] = 255
    cv2.imwrite(str(path.with_suffix(".png")), picture)
    return path


def test_rows_are_turned_to_image_order_and_background_is_left_out(tmp_path):
    image = read_bnt(write(tmp_path, bnt(planes())))
    assert image.points.shape == (11, 5) and image.cells.shape == (3, 4)
    assert image.cells[0, 0] == -1 and (image.cells >= 0).sum() == 11
    np.testing.assert_array_equal(image.points[image.cells[2, 1], :3], [2, 0, 2])
    np.testing.assert_array_equal(image.points[image.cells[0, 3], :3], [6, 4, 46])


def test_the_mesh_faces_the_camera_and_its_texture_runs_as_the_photo(tmp_path):
    path = write(tmp_path, bnt(planes()))
    mesh = read_bosphorus(path, path.with_suffix(".png"), longest_edge=100)
    corners = mesh.vertices[mesh.triangles]
    turn = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    assert (turn[:, 2] > 0).all() and len(mesh.triangles) == 11
    top = mesh.vertices[mesh.triangles][..., 1] == 4
    np.testing.assert_allclose(mesh.uv[..., 1][top], 1)  # b = 0 is the photo's top row, v = 1


def test_far_neighbours_are_not_joined(tmp_path):
    values = planes()
    values[2] = 0
    values[2, 0, 0] = 50
    path = write(tmp_path, bnt(values))
    assert len(read_bosphorus(path, path.with_suffix(".png"), 10.0).triangles) == 2 * 6 - 1


def test_an_unordered_cloud_is_joined_too(tmp_path):
    rng = np.random.default_rng(0)
    points = np.concatenate([rng.uniform(0, 50, (2, 200)), rng.uniform(0, 1, (3, 200))])
    path = write(tmp_path, bnt(points, rows=7, columns=9))
    assert read_bnt(path).cells is None
    mesh = read_bosphorus(path, path.with_suffix(".png"), longest_edge=20)
    corners = mesh.vertices[mesh.triangles]
    assert len(mesh.triangles) > 200
    assert (np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])[:, 2] > 0).all()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is empty .0 bytes."),
        (b"\x01\x00", "2 bytes are too few"),
        (bnt(planes())[:40], "header promises 5 x 12 values, the file holds 0"),
        (bnt(planes())[:-200], r"header promises 5 x 12 values, the file holds 35; it is cut short"),
        (bnt(planes(), count=2**32 - 1), "the file holds 60"),
        (bnt(planes(), count=59), "header promises 59 numbers, not a multiple of 5"),
        (bnt(planes(), count=0), "header promises 0 numbers"),
        (bnt(np.full((5, ROWS, COLUMNS), BACKGROUND)), "every point is background"),
        (bnt(np.full((5, ROWS, COLUMNS), np.nan)), "every point is background"),
    ],
)
def test_a_broken_range_image_is_named_with_what_is_wrong(tmp_path, data, message):
    with pytest.raises(ScanError, match=f"bs000_E_FEAR_0.bnt: .*{message}"):
        read_bnt(write(tmp_path, data))


def test_triangles_of_a_grid_cover_it_once():
    cells = np.arange(12).reshape(3, 4)
    x, y = np.meshgrid(np.arange(4.0), -np.arange(3.0))
    places = np.stack([x.ravel(), y.ravel()], axis=1)[grid_triangles(cells)]
    a, b = places[:, 1] - places[:, 0], places[:, 2] - places[:, 0]
    areas = (a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]) / 2
    assert (areas > 0).all() and areas.sum() == 6
