"""Every format, written by the test and read back: a square of 100 mm, red in its upper half and blue in its lower."""

import gzip
from dataclasses import replace

import cv2
import numpy as np
import pytest
import yaml

from ffnet.errors import ScanError
from ffnet.geometry.mesh import sample_texture
from ffnet.geometry.raycast import import_open3d
from ffnet.scans.formats.readers import find_texture, read_scan
from ffnet.scans.load import check_extent
from ffnet.scans.settings import ScanSettings
from ffnet.settings import read_settings
from ffnet.workflow.provenance import ROOT

SETTINGS = read_settings(ScanSettings, yaml.safe_load((ROOT / "config.yaml").read_text("utf-8"))["scans"], "scans")
CORNERS = np.array([[0, 0, 0], [100, 0, 0], [100, 100, 0], [0, 100, 0]], float)
TRIANGLES = np.array([[0, 1, 2], [0, 2, 3]])
UV = CORNERS[TRIANGLES][..., :2] / 100
PICTURE = np.zeros((16, 16, 3), np.uint8)
PICTURE[:8], PICTURE[8:] = (255, 0, 0), (0, 0, 255)
COLOURS = np.array([[200, 100, 100], [100, 200, 100], [100, 100, 200], [150, 150, 150]])
RED, BLUE = (255, 0, 0), (0, 0, 255)


def save_picture(path):
    cv2.imwrite(str(path), PICTURE[..., ::-1])


def read(path, texture="", unit="mm", **changes):
    return read_scan(str(path), str(texture), replace(SETTINGS, **changes), unit).mesh


def colours_at(mesh, points):
    """Colours of a flat mesh at points (K, 2) x, y, by the barycentric weights of the triangle around each."""
    found = []
    for point in points:
        for triangle, uv in zip(mesh.triangles, mesh.uv, strict=True):
            matrix = np.vstack([mesh.vertices[triangle][:, :2].T, np.ones(3)])
            weights = np.linalg.solve(matrix, [*point, 1])
            if (weights >= -1e-9).all():
                found.append(sample_texture(mesh.texture, (weights @ uv)[None])[0])
                break
    return np.array(found)


def assert_red_over_blue(mesh):
    assert np.ptp(mesh.vertices, axis=0) == pytest.approx([100, 100, 0])
    assert colours_at(mesh, [[60, 90], [20, 75], [60, 20], [90, 10]]) == pytest.approx(np.array([RED, RED, BLUE, BLUE]))
    assert facing(mesh) > 0


def facing(mesh):
    a, b, c = mesh.vertices[mesh.triangles[0]]
    return np.cross(b - a, c - a)[2]


def textured_obj(folder, library="square.mtl", image="colours.png"):
    save_picture(folder / "colours.png")
    (folder / "square.mtl").write_text(f"newmtl skin\nKd 1 1 1\nmap_Kd {image}\n")
    lines = [f"mtllib {library}", "usemtl skin", *("v {} {} {}".format(*corner) for corner in CORNERS)]
    lines += ["vt 0 0", "vt 1 0", "vt 1 1", "vt 0 1", "f 1/1 2/2 3/3 4/4"]
    (folder / "square.obj").write_text("\n".join(lines) + "\n")
    return folder / "square.obj"


def open3d_mesh(colours=True):
    open3d = import_open3d()
    mesh = open3d.geometry.TriangleMesh(
        open3d.utility.Vector3dVector(CORNERS), open3d.utility.Vector3iVector(TRIANGLES)
    )
    if colours:
        mesh.vertex_colors = open3d.utility.Vector3dVector(COLOURS / 255)
    mesh.compute_triangle_normals()
    return open3d, mesh


def glb(path, textured=True):
    open3d, mesh = open3d_mesh(colours=False)
    tensor = open3d.t.geometry.TriangleMesh.from_legacy(mesh)
    if textured:
        tensor.triangle.texture_uvs = open3d.core.Tensor(UV.astype(np.float32))
        tensor.material.set_default_properties()
        tensor.material.material_name = "defaultLit"
        tensor.material.texture_maps["albedo"] = open3d.t.geometry.Image(open3d.core.Tensor(PICTURE))
    open3d.t.io.write_triangle_mesh(str(path), tensor)
    return path


def ply(path, form="ascii", vertex="", vertex_values=("", "", "", ""), faces=("4 0 1 2 3",), face="", comment=""):
    head = f"ply\nformat {form} 1.0\n{comment}element vertex 4\nproperty float x\nproperty float y\nproperty float z\n"
    head += f"{vertex}element face {len(faces)}\nproperty list uchar int vertex_indices\n{face}end_header\n"
    rows = [f"{x:g} {y:g} {z:g} {rest}" for (x, y, z), rest in zip(CORNERS, vertex_values, strict=True)]
    path.write_text(head + "\n".join([*rows, *faces]) + "\n")
    return path


