"""Random damage to small valid files: nothing but ScanError ever comes out of a reader."""

import gzip
import io
import struct

import cv2
import numpy as np
import pytest

from ffnet.scans.formats.bosphorus import read_bosphorus
from ffnet.scans.formats.bu3dfe import read_bu3dfe
from ffnet.scans.formats.depth_image import read_depth_image
from ffnet.scans.formats.frgc import read_abs
from ffnet.scans.formats.images import read_image
from ffnet.scans.formats.landmark_files import read_bnd, read_lm2, read_lm3
from ffnet.scans.formats.ply import read_ply
from ffnet.scans.formats.readers import check_mesh
from ffnet.scans.formats.vrml import read_wrl

SIDE = 5
COUNTS = [
    pytest.param(300, id="fast"),
    pytest.param(1_000, id="slow", marks=pytest.mark.slow),
    pytest.param(20_000, id="full", marks=[pytest.mark.full, pytest.mark.timeout(3_600)]),
]


def vrml(coloured=False):
    x, y = np.meshgrid(np.arange(SIDE) * 20.0, np.arange(SIDE) * 20.0)
    points = np.stack([x, y, x * y / 100], axis=-1).reshape(-1, 3)
    corner = np.arange(SIDE * SIDE).reshape(SIDE, SIDE)[:-1, :-1].ravel()[:, None] + [0, 1, SIDE + 1, SIDE, -1]
    corner[:, -1] = -1
    blocks = [
        "\n".join(" ".join(map(str, row)) for row in rows) for rows in (points, corner, points[:, :2] / 80, corner)
    ]
    text = (
        "#VRML V2.0 utf8\nTransform {{ translation 1 0 0 rotation 0 1 0 .1 children [\n"
        'Shape {{ appearance Appearance {{ texture ImageTexture {{ url "a.bmp" }} }} geometry '
        "IndexedFaceSet {{ coord DEF C Coordinate {{ point [ {} ] }} # made\n coordIndex [ {} ]\n"
        "texCoord TextureCoordinate {{ point [ {} ] }}\n texCoordIndex [ {} ] }} }} ] scale 1 1 2 }}\n"
    )
    if coloured:
        text = text.replace("texCoord TextureCoordinate {{ point", "colorPerVertex FALSE color Color {{ color")
        text = text.replace("texCoordIndex", "colorIndex")
        blocks[2:] = ["\n".join(f"{i / 16} .5 1" for i in range((SIDE - 1) ** 2)), " ".join(map(str, range(16)))]
    return text.format(*blocks).encode()


def range_image(rows):
    x, y = np.meshgrid(np.arange(SIDE) * 2.0, np.arange(SIDE) * 2.0)
    values = np.stack([x, y, x + 10 * y, x / 8, 1 - y / 8])
    values[2, -1, :2] = -1e9
    head = struct.pack("<HHdH", rows, SIDE, -1e9, 5) + b"a.png" + struct.pack("<I", values.size)
    return head + values.astype("<f8").tobytes()


def picture(suffix):
    pixels = np.random.default_rng(0).integers(0, 256, (9, 7, 3), np.uint8)
    return cv2.imencode(suffix, pixels)[1].tobytes()


def ply(binary):
    corners = [[0, 0, 0], [20, 0, 1.5], [20, 20, 2], [0, 20, -1]]
    form = "binary_little_endian" if binary else "ascii"
    head = f"ply\nformat {form} 1.0\ncomment made\nelement vertex 4\n"
    head += "".join(f"property float {name}\n" for name in "xyz")
    head += "".join(f"property uchar {name}\n" for name in ("red", "green", "blue"))
    head += "element face 1\nproperty list uchar int vertex_indices\nend_header\n"
    if binary:
        body = b"".join(struct.pack("<3f3B", *corner, 9, 99, 199) for corner in corners)
        return head.encode() + body + struct.pack("<B4i", 4, 0, 1, 2, 3)
    return (head + "".join(f"{x} {y} {z} 9 99 199\n" for x, y, z in corners) + "4 0 1 2 3\n").encode()


