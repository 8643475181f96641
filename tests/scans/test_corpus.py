"""Odd and broken files of every native reader. A process of its own reads them all, with 1 GiB to take and no more."""

import gzip
import json
import os
import pathlib
import re
import struct
import subprocess
import sys
import zlib

import cv2
import numpy as np
import pytest

GIBIBYTE, MEBIBYTE, SECONDS = 1 << 30, 1 << 20, 5
READER = pathlib.Path(__file__).with_name("read_in_a_gibibyte.py")
MANY = 100_001
SAME = "the same as plain"
POINTS = "coord Coordinate { point [ 0 0 0, 10 0 0, 10 10 1, 0 10 0, 5 15 -2.5 ] }\n"
POLYGONS = "coordIndex [ 0 1 2 3 -1 3 2 4 -1 ]\n"
PLACES = "texCoord TextureCoordinate { point [ 0 0, 1 0, 1 1, 0 1, .5 .5 ] }\n"
CORNERS = "texCoordIndex [ 0 1 2 3 -1 3 2 4 -1 ]\n"
HEAD, TAIL = "#VRML V2.0 utf8\nShape { geometry IndexedFaceSet {\n", "} }\n"
WRL = HEAD + POINTS + POLYGONS + PLACES + CORNERS + TAIL


def wrl(old="", new=""):
    assert old in WRL
    return WRL.replace(old, new, 1).encode()


def bnt(rows=2, columns=2, count=None, values=None, background=-1e9, name=b"a.png", length=None):
    values = [0, 9, 0, 9, 0, 0, 9, 9, 1, 2, 3, 4, 0, 1, 0, 1, 1, 1, 0, 0] if values is None else values
    head = struct.pack("<HHdH", rows, columns, background, len(name) if length is None else length) + name
    return head + struct.pack("<I", len(values) if count is None else count) + struct.pack(f"<{len(values)}d", *values)


def cloud(x, y, z):
    return bnt(9, 9, values=[*x, *y, *z, *x, *x])


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
BND = "".join(f"{i}\t\t{i}.5 2 3\n" for i in range(83))
LM3 = "# made\n* scan\nfree words\n\n2 landmarks:\nNose tip\n1 2 3\nChin middle\n4 5 6\n"
LM2 = "# made\n\n2 landmarks:\n\nLabels:\nNose tip\nChin middle\n\n2D Image coordinates:\n1 2\n3 4\n"
HTML = b"<!DOCTYPE html><html><body>404 Not Found</body></html>"


class Sparse(int):
    """A file of that many zero bytes."""


def everywhere(what, valid):
    """The ways in which a file of any kind goes wrong."""
    return {
        "empty": (b"", "is empty .0 bytes."),
        "folder": ("folder", "is a folder"),
        "missing": ("missing", "there is no such file"),
        "loop": ("loop", "cannot be read: Too many levels"),
        "pipe": ("pipe", "is no ordinary file"),
        "4 GiB": (Sparse(4 * GIBIBYTE), "4294967296 bytes, which is too large"),
        "HTML": (HTML, f"{what}.*HTML"),
        "zeros": (b"\0" * 100, f"{what}.*zero" if what != "texture image" else "zero bytes came"),
        "plain": (valid, "read: "),
    }


