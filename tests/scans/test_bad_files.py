"""Files of one's own that are not as they must be: each is refused with a ScanError that names it and says why."""

import contextlib
import gzip
import json
import struct
import time
import zlib
from dataclasses import replace

import cv2
import numpy as np
import pytest
import yaml

from ffnet.errors import ScanError
from ffnet.geometry.mesh import Mesh
from ffnet.scans.formats.readers import check_mesh, read_scan
from ffnet.scans.settings import ScanSettings
from ffnet.settings import read_settings
from ffnet.workflow.provenance import ROOT

SETTINGS = read_settings(ScanSettings, yaml.safe_load((ROOT / "config.yaml").read_text("utf-8"))["scans"], "scans")
POINTS = b"0 0 0\n100 0 0\n100 100 0\n"
OBJ = b"v 0 0 0\nv 100 0 0\nv 100 100 0\nf 1 2 3\n"
HEAD = b"ply\nformat ascii 1.0\nelement vertex 3\nproperty float x\nproperty float y\nproperty float z\n"
FACE = b"element face 1\nproperty list uchar int vertex_indices\nend_header\n"
BINARY = (HEAD + FACE).replace(b"ascii", b"binary_little_endian")
ABS = b"2 rows\n2 columns\npixels (flag X Y Z):\n1 1 1 1\n0 9 0 9\n9 9 0 0\n1 1 1 1\n"
PNG = cv2.imencode(".png", np.full((4, 4), 900, np.uint16))[1].tobytes()
PNG_OF_4_BILLION = PNG[:16] + b"\0\0\xff\xff" * 2 + PNG[24:29]
PNG_OF_4_BILLION += struct.pack(">I", zlib.crc32(PNG_OF_4_BILLION[12:])) + PNG[33:]
TIF = cv2.imencode(".tif", np.full((4, 4), 900, np.uint16))[1].tobytes()


def glb(content, promised=None):
    text = json.dumps(content).encode() if not isinstance(content, bytes) else content
    text += b" " * (-len(text) % 4)
    size = 20 + len(text)
    return b"glTF" + struct.pack("<III", 2, size if promised is None else promised, len(text)) + b"JSON" + text


def npy(shape="(4, 4), ", descr="<f8", data=b"\0" * 128):
    header = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}}}\n".encode()
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + data


def tif_of(width, height):
    tags = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in ((256, width), (257, height)))
    return b"II*\0" + struct.pack("<IH", 8, 2) + tags + bytes(4)


