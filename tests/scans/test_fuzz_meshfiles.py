"""Random damage to mesh files: nothing but ScanError ever comes out, and nothing falls over.

The fast and slow tests go through the decoding process. The full ones call its readers here, which is many times as
quick: what they raise becomes a ScanError as there, but nothing saves this process from a crash or from memory that
is not given back.
"""

import pathlib
import resource
import struct
import warnings

import cv2
import numpy as np
import pytest

from ffnet.errors import ScanError
from ffnet.geometry.raycast import import_open3d
from ffnet.scans.formats import meshfiles
from ffnet.scans.formats.contents import words_of
from ffnet.scans.formats.decoder_process import import_readers, read_parts
from ffnet.scans.formats.meshfiles import read_meshfile
from ffnet.scans.formats.readers import check_mesh

COUNTS = [
    pytest.param(40, id="fast"),
    pytest.param(500, id="slow", marks=pytest.mark.slow),
    pytest.param(20_000, id="full", marks=[pytest.mark.full, pytest.mark.timeout(3_600)]),
]
MEMORY = 1 << 30  # bytes that the readers may take more, as in the decoding process
CORNERS = np.array([[0, 0, 0], [90, 0, 5], [90, 100, 7.5], [0, 110, -5]])
TRIANGLES = np.array([[0, 1, 2], [0, 2, 3]])
UV = CORNERS[TRIANGLES][..., :2] / 200 + 0.1
PIXELS = np.random.default_rng(0).integers(0, 256, (6, 5, 3), np.uint8)


def obj():
    lines = ["# made", "mtllib a.mtl", "o face", *("v {} {} {}".format(*corner) for corner in CORNERS)]
    lines += ["vt 0.1 0.1", "vt 0.9 0.1", "vt 0.9 0.9", "vt 0.1 0.9", "vn 0 0 1", "usemtl skin", "s off"]
    return "\n".join([*lines, "f 1/1/1 2/2/1 3/3/1", "f 1/1/1 3/3/1 4/4/1", ""]).encode()


def off():
    lines = ["OFF", "# made", "4 2 0", *("{} {} {}".format(*corner) for corner in CORNERS)]
    return "\n".join([*lines, *("3 {} {} {}".format(*triangle) for triangle in TRIANGLES), ""]).encode()


def stl(text):
    if text:
        facets = [
            "facet normal 0 0 1\nouter loop\n"
            + "".join("vertex {} {} {}\n".format(*corner) for corner in corners)
            + "endloop\nendfacet\n"
            for corners in CORNERS[TRIANGLES]
        ]
        return ("solid made\n" + "".join(facets) + "endsolid made\n").encode()
    facets = [struct.pack("<12fH", 0, 0, 1, *corners.ravel(), 0) for corners in CORNERS[TRIANGLES]]
    return bytes(80) + struct.pack("<I", 2) + b"".join(facets)


def glb(folder):
    open3d = import_open3d()
    mesh = open3d.t.geometry.TriangleMesh(open3d.core.Tensor(CORNERS), open3d.core.Tensor(TRIANGLES))
    mesh.triangle.texture_uvs = open3d.core.Tensor(UV.astype(np.float32))
    mesh.material.set_default_properties()
    mesh.material.material_name = "defaultLit"
    mesh.material.texture_maps["albedo"] = open3d.t.geometry.Image(open3d.core.Tensor(PIXELS))
    open3d.t.io.write_triangle_mesh(str(folder / "valid.glb"), mesh)
    return (folder / "valid.glb").read_bytes()


@pytest.fixture
def in_this_process(count, monkeypatch):
    """The readers are called here where there are thousands of files."""
    if count < 10_000:
        yield
        return
    readers, limits = import_readers(), resource.getrlimit(resource.RLIMIT_AS)

    def decode(path):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return read_parts(path, readers[pathlib.Path(path).suffix])
        except ScanError as error:
            raise ScanError(f"{path}: {error}") from error
        except Exception as error:
            raise ScanError(f"{path}: {words_of(error)}") from error

    monkeypatch.setattr(meshfiles, "decode", decode)
    pages = int(pathlib.Path("/proc/self/statm").read_text().split()[0])
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + MEMORY, limits[1]))
    yield
    resource.setrlimit(resource.RLIMIT_AS, limits)


def read(path):
    mesh = read_meshfile(str(path), "").mesh
    check_mesh(mesh, str(path))
    return mesh


def check(mesh):
    assert np.isfinite(mesh.vertices).all() and len(mesh.triangles) > 0
    assert mesh.uv.shape == (*mesh.triangles.shape, 2)
    assert mesh.texture.dtype == np.uint8 and mesh.texture.ndim == 3 and mesh.texture.shape[2] == 3


BESIDE = {"a.mtl": b"newmtl skin\nKd 1 1 1\nmap_Kd a.png\n", "a.png": cv2.imencode(".png", PIXELS)[1].tobytes()}


@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize("name", ["a.obj", "a.off", "a.stl", "text.stl", "a.glb"])
@pytest.mark.usefixtures("in_this_process")
def test_damaged_files_give_nothing_but_the_readers_own_error(name, count, read_damaged, tmp_path):
    valid = {"a.obj": obj, "a.off": off, "a.glb": lambda: glb(tmp_path)}.get(name, lambda: stl(name == "text.stl"))()
    read_damaged(name, valid, read, check, count, BESIDE if name == "a.obj" else {}, least_refused=0.1)


@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.usefixtures("in_this_process")
def test_damaged_materials_give_nothing_but_the_readers_own_error(count, read_damaged):
    materials, beside = BESIDE["a.mtl"], {"a.obj": obj(), "a.png": BESIDE["a.png"]}
    read_damaged(
        "a.mtl", materials, lambda path: read(path.with_suffix(".obj")), check, count, beside, 0.0
    )  # few are refused