CASES = {
    "wrl": everywhere("VRML", wrl())
    | {
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
        "children": (wrl("Shape {", "Group { children [ Shape {"), SAME),
        "no texture index": (wrl(CORNERS, ""), SAME),
        "empty texture index": (wrl(CORNERS, "texCoordIndex [ ]"), SAME),
        "no end": (wrl(TAIL, ""), SAME),
        "UTF-16": (WRL.encode("utf-16"), "UTF-16 text came"),
        "PNG": (png(), "a PNG image came"),
        "VRML 1": (wrl("V2.0", "V1.0"), "VRML 1.0 came"),
        "X3D": (wrl("#VRML", "#X3D"), "X3D text came"),
        "LFS": (b"version https://git-lfs.github.com/spec/v1\n", "Git LFS pointer"),
        "gzip cut": (gzip.compress(wrl())[:-20], "gzip'd and damaged or cut short"),
        "gzip damaged": (gzip.compress(wrl())[:30] + b"\xff" * 200, "gzip'd and damaged"),
        "gzip bomb": (lambda: gzip.compress(wrl() + b" " * 300 * MEBIBYTE, 1), "unzips to more than 32 MiB"),
        "cut in a number": (wrl()[:90], "'Coordinate point .' has no closing"),
        "cut before the texture": (wrl()[: WRL.index("texCoordIndex")], "'texCoordIndex .' is missing"),
        "no points": (wrl(POINTS, ""), "'Coordinate point .' is missing"),
        "another node": (wrl("coord Coordinate", "coord GeoCoordinate"), "'Coordinate point .' is missing"),
        "two meshes": ((WRL + WRL).encode(), "'Coordinate point .' stands there twice"),
        "no number": (wrl("-2.5", "-2..5"), "no number: b'-2..5'"),
        "lone dot": (wrl("15 -2.5", ". 2-3"), r"no number: b'\.'"),
        "hexadecimal": (wrl("15 -2.5", "15 0x10"), "no number: b'0x10'"),
        "underscore": (wrl("15 -2.5", "1_5 -2.5"), "no number: b'1_5'"),
        "zero byte": (wrl("15 -2.5", "15 \0-2.5"), "no number"),
        "NaN": (wrl("-2.5", "nan"), "not finite"),
        "overflow": (wrl("-2.5", "1e999"), "not finite"),
        "odd count": (wrl("-2.5", ""), "14 numbers, not a multiple of 3"),
        "beyond the end": (wrl("3 2 4 -1", "3 2 5 -1"), "numbers from 0 to 4 .*-1 to 5"),
        "negative": (wrl("3 2 4 -1", "3 -2 4 -1"), "numbers from 0 to 4"),
        "fraction": (wrl("3 2 4 -1", "3 2.5 4 -1"), "no number: b'2.5'"),
        "beyond 64 bits": (wrl("3 2 4 -1", f"3 {10**30} 4 -1"), "beyond 64 bits"),
        "two corners": (wrl("3 2 4 -1", "3 4 -1"), "a polygon of 2 vertices"),
        "no -1 at all": (wrl("0 1 2 3 -1 3 2 4 -1", "0 1 2 3 4 " * 20), "a polygon of 100 vertices"),
        "no triangle": (wrl("0 1 2 3 -1 3 2 4 -1", ""), "'coordIndex' is empty"),
        "other polygons": (wrl(CORNERS, "texCoordIndex [ 0 1 2 -1 3 2 4 1 -1 ]"), "or of other sizes"),
        "a digit without end": (lambda: wrl("-2.5", "9" * 10**6), "not finite"),
        "brackets without end": (lambda: wrl(POINTS, "[" * 10**7), "'Coordinate point .' is missing"),
        "quotes without end": (lambda: wrl(POINTS, '"\\' * 10**7), "'Coordinate point .' is missing"),
        "zeros without end": (lambda: wrl("-2.5", "0 " * 15 * MEBIBYTE), "not a multiple of 3"),
    },
    "bnt": everywhere("range image", bnt())
    | {
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
        "PNG": (png() + bytes(99), "no range image at all .a PNG image"),
        "background only": (bnt(values=[-1e9] * 20), "every point is background"),
        "NaN only": (bnt(values=[float("nan")] * 20), "every point is background"),
        "two points": (cloud([0, 1], [0, 1], [0, 1]), "2 measured points are too few"),
        "one column": (bnt(4, 1, values=[0, 1, 2, 3] + [0] * 16), "lie on a line"),
        "a line": (cloud(range(50), range(50), range(50)), "50 measured points lie on a line"),
        "one place": (cloud([1] * 50, [1] * 50, [1] * 50), "lie on a line"),
        "upright": (cloud(range(6), range(6), [1, 5, 2, 6, 3, 9]), "spans no surface seen from the front"),
        "metres": (bnt(values=[0, 9e3, 0, 9e3, 0, 0, 9e3, 9e3] + [1] * 12), "no three neighbours among 4 points"),
        "too many": (lambda: cloud(range(MANY), [i % 317 for i in range(MANY)], [0] * MANY), "at most 100000"),
        "all zero": (Sparse(60 * MEBIBYTE), "promises 0 numbers"),
    },
    "image": everywhere("texture image", png())
    | {
        "JPEG": (JPEG, r"read: .8, 8, 3. picture"),
        "BMP": (bmp(), SAME),
        "behind the end": (png() + b"trailing words", SAME),
        "PNG without end": (png(end=False), "2 x 2 pixels is cut short or damaged"),
        "PNG cut": (png()[:50], "cut short"),
        "PNG header cut": (png()[:20], "header is cut short"),
        "PNG bit flipped": (png()[:45] + b"\xff" + png()[46:], "cut short or damaged"),
        "PNG of 10^10": (png(10**5, 10**5), "promises an image of 100000 x 100000 pixels"),
        "PNG of no width": (png(width=0), "promises an image of 0 x 2 pixels"),
        "PNG with rows short": (png(2, 4000), "cannot be decoded"),
        "PNG of empty chunks": (lambda: png(end=False) + chunk(b"tEXt", b"") * 10**6, "cut short or damaged"),
        "JPEG without end": (JPEG[:-2], "cut short or damaged"),
        "JPEG without picture": (JPEG[:20] + JPEG[-2:], "header is cut short|0 x 0"),
        "JPEG of 65535": (JPEG.replace(b"\x00\x08\x00\x08", b"\xff" * 4), "65535 x 65535"),
        "BMP cut": (bmp()[:-9], "cut short or damaged"),
        "BMP of 2^31": (bmp(2**31 - 1, 2**31 - 1), "promises an image of 2147483647 x"),
        "BMP of no height": (bmp(height=0), "promises an image of 2 x 0"),
        "BMP of negative width": (bmp(width=-2), "promises an image of -2"),
        "BMP header cut": (bmp()[:20], "header is cut short"),
        "BMP compressed": (bmp(compression=4), "cannot be decoded"),
        "GIF": (b"GIF89a" + bytes(99), "a texture image in PNG, JPEG or BMP was expected"),
    },
    "bnd": everywhere("landmarks", BND.encode())
    | {
        "CRLF": (BND.replace("\n", "\r\n\r\n").encode(), SAME),
        "lone CR": (BND.replace("\n", "\r").encode(), SAME),
        "82 lines": (BND[: BND.rindex("82\t")].encode(), "82 lines where 83"),
        "84 lines": ((BND + "1 1 1 1\n").encode(), "84 lines where 83"),
        "three numbers": (BND.replace("0.5 2 3", "0.5 2", 1).encode(), "must hold 4 finite numbers"),
        "words": (BND.replace("0.5", "half", 1).encode(), "b'half' is no number"),
        "between two": (BND.replace("5\t", "5.5\t", 1).encode(), "number of a vertex"),
        "negative": (BND.replace("5\t", "-5\t", 1).encode(), "number of a vertex"),
        "beyond": (BND.replace("5\t", "5e30\t", 1).encode(), "number of a vertex"),
        "NaN": (BND.replace("0.5", "nan", 1).encode(), "must hold 4 finite numbers"),
        "UTF-16": (BND.encode("utf-16"), "UTF-16 text"),
    },
    "lm3": everywhere("landmarks", LM3.encode())
    | {
        "CRLF": (LM3.replace("\n", "\r\n").encode(), SAME),
        "BOM": (b"\xef\xbb\xbf" + LM3.encode(), SAME),
        "other letters": (LM3.replace("made", "ölçü").encode("iso8859-9"), SAME),
        "too few": (LM3.replace("2 land", "3 land").encode(), "promises 3 landmarks.*4 lines follow, not 6"),
        "too many": (LM3.replace("2 land", "1 land").encode(), "promises 1 landmarks"),
        "negative": (LM3.replace("2 land", "-2 land").encode(), "'N landmarks:' is missing"),
        "huge": (LM3.replace("2 land", "9" * 20 + " land").encode(), "'N landmarks:' is missing"),
        "twice": (LM3.replace("Chin middle", "Nose tip").encode(), "'Nose tip' stands there twice"),
        "two numbers": (LM3.replace("4 5 6", "4 5").encode(), "'4 5' must hold 3 finite"),
        "UTF-16": (LM3.encode("utf-16"), "UTF-16 text"),
    },
    "lm2": everywhere("landmarks", LM2.encode())
    | {
        "CRLF": (LM2.replace("\n", "\r\n").encode(), SAME),
        "no labels": (LM2.replace("Labels:\n", "").encode(), "'Labels:'"),
        "no places": (LM2.replace("2D Image coordinates:\n", "").encode(), "'2D Image coordinates:'"),
        "three promised": (LM2.replace("2 land", "3 land").encode(), "promises 3 landmarks"),
        "infinite": (LM2.replace("3 4", "3 inf").encode(), "must hold 2 finite"),
    },
}  # fmt: skip
NAMES = [(kind, name) for kind, cases in CASES.items() for name in cases]


