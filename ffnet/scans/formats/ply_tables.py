"""The tables of a .ply file: what its header promises, read by numpy."""

import os
import re
from typing import NamedTuple

import numpy as np

from ffnet.errors import ScanError
from ffnet.scans.formats.contents import describe, read_contents
from ffnet.scans.formats.numbers import read_numbers

TYPES = {
    **{"char": "i1", "uchar": "u1", "short": "i2", "ushort": "u2", "int": "i4", "uint": "u4", "float": "f4"},
    **{"int8": "i1", "uint8": "u1", "int16": "i2", "uint16": "u2", "int32": "i4", "uint32": "u4", "float32": "f4"},
    **{"double": "f8", "float64": "f8"},
}
ORDERS = {b"ascii": "=", b"binary_little_endian": "<", b"binary_big_endian": ">"}
HEADER_END = re.compile(rb"[\r\n]end_header[ \t]*(?:\r\n|\n|\r)")
MOST_HEADER = 1 << 16


class Property(NamedTuple):
    """A column: name, its type and that of its list's length (None for a plain number), as numpy writes them."""

    name: str
    kind: str
    length: str | None


class Element(NamedTuple):
    """A table: name, number of rows, Properties."""

    name: str
    rows: int
    properties: list[Property]


def read_ply_tables(path: str | os.PathLike, most: int) -> tuple[dict[str, dict], list[str]]:
    """(tables, texture files) of a .ply of up to `most` bytes.

    tables: element -> property -> array (rows,), or for lists a pair: lengths (rows,), and all values one after
    another. texture files: what each comment TextureFile says. Raises ScanError.
    """
    data = read_contents(path, most, "a PLY mesh")
    end = HEADER_END.search(data, 0, MOST_HEADER)
    if not data.startswith(b"ply") or not end:
        raise ScanError(f"{path}: expected a PLY mesh, from 'ply' to 'end_header', found {describe(data)}")
    order, elements, textures = _parse_header(path, data[: end.start()])
    body = memoryview(data)[end.end() :]
    if order == "=":
        try:
            body = memoryview(read_numbers(bytes(body), np.float64).tobytes())
        except ValueError as error:
            raise ScanError(f"{path}: expected a number, found {error}; export it again") from error
    tables, start = {}, 0
    for element in elements:
        tables[element.name], start = _read_element(path, body, start, element, order)
    return tables, textures


def _parse_header(path: str | os.PathLike, text: bytes) -> tuple[str, list[Element], list[str]]:
    order, elements, textures = None, [], []
    for line in re.split(rb"[\r\n]+", text)[1:]:
        match line.split():
            case [b"format", name, b"1.0"] if name in ORDERS:
                order = ORDERS[name]
            case [b"comment", b"TextureFile", _, *_]:
                textures.append(line.split(None, 2)[2].decode("utf-8", "replace").strip())
            case [b"comment" | b"obj_info", *_] | []:
                pass
            case [b"element", name, count] if re.fullmatch(rb"\d{1,9}", count):
                elements.append(Element(name.decode("ascii", "replace"), int(count), []))
            case [b"property", b"list", length, kind, name] if elements and _known(length, kind):
                elements[-1].properties.append(_property(name, kind, length))
            case [b"property", kind, name] if elements and _known(kind):
                elements[-1].properties.append(_property(name, kind, None))
            case _:
                raise ScanError(f"{path}: the header's line {line[:60]!r} is not PLY; export it again")
    names = [(element.name, p.name) for element in elements for p in element.properties]
    if len(set(names)) < len(names) or len({element.name for element in elements}) < len(elements):
        raise ScanError(f"{path}: the header names an element or a property twice; export it again")
    if order is None:
        raise ScanError(f"{path}: the header names no known format; export it as binary PLY")
    return order, elements, textures


def _known(*names: bytes) -> bool:
    return all(name.decode("ascii", "replace") in TYPES for name in names)


def _property(name: bytes, kind: bytes, length: bytes | None) -> Property:
    return Property(name.decode("ascii", "replace"), TYPES[kind.decode()], TYPES[length.decode()] if length else None)


def _read_element(
    path: str | os.PathLike, body: memoryview, start: int, element: Element, order: str
) -> tuple[dict, int]:
    """One table and where the next begins; rows of one shape are taken at once, others one by one."""
    if element.rows == 0 or not element.properties:
        return {
            p.name: ((np.zeros(0, int), np.zeros(0)) if p.length else np.zeros(0)) for p in element.properties
        }, start
    row = _row_type(path, body, start, element, order)
    if start + element.rows * row.itemsize <= len(body):
        table = np.frombuffer(body, row, element.rows, start)
        if all((table[f"{name} length"] == row[name].shape[0]).all() for name in _lists(element)):
            return _columns([table], element), start + element.rows * row.itemsize
    rows = []
    for _ in range(element.rows):
        row = _row_type(path, body, start, element, order)
        rows.append(np.frombuffer(body, row, 1, start))
        start += row.itemsize
    return _columns(rows, element), start


def _row_type(path: str | os.PathLike, body: memoryview, start: int, element: Element, order: str) -> np.dtype:
    """The numpy type of the row at start, whose lists have the lengths stored there. Raises ScanError."""
    fields, place = [], start
    for name, kind, length in element.properties:
        kind = _stored(kind, order)
        if length:
            counter = np.dtype(_stored(length, order))
            count = np.frombuffer(body, counter, 1, place)[0] if place + counter.itemsize <= len(body) else -1
            if not 0 <= count <= len(body) or count % 1:
                raise ScanError(f"{path}: a list '{name}' of the element '{element.name}' is cut short or damaged")
            fields += [(f"{name} length", counter), (name, kind, (int(count),))]
            place += counter.itemsize + int(count) * np.dtype(kind).itemsize
        else:
            fields.append((name, kind))
            place += np.dtype(kind).itemsize
    if place > len(body):
        raise ScanError(
            f"{path}: header promises {element.rows} rows of '{element.name}', the file ends earlier; copy it again"
        )
    return np.dtype(fields)


def _stored(kind: str, order: str) -> str:
    return "=f8" if order == "=" else order + kind  # text was read as float64, all of it


def _lists(element: Element) -> list[str]:
    return [p.name for p in element.properties if p.length]


def _columns(rows: list[np.ndarray], element: Element) -> dict:
    columns: dict[str, np.ndarray | tuple[np.ndarray, np.ndarray]] = {}
    for name, kind, length in element.properties:
        values = np.concatenate([part[name].ravel() for part in rows])
        values = values.astype(kind if _fits(values, kind) else float, copy=False)
        if length:
            lengths = np.concatenate([np.full(len(part), part[name].shape[1]) for part in rows])
            columns[name] = (lengths, values)
        else:
            columns[name] = values
    return columns


def _fits(values: np.ndarray, kind: str) -> bool:
    """Whether numbers read from text fit the type that the header gives them."""
    limits = np.finfo(kind) if np.dtype(kind).kind == "f" else np.iinfo(kind)
    return len(values) == 0 or bool(limits.min <= values.min() and values.max() <= limits.max)  # no for NaN
