"""Meshes written by hand, in the ways of many tools."""

import io
import json
import struct

import numpy as np
from PIL import Image

from ffnet.geometry.mesh import vertex_normals


def shared_corners(mesh):
    """Vertices and texture coordinates that go together (K, 3) and (K, 2), and triangles (M, 3) into both."""
    corners = np.concatenate([mesh.vertices[mesh.triangles].reshape(-1, 3), mesh.uv.reshape(-1, 2)], axis=1)
    both, triangles = np.unique(corners, axis=0, return_inverse=True)
    return both[:, :3], both[:, 3:], triangles.reshape(-1, 3)


def encoded(picture, kind, **options):
    file = io.BytesIO()
    Image.fromarray(picture).save(file, kind, **options)
    return file.getvalue()


def write_obj(path, mesh, normals, picture="face.png"):
    """As most tools: each vertex once, texture coordinates and normals by numbers of their own."""
    places, numbers = np.unique(mesh.uv.reshape(-1, 2), axis=0, return_inverse=True)
    numbers = numbers.reshape(-1, 3)
    lines = [f"mtllib {path.stem}.mtl", *("v {:.6f} {:.6f} {:.6f}".format(*row) for row in mesh.vertices)]
    lines += ["vt {:.8f} {:.8f}".format(*row) for row in places]
    if normals:
        lines += ["vn {:.5f} {:.5f} {:.5f}".format(*row) for row in vertex_normals(mesh.vertices, mesh.triangles)]
    lines.append("usemtl skin")
    for triangle, texture in zip(mesh.triangles + 1, numbers + 1, strict=True):
        corners = zip(triangle, texture, strict=True)
        lines.append("f " + " ".join(f"{v}/{t}/{v}" if normals else f"{v}/{t}" for v, t in corners))
    path.write_text("\n".join(lines) + "\n")
    path.with_suffix(".mtl").write_text(f"newmtl skin\nKd 1 1 1\nmap_Kd {picture}\n")
    Image.fromarray(mesh.texture).save(path.with_name(picture))


def write_ply(path, mesh, form, picture="face.png"):
    """Texture coordinates at the faces, as MeshLab writes them."""
    head = f"ply\nformat {form} 1.0\ncomment TextureFile {picture}\nelement vertex {len(mesh.vertices)}\n"
    head += "".join(f"property float {axis}\n" for axis in "xyz") + f"element face {len(mesh.triangles)}\n"
    head += "property list uchar int vertex_indices\nproperty list uchar float texcoord\nend_header\n"
    if form == "ascii":
        rows = ["{:.6f} {:.6f} {:.6f}".format(*row) for row in mesh.vertices]
        for triangle, uv in zip(mesh.triangles, mesh.uv.reshape(-1, 6), strict=True):
            rows.append("3 {} {} {} 6 ".format(*triangle) + " ".join(f"{value:.8f}" for value in uv))
        body = ("\n".join(rows) + "\n").encode()
    else:
        order = "<" if "little" in form else ">"
        row = [("n", "u1"), ("corners", order + "i4", 3), ("k", "u1"), ("uv", order + "f4", 6)]
        faces = np.zeros(len(mesh.triangles), row)
        faces["n"], faces["corners"], faces["k"], faces["uv"] = 3, mesh.triangles, 6, mesh.uv.reshape(-1, 6)
        body = mesh.vertices.astype(order + "f4").tobytes() + faces.tobytes()
    path.write_bytes(head.encode() + body)
    Image.fromarray(mesh.texture).save(path.with_name(picture))


