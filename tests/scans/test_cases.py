"""Meshes as people's tools write them, each a case that once was refused or read wrong: they are the face they show."""

import json
import shutil
import struct

import numpy as np
import pytest
from PIL import Image

from ffnet.__main__ import main
from ffnet.commands.inspect import inspect_file
from ffnet.commands.listed_scans import ListedScans
from ffnet.geometry.mesh import Mesh, sample_texture
from ffnet.geometry.raycast import cast_view, import_open3d, view_texture
from ffnet.scans.formats.readers import read_scan
from tests.scans.mesh_writers import encoded, glb_of, write_obj, write_ply, write_wrl, wrl_text

NONE = ListedScans({}, {})
HEAD = "ply\nformat binary_little_endian 1.0\n{}element vertex {}\n" + "".join(f"property float {a}\n" for a in "xyz")
FACE = "element face {}\nproperty list uchar int vertex_indices\n"


def colours_at_vertices(mesh):
    colours = np.zeros((len(mesh.vertices), 3))
    colours[mesh.triangles.ravel()] = sample_texture(mesh.texture, mesh.uv.reshape(-1, 2))
    return colours.round().astype(int)


def ply_rows(triangles):
    rows = np.zeros(len(triangles), [("n", "u1"), ("corners", "<i4", 3)])
    rows["n"], rows["corners"] = 3, triangles
    return rows.tobytes()


def write_bare_ply(path, vertices, triangles, colours=None):
    head = HEAD.format("", len(vertices))
    table = np.zeros(len(vertices), [("p", "<f4", 3)] + ([("c", "u1", 3)] if colours is not None else []))
    table["p"] = vertices
    if colours is not None:
        head += "".join(f"property uchar {name}\n" for name in ("red", "green", "blue"))
        table["c"] = colours
    head += FACE.format(len(triangles)) + "end_header\n"
    path.write_bytes(head.encode() + table.tobytes() + ply_rows(triangles))
    return path


def coloured_obj(path, mesh, scale):
    rows = np.concatenate([mesh.vertices, colours_at_vertices(mesh) / scale], axis=1)
    lines = ["v {:.5f} {:.5f} {:.5f} {:.7g} {:.7g} {:.7g}".format(*row) for row in rows]
    path.write_text("\n".join([*lines, *("f {} {} {}".format(*row) for row in mesh.triangles + 1)]) + "\n")
    return path


def obj_without_normals(folder, mesh):
    return coloured_obj(folder / "a.obj", mesh, 255)


def obj_with_colours_up_to_255(folder, mesh):
    return coloured_obj(folder / "a.obj", mesh, 1)


def glb_with_a_grey_texture(folder, mesh):
    (folder / "a.glb").write_bytes(glb_of(mesh, encoded(mesh.texture[..., 1], "PNG")).bytes())
    return folder / "a.glb"


def glb_with_grey_and_alpha(folder, mesh):
    both = np.dstack([mesh.texture[..., 1], np.full(mesh.texture.shape[:2], 200, np.uint8)])
    (folder / "a.glb").write_bytes(glb_of(mesh, encoded(both, "PNG")).bytes())
    return folder / "a.glb"


def glb_with_webp(folder, mesh):
    glb = glb_of(mesh, encoded(mesh.texture, "WEBP", lossless=True), "image/webp")
    glb.model["textures"] = [{"extensions": {"EXT_texture_webp": {"source": 0}}}]
    glb.model["extensionsUsed"] = glb.model["extensionsRequired"] = ["EXT_texture_webp"]
    (folder / "a.glb").write_bytes(glb.bytes())
    return folder / "a.glb"


def glb_with_a_preview_beside_it(folder, mesh):
    (folder / "a.glb").write_bytes(glb_of(mesh).bytes())
    Image.fromarray(np.full((64, 64, 3), (0, 255, 0), np.uint8)).save(folder / "a.png")
    return folder / "a.glb"


