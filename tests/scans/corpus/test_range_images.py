"""Odd and broken range images (.bnt) and landmark files."""

import struct

import cv2
import numpy as np

MEBIBYTE = 1 << 20
MANY = 100_001
SAME = None  # as plain
PICTURE = cv2.imencode(".png", np.zeros((2, 2, 3), np.uint8))[1].tobytes()
BND = "".join(f"{i}\t\t{i}.5 2 3\n" for i in range(83))
LM3 = "# made\n* scan\nfree words\n\n2 landmarks:\nNose tip\n1 2 3\nChin middle\n4 5 6\n"
LM2 = "# made\n\n2 landmarks:\n\nLabels:\nNose tip\nChin middle\n\n2D Image coordinates:\n1 2\n3 4\n"


def bnt(rows=2, columns=2, count=None, values=None, background=-1e9, name=b"a.png", length=None):
    values = [0, 9, 0, 9, 0, 0, 9, 9, 1, 2, 3, 4, 0, 1, 0, 1, 1, 1, 0, 0] if values is None else values
    head = struct.pack("<HHdH", rows, columns, background, len(name) if length is None else length) + name
    return head + struct.pack("<I", len(values) if count is None else count) + struct.pack(f"<{len(values)}d", *values)


def cloud(x, y, z):
    return bnt(9, 9, values=[*x, *y, *z, *x, *x])


BNT_CASES = {
        "trailing bytes": (bnt() + b"more", SAME),
        "NaN as background": (bnt(values=[0, 9, 0, 9, 0, 0, 9, 9, 1, 2, 3, float("nan"), *range(8)]), "3 vertices, 1"),
        "background far off": (bnt(values=[0, 9, 0, 9, 0, 0, 9, 9, 1, 2, 3, 1e300, *range(8)]), "3 vertices, 1"),
        "near background": (bnt(values=[0, 9, 0, 9, 0, 0, 9, 9, 1, 2, 3, -9, *range(8)], background=-9), "3 vertices"),
        "cut by a bit": (bnt()[:-1], "promises 5 x 4 values, the file holds 19"),
        "cloud": (cloud([0, 9, 0, 9, 4], [0, 0, 9, 9, 4], [0] * 5), "5 vertices, 4 triangles"),
        "cut header": (bnt()[:9], "9 bytes are too few for a .bnt header"),
        "long name promised": (bnt(length=65535), "too few for a .bnt header"),
        "cut": (bnt()[:-60], r"promises 5 x 4 values, the file holds 12"),
        "4 GiB in 100 bytes": (bnt(65535, 65535, count=2**32 - 1)[:100], "promises 5 x 858993459 values"),
        "negative count": (bnt(count=2**32 - 4), "promises 4294967292 numbers, not a multiple of 5"),
        "count zero": (bnt(count=0), "promises 0 numbers"),
        "PNG": (PICTURE + bytes(99), "not a range image .a PNG image"),
        "background only": (bnt(values=[-1e9] * 20), "every point is background"),
        "NaN only": (bnt(values=[float("nan")] * 20), "every point is background"),
        "two points": (cloud([0, 1], [0, 1], [0, 1]), "2 measured points are too few"),
        "one column": (bnt(4, 1, values=[0, 1, 2, 3] + [0] * 16), "lie on a line"),
        "a line": (cloud(range(50), range(50), range(50)), "50 measured points lie on a line"),
        "one place": (cloud([1] * 50, [1] * 50, [1] * 50), "lie on a line"),
        "upright": (cloud(range(6), range(6), [1, 5, 2, 6, 3, 9]), "forms no surface seen from the front"),
        "metres": (bnt(values=[0, 9e3, 0, 9e3, 0, 0, 9e3, 9e3] + [1] * 12), "no three neighbours among 4 points"),
        "too many": (lambda path: cloud(range(MANY), [i % 317 for i in range(MANY)], [0] * MANY), "at most 100000"),
        "all zero": (60 * MEBIBYTE, "promises 0 numbers"),
    }  # fmt: skip
BND_CASES = {
        "CRLF": (BND.replace("\n", "\r\n\r\n").encode(), SAME),
        "lone CR": (BND.replace("\n", "\r").encode(), SAME),
        "82 lines": (BND[: BND.rindex("82\t")].encode(), "expected 83 landmarks, one per line, found 82"),
        "84 lines": ((BND + "1 1 1 1\n").encode(), "expected 83 landmarks, one per line, found 84"),
        "three numbers": (BND.replace("0.5 2 3", "0.5 2", 1).encode(), "must hold 4 finite numbers"),
        "words": (BND.replace("0.5", "half", 1).encode(), "b'half' is not a number"),
        "between two": (BND.replace("5\t", "5.5\t", 1).encode(), "number of a vertex"),
        "negative": (BND.replace("5\t", "-5\t", 1).encode(), "number of a vertex"),
        "beyond": (BND.replace("5\t", "5e30\t", 1).encode(), "number of a vertex"),
        "NaN": (BND.replace("0.5", "nan", 1).encode(), "must hold 4 finite numbers"),
        "UTF-16": (BND.encode("utf-16"), "UTF-16 text"),
    }  # fmt: skip
LM3_CASES = {
        "CRLF": (LM3.replace("\n", "\r\n").encode(), SAME),
        "BOM": (b"\xef\xbb\xbf" + LM3.encode(), SAME),
        "other letters": (LM3.replace("made", "ölçü").encode("iso8859-9"), SAME),
        "too few": (LM3.replace("2 land", "3 land").encode(), "promises 3 landmarks: expected 6 lines.*found 4"),
        "too many": (LM3.replace("2 land", "1 land").encode(), "promises 1 landmarks"),
        "negative": (LM3.replace("2 land", "-2 land").encode(), "'N landmarks:' is missing"),
        "huge": (LM3.replace("2 land", "9" * 20 + " land").encode(), "'N landmarks:' is missing"),
        "twice": (LM3.replace("Chin middle", "Nose tip").encode(), "'Nose tip' occurs twice"),
        "two numbers": (LM3.replace("4 5 6", "4 5").encode(), "'4 5' must hold 3 finite"),
        "UTF-16": (LM3.encode("utf-16"), "UTF-16 text"),
    }  # fmt: skip
LM2_CASES = {
        "CRLF": (LM2.replace("\n", "\r\n").encode(), SAME),
        "no labels": (LM2.replace("Labels:\n", "").encode(), "'Labels:'"),
        "no places": (LM2.replace("2D Image coordinates:\n", "").encode(), "'2D Image coordinates:'"),
        "three promised": (LM2.replace("2 land", "3 land").encode(), "promises 3 landmarks"),
        "infinite": (LM2.replace("3 4", "3 inf").encode(), "must hold 2 finite"),
    }  # fmt: skip
KINDS = {
    "bnt": ("range image", bnt(), BNT_CASES),
    "bnd": ("landmarks", BND.encode(), BND_CASES),
    "lm3": ("landmarks", LM3.encode(), LM3_CASES),
    "lm2": ("landmarks", LM2.encode(), LM2_CASES),
}


def test_each_file_is_read_right_or_refused_with_its_name_and_reason(case, check_outcome):
    check_outcome(case)
