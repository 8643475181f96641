"""glTF 2.0 in one file (.glb), with the extensions that move vertices or colour them.

Own code, as none of the libraries that were tried reads whole numbers that stand for fractions (KHR_mesh_quantization),
sparse accessors, a second set of texture coordinates or KHR_texture_transform rightly, or minds extensionsRequired.
"""

import base64
import json
import struct
from collections.abc import Iterator
from typing import Any

import numpy as np

from ffnet.errors import ScanError
from ffnet.geometry.topology import strip_triangles
from ffnet.scans.formats.part import Part

TYPES = {5120: "<i1", 5121: "<u1", 5122: "<i2", 5123: "<u2", 5125: "<u4", 5126: "<f4"}
WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4}
TRIANGLES, STRIP, FAN = 4, 5, 6
DRACO = "KHR_draco_mesh_compression"
READ = {DRACO, "KHR_mesh_quantization", "KHR_texture_transform", "EXT_texture_webp"}
WITHOUT_EFFECT = ("KHR_materials_", "KHR_lights_", "KHR_xmp")  # on shape and base colour
MOST_NODES = 10_000


def read_glb(data: bytes) -> tuple[list[Part], int]:
    """The parts of a .glb in its scene's coordinates and its number of vertices. Raises ScanError without the path."""
    model, binary = _chunks(data)
    missing = [
        name for name in model.get("extensionsRequired", []) if name not in READ and not name.startswith(WITHOUT_EFFECT)
    ]
    if missing:
        raise ScanError(f"needs the glTF extension {missing[0]!r}, which is not read; export it without")
    reader = _Reader(model, binary)
    parts, counted = [], {}
    for mesh, matrix in reader.placed_meshes():
        for primitive in model["meshes"][mesh]["primitives"]:
            part = reader.part(primitive, matrix)
            if part is not None:
                parts.append(part)
                counted[primitive["attributes"]["POSITION"]] = len(part.vertices)
    return parts, sum(counted.values())


def _chunks(data: bytes) -> tuple[dict, bytes]:
    """The JSON and the binary chunk of a .glb."""
    if data[:4] != b"glTF" or len(data) < 20:
        raise ScanError(f"not a .glb file: expected b'glTF' at its start, found {data[:4]!r}")
    version, promised, length = struct.unpack_from("<III", data, 4)
    if promised != len(data) or data[16:20] != b"JSON" or length > len(data) - 20:
        raise ScanError(
            f"its header promises {promised} bytes in chunks 'JSON' and 'BIN', found {len(data)} bytes; it was cut "
            "short, or changed by a copy that took it for text"
        )
    if version != 2:
        raise ScanError(f"expected version 2 of glTF, found {version}; export it as glTF 2.0")
    try:
        model = json.loads(data[20 : 20 + length])
    except (ValueError, RecursionError) as error:
        raise ScanError(f"its JSON cannot be read ({error})") from error
    return model, data[20 + length + 8 :]