CASES = {
    "not read here": ("a.xyz", b"1 2 3", "files of this kind cannot be read; export it as one of .wrl"),
    "obj empty": ("a.obj", b"", "is empty"),
    "obj of many libraries": ("a.obj", b"".join(b"mtllib %d\n" % i for i in range(101)), "101 files of materials"),
    "obj of points alone": ("a.obj", b"v 0 0 0\nv 1 0 0\nv 1 1 0\n", "has no triangles"),
    "obj with an index out of range": ("a.obj", OBJ.replace(b"f 1 2 3", b"f 1 2 9"), "no triangle|the reader broke"),
    "obj beyond all scans": ("a.obj", OBJ.replace(b"v 100 0", b"v 1e308 0"), "not finite numbers below 1e.30"),
    "obj with nan": ("a.obj", OBJ.replace(b"v 100 0", b"v nan 0"), "not finite|no triangle"),
    "obj in one point": ("a.obj", OBJ.replace(b"100", b"0"), "all vertices lie in one point|no triangle"),
    "off cut short": ("a.off", b"OFF\n3 1 0\n0 0 0\n1 0", "promises 3 vertices and 1 faces, found 2 lines"),
    "off that promises too much": (
        "a.off",
        b"OFF\n4000000000 1 0\n" + POINTS,
        "expected .OFF. and the numbers",
    ),
    "stl cut short": ("a.stl", bytes(80) + struct.pack("<I", 90) + bytes(50), "has no triangles"),
    "stl of 4 GiB": (
        "a.stl",
        bytes(80) + struct.pack("<I", 85_000_000) + bytes(12),
        "has no triangles|the reader broke",
    ),
    "glb of text": ("a.glb", b"hello, I am no mesh at all", "not a .glb file"),
    "glb cut short": ("a.glb", glb({}, promised=10**9), "header promises 1000000000 bytes .* found 24"),
    "glb with broken JSON": ("a.glb", glb(b"{nothing}"), "its JSON cannot be read"),
    "glb whose JSON is a list": ("a.glb", glb([1]), "the reader broke down .AttributeError"),
    "glb of nothing": ("a.glb", glb({"asset": {"version": "2.0"}}), "has no triangles"),
    "ply of a picture": ("a.ply", PNG, "expected a PLY mesh.*a PNG image"),
    "ply empty": ("a.ply", b"", "is empty"),
    "ply without end of header": ("a.ply", HEAD, "from 'ply' to 'end_header'"),
    "ply of unknown format": ("a.ply", (HEAD + FACE).replace(b"ascii", b"ebcdic"), "line b'format ebcdic 1.0' is not"),
    "ply without format": ("a.ply", (HEAD + FACE).replace(b"format ascii 1.0\n", b""), "names no known format"),
    "ply with a negative count": ("a.ply", HEAD.replace(b"x 3", b"x -3") + FACE, "line b'element vertex -3' is not"),
    "ply of unknown type": ("a.ply", HEAD.replace(b"float z", b"real z") + FACE, "line b'property real z' is not"),
    "ply that promises too much": ("a.ply", BINARY.replace(b"x 3", b"x 999999999") + bytes(60), "ends earlier"),
    "ply cut short": ("a.ply", BINARY + bytes(30), "header promises 3 rows of 'vertex', the file ends earlier"),
    "ply with a lying list": ("a.ply", BINARY + bytes(36) + b"\xff", "a list 'vertex_indices' .* is cut short"),
    "ply with a long polygon cut": (
        "a.ply",
        BINARY + bytes(36) + b"\x40\0\0",
        "is cut short or damaged|the file ends earlier",
    ),
    "ply with a word": ("a.ply", HEAD + FACE + POINTS + b"3 0 one 2\n", "expected a number, found b'one'"),
    "ply with an index out of range": ("a.ply", HEAD + FACE + POINTS + b"3 0 1 3\n", "a number from 0 to 2"),
    "ply with a polygon of two": ("a.ply", HEAD + FACE + POINTS + b"2 0 1\n", "at least 3 corners"),
    "ply of points": ("a.ply", HEAD + b"end_header\n" + POINTS, "expected the elements vertex .* and face"),
    "ply with nan": ("a.ply", HEAD + FACE + POINTS.replace(b"100 0 0", b"nan 0 0") + b"3 0 1 2\n", "not finite"),
    "ply whose texture leads out": (
        "a.ply",
        HEAD.replace(b"1.0\n", b"1.0\ncomment TextureFile ../t.png\n") + FACE + POINTS + b"3 0 1 2\n",
        "'../t.png', which is not in its folder",
    ),
    "ply with a texture and no coordinates": (
        "a.ply",
        HEAD.replace(b"1.0\n", b"1.0\ncomment TextureFile a.ply\n") + FACE + POINTS + b"3 0 1 2\n",
        "a texture but no texture coordinates",
    ),
    "abs of text": ("a.abs", b"hello", "not a range image of FRGC.*found b'hello'"),
    "abs that promises too much": (
        "a.abs",
        ABS.replace(b"2 rows", b"999999 rows"),
        "999999 x 2 points, too many for the",
    ),
    "abs of no rows": ("a.abs", ABS.replace(b"2 rows", b"0 rows"), "0 x 2 points"),
    "abs cut short": ("a.abs", ABS[:-12], "expected 4 lines of numbers .*, found 3"),
    "abs with too few numbers": ("a.abs", ABS.replace(b"0 9 0 9", b"0 9 0"), "4 points, the line 'X' holds 3"),
    "abs with too many numbers": ("a.abs", ABS.replace(b"0 9 0 9", b"0 9 0 9 9"), "4 points, the line .X. holds 5"),
    "abs with a word": ("a.abs", ABS.replace(b"0 9 0 9", b"0 9 O 9"), "expected numbers in the line 'X', found b'O'"),
    "abs with nothing valid": ("a.abs", ABS.replace(b"1 1 1 1\n0", b"0 0 0 0\n0"), "no three neighbours among 0"),
    "abs.gz that is no gzip": ("a.abs.gz", ABS, "cannot be unpacked"),
    "abs.gz cut short": ("a.abs.gz", gzip.compress(ABS)[:-12], "cannot be unpacked"),
    "abs.gz damaged": ("a.abs.gz", gzip.compress(ABS)[:15] + b"\xff\xff\xff\xff", "cannot be unpacked"),
    "npy of objects": ("a.npy", npy(descr="|O"), "not a .npy file of numbers.*Object arrays"),
    "npy of three axes": ("a.npy", npy(shape="(2, 4, 2), "), "expected numbers with two axes"),
    "npy that promises too much": (
        "a.npy",
        npy(shape="(999999, 999999), "),
        "not a .npy file of numbers, or cut short .Unable to allocate",
    ),
    "npy of text": ("a.npy", b"hello", "not a .npy file"),
    "npy of zeros": ("a.npy", npy(), "no pixel holds a distance"),
    "png of text": ("a.png", b"hello", "not a .png or .tif"),
    "png cut short": ("a.png", PNG[:60], "4 x 4 pixels is cut short or damaged"),
    "png with a chunk of 2 GiB": ("a.png", PNG[:33] + b"\x7f\xff\xff\xff" + PNG[37:], "is cut short or damaged"),
    "png without pixels": ("a.png", PNG[:33] + PNG[-12:], "4 x 4 pixels is cut short or damaged"),
    "png of 4 billion pixels": ("a.png", PNG_OF_4_BILLION, "the image is too large"),
    "png of 8 bits": ("a.png", cv2.imencode(".png", np.ones((4, 4), np.uint8))[1].tobytes(), "one channel of 16 bits"),
    "tif cut short": ("a.tif", TIF[:9], "not a .png or .tif"),
    "tif without picture": ("a.tif", tif_of(4, 4), "the picture cannot be read"),
    "tif of 4 billion pixels": ("a.tif", tif_of(65535, 65535), "65535 x 65535 pixels"),
}


