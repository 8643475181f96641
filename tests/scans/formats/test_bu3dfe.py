import numpy as np
import pytest

from ffnet.errors import ScanError
from ffnet.scans.formats.bu3dfe import read_bu3dfe

VRML = """#VRML V2.0 utf8
Shape {{ geometry IndexedFaceSet {{
 coord Coordinate {{ point [ {points} ] }}
 coordIndex [ {polygons} ]
 texCoord TextureCoordinate {{ point [ {texture_points} ] }}
 texCoordIndex [ {texture_polygons} ]
}} }}
"""
PARTS = {
    "points": "0 0 0, 10 0 0,\n 10 10 1e0 # a corner\n, 0 10 0 5 15 -2.5",
    "polygons": "0, 1, 2, 3, -1\n 3 2 4 -1",
    "texture_points": "0 0, 1 0, 1 1, 0 1, .5 .5",
    "texture_polygons": "0 1 2 3 -1 1 2 4 -1",
}


def write(folder, text=None, **change):
    import cv2

    path = folder / "F0001_AN01WH_F3D.wrl"
    path.write_text(VRML.format(**(PARTS | change)) if text is None else text)
    picture = np.zeros((4, 6, 3), np.uint8)
    picture[0, 0] = (1, 2, 3)  # blue, green, red as OpenCV writes them
    cv2.imwrite(str(path.with_suffix(".bmp")), picture)
    return path, path.with_suffix(".bmp")


def test_polygons_become_fans_of_triangles_with_their_own_texture_corners(tmp_path):
    mesh = read_bu3dfe(*write(tmp_path))
    np.testing.assert_array_equal(mesh.vertices, [[0, 0, 0], [10, 0, 0], [10, 10, 1], [0, 10, 0], [5, 15, -2.5]])
    np.testing.assert_array_equal(mesh.triangles, [[0, 1, 2], [0, 2, 3], [3, 2, 4]])
    np.testing.assert_array_equal(mesh.uv[2], [[1, 0], [1, 1], [0.5, 0.5]])
    assert mesh.texture.shape == (4, 6, 3) and tuple(mesh.texture[0, 0]) == (3, 2, 1)


def test_the_last_minus_one_may_be_left_out_and_first_points_may_share_the_line(tmp_path):
    mesh = read_bu3dfe(*write(tmp_path, polygons="0 1 2 3 -1 3 2 4", texture_polygons="0 1 2 3 -1 1 2 4"))
    assert len(mesh.triangles) == 3


def test_clockwise_polygons_are_turned_with_their_texture(tmp_path):
    mesh = read_bu3dfe(*write(tmp_path))
    path, texture = write(tmp_path)
    path.write_text(path.read_text().replace("IndexedFaceSet {", "IndexedFaceSet { ccw  FALSE"))
    turned = read_bu3dfe(path, texture)
    np.testing.assert_array_equal(turned.triangles, mesh.triangles[:, ::-1])
    np.testing.assert_array_equal(turned.uv, mesh.uv[:, ::-1])


def test_hexagons_become_four_triangles(tmp_path):
    mesh = read_bu3dfe(*write(tmp_path, polygons="0 1 2 3 4 0 -1", texture_polygons="0 1 2 3 4 0 -1"))
    np.testing.assert_array_equal(mesh.triangles, [[0, 1, 2], [0, 2, 3], [0, 3, 4], [0, 4, 0]])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"points": "0 0 0 1"}, "'Coordinate point' holds 4 numbers, not a multiple of 3"),
        ({"points": "0 0 zero"}, "something other than numbers"),
        ({"points": "0 0 nan 1 1 1"}, "not finite"),
        ({"polygons": "0 1 5 -1"}, "numbers from 0 to 4"),
        ({"polygons": "0 -2 1 -1"}, "numbers from 0 to 4"),
        ({"polygons": "0 1 -1"}, "a polygon of 2 vertices"),
        ({"polygons": "99999999999999999999 1 2 -1"}, "other than numbers"),
        ({"texture_polygons": "0 1 2 -1"}, "coordIndex has 2 polygons and texCoordIndex 1, or of other sizes"),
        ({"text": "v 0 0 0\n"}, "not a VRML 2.0 file"),
        ({"text": ""}, "is empty"),
        ({"text": "#VRML V2.0 utf8\nShape { }"}, "block 'Coordinate point .' is missing"),
    ],
)
def test_a_broken_mesh_is_named_with_what_is_wrong(tmp_path, change, message):
    with pytest.raises(ScanError, match=f"F0001_AN01WH_F3D.wrl: .*{message}"):
        read_bu3dfe(*write(tmp_path, **change))


def test_a_mesh_cut_anywhere_is_refused(tmp_path):
    path, texture = write(tmp_path)
    text = path.read_text()
    for keep in range(0, text.rindex("]"), 7):
        path.write_text(text[:keep])
        with pytest.raises(ScanError, match="F0001_AN01WH_F3D.wrl"):
            read_bu3dfe(path, texture)


def test_a_missing_or_broken_texture_is_named(tmp_path):
    path, texture = write(tmp_path)
    with pytest.raises(ScanError, match="none with the mesh's name"):
        read_bu3dfe(path, "")
    texture.write_bytes(texture.read_bytes()[:20])
    with pytest.raises(ScanError, match=r"\.bmp: expected an image .* found a BMP image that is cut short"):
        read_bu3dfe(path, texture)
    texture.unlink()
    with pytest.raises(ScanError, match=r"\.bmp: there is no such file, expected a texture image"):
        read_bu3dfe(path, texture)
