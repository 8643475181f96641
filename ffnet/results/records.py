"""What a run took: runs/{experiment}/{repeat}/{fold}.json, beside its predictions."""

import json
import os
import pathlib
from collections.abc import Iterable

from ffnet.errors import InputError


def read_record(path: str | os.PathLike) -> dict:
    """The record of a run. Raises InputError if it is missing, not whole or silent on settings."""
    try:
        record = json.loads(pathlib.Path(path).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: not a whole record of a run ({error}); delete it and run again") from error
    if not isinstance(record, dict) or "settings" not in record:
        raise InputError(f"{path}: the record does not say with which settings the run was made; run again")
    return record


def read_records(paths: Iterable[str | os.PathLike]) -> dict[pathlib.Path, dict]:
    """{path: record} of runs; raises InputError as read_record does."""
    return {pathlib.Path(path): read_record(path) for path in paths}