def ply_with_coordinates_in_a_list_t(folder, mesh):
    write_ply(folder / "a.ply", mesh, "binary_little_endian")
    data = (folder / "a.ply").read_bytes()
    (folder / "a.ply").write_bytes(data.replace(b"uchar float texcoord", b"uchar float t"))
    return folder / "a.ply"


def ply_with_two_textures(folder, mesh):
    """The left of the face has its texture, and the right one turned upside down."""
    page = mesh.vertices[mesh.triangles].mean(axis=1)[:, 0] > np.median(mesh.vertices[:, 0])
    Image.fromarray(mesh.texture).save(folder / "page0.png")
    Image.fromarray(mesh.texture[::-1]).save(folder / "page1.png")
    uv = np.where(page[:, None, None], mesh.uv * [1, -1] + [0, 1], mesh.uv)
    kinds = [("n", "u1"), ("corners", "<i4", 3), ("k", "u1"), ("uv", "<f4", 6), ("page", "<i4")]
    rows = np.zeros(len(page), kinds)
    rows["n"], rows["corners"], rows["k"], rows["uv"], rows["page"] = 3, mesh.triangles, 6, uv.reshape(-1, 6), page
    head = HEAD.format("comment TextureFile page0.png\ncomment TextureFile page1.png\n", len(mesh.vertices))
    head += FACE.format(len(page)) + "property list uchar float texcoord\nproperty int texnumber\nend_header\n"
    (folder / "a.ply").write_bytes(head.encode() + mesh.vertices.astype("<f4").tobytes() + rows.tobytes())
    return folder / "a.ply"


def ply_with_triangle_strips(folder, mesh):
    strip = np.insert(mesh.triangles, 3, -1, axis=1).ravel().astype("<i4")
    head = (
        HEAD.format("", len(mesh.vertices)) + "element tristrips 1\nproperty list int int vertex_indices\nend_header\n"
    )
    data = head.encode() + mesh.vertices.astype("<f4").tobytes() + struct.pack("<i", len(strip)) + strip.tobytes()
    (folder / "a.ply").write_bytes(data)
    return folder / "a.ply"


def ply_that_runs_clockwise(folder, mesh):
    return write_bare_ply(folder / "a.ply", mesh.vertices, mesh.triangles[:, ::-1])


def ply_some_of_which_runs_clockwise(folder, mesh):
    wrong = np.random.default_rng(0).random(len(mesh.triangles)) < 0.3
    triangles = np.where(wrong[:, None], mesh.triangles[:, ::-1], mesh.triangles)
    return write_bare_ply(folder / "a.ply", mesh.vertices, triangles)


def ply_with_loose_vertices(folder, mesh, loose):
    vertices = np.concatenate([mesh.vertices, np.full((50, 3), loose)])
    colours = np.concatenate([colours_at_vertices(mesh), np.zeros((50, 3), int)])
    return write_bare_ply(folder / "a.ply", vertices, mesh.triangles, colours)


def ply_with_vertices_that_are_nan(folder, mesh):
    return ply_with_loose_vertices(folder, mesh, np.nan)


def ply_with_vertices_far_off(folder, mesh):
    return ply_with_loose_vertices(folder, mesh, -700.0)


def obj_with_a_path_of_another_machine(folder, mesh):
    write_obj(folder / "a.obj", mesh, normals=False, picture="a_tex.png")
    (folder / "a.mtl").write_text(
        "newmtl skin\nmap_Kd C:\\\\Users\\\\operator\\\\Desktop\\\\A_TEX.PNG \t\nnewmtl no one's\n"
    )
    path = folder / "a.obj"
    path.write_text(path.read_text().replace("mtllib a.mtl\n", "mtllib a.mtl \t\n"))
    return folder / "a.obj"


def obj_without_usemtl(folder, mesh):
    path = obj_with_a_path_of_another_machine(folder, mesh)
    path.write_text(path.read_text().replace("usemtl skin\n", ""))
    return path


