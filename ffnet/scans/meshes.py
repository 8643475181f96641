"""Many meshes in the columns of one stage file."""

import cv2
import numpy as np

from ffnet.geometry.mesh import Mesh

LOSSLESS = (cv2.IMWRITE_PNG_COMPRESSION, 1)


def pack_meshes(meshes):
    """Columns for write_stage: what differs in length stands one after another, and *_count says how much is whose.

    vertices float32 mm, triangles int32, uv float32, texture as the bytes of a PNG.
    """
    pictures = [cv2.imencode(".png", mesh.texture[..., ::-1], LOSSLESS)[1].ravel() for mesh in meshes]
    return {
        "vertex_count": np.array([len(mesh.vertices) for mesh in meshes], np.int64),
        "triangle_count": np.array([len(mesh.triangles) for mesh in meshes], np.int64),
        "texture_count": np.array([len(picture) for picture in pictures], np.int64),
        "vertices": _joined([mesh.vertices for mesh in meshes], (0, 3), np.float32),
        "triangles": _joined([mesh.triangles for mesh in meshes], (0, 3), np.int32),
        "uv": _joined([mesh.uv for mesh in meshes], (0, 3, 2), np.float32),
        "texture": _joined(pictures, (0,), np.uint8),
    }


def unpack_mesh(columns, i):
    """The Mesh of scan i from the columns of pack_meshes."""
    vertices, triangles, texture = (
        slice(columns[count][:i].sum(), columns[count][: i + 1].sum())
        for count in ("vertex_count", "triangle_count", "texture_count")
    )
    return Mesh(
        vertices=columns["vertices"][vertices].astype(float),
        triangles=columns["triangles"][triangles].astype(np.int64),
        uv=columns["uv"][triangles].astype(float),
        texture=np.ascontiguousarray(cv2.imdecode(columns["texture"][texture], cv2.IMREAD_COLOR)[..., ::-1]),
    )


def _joined(arrays, empty, dtype):
    return np.concatenate([np.zeros(empty, dtype), *(np.asarray(array, dtype) for array in arrays)])
