"""glTF: what moves vertices and what colours them, held against the numbers that were written."""

import base64
import sys

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from ffnet.errors import ScanError
from ffnet.geometry.mesh import Mesh
from ffnet.scans.formats.glb import read_glb
from tests.scans.mesh_writers import Glb, encoded, glb_of

CORNERS = np.array([[0.0, 0, 0], [100, 0, 0], [100, 100, 5], [0, 100, 5]])
TRIANGLES = np.array([[0, 1, 2], [0, 2, 3]])
UV = CORNERS[TRIANGLES][..., :2] / 125 + 0.1
PICTURE = np.random.default_rng(0).integers(0, 255, (6, 5, 3), np.uint8)
MESH = Mesh(CORNERS, TRIANGLES, UV, PICTURE)


def read(glb):
    (part,), _ = read_glb(glb.bytes())
    return part


def corners_of(part):
    return part.vertices[part.triangles]


def test_a_plain_mesh_comes_with_its_coordinates_its_texture_and_its_number_of_vertices():
    (part,), count = read_glb(glb_of(MESH).bytes())
    np.testing.assert_allclose(corners_of(part), CORNERS[TRIANGLES], atol=1e-5)
    np.testing.assert_allclose(part.uv, UV, atol=1e-6)
    assert count == 4 and part.colours is None and part.picture == encoded(PICTURE, "PNG")


def test_nodes_scale_then_turn_then_shift_and_parents_come_last():
    turn = Rotation.from_euler("xyz", [20, -30, 40], degrees=True)
    node = {"translation": [1.0, 2, 3], "rotation": turn.as_quat().tolist(), "scale": [2.0, 3, 4]}
    placed = turn.apply(CORNERS * [2, 3, 4]) + [1, 2, 3]
    glb = glb_of(MESH, node=node)
    np.testing.assert_allclose(corners_of(read(glb)), placed[TRIANGLES], atol=1e-4)
    matrix = np.eye(4)
    matrix[:3, :3], matrix[:3, 3] = np.diag([1.0, 2, 1]), [10, 20, 30]
    glb.model["nodes"].append({"children": [0], "matrix": matrix.T.ravel().tolist()})
    glb.model["scenes"] = [{"nodes": []}, {"nodes": [1]}]
    glb.model["scene"] = 1
    np.testing.assert_allclose(corners_of(read(glb)), (placed * [1, 2, 1] + [10, 20, 30])[TRIANGLES], atol=1e-4)
    del glb.model["scenes"], glb.model["scene"]  # then all nodes that are no children
    np.testing.assert_allclose(corners_of(read(glb)), (placed * [1, 2, 1] + [10, 20, 30])[TRIANGLES], atol=1e-4)


def test_a_mesh_that_two_nodes_place_comes_twice_and_its_vertices_count_once():
    glb = glb_of(MESH)
    glb.model["nodes"].append({"mesh": 0, "translation": [0, 0, 50]})
    glb.model["scenes"] = [{"nodes": [0, 1]}]
    parts, count = read_glb(glb.bytes())
    np.testing.assert_allclose(corners_of(parts[1]), corners_of(parts[0]) + [0, 0, 50], atol=1e-5)
    assert count == 4


@pytest.mark.parametrize("children", [[0], [0, 0]])
def test_nodes_within_themselves_end(children):
    glb = glb_of(MESH)
    glb.model["nodes"][0]["children"] = children
    with pytest.raises(ScanError, match="more than 10000 nodes, or nodes within themselves"):
        read_glb(glb.bytes())


def test_whole_numbers_that_stand_for_fractions_are_read_as_such():
    part = read(glb_of(MESH, quantise=True))
    np.testing.assert_allclose(corners_of(part), CORNERS[TRIANGLES], atol=100 / 65535)
    np.testing.assert_allclose(part.uv, UV, atol=1 / 65535)
    glb = Glb()
    signed = np.array([[-128, -127, 127]] * 3, "i1")
    mesh = {"primitives": [{"attributes": {"POSITION": glb.add(signed, stride=4, normalized=True)}}]}
    glb.model |= {"meshes": [mesh], "nodes": [{"mesh": 0}]}
    np.testing.assert_allclose(read(glb).vertices[0], [-1, -1, 1])