def obj_with_a_material_that_no_face_has(folder, mesh):
    write_obj(folder / "a.obj", mesh, normals=True)
    with open(folder / "a.mtl", "a") as file:
        file.write("newmtl eyes\nmap_Kd not_there.png\n")
    return folder / "a.obj"


def obj_with_eyes_that_have_no_coordinates(folder, mesh):
    write_obj(folder / "a.obj", mesh, normals=False)
    count, inside = len(mesh.vertices), mesh.vertices.mean(axis=0) - [0, 0, 30]
    with open(folder / "a.obj", "a") as file:
        file.write("g eyes\n" + "".join("v {} {} {}\n".format(*(inside + shift)) for shift in np.eye(3)))
        file.write("f " + " ".join(str(count + number) for number in (1, 2, 3)) + "\n")
    return folder / "a.obj"


def wrl_with_colours_at_its_vertices(folder, mesh):
    colours = ", ".join("{:.4f} {:.4f} {:.4f}".format(*row) for row in colours_at_vertices(mesh) / 255)
    (folder / "a.wrl").write_text(wrl_text(mesh, f"colorPerVertex TRUE color Color {{ color [ {colours} ] }}"))
    return folder / "a.wrl"


def wrl_without_colours(folder, mesh):
    (folder / "a.wrl").write_text(wrl_text(mesh, "solid FALSE"))
    return folder / "a.wrl"


def wrl_that_names_its_picture(folder, mesh):
    write_wrl(folder / "a.wrl", mesh, "tex_0.png")
    return folder / "a.wrl"


TEXTURED = [
    *(glb_with_webp, glb_with_a_preview_beside_it, ply_with_coordinates_in_a_list_t, ply_with_two_textures),
    *(obj_with_a_path_of_another_machine, obj_without_usemtl, obj_with_a_material_that_no_face_has),
    *(obj_with_eyes_that_have_no_coordinates, wrl_that_names_its_picture),
]
GREY = [glb_with_a_grey_texture, glb_with_grey_and_alpha]
COLOURED = [
    *(obj_without_normals, obj_with_colours_up_to_255, wrl_with_colours_at_its_vertices),
    *(ply_with_vertices_that_are_nan, ply_with_vertices_far_off),
]
BARE = [ply_with_triangle_strips, ply_that_runs_clockwise, ply_some_of_which_runs_clockwise, wrl_without_colours]


@pytest.fixture(scope="module")
def face(known):
    mesh = known.mesh
    used, triangles = np.unique(mesh.triangles, return_inverse=True)
    return Mesh(mesh.vertices[used].astype("<f4").astype(float), triangles.reshape(-1, 3), mesh.uv, mesh.texture)


def seen(mesh, center):
    """Depth (S, S) and colours (S, S, 3) of a mesh from the front."""
    hits, depth = cast_view(mesh.vertices, mesh.triangles, center, 150.0, 100)
    return depth, view_texture(mesh, hits)


@pytest.mark.parametrize("write", [*TEXTURED, *GREY, *COLOURED, *BARE])
def test_the_mesh_has_the_shape_and_the_colours_of_the_face(write, face, config, tmp_path):
    scan = read_scan(str(write(tmp_path, face)), "", config.scans, "mm")
    center = np.median(face.vertices[:, :2], axis=0)
    (depth, colours), (true_depth, true_colours) = seen(scan.mesh, center), seen(face, center)
    np.testing.assert_allclose(depth, true_depth, atol=0.01)
    if write in BARE:
        assert (scan.mesh.texture == 160).all()
        return
    if write in GREY:
        true_colours = np.repeat(true_colours[..., 1:2], 3, axis=2)
    apart = np.abs(colours - true_colours)[np.isfinite(true_depth)].max(axis=1)
    assert np.percentile(apart, 98) < (40 if write in COLOURED else 2) and np.median(apart) < 8


