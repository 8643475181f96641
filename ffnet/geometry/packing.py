"""Many meshes in the columns of one stage file."""

import cv2
import numpy as np

from ffnet.geometry.mesh import Mesh

LOSSLESS = (cv2.IMWRITE_PNG_COMPRESSION, 1)


def pack_mesh(mesh: Mesh) -> Mesh:
    """A Mesh as it is stored: vertices float32 mm, triangles int32, uv float32, texture as the bytes of a PNG."""
    return Mesh(
        vertices=mesh.vertices.astype(np.float32),
        triangles=mesh.triangles.astype(np.int32),
        uv=mesh.uv.astype(np.float32),
        texture=cv2.imencode(".png", mesh.texture[..., ::-1], LOSSLESS)[1].ravel(),
    )


def mesh_columns(packed: list[Mesh]) -> dict[str, np.ndarray]:
    """Columns for write_stage from packed meshes: arrays of different lengths are joined, and *_count holds each
    one's length."""
    return {
        "vertex_count": np.array([len(mesh.vertices) for mesh in packed], np.int64),
        "triangle_count": np.array([len(mesh.triangles) for mesh in packed], np.int64),
        "texture_count": np.array([len(mesh.texture) for mesh in packed], np.int64),
        "vertices": np.concatenate([np.zeros((0, 3), np.float32), *(mesh.vertices for mesh in packed)]),
        "triangles": np.concatenate([np.zeros((0, 3), np.int32), *(mesh.triangles for mesh in packed)]),
        "uv": np.concatenate([np.zeros((0, 3, 2), np.float32), *(mesh.uv for mesh in packed)]),
        "texture": np.concatenate([np.zeros(0, np.uint8), *(mesh.texture for mesh in packed)]),
    }


def unpack_mesh(columns: dict[str, np.ndarray], i: int) -> Mesh:
    """The Mesh of scan i from the columns of mesh_columns."""
    vertices, triangles, texture = (
        slice(columns[count][:i].sum(), columns[count][: i + 1].sum())
        for count in ("vertex_count", "triangle_count", "texture_count")
    )
    picture = cv2.imdecode(columns["texture"][texture], cv2.IMREAD_COLOR)
    assert picture is not None  # a PNG written by pack_mesh
    return Mesh(
        vertices=columns["vertices"][vertices].astype(float),
        triangles=columns["triangles"][triangles].astype(np.int64),
        uv=columns["uv"][triangles].astype(float),
        texture=np.ascontiguousarray(picture[..., ::-1]),
    )