def test_an_obj_brings_the_texture_that_its_mtl_names(tmp_path):
    assert_red_over_blue(read(textured_obj(tmp_path)))


def test_a_glb_brings_the_texture_inside_it(tmp_path):
    assert_red_over_blue(read(glb(tmp_path / "square.glb")))


def test_a_glb_without_texture_is_grey(tmp_path):
    mesh = read(glb(tmp_path / "square.glb", textured=False))
    assert colours_at(mesh, [[30, 20], [60, 90]]) == pytest.approx(np.full((2, 3), 160)) and facing(mesh) > 0


@pytest.mark.parametrize("suffix", [".obj", ".ply", ".off"])
def test_colours_at_the_vertices_become_a_texture(tmp_path, suffix):
    open3d, mesh = open3d_mesh()
    open3d.io.write_triangle_mesh(str(tmp_path / f"a{suffix}"), mesh)
    mesh = read(tmp_path / f"a{suffix}")
    halfway = (COLOURS[0] + COLOURS[1]) / 2
    third = COLOURS[TRIANGLES[0]].mean(axis=0)
    found = colours_at(mesh, [*CORNERS[:, :2], [50, 0], [200 / 3, 100 / 3]])
    assert found == pytest.approx(np.array([*COLOURS, halfway, third]), abs=1)


@pytest.mark.parametrize("suffix", [".stl", ".off", ".ply", ".obj"])
def test_a_mesh_without_colour_is_grey(tmp_path, suffix):
    open3d, mesh = open3d_mesh(colours=False)
    open3d.io.write_triangle_mesh(str(tmp_path / f"a{suffix}"), mesh)
    mesh = read(tmp_path / f"a{suffix}")
    assert colours_at(mesh, [[30, 20], [60, 90]]) == pytest.approx(np.full((2, 3), 160)) and facing(mesh) > 0


def test_a_ply_brings_the_texture_that_its_comment_names_with_coordinates_at_the_faces(tmp_path):
    save_picture(tmp_path / "my colours.png")
    path = ply(
        tmp_path / "a.ply",
        comment="comment TextureFile my colours.png\n",
        face="property list uchar float texcoord\n",
        faces=("4 0 1 2 3 8 0 0 1 0 1 1 0 1",),
    )
    assert_red_over_blue(read(path))


def test_a_ply_with_coordinates_at_the_vertices_takes_the_texture_it_is_given(tmp_path):
    save_picture(tmp_path / "b.png")
    path = ply(
        tmp_path / "a.ply", vertex="property float s\nproperty float t\n", vertex_values=("0 0", "1 0", "1 1", "0 1")
    )
    assert_red_over_blue(read(path, tmp_path / "b.png"))


@pytest.mark.parametrize("columns", ["", "property float weight\n", "property list uchar int ends\n"])
def test_an_empty_element_of_a_ply_is_passed_over(tmp_path, columns):
    path = ply(tmp_path / "a.ply")
    path.write_text(path.read_text().replace("end_header", f"element edge 0\n{columns}end_header"))
    assert len(read(path).triangles) == 2


@pytest.mark.parametrize("order", ["<", ">"])
def test_a_binary_ply_with_faces_of_different_sizes_is_read(tmp_path, order):
    form = {"<": "binary_little_endian", ">": "binary_big_endian"}[order]
    path = ply(tmp_path / "a.ply", form, faces=("", ""))
    head = path.read_bytes().partition(b"end_header\n")
    rows = CORNERS.astype(order + "f4").tobytes()
    faces = b"".join(bytes([len(f)]) + np.array(f, order + "i4").tobytes() for f in ([0, 1, 2], [0, 1, 2, 3]))
    path.write_bytes(head[0] + head[1] + rows + faces)
    mesh = read(path)
    assert mesh.vertices.tolist() == CORNERS.tolist() and len(mesh.triangles) == 3
    assert np.sort(mesh.triangles, axis=1).tolist() == [[0, 1, 2], [0, 1, 2], [0, 2, 3]]


def range_text(flag=1.0, rows=3, columns=4):
    """A range image of FRGC whose upper row is invalid; 25 mm from point to point."""
    y, x = np.mgrid[50:-1:-25, 0:76:25].astype(float)
    valid = np.ones((rows, columns))
    valid[0] = 0
    planes = [valid, *(np.where(valid > 0, plane, -999999) for plane in (x, y, 0 * x - 1500))]
    lines = [" ".join(f"{value:g}" for value in plane.ravel()) for plane in planes]
    return "\n".join([f"{rows} rows", f"{columns} columns", "pixels (flag X Y Z):", *lines]) + "\n"