def put(folder, kind, name):
    path = folder / f"{kind} {NAMES.index((kind, name))}.{kind}"
    content = CASES[kind][name][0]
    content = content() if callable(content) else content
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif isinstance(content, Sparse):
        path.touch()
        os.truncate(path, content)
    elif content != "missing":
        {"folder": path.mkdir, "loop": lambda: path.symlink_to(path), "pipe": lambda: os.mkfifo(path)}[content]()
    return str(path)


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory):
    """{(kind, name): (path, outcome, seconds of processor)}"""
    folder = tmp_path_factory.mktemp("corpus")
    (folder / "picture.png").write_bytes(png())
    paths = [put(folder, kind, name) for kind, name in NAMES]
    listed = json.dumps([(kind, path) for (kind, _), path in zip(NAMES, paths, strict=True)])
    root = pathlib.Path(__file__).parents[2]
    child = subprocess.run(
        [sys.executable, READER, str(folder / "picture.png")],
        input=listed,
        stdout=subprocess.PIPE,
        text=True,
        cwd=root,
        env=os.environ | {"PYTHONPATH": str(root), "OMP_NUM_THREADS": "1"},
        check=False,
        timeout=280,  # for one that waits, which takes no processor's time
    )
    lines = [json.loads(line) for line in child.stdout.splitlines()]
    assert len(lines) == len(NAMES), f"the child died at {NAMES[len(lines)]}"
    return {name: (path, *line) for name, path, line in zip(NAMES, paths, lines, strict=True)}


@pytest.mark.parametrize(("kind", "name"), NAMES)
def test_each_file_is_read_right_or_refused_with_its_name_and_reason(outcomes, kind, name):
    path, outcome, seconds = outcomes[kind, name]
    expected = CASES[kind][name][1]
    if expected == SAME:
        assert outcome == outcomes[kind, "plain"][1]
    else:
        assert re.search(expected, outcome), outcome
    if not outcome.startswith("read: "):
        assert outcome.startswith(f"{path}: ") and len(outcome) < len(path) + 300
    assert seconds < SECONDS


def test_the_corpus_has_eighty_files_and_odd_ones_are_read():
    assert len(NAMES) >= 80
    assert sum(CASES[kind][name][1] == SAME for kind, name in NAMES) >= 20