def frgc():
    count = SIDE * SIDE
    lines = [f"{SIDE} rows", f"{SIDE} columns", "pixels (flag X Y Z):", " ".join(["1"] * count)]
    return "\n".join([*lines, *(" ".join(str(i * 0.5 + axis) for i in range(count)) for axis in range(3)), ""]).encode()


def depth_image(suffix):
    depth = np.arange(SIDE * SIDE, dtype=np.uint16).reshape(SIDE, SIDE) + 500
    if suffix == ".npy":
        file = io.BytesIO()
        np.save(file, depth.astype(float))
        return file.getvalue()
    return cv2.imencode(suffix, depth)[1].tobytes()


def checked(read, path, texture=""):
    mesh = read(str(path), str(texture)).mesh
    check_mesh(mesh, path)
    return mesh


LM3 = "\n".join(["# made", "* scan", "", "9 landmarks:", *(f"Point {i}\n{i}.5 2 -3" for i in range(9)), ""])
LM2 = "\n".join(["9 landmarks:", "Labels:", *(f"Point {i}" for i in range(9)), "2D Image coordinates:", *["1.5 2"] * 9])
PICTURES = ("png", "jpg", "bmp", "tiff", "ppm", "webp")
READERS = {
    "wrl": (vrml(), lambda path, texture: read_bu3dfe(path, texture)),
    "textured.wrl": (vrml(), lambda path, texture: checked(read_wrl, path, texture)),
    "coloured.wrl": (vrml(coloured=True), lambda path, _: checked(read_wrl, path)),
    "bnt": (range_image(SIDE), lambda path, texture: read_bosphorus(path, texture, 30.0)),
    "cloud": (range_image(SIDE + 1), lambda path, texture: read_bosphorus(path, texture, 30.0)),
    **{kind: (picture(f".{kind}"), lambda path, _: read_image(path)) for kind in PICTURES},
    "ply": (ply(binary=False), lambda path, _: checked(read_ply, path)),
    "binary.ply": (ply(binary=True), lambda path, _: checked(read_ply, path)),
    "abs": (frgc(), lambda path, _: read_abs(path)),
    "abs.gz": (gzip.compress(frgc(), mtime=0), lambda path, _: read_abs(path)),
    "npy": (depth_image(".npy"), lambda path, _: read_depth_image(path)),
    "depth.png": (depth_image(".png"), lambda path, _: read_depth_image(path)),
    "tif": (depth_image(".tiff"), lambda path, _: read_depth_image(path)),
    "bnd": ("".join(f"{i}\t\t{i}.5 2 3\n" for i in range(83)).encode(), lambda path, _: read_bnd(path)),
    "lm3": (LM3.encode(), lambda path, _: read_lm3(path)),
    "lm2": (LM2.encode(), lambda path, _: read_lm2(path)),
}


def check_result(kind, got):
    """What is read from a damaged file that still can be read keeps every promise of a mesh or of a picture."""
    if kind.endswith(("wrl", "bnt", "cloud", "ply")):
        assert np.isfinite(got.vertices).all() and np.isfinite(got.uv).all() and len(got.triangles) > 0
        assert got.triangles.min() >= 0 and got.triangles.max() < len(got.vertices)
        assert got.uv.shape == (*got.triangles.shape, 2)
    elif kind in PICTURES:
        assert got.dtype == np.uint8 and got.ndim == 3 and got.shape[2] == 3
    elif kind in ("npy", "depth.png", "tif"):
        assert got.dtype == float and got.ndim == 2 and (np.isnan(got) | (got > 0)).all()


@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize("kind", READERS)
def test_damaged_files_give_nothing_but_the_readers_own_error(kind, count, read_damaged, tmp_path):
    texture = tmp_path / "texture.png"
    texture.write_bytes(picture(".png"))
    valid, read = READERS[kind]
    read_damaged(f"a.{kind}", valid, lambda path: read(path, texture), lambda got: check_result(kind, got), count)
