"""Odd and broken texture images."""

import struct
import zlib

import cv2
import numpy as np

SAME = None  # as plain


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width=2, height=2, rows=2, end=True):
    body = chunk(b"IDAT", zlib.compress(b"\0\x10\x20\x30\x40\x50\x60" * rows))
    head = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return head + body + chunk(b"IEND", b"") * end


def bmp(width=2, height=-2, rows=2, size=40, bits=24, compression=0):
    header = struct.pack("<IiiHHIIiiII", size, width, height, 1, bits, compression, 0, 0, 0, 0, 0)
    return b"BM" + struct.pack("<IHHI", 54 + 8 * rows, 0, 0, 54) + header + b"\x30\x20\x10\x60\x50\x40\0\0" * rows


JPEG = cv2.imencode(".jpg", np.full((8, 8, 3), 128, np.uint8))[1].tobytes()
PICTURE = png()
CASES = {
        "JPEG": (JPEG, r"read: .8, 8, 3. picture"),
        "BMP": (bmp(), SAME),
        "behind the end": (png() + b"trailing words", SAME),
        "PNG without end": (png(end=False), "2 x 2 pixels is cut short or damaged"),
        "PNG cut": (png()[:50], "cut short"),
        "PNG header cut": (png()[:20], "a PNG image that is cut short, damaged"),
        "PNG bit flipped": (png()[:45] + b"\xff" + png()[46:], "cut short or damaged"),
        "PNG of 10^10": (png(10**5, 10**5), "too large .*10000000000 pixels"),
        "PNG of no width": (png(width=0), "a PNG image that is cut short, damaged"),
        "PNG of 70 million": (png(10_000, 7_000), "10000 x 7000 pixels, expected at most 67 million"),
        "PNG of empty chunks": (lambda path: png(end=False) + chunk(b"tEXt", b"") * 10**6, "cut short or damaged"),
        "JPEG without end": (JPEG[:-2], "cut short or damaged"),
        "JPEG without picture": (JPEG[:20] + JPEG[-2:], "a JPEG image that is cut short, damaged"),
        "JPEG of 65535": (JPEG.replace(b"\x00\x08\x00\x08", b"\xff" * 4), "too large .*4294836225 pixels"),
        "BMP cut": (bmp()[:-9], "cut short or damaged"),
        "BMP of 2^31": (bmp(2**31 - 1, 2**31 - 1), "too large"),
        "BMP of no height": (bmp(height=0), "a BMP image that is cut short, damaged"),
        "BMP of negative width": (bmp(width=-2), "too large"),
        "BMP header cut": (bmp()[:20], "a BMP image that is cut short, damaged"),
        "BMP compressed": (bmp(compression=4), "a BMP image that is .* unusual; convert it to PNG"),
        "GIF": (b"GIF89a" + bytes(99), "expected an image .PNG, JPEG, .* found a file that starts with"),
    }  # fmt: skip
KINDS = {"image": ("texture image", png(), CASES)}


def test_each_file_is_read_right_or_refused_with_its_name_and_reason(case, check_outcome):
    check_outcome(case)
