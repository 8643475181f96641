"""Depth images and range images in the less usual ways of writing them."""

import struct

import cv2
import numpy as np
import pytest

from ffnet.errors import ScanError
from ffnet.scans.formats.depth_image import read_depth_image
from ffnet.scans.formats.frgc import read_abs

DEPTH = np.arange(12, dtype=np.uint16).reshape(3, 4) + 500


def test_a_npy_in_fortrans_order_is_the_same_picture(tmp_path):
    np.save(tmp_path / "a.npy", np.asfortranarray(DEPTH.astype(float)))
    np.testing.assert_array_equal(read_depth_image(tmp_path / "a.npy"), DEPTH)


@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_the_greatest_number_of_16_bits_is_nothing_measured(tmp_path, suffix):
    cv2.imwrite(str(tmp_path / f"a{suffix}"), np.array([[0, 700, 65535], [65534, 1, 65535]], np.uint16))
    nothing = [[True, False, True], [False, False, True]]
    np.testing.assert_array_equal(np.isnan(read_depth_image(tmp_path / f"a{suffix}")), nothing)


def test_a_tif_of_the_other_byte_order_is_the_same_picture(tmp_path):
    tags = {256: 4, 257: 3, 258: 16, 259: 1, 262: 1, 273: 8 + 2 + 9 * 12 + 4, 277: 1, 278: 3, 279: DEPTH.nbytes}
    entries = b"".join(struct.pack(">HHII", tag, 4, 1, value) for tag, value in tags.items())
    data = b"MM\0*" + struct.pack(">IH", 8, len(tags)) + entries + bytes(4) + DEPTH.astype(">u2").tobytes()
    (tmp_path / "a.tif").write_bytes(data)
    np.testing.assert_array_equal(read_depth_image(tmp_path / "a.tif"), DEPTH)


def test_points_of_frgc_count_only_where_the_flag_is_one(tmp_path):
    text = "2 rows\n2 columns\npixels (flag X Y Z):\n1 0 2 1\n0 9 0 9\n9 9 0 0\n1 1 1 1\n"
    (tmp_path / "a.abs").write_text(text)
    np.testing.assert_array_equal(np.isfinite(read_abs(tmp_path / "a.abs")).all(axis=2), [[True, False], [False, True]])


def test_what_opencv_gives_up_on_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "a.tif"
    cv2.imwrite(str(path), np.full((4, 5), 700, np.uint16))
    assert (read_depth_image(path) == 700).all()

    def give_up(data, flags):
        raise cv2.error("no memory")

    monkeypatch.setattr("cv2.imdecode", give_up)
    with pytest.raises(ScanError, match="a.tif: the picture cannot be read, or is cut short"):
        read_depth_image(path)