class _Reader:
    """What the parts of a model refer to by number."""

    def __init__(self, model: dict[str, Any], binary: bytes) -> None:
        self.model, self.binary = model, binary

    def placed_meshes(self) -> Iterator[tuple[int, np.ndarray]]:
        """The number of each mesh in the scene, and the matrix (4, 4) that its nodes move it by."""
        nodes, scenes = self.model.get("nodes", []), self.model.get("scenes")
        if scenes is None:
            children = {child for node in nodes for child in node.get("children", [])}
            roots = [number for number in range(len(nodes)) if number not in children]
        else:
            roots = scenes[self.model.get("scene", 0)].get("nodes", [])
        waiting, seen = [(number, np.eye(4)) for number in reversed(roots)], 0
        while waiting:
            number, matrix = waiting.pop()
            seen += 1
            if seen > MOST_NODES:
                raise ScanError(f"more than {MOST_NODES} nodes, or nodes within themselves")
            matrix = matrix @ _node_matrix(nodes[number])
            if "mesh" in nodes[number]:
                yield nodes[number]["mesh"], matrix
            waiting += [(child, matrix) for child in reversed(nodes[number].get("children", []))]

    def part(self, primitive: dict, matrix: np.ndarray) -> Part | None:
        """One Part; None for points and lines."""
        mode, attributes = primitive.get("mode", TRIANGLES), primitive["attributes"]
        if mode not in (TRIANGLES, STRIP, FAN) or "POSITION" not in attributes:
            return None
        columns = self.compressed(primitive) or {name: self.accessor(number) for name, number in attributes.items()}
        if "indices" not in columns:
            columns["indices"] = self.accessor(primitive["indices"]) if "indices" in primitive else None
        vertices = columns["POSITION"].astype(float) @ matrix[:3, :3].T + matrix[:3, 3]
        triangles = _triangles(columns["indices"], len(vertices), mode)
        part = Part(vertices, triangles)
        if "COLOR_0" in columns:
            part = part._replace(colours=columns["COLOR_0"][:, :3].astype(float)[triangles])
        texture = self.texture(primitive)
        if texture is None:
            return part
        coordinates = columns.get(f"TEXCOORD_{_texture_set(texture)}")
        if coordinates is not None:
            part = part._replace(uv=_texture_coordinates(coordinates.astype(float), texture)[triangles])
        return part._replace(picture=self.picture(texture["index"]))

    def accessor(self, number: int) -> np.ndarray:
        """Values (count, width) of one column, whole numbers that stand for fractions as such."""
        accessor = self.model["accessors"][number]
        dtype, shape = np.dtype(TYPES[accessor["componentType"]]), (accessor["count"], WIDTHS[accessor["type"]])
        values = self.values(accessor, dtype, shape) if "bufferView" in accessor else np.zeros(shape, dtype)
        if "sparse" in accessor:
            sparse, values = accessor["sparse"], values.copy()
            places = sparse["indices"]
            at = self.values(places, np.dtype(TYPES[places["componentType"]]), (sparse["count"], 1)).ravel()
            values[at] = self.values(sparse["values"], dtype, (sparse["count"], shape[1]))
        if accessor.get("normalized") and dtype.kind in "iu":
            return np.maximum(values / np.iinfo(dtype).max, -1.0)
        return values

    def values(self, place: dict, dtype: np.dtype, shape: tuple[int, int]) -> np.ndarray:
        """An array in a buffer view. place: what names the view and the bytes to skip in it."""
        view = self.model["bufferViews"][place["bufferView"]]
        start = view.get("byteOffset", 0) + place.get("byteOffset", 0)
        stride = view.get("byteStride", dtype.itemsize * shape[1])
        return np.ndarray(shape, dtype, self.buffer(view), start, (stride, dtype.itemsize))

    def buffer(self, view: dict) -> bytes:
        """The bytes that a buffer view lies in."""
        buffer = self.model["buffers"][view["buffer"]]
        if "uri" in buffer:
            return _data_of(buffer["uri"])
        if view["buffer"] > 0:
            raise ScanError(f"needs {', '.join(view.get('extensions', {})) or 'a file that it does not name'}")
        return self.binary

    def bytes_of(self, number: int) -> bytes:
        """The bytes of a whole buffer view."""
        view = self.model["bufferViews"][number]
        return self.values({"bufferView": number}, np.dtype("u1"), (view["byteLength"], 1)).tobytes()

    def compressed(self, primitive: dict) -> dict[str, Any]:
        """The columns of a primitive that Draco compressed, "indices" among them; empty if none did."""
        draco = primitive.get("extensions", {}).get(DRACO)
        if draco is None or "bufferView" in self.model["accessors"][primitive["attributes"]["POSITION"]]:
            return {}  # where the extension is not required, the file may hold the columns as well
        try:
            import DracoPy
        except ImportError as error:
            raise ScanError(
                f"compressed by Draco ({DRACO}); install the package DracoPy, or export it without compression"
            ) from error
        mesh = DracoPy.decode(self.bytes_of(draco["bufferView"]))
        columns = {one["unique_id"]: one["data"] for one in mesh.attributes}
        found = {name: columns[number] for name, number in draco["attributes"].items()}
        for name, values in found.items():
            accessor = self.model["accessors"][primitive["attributes"][name]]
            if accessor.get("normalized") and values.dtype.kind in "iu":
                found[name] = np.maximum(values / np.iinfo(values.dtype).max, -1.0)
        return found | {"indices": mesh.faces}

    def texture(self, primitive: dict) -> dict | None:
        """The reference to the texture that colours a primitive, or None."""
        if "material" not in primitive:
            return None
        material = self.model["materials"][primitive["material"]]
        glossy = material.get("extensions", {}).get("KHR_materials_pbrSpecularGlossiness", {})
        return material.get("pbrMetallicRoughness", {}).get("baseColorTexture") or glossy.get("diffuseTexture")

    def picture(self, number: int) -> bytes:
        """The bytes of the image of a texture."""
        texture = self.model["textures"][number]
        extensions = texture.get("extensions", {})
        source = extensions.get("EXT_texture_webp", {}).get("source", texture.get("source"))
        if source is None:
            raise ScanError(f"needs the glTF extension {next(iter(extensions), 'unknown')!r} for its texture; use PNG")
        image = self.model["images"][source]
        return self.bytes_of(image["bufferView"]) if "bufferView" in image else _data_of(image["uri"])


def _data_of(uri: str) -> bytes:
    """The bytes in a data URI."""
    if not uri.startswith("data:"):
        raise ScanError(f"names the file {uri[:80]!r}; export it with everything inside the .glb")
    return base64.b64decode(uri.partition(",")[2], validate=True)


def _node_matrix(node: dict) -> np.ndarray:
    """The matrix (4, 4) of a node alone: its own, or scale, then rotation, then translation."""
    from scipy.spatial.transform import Rotation

    if "matrix" in node:
        return np.reshape(np.array(node["matrix"], float), (4, 4)).T
    matrix = np.eye(4)
    if "rotation" in node:
        matrix[:3, :3] = Rotation.from_quat(node["rotation"]).as_matrix()
    matrix[:3, :3] *= np.array(node.get("scale", (1, 1, 1)), float)
    matrix[:3, 3] = node.get("translation", (0, 0, 0))
    return matrix


def _triangles(indices: np.ndarray | None, count: int, mode: int) -> np.ndarray:
    corners = np.arange(count) if indices is None else np.asarray(indices).ravel().astype(np.int64)
    if mode == STRIP:
        return strip_triangles(corners)
    if mode == FAN:
        return np.stack([np.broadcast_to(corners[:1], len(corners) - 2), corners[1:-1], corners[2:]], axis=1)
    return corners.reshape(-1, 3)


def _texture_set(texture: dict) -> int:
    return texture.get("extensions", {}).get("KHR_texture_transform", {}).get("texCoord", texture.get("texCoord", 0))


def _texture_coordinates(uv: np.ndarray, texture: dict) -> np.ndarray:
    """Texture coordinates (N, 2) with v up, after KHR_texture_transform, which like glTF counts v downwards."""
    change = texture.get("extensions", {}).get("KHR_texture_transform", {})
    turn = change.get("rotation", 0.0)
    rotation = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    moved = (uv * change.get("scale", (1, 1))) @ rotation.T + change.get("offset", (0, 0))
    return moved * [1, -1] + [0, 1]