def test_a_sparse_accessor_replaces_what_it_names():
    glb = glb_of(MESH)
    position = glb.model["accessors"][0]
    shared = read(glb).vertices
    places, values = (
        glb.view(np.array([1, 3], "u1").tobytes()),
        glb.view(np.array([[7, 8, 9], [1, 2, 3]], "<f4").tobytes()),
    )
    sparse = {"count": 2, "indices": {"bufferView": places, "componentType": 5121}, "values": {"bufferView": values}}
    position["sparse"] = sparse
    changed = shared.copy()
    changed[[1, 3]] = [[7, 8, 9], [1, 2, 3]]
    np.testing.assert_allclose(read(glb).vertices, changed)
    del position["bufferView"]  # then all others are zero
    zeros = np.zeros((4, 3))
    zeros[[1, 3]] = [[7, 8, 9], [1, 2, 3]]
    np.testing.assert_allclose(read(glb).vertices, zeros)


@pytest.mark.parametrize(
    ("mode", "indices", "triangles"),
    [
        (4, [0, 1, 2, 0, 2, 3], [[0, 1, 2], [0, 2, 3]]),
        (5, [0, 1, 3, 2], [[0, 1, 3], [3, 1, 2]]),
        (6, [0, 1, 2, 3], [[0, 1, 2], [0, 2, 3]]),
        (6, None, [[0, 1, 2], [0, 2, 3]]),
    ],
)
def test_triangles_strips_and_fans_are_read_with_and_without_indices(mode, indices, triangles):
    glb = Glb()
    primitive = {"attributes": {"POSITION": glb.add(CORNERS.astype("<f4"))}, "mode": mode}
    if indices:
        primitive["indices"] = glb.add(np.array(indices, "<u2"))
    glb.model |= {"meshes": [{"primitives": [primitive, {"attributes": {}, "mode": 1}]}], "nodes": [{"mesh": 0}]}
    assert read(glb).triangles.tolist() == triangles


def test_colours_at_the_vertices_are_read_and_a_fourth_component_is_left_out():
    glb = glb_of(MESH)
    del glb.model["meshes"][0]["primitives"][0]["material"]
    colours = np.array([[255, 0, 0, 9], [0, 255, 0, 9], [0, 0, 255, 9], [51, 51, 51, 9]], np.uint8)
    glb.model["meshes"][0]["primitives"][0]["attributes"]["COLOR_0"] = glb.add(colours, normalized=True)
    part = read(glb)
    assert part.picture is None and part.uv is None
    np.testing.assert_allclose(part.colours, colours[part.triangles][..., :3] / 255)


def test_the_set_of_coordinates_that_the_material_names_is_taken():
    glb = glb_of(MESH)
    primitive, texture = glb.model["meshes"][0]["primitives"][0], glb.model["materials"][0]["pbrMetallicRoughness"]
    primitive["attributes"]["TEXCOORD_1"] = primitive["attributes"]["TEXCOORD_0"]
    primitive["attributes"]["TEXCOORD_0"] = glb.add(np.zeros((4, 2), "<f4"))
    texture["baseColorTexture"]["texCoord"] = 1
    np.testing.assert_allclose(read(glb).uv, UV, atol=1e-6)
    texture["baseColorTexture"]["extensions"] = {"KHR_texture_transform": {"texCoord": 0}}
    assert (read(glb).uv == [0, 1]).all()
    texture["baseColorTexture"] = {"index": 0, "texCoord": 2}
    assert read(glb).uv is None


