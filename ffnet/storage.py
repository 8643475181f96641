"""Reading and writing files. A file is written whole or not at all."""

from __future__ import annotations

import contextlib
import csv
import glob
import hashlib
import io
import json
import os
import pathlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from ffnet.errors import InputError
from ffnet.quarantine import Rejected

if TYPE_CHECKING:
    import numpy as np


class StageFile(NamedTuple):
    """The output of a stage for one shard. The first axis of every column is the scan."""

    columns: dict[str, np.ndarray]
    rejected: list[Rejected]
    attributes: dict


@contextlib.contextmanager
def atomic_path(path: str | os.PathLike) -> Iterator[pathlib.Path]:
    """A temporary path beside `path`. It is renamed to `path` when the block succeeds and deleted when it fails.

    Temporary files that killed jobs left behind are deleted first.
    """
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    for left in path.parent.glob(f".{glob.escape(path.name)}.*{path.suffix}"):
        if left.name.removeprefix(f".{path.name}.").removesuffix(path.suffix).isdigit():
            left.unlink(missing_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}{path.suffix}")
    try:
        yield temporary
        with open(temporary, "rb") as file:
            os.fsync(file.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def write_text(path: str | os.PathLike, text: str) -> None:
    """Writes UTF-8 text with \\n line ends, whole or not at all."""
    with atomic_path(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")


def sha256_of(path: str | os.PathLike) -> str:
    """SHA-256 of a file, 64 hex digits."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_table(path: str | os.PathLike, columns: Sequence[str]) -> list[list[str]]:
    """The rows, as text, of a CSV with exactly these columns.

    Raises InputError that names the file and the line if it cannot be read, has another header, has no rows or is cut.
    """
    try:
        with open(path, encoding="utf-8", newline="") as file:
            text = file.read()
        header, *rows = csv.reader(io.StringIO(text or "\n", newline=""), strict=True)
    except (OSError, ValueError, csv.Error) as error:
        raise InputError(f"{path}: not a whole table ({error})") from error
    if tuple(header) != tuple(columns):
        found = ",".join(header) or "nothing"
        raise InputError(f"{path}, line 1: expected the columns {','.join(columns)}, found {found}")
    if not rows:
        raise InputError(f"{path}: expected rows below the header, found none")
    for line, row in enumerate(rows, start=2):
        if len(row) != len(columns):
            raise InputError(f"{path}, line {line}: expected {len(columns)} values, found {len(row)}; is it cut?")
    if not text.endswith("\n"):
        raise InputError(f"{path}, line {len(rows) + 1}: no newline at the end; the file is cut")
    return rows


def write_stage(
    path: str | os.PathLike,
    columns: Mapping[str, np.ndarray],
    rejected: Iterable[Rejected] = (),
    attributes: dict | None = None,
) -> None:
    """Writes the columns of a shard (first axis: the scan), the scans left out and the settings used, as `attributes`.

    The same content gives the same bytes.
    """
    import h5py
    import numpy as np

    with atomic_path(path) as temporary, h5py.File(temporary, "w") as file:
        for name, values in columns.items():
            values = np.asarray(values)
            if values.dtype.kind in "UO":
                file.create_dataset(name, data=values.astype(object), dtype=h5py.string_dtype())
            else:
                file.create_dataset(name, data=values)
        file.attrs["rejected"] = json.dumps([list(row) for row in rejected])
        file.attrs["attributes"] = json.dumps(attributes or {}, sort_keys=True)


def read_stage(path: str | os.PathLike, only: Iterable[str] | None = None) -> StageFile:
    """The StageFile that write_stage wrote. Text columns become numpy arrays of str.

    only: the names of the columns to read; None for all.
    Raises InputError if the file is no stage file or is damaged.
    """
    import h5py

    try:
        with h5py.File(path, "r") as file:
            columns = {
                name: data.asstr()[...].astype(str) if h5py.check_string_dtype(data.dtype) else data[...]
                for name, data in ((name, file[name]) for name in only or file)
            }
            rejected = [Rejected(*row) for row in json.loads(file.attrs["rejected"])]
            return StageFile(columns, rejected, json.loads(file.attrs["attributes"]))
    except (OSError, KeyError, ValueError) as error:
        raise InputError(f"{path}: not a whole stage file ({error}); delete it and run again") from error
