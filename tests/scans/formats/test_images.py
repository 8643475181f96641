import struct

import cv2
import numpy as np
import pytest
from PIL import Image

from ffnet.errors import ScanError
from ffnet.scans.formats.images import read_image


def gradient():
    """A picture (6, 8, 3) whose rows, columns and channels cannot be taken for each other."""
    row, column = np.mgrid[:6, :8]
    return np.stack([row * 30, column * 20, np.full((6, 8), 7)], axis=-1).astype(np.uint8)


@pytest.mark.parametrize("suffix", [".png", ".bmp"])
def test_rows_columns_and_channels_keep_their_order(tmp_path, suffix):
    path = tmp_path / f"a{suffix}"
    cv2.imwrite(str(path), gradient()[..., ::-1])
    np.testing.assert_array_equal(read_image(path), gradient())


def test_grey_pictures_and_those_with_alpha_or_16_bits_become_rgb_of_8_bits(tmp_path):
    path = tmp_path / "a.png"
    for pixels in (gradient()[..., 1], np.dstack([gradient(), gradient()[..., 0]]), gradient().astype(np.uint16) * 257):
        cv2.imwrite(str(path), pixels)
        image = read_image(path)
        assert image.shape == (6, 8, 3) and image.dtype == np.uint8
        np.testing.assert_array_equal(image[..., 1], gradient()[..., 1])


def test_a_turn_noted_by_the_camera_is_not_followed(tmp_path):
    path = tmp_path / "a.jpg"
    data = cv2.imencode(".jpg", gradient())[1].tobytes()
    turn = b"Exif\0\0MM\0*" + struct.pack(">IHHHIHHI", 8, 1, 0x0112, 3, 1, 6, 0, 0)  # orientation 6: a quarter turn
    path.write_bytes(data[:2] + b"\xff\xe1" + struct.pack(">H", len(turn) + 2) + turn + data[2:])
    assert cv2.imread(str(path)).shape == (8, 6, 3)  # OpenCV follows it unless told not to
    assert read_image(path).shape == (6, 8, 3)


def test_a_picture_cut_anywhere_is_refused(tmp_path):
    for suffix in (".png", ".jpg", ".bmp"):
        data = cv2.imencode(suffix, gradient())[1].tobytes()
        path = tmp_path / f"a{suffix}"
        for keep in range(0, len(data) - 4, 5):  # the last four bytes of a PNG are a check sum
            path.write_bytes(data[:keep])
            with pytest.raises(ScanError, match=f"a{suffix}: "):
                read_image(path)


def test_a_bmp_with_the_oldest_header_is_read(tmp_path):
    rows = [row.tobytes() for row in gradient()[::-1, :, ::-1]]  # upwards, blue first; 24 bytes need no filling
    data = b"BM" + struct.pack("<I4xI", 26 + 24 * 6, 26) + struct.pack("<IHHHH", 12, 8, 6, 1, 24) + b"".join(rows)
    path = tmp_path / "a.bmp"
    path.write_bytes(data)
    np.testing.assert_array_equal(read_image(path), gradient())
    path.write_bytes(data[:-1])
    with pytest.raises(ScanError, match="the image of 8 x 6 pixels is cut short"):
        read_image(path)


def test_a_palette_with_transparent_colours_becomes_rgb(tmp_path):
    palette = Image.fromarray(gradient()).quantize(48)
    palette.save(tmp_path / "a.png", transparency=bytes(range(48)))
    np.testing.assert_array_equal(read_image(tmp_path / "a.png"), np.asarray(palette.convert("RGB")))