def test_texture_coordinates_are_scaled_turned_and_shifted_as_the_extensions_example_says():
    """The lower left quadrant of the image, turned clockwise by 90 degrees: offset 0, 1, rotation pi / 2, scale 0.5."""
    glb = Glb()
    corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], "<f4")  # glTF counts v downwards
    attributes = {"POSITION": glb.add(CORNERS.astype("<f4")), "TEXCOORD_0": glb.add(corners)}
    change = {"offset": [0, 1], "rotation": np.pi / 2, "scale": [0.5, 0.5]}
    texture = {"index": 0, "extensions": {"KHR_texture_transform": change}}
    glb.model |= {
        **{"meshes": [{"primitives": [{"attributes": attributes, "material": 0, "mode": 6}]}], "nodes": [{"mesh": 0}]},
        **{"materials": [{"pbrMetallicRoughness": {"baseColorTexture": texture}}], "textures": [{"source": 0}]},
        **{
            "images": [{"bufferView": glb.view(encoded(PICTURE, "PNG"))}],
            "extensionsRequired": ["KHR_texture_transform"],
        },
    }
    part = read(glb)
    quadrant = {0: [0, 0], 1: [0, 0.5], 2: [0.5, 0.5], 3: [0.5, 0]}  # from the lower left corner, v upwards
    for corner, uv in zip(part.triangles.ravel(), part.uv.reshape(-1, 2), strict=True):
        np.testing.assert_allclose(uv, quadrant[corner], atol=1e-6)


def test_a_texture_is_found_as_webp_in_a_data_uri_and_in_an_older_material():
    glb, webp = glb_of(MESH), encoded(PICTURE, "WEBP", lossless=True)
    glb.model["images"].append({"bufferView": glb.view(webp), "mimeType": "image/webp"})
    glb.model["textures"] = [{"source": 0, "extensions": {"EXT_texture_webp": {"source": 1}}}]
    glb.model["extensionsRequired"] = ["EXT_texture_webp", "KHR_materials_unlit"]
    assert read(glb).picture == webp
    glb.model["images"][1] = {"uri": "data:image/webp;base64," + base64.b64encode(webp).decode()}
    assert read(glb).picture == webp
    glossy = {"KHR_materials_pbrSpecularGlossiness": {"diffuseTexture": {"index": 0}}}
    glb.model["materials"] = [{"extensions": glossy}]
    assert read(glb).picture == webp


def test_buffers_may_be_data_uris():
    glb = Glb()
    position = glb.add(CORNERS.astype("<f4"))
    uri = "data:application/octet-stream;base64," + base64.b64encode(glb.binary).decode()
    glb.model |= {"buffers": [{"byteLength": 48, "uri": uri}], "nodes": [{"mesh": 0}]}
    glb.model["meshes"] = [{"primitives": [{"attributes": {"POSITION": position}, "mode": 6}]}]
    glb.binary = b""
    np.testing.assert_allclose(read(glb).vertices, CORNERS)


def change(**fields):
    def make():
        glb = glb_of(MESH)
        glb.model |= fields
        return glb.bytes()

    return make


def edited(*pairs):
    def make():
        data = glb_of(MESH).bytes()
        for old, new in pairs:
            data = data.replace(old, new)
        return data

    return make


