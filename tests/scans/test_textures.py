"""Which colours a mesh of one's own gets: of several parts, of materials with options, of .ply headers."""

import cv2
import numpy as np
import pytest

from ffnet.errors import ScanError
from ffnet.geometry.mesh import sample_texture
from ffnet.landmarks.mean_face import mean_face
from ffnet.scans.formats.colours import scale_colours
from ffnet.scans.formats.meshfiles import read_meshfile
from ffnet.scans.formats.part import Part, make_mesh
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
    return Part(np.array([[0.0, 0, 0], [9, 0, 0], [9, 9, 0]]), np.array([[0, 1, 2]]))._replace(**more)


def encoded(colour, size=(4, 4)):
    return cv2.imencode(".png", np.full((*size, 3), colour, np.uint8)[..., ::-1])[1].tobytes()


def moved(number):
    return part().vertices + [0.0, 0, 100 * number]


UV = np.array([[[0.1, 0.1], [0.9, 0.1], [0.9, 0.9]]])


def colours_of(mesh):
    """The colour (M, 3) in the middle of each triangle."""
    return sample_texture(mesh.texture, mesh.uv.mean(axis=1)).round().astype(int).tolist()


def test_parts_of_a_file_are_joined_each_with_its_own_vertices():
    mesh, notes = make_mesh("a.off", [part(), part(vertices=moved(1))], "")
    np.testing.assert_array_equal(mesh.vertices[mesh.triangles], [moved(0), moved(1)])
    assert notes == ()


def test_each_part_keeps_its_own_texture_its_colours_or_grey():
    corners = np.broadcast_to([10.0, 20, 30], (1, 3, 3))
    parts = [
        part(uv=UV, picture=encoded((255, 0, 0))),
        part(vertices=moved(1), uv=UV, picture=encoded((0, 0, 255), (9, 2))),
        part(vertices=moved(2), colours=corners),
        part(vertices=moved(3)),
        part(vertices=moved(4), uv=UV, picture=encoded((255, 0, 0))),
    ]
    mesh, _ = make_mesh("a.glb", parts, "")
    red, blue = [255, 0, 0], [0, 0, 255]
    assert colours_of(mesh) == [red, blue, [10, 20, 30], [160] * 3, red]
    mesh, _ = make_mesh("a.glb", parts[:1], "")
    np.testing.assert_array_equal(mesh.uv, UV)  # one texture stays as it is


def test_a_part_without_texture_coordinates_is_grey_beside_one_that_has_them(picture):
    mesh, _ = make_mesh("a.obj", [part(uv=UV), part(vertices=moved(1))], picture)
    assert colours_of(mesh) == [[90] * 3, [160] * 3]


def test_texture_coordinates_in_a_repetition_of_the_picture_are_moved_into_it():
    halves = np.concatenate([np.full((4, 8, 3), 10), np.full((4, 8, 3), 200)]).astype(np.uint8)
    data = cv2.imencode(".png", halves)[1].tobytes()
    low = UV * [1, 0.4]
    for shift in ([0, 0], [3, 0], [-2, 5], [0, -1]):
        mesh, _ = make_mesh("a.glb", [part(uv=low + shift, picture=data)], "")
        np.testing.assert_allclose(mesh.uv, low, atol=1e-12)
    edge = np.array([[[0.0, 0], [1, 0], [1, 1]]])
    np.testing.assert_array_equal(make_mesh("a.glb", [part(uv=edge, picture=data)], "")[0].uv, edge)


def test_a_triangle_that_is_turned_takes_its_texture_coordinates_along():
    triangles, uv = np.array([[0, 1, 2], [0, 1, 3]]), np.array([[[0, 0], [1, 0], [1, 1]], [[0, 0], [1, 0], [0.5, 0]]])
    vertices = np.array([[0.0, 0, 0], [9, 0, 0], [9, 9, -2], [5, -9, -3]])
    mesh, _ = make_mesh("a.ply", [part(vertices=vertices, triangles=triangles, uv=uv, picture=encoded(9))], "")
    places = dict(zip(mesh.triangles.ravel().tolist(), mesh.uv.reshape(-1, 2).tolist(), strict=True))
    assert places == {0: [0, 0], 1: [1, 0], 2: [1, 1], 3: [0.5, 0]}
    a, b, c = mesh.vertices[mesh.triangles].swapaxes(0, 1)
    assert (np.cross(b - a, c - a)[:, 2] > 0).all()


@pytest.mark.parametrize("line", [[0, 0, 1], [0, 1, 1], [0, 1, 0]])
def test_triangles_with_a_corner_twice_are_left_out(line):
    uv = np.concatenate([UV, UV])
    mesh, _ = make_mesh("a.ply", [part(triangles=np.array([line, [0, 1, 2]]), uv=uv, picture=encoded(9))], "")
    assert mesh.triangles.tolist() == [[0, 1, 2]] and mesh.uv.shape == (1, 3, 2)