@pytest.mark.parametrize("case", CASES)
def test_a_file_that_is_not_as_it_must_be_says_why(tmp_path, case):
    name, content, message = CASES[case]
    (tmp_path / name).write_bytes(content)
    start = time.perf_counter()
    with pytest.raises(ScanError, match=message) as error:
        read_scan(str(tmp_path / name), "", replace(SETTINGS, pixel_spacing=0.5), "mm")
    assert str(tmp_path / name) in str(error.value)
    assert time.perf_counter() - start < 15  # the first starts open3d


def test_a_mesh_that_is_missing_or_a_folder_says_so(tmp_path):
    (tmp_path / "a.obj").mkdir()
    with pytest.raises(ScanError, match="a.obj: is a folder; name the scan files in it"):
        read_scan(str(tmp_path / "a.obj"), "", SETTINGS, "mm")
    with pytest.raises(ScanError, match="b.ply: there is no such file"):
        read_scan(str(tmp_path / "b.ply"), "", SETTINGS, "mm")


@pytest.mark.parametrize(
    "line", ["map_Kd ../x.png", "map_Kd -s 1 1 1 /x.png", "MAP_KD a/../../x.png", "map_Kd ..\\x.png"]
)
def test_no_picture_of_an_mtl_lies_outside_the_folder(tmp_path, line):
    folder = tmp_path / "in"
    folder.mkdir()
    (tmp_path / "x.png").write_bytes(PNG)
    (folder / "a.mtl").write_text(f"newmtl skin\n {line}\n")
    for text in (b"mtllib a.mtl\n" + OBJ, OBJ):
        (folder / "a.obj").write_bytes(text)
        with pytest.raises(ScanError, match="a.mtl: names the file .* which is not in its folder; put it beside"):
            read_scan(str(folder / "a.obj"), "", SETTINGS, "mm")


