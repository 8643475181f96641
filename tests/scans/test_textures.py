"""Which colours a mesh of one's own gets: of several parts, of materials with options, of .ply headers."""

import cv2
import numpy as np
import pytest

from ffnet.errors import ScanError
from ffnet.landmarks.mean_face import mean_face
from ffnet.scans.formats import meshfiles
from ffnet.scans.formats.meshfiles import read_meshfile
from ffnet.scans.formats.ply import read_ply
from ffnet.scans.landmark_pose import mean_groups

PICTURE = np.full((4, 4, 3), 90, np.uint8)
HEAD = "ply\nformat ascii 1.0\n{}element vertex 3\nproperty float x\nproperty float y\nproperty float z\n{}"
FACE = "element face 1\nproperty list uchar int vertex_indices\n{}end_header\n"


@pytest.fixture
def picture(tmp_path):
    cv2.imwrite(str(tmp_path / "t.png"), PICTURE)
    return str(tmp_path / "t.png")


def part(**more):
    return {"vertices": np.eye(3), "triangles": np.array([[0, 1, 2]]), "uv": np.zeros((1, 3, 2))} | more


def read_parts_as(monkeypatch, tmp_path, suffix, *parts):
    (tmp_path / f"a{suffix}").write_bytes(b"made")
    monkeypatch.setattr(meshfiles, "check_glb", lambda path, data: None)
    monkeypatch.setattr(meshfiles, "read_parts", lambda path: (list(parts), ""))
    return read_meshfile(str(tmp_path / f"a{suffix}"), "")


def test_parts_of_a_file_are_joined_each_with_its_own_vertices(tmp_path, monkeypatch):
    mesh = read_parts_as(monkeypatch, tmp_path, ".off", part(), part(vertices=2 * np.eye(3)))
    np.testing.assert_array_equal(mesh.vertices[mesh.triangles], [np.eye(3), 2 * np.eye(3)])


def test_a_part_without_colours_makes_the_whole_grey(tmp_path, monkeypatch):
    mesh = read_parts_as(monkeypatch, tmp_path, ".off", part(colours=np.ones((3, 3))), part())
    assert (mesh.texture == 160).all()


def test_parts_without_one_texture_for_all_are_refused(tmp_path, monkeypatch):
    assert (read_parts_as(monkeypatch, tmp_path, ".glb", part(picture=PICTURE)).texture == PICTURE).all()
    for other in (part(), part(picture=PICTURE + 1)):
        with pytest.raises(ScanError, match="a.glb: 2 parts without one texture for all"):
            read_parts_as(monkeypatch, tmp_path, ".glb", part(picture=PICTURE), other)


def test_options_before_a_pictures_name_are_passed_over_and_no_name_behind_them_leads_out(tmp_path, picture):
    lines = ["mtllib a.mtl", "usemtl s", "v 0 0 0", "v 9 0 0", "v 9 9 0", "vt 0 0", "vt 1 0", "vt 1 1", "f 1/1 2/2 3/3"]
    (tmp_path / "a.obj").write_text("\n".join(lines) + "\n")
    (tmp_path / "a.mtl").write_text("newmtl s\nmap_Kd -s 1 1 1 t.png\n")
    assert read_meshfile(str(tmp_path / "a.obj"), "").texture.shape == PICTURE.shape
    (tmp_path / "a.mtl").write_text("newmtl s\nbump -bm 1 ../x.png\n")
    with pytest.raises(ScanError, match="a.mtl: names the file '../x.png', which lies outside"):
        read_meshfile(str(tmp_path / "a.obj"), "")


def test_colours_of_a_ply_may_be_fractions_of_one(tmp_path):
    colours = "".join(f"property float {name}\n" for name in ("red", "green", "blue"))
    rows = "0 0 0 1 0 0\n9 0 0 1 0 0\n9 9 0 1 0 0\n3 0 1 2\n"
    (tmp_path / "a.ply").write_text(HEAD.format("", colours) + FACE.format("") + rows)
    assert read_ply(str(tmp_path / "a.ply"), "").texture[0, 0].tolist() == [255, 0, 0]


def test_the_texture_that_is_given_wins_over_the_one_a_ply_names(tmp_path, picture):
    places = "property float s\nproperty float t\n"
    rows = "0 0 0 0 0\n9 0 0 1 0\n9 9 0 1 1\n3 0 1 2\n"
    (tmp_path / "a.ply").write_text(HEAD.format("comment TextureFile nowhere.png\n", places) + FACE.format("") + rows)
    assert read_ply(str(tmp_path / "a.ply"), picture).texture.shape == PICTURE.shape


def test_texture_coordinates_of_another_number_of_corners_are_none(tmp_path, picture):
    rows = "0 0 0\n9 0 0\n9 9 0\n3 0 1 2 4 0 0 1 0\n"
    (tmp_path / "a.ply").write_text(HEAD.format("", "") + FACE.format("property list uchar float texcoord\n") + rows)
    with pytest.raises(ScanError, match="a.ply: a texture but no texture coordinates"):
        read_ply(str(tmp_path / "a.ply"), picture)


def test_the_middle_of_a_brow_lies_below_dlibs_points():
    np.testing.assert_allclose(mean_groups()[0][2], mean_face()[0][17:22].mean(axis=0) - [0, 2.5, 0])