def test_textures_that_are_too_large_in_one_picture_are_refused(monkeypatch):
    monkeypatch.setattr("ffnet.scans.formats.part.MOST_PIXELS", 40)
    parts = [part(uv=UV, picture=encoded(9)), part(vertices=moved(1), uv=UV, picture=encoded(8, (7, 4)))]
    with pytest.raises(ScanError, match="a.glb: its 2 textures have more than 0 million pixels in one picture"):
        make_mesh("a.glb", parts, "")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"triangles": np.array([[0, 1, 3]])}, "not among the 3"),
        ({"triangles": np.array([[0, 1, -1]])}, "not among the 3"),
        ({"vertices": np.full((3, 3), np.inf)}, "not finite"),
        ({"uv": UV * np.nan}, "not finite"),
        ({"triangles": np.zeros((0, 3), int)}, "has no triangles"),
        ({"vertices": np.ones((3, 3))}, "in one point or on one line"),
        ({"picture": b"", "uv": None}, "a texture but no texture coordinates"),
        ({"colours": np.full((1, 3, 3), -1)}, "expected colours from 0 to 1, 255 or 65535, found -1 to -1"),
        ({"colours": np.full((1, 3, 3), np.nan)}, "expected colours"),
        ({"colours": np.full((1, 3, 3), 1e5)}, "expected colours"),
    ],
)
def test_parts_that_make_no_mesh_are_refused(change, message):
    with pytest.raises(ScanError, match=f"a.obj: .*{message}"):
        make_mesh("a.obj", [part(**change)], "")


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (np.array([0, 128, 255], np.uint8), [0, 128, 255]),
        (np.array([0, 1, 1], np.uint8), [0, 1, 1]),
        (np.array([0, 0.5, 1.0]), [0, 127.5, 255]),
        (np.array([0, 128.0, 255]), [0, 128, 255]),
        (np.array([0, 257, 65535], np.uint16), [0, 1, 255]),
        (np.array([0, 100, 255], np.uint16), [0, 100, 255]),
        (np.array([0, 257.0, 65535]), [0, 1, 255]),
    ],
)
def test_colours_are_fractions_of_1_or_of_255_or_of_65535(values, expected):
    np.testing.assert_allclose(scale_colours(values, "a.ply"), expected)


def test_a_picture_beside_a_mesh_comes_after_what_the_file_holds_and_is_not_used_without_coordinates(tmp_path):
    cv2.imwrite(str(tmp_path / "a.png"), PICTURE)
    path = str(tmp_path / "a.glb")
    mesh, notes = make_mesh(path, [part(uv=UV, picture=encoded((255, 0, 0)))], "")
    assert colours_of(mesh) == [[255, 0, 0]] and "has a texture of its own; a.png beside it is not used" in notes[0]
    mesh, notes = make_mesh(path, [part(uv=UV)], "")
    assert colours_of(mesh) == [[90] * 3] and notes == ()
    mesh, notes = make_mesh(path, [part()], "")
    assert colours_of(mesh) == [[160] * 3] and "has no texture coordinates; a.png beside it is not used" in notes[0]
    mesh, notes = make_mesh(path, [part(uv=UV, picture=encoded((255, 0, 0)))], str(tmp_path / "a.png"))
    assert colours_of(mesh) == [[90] * 3] and notes == ()  # a list's word comes first
    with pytest.raises(ScanError, match="has no texture coordinates for .*a.png; export the mesh with them"):
        make_mesh(path, [part()], str(tmp_path / "a.png"))


def test_options_before_a_pictures_name_are_passed_over_and_no_name_behind_them_leads_out(tmp_path, picture):
    lines = ["mtllib a.mtl", "usemtl s", "v 0 0 0", "v 9 0 0", "v 9 9 0", "vt 0 0", "vt 1 0", "vt 1 1", "f 1/1 2/2 3/3"]
    (tmp_path / "a.obj").write_text("\n".join(lines) + "\n")
    (tmp_path / "a.mtl").write_text("newmtl s\nmap_Kd -s 1 1 1 t.png\n")
    assert read_meshfile(str(tmp_path / "a.obj"), "").mesh.texture.shape == PICTURE.shape
    (tmp_path / "a.mtl").write_text("newmtl s\nmap_Kd -bm 1 ../x.png\n")
    with pytest.raises(ScanError, match="a.mtl: names the file '../x.png', which is not in its folder"):
        read_meshfile(str(tmp_path / "a.obj"), "")


def test_colours_of_a_ply_may_be_fractions_of_one(tmp_path):
    colours = "".join(f"property float {name}\n" for name in ("red", "green", "blue"))
    rows = "0 0 0 1 0 0\n9 0 0 1 0 0\n9 9 0 1 0 0\n3 0 1 2\n"
    (tmp_path / "a.ply").write_text(HEAD.format("", colours) + FACE.format("") + rows)
    assert read_ply(str(tmp_path / "a.ply"), "").mesh.texture[0, 0].tolist() == [255, 0, 0]


def test_the_texture_that_is_given_wins_over_the_one_a_ply_names(tmp_path, picture):
    places = "property float s\nproperty float t\n"
    rows = "0 0 0 0 0\n9 0 0 1 0\n9 9 0 1 1\n3 0 1 2\n"
    (tmp_path / "a.ply").write_text(HEAD.format("comment TextureFile nowhere.png\n", places) + FACE.format("") + rows)
    assert read_ply(str(tmp_path / "a.ply"), picture).mesh.texture.shape == PICTURE.shape


def test_texture_coordinates_of_another_number_of_corners_are_none(tmp_path, picture):
    rows = "0 0 0\n9 0 0\n9 9 0\n3 0 1 2 4 0 0 1 0\n"
    (tmp_path / "a.ply").write_text(HEAD.format("", "") + FACE.format("property list uchar float texcoord\n") + rows)
    with pytest.raises(ScanError, match="a.ply: has no texture coordinates for .*t.png"):
        read_ply(str(tmp_path / "a.ply"), picture)


def test_the_middle_of_a_brow_lies_below_dlibs_points():
    np.testing.assert_allclose(mean_groups()[0][2], mean_face()[0][17:22].mean(axis=0) - [0, 2.5, 0])
