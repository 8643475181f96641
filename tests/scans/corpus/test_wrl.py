"""Odd and broken .wrl files."""

import gzip

import cv2
import numpy as np

MEBIBYTE = 1 << 20
SAME = None  # as plain
PICTURE = cv2.imencode(".png", np.zeros((2, 2, 3), np.uint8))[1].tobytes()
POINTS = "coord Coordinate { point [ 0 0 0, 10 0 0, 10 10 1, 0 10 0, 5 15 -2.5 ] }\n"
POLYGONS = "coordIndex [ 0 1 2 3 -1 3 2 4 -1 ]\n"
PLACES = "texCoord TextureCoordinate { point [ 0 0, 1 0, 1 1, 0 1, .5 .5 ] }\n"
CORNERS = "texCoordIndex [ 0 1 2 3 -1 3 2 4 -1 ]\n"
HEAD, TAIL = "#VRML V2.0 utf8\nShape { geometry IndexedFaceSet {\n", "} }\n"
WRL = HEAD + POINTS + POLYGONS + PLACES + CORNERS + TAIL


def wrl(old="", new=""):
    assert old in WRL
    return WRL.replace(old, new, 1).encode()


CASES = {
        "no commas": (WRL.replace(",", "").encode(), SAME),
        "all commas": (WRL.replace(" 1", ",1").replace("\n", "\n").encode(), SAME),
        "CRLF": (WRL.replace("\n", "\r\n").encode(), SAME),
        "lone CR": (WRL.replace("\n", "\r").encode(), SAME),
        "BOM": (b"\xef\xbb\xbf" + wrl(), SAME),
        "gzip": (gzip.compress(wrl()), SAME),
        "first vertex below": (wrl("point [ 0 0 0", "point [\n\n\t0 0 0"), SAME),
        "exponents": (wrl("10 10 1,", "1e1 +1.0E+01 100e-2,"), SAME),
        "many digits": (wrl("-2.5", "-2.50000000000000000000000000000"), SAME),
        "no last -1": (WRL.replace("4 -1 ]", "4 ]").encode(), SAME),
        "texture first": ((HEAD + PLACES + CORNERS + POINTS + POLYGONS + TAIL).encode(), SAME),
        "indices first": ((HEAD + CORNERS + POLYGONS + PLACES + POINTS + TAIL).encode(), SAME),
        "DEF": (wrl("coord Coordinate", "coord DEF COORD_1 Coordinate"), SAME),
        "USE": ((HEAD + "coord USE C\n" + POLYGONS + PLACES + CORNERS + "} } DEF C " + POINTS[6:]).encode(), SAME),
        "comments": (wrl("10 10 1,", '10 # point [ ] "\n10 1 # Coordinate { point [\r,'), SAME),
        "brackets in a string": (wrl("coordIndex", 'info "coordIndex [ # \\" ] {" coordIndex'), SAME),
        "url": (wrl("coordIndex", 'texture ImageTexture { url "../../etc/passwd" } coordIndex'), SAME),
        "Transform": (wrl("Shape {", "Transform { rotation 0 1 0 0 children [ Shape {"), SAME),
        "mirrored": (wrl("Shape {", "Transform { scale -1 1 1 children [ Shape {"), "node has 'scale -1 1 1'"),
        "children": (wrl("Shape {", "Group { children [ Shape {"), SAME),
        "no texture index": (wrl(CORNERS, ""), SAME),
        "empty texture index": (wrl(CORNERS, "texCoordIndex [ ]"), SAME),
        "no end": (wrl(TAIL, ""), SAME),
        "UTF-16": (WRL.encode("utf-16"), "found UTF-16 text"),
        "PNG": (PICTURE, "found a PNG image"),
        "VRML 1": (wrl("V2.0", "V1.0"), "found VRML 1.0"),
        "X3D": (wrl("#VRML", "#X3D"), "found X3D text"),
        "LFS": (b"version https://git-lfs.github.com/spec/v1\n", "Git LFS pointer"),
        "gzip cut": (gzip.compress(wrl())[:-20], "gzip'd and damaged or cut short"),
        "gzip damaged": (gzip.compress(wrl())[:30] + b"\xff" * 200, "gzip'd and damaged"),
        "gzip bomb": (lambda path: gzip.compress(wrl() + b" " * 300 * MEBIBYTE, 1), "unzips to more than 32 MiB"),
        "cut in a number": (wrl()[:90], "'Coordinate point .' has no closing"),
        "cut before the texture": (wrl()[: WRL.index("texCoordIndex")], "'texCoordIndex .' is missing"),
        "no points": (wrl(POINTS, ""), "'Coordinate point .' is missing"),
        "another node": (wrl("coord Coordinate", "coord GeoCoordinate"), "'Coordinate point .' is missing"),
        "two meshes": ((WRL + WRL).encode(), "'Coordinate point .' occurs twice"),
        "other than numbers": (wrl("-2.5", "-2..5"), "other than numbers: b'-2..5'"),
        "lone dot": (wrl("15 -2.5", ". 2-3"), r"other than numbers: b'\.'"),
        "hexadecimal": (wrl("15 -2.5", "15 0x10"), "other than numbers: b'0x10'"),
        "underscore": (wrl("15 -2.5", "1_5 -2.5"), "other than numbers: b'1_5'"),
        "zero byte": (wrl("15 -2.5", "15 \0-2.5"), "other than numbers"),
        "NaN": (wrl("-2.5", "nan"), "not finite"),
        "overflow": (wrl("-2.5", "1e999"), "not finite"),
        "odd count": (wrl("-2.5", ""), "14 numbers, not a multiple of 3"),
        "beyond the end": (wrl("3 2 4 -1", "3 2 5 -1"), "numbers from 0 to 4 .*-1 to 5"),
        "negative": (wrl("3 2 4 -1", "3 -2 4 -1"), "numbers from 0 to 4"),
        "fraction": (wrl("3 2 4 -1", "3 2.5 4 -1"), "other than numbers: b'2.5'"),
        "beyond 64 bits": (wrl("3 2 4 -1", f"3 {10**30} 4 -1"), "beyond 64 bits"),
        "two corners": (wrl("3 2 4 -1", "3 4 -1"), "a polygon of 2 vertices"),
        "no -1 at all": (wrl("0 1 2 3 -1 3 2 4 -1", "0 1 2 3 4 " * 20), "a polygon of 100 vertices"),
        "no triangle": (wrl("0 1 2 3 -1 3 2 4 -1", ""), "'coordIndex' is empty"),
        "other polygons": (wrl(CORNERS, "texCoordIndex [ 0 1 2 -1 3 2 4 1 -1 ]"), "or of other sizes"),
        "a digit without end": (lambda path: wrl("-2.5", "9" * 10**6), "not finite"),
        "brackets without end": (lambda path: wrl(POINTS, "[" * 10**7), "'Coordinate point .' is missing"),
        "quotes without end": (lambda path: wrl(POINTS, '"\\' * 10**7), "'Coordinate point .' is missing"),
        "zeros without end": (lambda path: wrl("-2.5", "0 " * 15 * MEBIBYTE), "not a multiple of 3"),
    }  # fmt: skip
KINDS = {"wrl": ("VRML", wrl(), CASES)}


def test_each_file_is_read_right_or_refused_with_its_name_and_reason(case, check_outcome):
    check_outcome(case)