def write_stl(path, mesh, text):
    corners = mesh.vertices[mesh.triangles]
    if text:
        facet = "facet normal 0 0 1\nouter loop\n" + "vertex {:.6f} {:.6f} {:.6f}\n" * 3 + "endloop\nendfacet\n"
        path.write_text(
            "solid face\n" + "".join(facet.format(*row) for row in corners.reshape(-1, 9)) + "endsolid face\n"
        )
        return
    facets = np.zeros(len(corners), [("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("more", "<u2")])
    facets["corners"] = corners
    path.write_bytes(bytes(80) + struct.pack("<I", len(corners)) + facets.tobytes())


def write_off(path, mesh):
    rows = ["OFF", f"{len(mesh.vertices)} {len(mesh.triangles)} 0"]
    rows += ["{:.6f} {:.6f} {:.6f}".format(*row) for row in mesh.vertices]
    path.write_text("\n".join([*rows, *("3 {} {} {}".format(*row) for row in mesh.triangles)]) + "\n")


def wrl_text(mesh, more, appearance=""):
    """A .wrl of a mesh's vertices and triangles, with more fields of its IndexedFaceSet and of its Appearance."""
    points = ", ".join("{:.6f} {:.6f} {:.6f}".format(*row) for row in mesh.vertices)
    polygons = ", ".join("{}, {}, {}, -1".format(*row) for row in mesh.triangles)
    return (
        f"#VRML V2.0 utf8\nShape {{ appearance Appearance {{ {appearance} }}\n geometry IndexedFaceSet {{ "
        f"coord Coordinate {{ point [ {points} ] }}\ncoordIndex [ {polygons} ]\n{more} }} }}\n"
    )


def write_wrl(path, mesh, picture="face.png"):
    """With texture coordinates that share the vertices' numbers, and the name of its picture."""
    vertices, uv, triangles = shared_corners(mesh)
    points = ", ".join("{:.8f} {:.8f}".format(*row) for row in uv)
    more = f"texCoord TextureCoordinate {{ point [ {points} ] }}"
    named = f'texture ImageTexture {{ url [ "{picture}" ] }}'
    path.write_text(wrl_text(mesh._replace(vertices=vertices, triangles=triangles), more, named))
    Image.fromarray(mesh.texture).save(path.with_name(picture))


class Glb:
    """A .glb put together: add() takes columns and gives the number of their accessor."""

    def __init__(self):
        self.binary = b""
        self.model = {"asset": {"version": "2.0"}, "accessors": [], "bufferViews": [], "scene": 0}

    def view(self, data, **more):
        self.binary += b"\0" * (-len(self.binary) % 4)
        self.model["bufferViews"].append({"buffer": 0, "byteOffset": len(self.binary), "byteLength": len(data)} | more)
        self.binary += data
        return len(self.model["bufferViews"]) - 1

    def add(self, values, stride=0, **more):
        kinds = {"i1": 5120, "u1": 5121, "i2": 5122, "u2": 5123, "u4": 5125, "f4": 5126}
        values = np.ascontiguousarray(values)
        width, kind = values.shape[1] if values.ndim == 2 else 1, values.dtype.str[1:]
        shape = {1: "SCALAR", 2: "VEC2", 3: "VEC3", 4: "VEC4"}[width]
        rows = values.reshape(len(values), -1).view(np.uint8)
        if stride:
            rows = np.pad(rows, ((0, 0), (0, stride - rows.shape[1])), constant_values=255)
        view = self.view(rows.tobytes(), **({"byteStride": stride} if stride else {}))
        accessor = {"bufferView": view, "componentType": kinds[kind], "count": len(values), "type": shape}
        self.model["accessors"].append(accessor | more)
        return len(self.model["accessors"]) - 1

    def bytes(self):
        model = {"buffers": [{"byteLength": len(self.binary)}], **self.model}
        text = json.dumps({name: value for name, value in model.items() if value != []}).encode()
        text += b" " * (-len(text) % 4)
        binary = self.binary + b"\0" * (-len(self.binary) % 4)
        chunks = struct.pack("<I4s", len(text), b"JSON") + text + struct.pack("<I4s", len(binary), b"BIN\0") + binary
        return b"glTF" + struct.pack("<II", 2, 12 + len(chunks)) + chunks


def glb_of(mesh, image=None, kind="image/png", node=None, quantise=False):
    """The Glb of a textured mesh. image: bytes of its texture, else as PNG. node: fields of its node."""
    vertices, uv, triangles = shared_corners(mesh)
    glb, uv = Glb(), (uv * [1, -1] + [0, 1]).astype("<f4")
    if quantise:
        low, size = vertices.min(axis=0), np.ptp(vertices, axis=0).max()
        whole = np.rint((vertices - low) / size * 65535).astype("<u2")
        position = glb.add(whole, stride=8, normalized=True)
        node = {"scale": [size] * 3, "translation": low.tolist()}
        texture = glb.add(np.rint(uv * 65535).astype("<u2"), normalized=True)
        glb.model["extensionsUsed"] = glb.model["extensionsRequired"] = ["KHR_mesh_quantization"]
    else:
        position, texture = glb.add(vertices.astype("<f4")), glb.add(uv)
    attributes = {"POSITION": position, "TEXCOORD_0": texture}
    primitive = {"attributes": attributes, "indices": glb.add(triangles.ravel().astype("<u4")), "material": 0}
    data = encoded(mesh.texture, "PNG") if image is None else image
    glb.model |= {
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0} | (node or {})],
        "meshes": [{"primitives": [primitive]}],
        "images": [{"bufferView": glb.view(data), "mimeType": kind}],
        "textures": [{"source": 0}],
        "materials": [{"pbrMetallicRoughness": {"baseColorTexture": {"index": 0}}}],
    }
    return glb


def draco_glb(mesh):
    """The Glb of a mesh whose columns the package DracoPy compressed, 20 bits a coordinate."""
    import DracoPy

    glb, (vertices, uv, triangles) = glb_of(mesh), shared_corners(mesh)
    packed = DracoPy.encode(vertices, triangles, quantization_bits=20, tex_coord=uv * [1, -1] + [0, 1])
    kinds = {DracoPy.AttributeType.POSITION: "POSITION", DracoPy.AttributeType.TEX_COORD: "TEXCOORD_0"}
    numbers = {
        kinds[one["attribute_type"]]: one["unique_id"] for one in DracoPy.decode(packed).attributes
    }  # the encoder chose them
    primitive = glb.model["meshes"][0]["primitives"][0]
    for number in (*primitive["attributes"].values(), primitive["indices"]):
        del glb.model["accessors"][number]["bufferView"]
    primitive["extensions"] = {"KHR_draco_mesh_compression": {"bufferView": glb.view(packed), "attributes": numbers}}
    glb.model["extensionsUsed"] = glb.model["extensionsRequired"] = ["KHR_draco_mesh_compression"]
    return glb