@pytest.mark.parametrize("suffix", [".abs", ".abs.gz"])
def test_a_range_image_of_frgc_is_joined_where_it_is_valid_and_the_photo_lies_over_it(tmp_path, suffix):
    path = tmp_path / f"a{suffix}"
    path.write_bytes(gzip.compress(range_text().encode()) if suffix.endswith("gz") else range_text().encode())
    picture = np.zeros((3, 4, 3), np.uint8)
    picture[1], picture[2] = (0, 0, 255), (255, 0, 0)  # as OpenCV has them: blue first
    cv2.imwrite(str(tmp_path / "a.png"), picture)
    assert find_texture(str(path)) == str(tmp_path / "a.png")
    mesh = read(path, find_texture(str(path)), longest_edge=40.0)
    assert len(mesh.vertices) == 8 and len(mesh.triangles) == 6 and facing(mesh) > 0
    assert colours_at(mesh, [[10, 25], [60, 0]]) == pytest.approx(np.array([RED, BLUE]), abs=1e-6)


@pytest.mark.parametrize("suffix", [".png", ".tif", ".npy"])
def test_a_depth_image_holds_distances_and_needs_the_spacing_of_its_pixels(tmp_path, suffix):
    distance = np.full((5, 6), 1000.0)
    distance[2, 3] = 990
    distance[0] = 0
    path = tmp_path / f"a{suffix}"
    if suffix == ".npy":
        np.save(path, distance)
    else:
        cv2.imwrite(str(path), distance.astype(np.uint16 if suffix == ".png" else np.float32))
    with pytest.raises(ScanError, match="scans.pixel_spacing"):
        read(path)
    mesh = read(path, pixel_spacing=2.0)
    assert len(mesh.vertices) == 24 and np.ptp(mesh.vertices, axis=0) == pytest.approx([10, 6, 10])
    nose = mesh.vertices[mesh.vertices[:, 2].argmax()]
    assert nose == pytest.approx([6, 4, -990]) and facing(mesh) > 0


@pytest.mark.parametrize(("unit", "size"), [("mm", 100), ("cm", 1000), ("m", 100_000)])
def test_the_unit_of_the_file_is_what_the_config_says(tmp_path, unit, size):
    assert np.ptp(read(ply(tmp_path / "a.ply"), unit=unit).vertices, axis=0).max() == pytest.approx(size)


@pytest.mark.parametrize(
    ("unit", "extent", "hint"),
    [
        ("mm", 0.18, "in m it has 180 mm: set the unit of its dataset, or --unit"),
        ("mm", 18.0, "in cm it has 180 mm"),
        ("cm", 1800.0, "in mm it has 180 mm"),
        ("cm", 1.8, "in m it has 180 mm"),
        ("m", 180_000.0, "in mm it has 180 mm"),
        ("m", 18_000.0, "in cm it has 180 mm"),
        ("mm", 1800.0, "0.1 times as large it would be one: scale it, or cut the face out"),
        ("mm", 210_000.0, "0.001 times as large it would be one"),
        ("m", 0.18, "1000 times as large it would be one"),
        ("mm", 60.0, "is it a face alone"),
        ("mm", 600.0, "is it a face alone"),
        ("mm", 0.0, "is it a face alone"),
    ],
)
def test_a_mesh_of_no_human_size_is_refused_with_what_would_fit(unit, extent, hint):
    message = rf"a.ply: the mesh is \S+ mm across, read in {unit}; a face has 80 to 500 mm; {hint}"
    with pytest.raises(ScanError, match=message):
        check_extent(CORNERS / 100 * extent, "a.ply", unit, SETTINGS)
    check_extent(CORNERS, "a.ply", unit, SETTINGS)


def test_a_wall_behind_the_head_is_named_by_the_distances_that_the_picture_holds():
    vertices = np.array([[0, 0, -600.0], [200, 200, -2100]])
    with pytest.raises(ScanError, match="hold distances from 600 to 2100 mm: set those of the background to 0"):
        check_extent(vertices, "a.png", "mm", SETTINGS)


def test_the_texture_beside_a_scan_has_its_name_and_is_not_the_scan_itself(tmp_path):
    for name in ("a.obj", "b.png", "c.png", "c.JPG"):
        (tmp_path / name).touch()
    assert find_texture(str(tmp_path / "a.bnt")) == "" and find_texture(str(tmp_path / "b.png")) == ""
    assert find_texture(str(tmp_path / "c.png")) == str(tmp_path / "c.JPG")
    for name in ("a.jpg", "F0001_AN03WH_F3D.png"):
        (tmp_path / name).touch()
    assert find_texture(str(tmp_path / "a.bnt")) == str(tmp_path / "a.jpg")
    assert find_texture(str(tmp_path / "A.bnt")) == str(tmp_path / "a.jpg")  # if no other has the same capitals
    assert find_texture(str(tmp_path / "a.obj")) == ""  # its file comes first, its reader looks beside it then
    assert find_texture(str(tmp_path / "F0001_AN03WH_F3D.wrl")).endswith("F0001_AN03WH_F3D.png")
