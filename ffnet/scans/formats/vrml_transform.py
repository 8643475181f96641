"""The Transform nodes of a VRML file applied to its mesh."""

import itertools
import os
import re

import numpy as np

from ffnet.errors import ScanError
from ffnet.scans.formats.numbers import read_numbers

NODE = re.compile(rb"\bTransform\s*\{")
FIELD = re.compile(rb"\b(translation|rotation|scale|scaleOrientation|center)\b")
REST = {"translation": (0, 0, 0), "rotation": (0, 0, 1, 0), "scale": (1, 1, 1), "center": (0, 0, 0)}
REST |= {"scaleOrientation": (0, 0, 1, 0)}
MOST_NODES, MOST_FIELDS = 20, 1000
LONGEST = 200  # bytes searched for the numbers of a field


def transformed(vertices: np.ndarray, text: bytes, at: int, path: str | os.PathLike) -> np.ndarray:
    """Vertices (N, 3) after the Transform nodes around the byte `at` of the text, the innermost applied first.

    text: without comments and strings. Raises ScanError if a field has other numbers than VRML allows, or the result is
    not finite.
    """
    nodes = list(NODE.finditer(text, 0, at))
    fields = list(itertools.islice(FIELD.finditer(text), MOST_FIELDS + 1))
    if len(nodes) > MOST_NODES or len(fields) > MOST_FIELDS:
        raise ScanError(f"{path}: more than {MOST_NODES} 'Transform' nodes or too many fields; export one mesh alone")
    codes = np.frombuffer(text, np.uint8)
    depth = np.cumsum((codes == ord("{")).astype(np.int8) - (codes == ord("}")).astype(np.int8), dtype=np.int32)
    for node in reversed(nodes):
        inside = depth[node.end() - 1]
        after = depth[node.end() :] < inside
        end = node.end() + int(after.argmax()) if after.any() else len(text)
        if at < end:
            own = [field for field in fields if node.end() <= field.start() < end and depth[field.start()] == inside]
            vertices = _moved(vertices, REST | {field[1].decode(): _values(text, field, path) for field in own})
    if not np.isfinite(vertices).all():
        raise ScanError(f"{path}: its 'Transform' nodes move vertices infinitely far; export the mesh without them")
    return vertices


def _values(text: bytes, field: re.Match[bytes], path: str | os.PathLike) -> np.ndarray:
    name = field[1].decode()
    words = text[field.end() : field.end() + LONGEST].replace(b",", b" ").split()[: len(REST[name])]
    try:
        values = read_numbers(b" ".join(words), np.float64)
    except ValueError:
        values = np.empty(0)
    if len(values) != len(REST[name]) or not np.isfinite(values).all() or (name == "scale" and values.min() <= 0):
        found = b" ".join(words)[:60].decode("latin-1")
        raise ScanError(
            f"{path}: a 'Transform' node has '{name} {found}'; expected {len(REST[name])} finite numbers, for a scale "
            "greater than 0: export it without Transform"
        )
    return values


def _moved(vertices: np.ndarray, fields: dict) -> np.ndarray:
    """Vertices after one Transform (VRML97, 6.52). fields: those of REST."""
    turn, tilt = _turn(fields["rotation"]), _turn(fields["scaleOrientation"])
    linear = turn @ tilt @ np.diag(fields["scale"]) @ tilt.T
    with np.errstate(over="ignore", invalid="ignore"):  # transformed reports it
        return (vertices - fields["center"]) @ linear.T + fields["center"] + fields["translation"]


def _turn(values: np.ndarray) -> np.ndarray:
    """The rotation matrix (3, 3) of an axis, which need not have length 1, and an angle in radians."""
    from scipy.spatial.transform import Rotation

    axis = np.asarray(values[:3], float) / max(np.abs(values[:3]).max(), 1e-300)
    return Rotation.from_rotvec(axis / max(np.linalg.norm(axis), 1e-300) * (values[3] % (2 * np.pi))).as_matrix()