def draco(glb):
    glb.model["extensionsRequired"] = ["KHR_draco_mesh_compression"]
    del glb.model["accessors"][0]["bufferView"]
    primitive = glb.model["meshes"][0]["primitives"][0]
    primitive["extensions"] = {"KHR_draco_mesh_compression": {"bufferView": 0, "attributes": {"POSITION": 0}}}
    return glb.bytes()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: b"hello, I am no mesh", "not a .glb file: expected b'glTF' at its start, found b'hell'"),
        (lambda: b"glTF", "not a .glb file"),
        (lambda: glb_of(MESH).bytes()[:-1], "promises .* bytes in chunks .* it was cut short, or changed by a copy"),
        (
            lambda: glb_of(MESH).bytes().replace(b"\n", b"\r\n").replace(b"\0", b"\0\n"),
            "changed by a copy that took it f",
        ),
        (edited((b"glTF\2", b"glTF\1")), "expected version 2 of glTF, found 1"),
        (edited((b'{"buffers"', b'{"buffers ')), "its JSON cannot be read"),
        (change(extensionsRequired=["EXT_meshopt_compression"]), "needs the glTF extension 'EXT_meshopt_compression'"),
        (change(images=[{"uri": "../face.png"}]), "names the file '../face.png'; export it with everything inside"),
        (change(buffers=[{"uri": "more.bin"}]), "names the file 'more.bin'"),
        (
            change(textures=[{"extensions": {"KHR_texture_basisu": {"source": 0}}}]),
            "extension 'KHR_texture_basisu'",
        ),
        (lambda: draco(glb_of(MESH)), "compressed by Draco .KHR_draco_mesh_compression.; install the package DracoPy"),
    ],
)
def test_what_cannot_be_read_is_refused_by_its_name(make, message, monkeypatch):
    monkeypatch.setitem(sys.modules, "DracoPy", None)
    with pytest.raises(ScanError, match=message):
        read_glb(make())


def test_a_view_that_another_extension_fills_is_refused_by_its_name():
    glb = glb_of(MESH)
    glb.model["buffers"] = [{"byteLength": len(glb.binary)}, {"byteLength": 99}]
    glb.model["bufferViews"][0] |= {"buffer": 1, "extensions": {"EXT_meshopt_compression": {}}}
    with pytest.raises(ScanError, match="needs EXT_meshopt_compression"):
        read_glb(glb.bytes())


@pytest.mark.parametrize(
    ("accessor", "field", "value"),
    [(0, "count", 10**6), (0, "byteOffset", -8), (0, "byteOffset", 10**9), (0, "bufferView", 99), (0, "type", "MAT9")],
)
def test_an_accessor_that_leads_out_of_its_bytes_reads_nothing(accessor, field, value):
    glb = glb_of(MESH)
    glb.model["accessors"][accessor][field] = value
    with pytest.raises((ValueError, IndexError, KeyError, TypeError)):  # the reader broke down
        read_glb(glb.bytes())


def test_what_draco_compressed_is_decoded_by_its_package(monkeypatch):
    glb = glb_of(MESH)
    shared, uv = read(glb).vertices, glb.model["meshes"][0]["primitives"][0]["attributes"]["TEXCOORD_0"]
    blob = glb.view(b"compressed")
    draco(glb)
    coordinates = np.full((len(shared), 2), 65535, np.uint16)
    glb.model["accessors"][uv] |= {"componentType": 5123, "normalized": True}
    extension = glb.model["meshes"][0]["primitives"][0]["extensions"]["KHR_draco_mesh_compression"]
    extension |= {"bufferView": blob, "attributes": {"POSITION": 7, "TEXCOORD_0": 3}}
    columns = [{"unique_id": 3, "data": coordinates}, {"unique_id": 7, "data": shared + 1}]

    class Decoder:
        @staticmethod
        def decode(data):
            assert data == b"compressed"
            return type("Mesh", (), {"attributes": columns, "faces": np.array([[0, 1, 2]], np.uint32)})

    monkeypatch.setitem(sys.modules, "DracoPy", Decoder)
    part = read(glb)
    np.testing.assert_allclose(part.vertices, shared + 1)
    assert part.triangles.tolist() == [[0, 1, 2]] and (part.uv == [1, 0]).all()
    glb.model["extensionsRequired"] = []  # then the columns may be there as well: here they are not
    np.testing.assert_allclose(read(glb).vertices, shared + 1)
    glb.model["accessors"][0]["bufferView"] = 0
    np.testing.assert_allclose(read(glb).vertices, shared)