@pytest.mark.slow
@pytest.mark.parametrize("write", [*TEXTURED, *GREY, *COLOURED, *BARE])
def test_inspect_finds_the_face_where_it_is(write, face, known, config, tmp_path):
    report = inspect_file(str(write(tmp_path, face)), config, NONE, "mm", str(tmp_path / "maps.png"))
    assert report.error is None and (tmp_path / "maps.png").exists()
    assert np.linalg.norm(report.nose_tip - known.landmarks[30]) < 4
    turned = np.degrees(np.arccos((np.trace(known.frontal) - 1) / 2))
    assert abs(report.rotation_deg - turned) < 4 and report.triangles >= len(face.triangles)


def coarse(mesh):
    open3d = import_open3d()
    whole = open3d.geometry.TriangleMesh(
        open3d.utility.Vector3dVector(mesh.vertices), open3d.utility.Vector3iVector(mesh.triangles)
    )
    small = whole.simplify_quadric_decimation(4000)
    return np.asarray(small.vertices).astype("<f4").astype(float), np.asarray(small.triangles).astype(int)


@pytest.mark.slow
@pytest.mark.parametrize("suffix", ["obj", "stl", "ply", "glb", "off"])
def test_a_coarse_face_has_the_same_pose_and_its_own_number_of_vertices_in_each_format(suffix, face, config, tmp_path):
    import trimesh

    vertices, triangles = coarse(face)
    reference = inspect_file(str(write_bare_ply(tmp_path / "b.ply", vertices, triangles)), config, NONE, "mm", None)
    trimesh.Trimesh(vertices, triangles, process=False).export(tmp_path / f"a.{suffix}")
    report = inspect_file(str(tmp_path / f"a.{suffix}"), config, NONE, "mm", str(tmp_path / "a.png"))
    assert report.error is None and report.vertices == len(vertices)
    assert np.linalg.norm(np.subtract(report.nose_tip, reference.nose_tip)) < 0.5
    assert abs(report.rotation_deg - reference.rotation_deg) < 0.5


def test_one_file_that_breaks_its_reader_leaves_the_others_alone(face, tmp_path, capsys, wrl):
    broken = glb_of(face)
    broken.model["accessors"][0]["type"] = "MAT9"
    (tmp_path / "bad.glb").write_bytes(broken.bytes())
    assert main(["inspect", "--json", "--unit", "mm", str(tmp_path / "bad.glb"), str(wrl)]) == 1
    bad, good = json.loads(capsys.readouterr().out)
    assert "bad.glb: the reader broke down" in bad["error"] and good["error"] is None


def test_a_list_names_a_texture_that_comes_before_the_one_a_mesh_names(face, config, tmp_path):
    path = obj_with_a_material_that_no_face_has(tmp_path, face)
    Image.fromarray(np.full((8, 8, 3), (0, 255, 0), np.uint8)).save(tmp_path / "other.png")
    scan = read_scan(str(path), str(tmp_path / "other.png"), config.scans, "mm")
    assert (scan.mesh.texture == [0, 255, 0]).all()


@pytest.mark.parametrize("suffix", [".ppm", ".tif", ".webp", ".bmp", ".jpg"])
def test_a_texture_may_be_of_any_common_kind(suffix, face, config, tmp_path):
    write_obj(tmp_path / "a.obj", face, normals=False)
    Image.fromarray(face.texture).save(tmp_path / f"b{suffix}")
    scan = read_scan(str(tmp_path / "a.obj"), str(tmp_path / f"b{suffix}"), config.scans, "mm")
    assert scan.mesh.texture.shape == face.texture.shape
    assert np.abs(scan.mesh.texture.astype(int) - face.texture).mean() < 6


def test_capital_letters_of_a_pictures_name_may_differ(face, config, tmp_path):
    write_obj(tmp_path / "A.obj", face, normals=False)
    for old, new in (("A.mtl", "x.txt"), ("face.png", "a.PNG")):
        shutil.move(tmp_path / old, tmp_path / new)
    scan = read_scan(str(tmp_path / "A.obj"), "", config.scans, "mm")
    assert scan.mesh.texture.shape == face.texture.shape and "names the materials 'A.mtl'" in scan.notes[0]