@pytest.mark.parametrize(
    "line", [b"mtllib ../x.mtl", b"  mtllib\t/etc/passwd", b"mtllib .\\\n./x.mtl", b"mtllib ..\\x.mtl"]
)
def test_no_file_of_materials_lies_outside_the_folder(tmp_path, line):
    folder = tmp_path / "in"
    folder.mkdir()
    (tmp_path / "x.mtl").write_text("newmtl skin\nmap_Kd x.png\n")
    (folder / "a.obj").write_bytes(line + b"\n" + OBJ)
    scan = read_scan(str(folder / "a.obj"), "", SETTINGS, "mm")
    assert (scan.mesh.texture == 160).all() and "which do not lie beside it; their textures are not" in scan.notes[0]


def test_an_obj_that_names_files_of_materials_without_end_is_refused_and_blanks_are_no_trouble(tmp_path):
    path = tmp_path / "a.obj"
    path.write_bytes(b"mtllib" + b" " * 10**6 + b".\0x\n" + OBJ)
    assert len(read_scan(str(path), "", SETTINGS, "mm").mesh.triangles) == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"triangles": np.zeros((0, 3), int)}, "has no triangles"),
        ({"triangles": np.array([[0, 1, 3]])}, "not among the 3"),
        ({"triangles": np.array([[0, 1, -1]])}, "not among the 3"),
        ({"vertices": np.full((3, 3), np.inf)}, "not finite"),
        ({"vertices": np.vstack([np.eye(3), [[np.nan] * 3]])}, "not finite"),
        ({"vertices": -1e30 * np.eye(3)}, "not finite numbers below 1e.30"),
        ({"uv": np.full((1, 3, 2), np.nan)}, "not finite"),
        ({"vertices": np.ones((3, 3))}, "in one point"),
    ],
)
def test_no_mesh_goes_on_that_is_none(change, message):
    mesh = Mesh(np.eye(3), np.array([[0, 1, 2]]), np.zeros((1, 3, 2)), np.zeros((2, 2, 3), np.uint8))
    check_mesh(mesh, "a.obj")
    with pytest.raises(ScanError, match=f"a.obj: .*{message}"):
        check_mesh(mesh._replace(**change), "a.obj")


def test_a_textured_wrl_beyond_all_scans_is_refused(tmp_path):
    points = "coord Coordinate { point [ 0 0 0, 1e308 0 0, 0 9 1 ] } coordIndex [ 0 1 2 -1 ]"
    texture = "texCoord TextureCoordinate { point [ 0 0, 1 0, 1 1 ] }"
    (tmp_path / "a.wrl").write_text(f"#VRML V2.0 utf8\nShape {{ geometry IndexedFaceSet {{ {points} {texture} }} }}\n")
    (tmp_path / "a.png").write_bytes(PNG)
    with pytest.raises(ScanError, match="a.wrl: vertices .* are not finite numbers below 1e.30"):
        read_scan(str(tmp_path / "a.wrl"), "", SETTINGS, "mm")


BLANKS = b" " * 10**6


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    ("name", "obj", "mtl"),
    [
        ("a.obj", b"mtllib a" + BLANKS + b"b\n" + OBJ, b""),
        ("a.obj", b"mtllib a.mtl\nusemtl a" + BLANKS + b"b\n" + OBJ, b"newmtl a b\n"),
        ("a.obj", b"mtllib a.mtl\n" + OBJ, b"newmtl a\nmap_Kd a" + BLANKS[:-40] + b"b\n"),
        ("a.wrl", b"#VRML V2.0 utf8\nImageTexture { url" + BLANKS + b"x } TextureCoordinate { point [ 0 ] }", b""),
    ],
    ids=["mtllib", "usemtl", "map_Kd", "url"],
)
def test_a_long_run_of_blanks_takes_no_longer_than_reading_it(name, obj, mtl, tmp_path):
    (tmp_path / name).write_bytes(obj)
    (tmp_path / "a.mtl").write_bytes(mtl)
    start = time.process_time()
    with contextlib.suppress(ScanError):
        read_scan(str(tmp_path / name), "", SETTINGS, "mm")
    assert time.process_time() - start < 5
