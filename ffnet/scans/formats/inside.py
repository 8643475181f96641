"""File names written in a file, kept inside a folder."""

import os

from ffnet.errors import ScanError


def path_inside(folder: str, name: str) -> str | None:
    """The path of a file that is named relative to a folder, or None if the name leads out of it."""
    plain = os.path.normpath(name.replace("\\", "/"))
    if "\0" in plain or os.path.isabs(plain) or plain.split("/")[0] in ("..", "."):
        return None
    return os.path.join(folder, plain)


def named_file(path: str | os.PathLike, name: str) -> str:
    """The path of a file that the scan file `path` names. Raises ScanError if it lies outside path's folder."""
    inside = path_inside(os.path.dirname(path), name)
    if inside is None or ":" in name or len(name) > 255:
        raise ScanError(f"{path}: names the file {name[:80]!r}, which lies outside its folder; put it beside the scan")
    return inside
