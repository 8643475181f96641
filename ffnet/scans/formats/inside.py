"""File names mentioned by a scan file, kept inside its own folder."""

import os

from ffnet.errors import ScanError


def inside_folder(path: str | os.PathLike, name: str) -> str:
    """The path of a file that the file `path` names. Raises ScanError if it leads out of path's folder."""
    plain = os.path.normpath(name.replace("\\", "/"))
    if "\0" in plain or ":" in plain or len(plain) > 255 or os.path.isabs(plain) or plain.split("/")[0] == "..":
        raise ScanError(f"{path}: names the file {name[:80]!r}, which lies outside its folder; put it beside the scan")
    return os.path.join(os.path.dirname(path), plain)
