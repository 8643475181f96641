"""Random damage to small valid files: nothing but ScanError ever comes out of a reader."""

import gzip
import io
import struct

import cv2
import numpy as np
import pytest

from ffnet.errors import ScanError
from ffnet.scans.bosphorus import read_bosphorus
from ffnet.scans.bu3dfe import read_bu3dfe
from ffnet.scans.depth_image import read_depth_image
from ffnet.scans.frgc import read_abs
from ffnet.scans.images import read_image
from ffnet.scans.landmark_files import read_bnd, read_lm2, read_lm3
from ffnet.scans.ply import read_ply
from ffnet.scans.readers import check_mesh

FEW, MANY = 300, 20_000
SIDE = 5
INSERTED = (
    *(
        b"0",
        b"-1",
        b" 65536 ",
        b" 4294967295 ",
        b"99999999999999999999",
        b"nan",
        b"inf",
        b"1e308",
        b"-1e-308",
        b".",
        b"-",
    ),
    *(b"[", b"]", b"{", b"}", b"#", b'"', b"\\", b",", b"\n", b"\r", b"\0", b"\xff", b"\xff" * 8),
)


def vrml():
    x, y = np.meshgrid(np.arange(SIDE) * 20.0, np.arange(SIDE) * 20.0)
    points = np.stack([x, y, x * y / 100], axis=-1).reshape(-1, 3)
    corner = np.arange(SIDE * SIDE).reshape(SIDE, SIDE)[:-1, :-1].ravel()[:, None] + [0, 1, SIDE + 1, SIDE, -1]
    corner[:, -1] = -1
    blocks = [
        "\n".join(" ".join(map(str, row)) for row in rows) for rows in (points, corner, points[:, :2] / 80, corner)
    ]
    text = (
        '#VRML V2.0 utf8\nShape {{ appearance Appearance {{ texture ImageTexture {{ url "a.bmp" }} }} geometry '
        "IndexedFaceSet {{ coord DEF C Coordinate {{ point [ {} ] }} # made\n coordIndex [ {} ]\n"
        "texCoord TextureCoordinate {{ point [ {} ] }}\n texCoordIndex [ {} ] }} }}\n"
    )
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


def checked_ply(path):
    mesh = read_ply(path, "")
    check_mesh(mesh, path)
    return mesh


LM3 = "\n".join(["# made", "* scan", "", "9 landmarks:", *(f"Point {i}\n{i}.5 2 -3" for i in range(9)), ""])
LM2 = "\n".join(["9 landmarks:", "Labels:", *(f"Point {i}" for i in range(9)), "2D Image coordinates:", *["1.5 2"] * 9])
READERS = {
    "wrl": (vrml(), lambda path, texture: read_bu3dfe(path, texture)),
    "bnt": (range_image(SIDE), lambda path, texture: read_bosphorus(path, texture, 30.0)),
    "cloud": (range_image(SIDE + 1), lambda path, texture: read_bosphorus(path, texture, 30.0)),
    "png": (picture(".png"), lambda path, _: read_image(path)),
    "jpg": (picture(".jpg"), lambda path, _: read_image(path)),
    "bmp": (picture(".bmp"), lambda path, _: read_image(path)),
    "ply": (ply(binary=False), lambda path, _: checked_ply(path)),
    "binary.ply": (ply(binary=True), lambda path, _: checked_ply(path)),
    "abs": (frgc(), lambda path, _: read_abs(path)),
    "abs.gz": (gzip.compress(frgc(), mtime=0), lambda path, _: read_abs(path)),
    "npy": (depth_image(".npy"), lambda path, _: read_depth_image(path)),
    "depth.png": (depth_image(".png"), lambda path, _: read_depth_image(path)),
    "tif": (depth_image(".tiff"), lambda path, _: read_depth_image(path)),
    "bnd": ("".join(f"{i}\t\t{i}.5 2 3\n" for i in range(83)).encode(), lambda path, _: read_bnd(path)),
    "lm3": (LM3.encode(), lambda path, _: read_lm3(path)),
    "lm2": (LM2.encode(), lambda path, _: read_lm2(path)),
}


def damage(data, random):
    """One to three of: bytes changed, a bit flipped, the end cut, a piece doubled, dropped, inserted, words swapped."""
    for _ in range(random.integers(1, 4)):
        if len(data) < 4:
            break
        low, high = sorted(random.integers(0, len(data), 2))
        kind = random.integers(7)
        if kind == 0:
            data = data[:low] + random.bytes(min(8, high - low)) + data[low + min(8, high - low) :]
        elif kind == 1:
            data = data[:low] + bytes([data[low] ^ 1 << random.integers(8)]) + data[low + 1 :]
        elif kind == 2:
            data = data[:high]
        elif kind == 3:
            data = data[:high] + data[low:]
        elif kind == 4:
            data = data[:low] + data[low + random.integers(1, 40) :]
        elif kind == 5:
            data = data[:low] + INSERTED[random.integers(len(INSERTED))] + data[low:]
        else:
            words = data.split(b" ")
            first, second = random.integers(0, len(words), 2)
            words[first], words[second] = words[second], words[first]
            data = b" ".join(words)
    return data


def check(kind, count, folder):
    valid, read = READERS[kind]
    texture, path = folder / "a.png", folder / f"damaged.{kind}"
    texture.write_bytes(picture(".png"))
    path.write_bytes(valid)
    read(path, texture)  # the valid file is one
    random = np.random.default_rng(len(kind))
    refused = 0
    for _ in range(count):
        path.write_bytes(damage(valid, random))
        try:
            got = read(path, texture)
        except ScanError as error:
            refused += 1
            assert str(error).startswith(f"{path}: ") and len(str(error)) < len(str(path)) + 400
        else:
            check_result(kind, got)
    assert refused > count / 4


def check_result(kind, got):
    """What is read from a damaged file that still can be read keeps every promise of a mesh."""
    if kind in ("wrl", "bnt", "cloud", "ply", "binary.ply"):
        assert np.isfinite(got.vertices).all() and np.isfinite(got.uv).all() and len(got.triangles) > 0
        assert got.triangles.min() >= 0 and got.triangles.max() < len(got.vertices)
        assert got.uv.shape == (*got.triangles.shape, 2)
    elif kind in ("png", "jpg", "bmp"):
        assert got.dtype == np.uint8 and got.ndim == 3 and got.shape[2] == 3


@pytest.mark.parametrize("kind", READERS)
def test_a_few_hundred_damaged_files_give_nothing_but_the_readers_own_error(kind, tmp_path):
    check(kind, FEW, tmp_path)


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("kind", [kind for kind in READERS if kind != "depth.png"])  # that one takes over 5 minutes
def test_twenty_thousand_damaged_files_give_nothing_but_the_readers_own_error(kind, tmp_path):
    check(kind, MANY, tmp_path)
