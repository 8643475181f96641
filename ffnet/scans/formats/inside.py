"""File names written in a file, looked for in its own folder alone."""

import os

from ffnet.errors import ScanError
from ffnet.scans.beside import files_in, image_beside


def path_inside(folder: str, name: str) -> str | None:
    """The path of a file that is named relative to a folder, or None if the name leads out of it."""
    plain = os.path.normpath(name.replace("\\", "/"))
    if "\0" in plain or os.path.isabs(plain) or plain.split("/")[0] in ("..", "."):
        return None
    return os.path.join(folder, plain)


def find_inside(path: str | os.PathLike, name: str) -> str | None:
    """The path of the file that the file `path` names, or None if it is not there.

    It is looked for where the name says, if that is below path's folder, and else beside path, as a name from another
    machine has folders that are not here; upper and lower case are distinguished only where both exist.
    """
    folder = os.path.dirname(path)
    inside = path_inside(folder, name)
    beside = os.path.join(folder, name.replace("\\", "/").rpartition("/")[2])
    for candidate in filter(None, (inside, beside)):
        found = _with_any_capitals(candidate)
        if found:
            return found
    return None


def named_file(path: str | os.PathLike, name: str) -> str:
    """The path of the file that the scan file `path` names. Raises ScanError if it is not there: see find_inside."""
    found = find_inside(path, name)
    if found is None:
        raise ScanError(f"{path}: names the file {name[:80]!r}, which is not in its folder; put it beside the scan")
    return found


def named_texture(path: str | os.PathLike, name: str, mesh_path: str) -> tuple[str, str]:
    """The path of the texture that the file `path`, a mesh or what it names, names; and a note, or "".

    Where it is not there, the image beside the mesh with its name is taken, as files are renamed together. Raises
    ScanError if there is none either.
    """
    beside = image_beside(mesh_path, files_in(os.path.dirname(mesh_path)))
    if beside and not find_inside(path, name):
        used = os.path.basename(beside)
        return beside, f"{path}: names the texture {name[:80]!r}, which is not there; {used} beside it is used"
    return named_file(path, name), ""


def _with_any_capitals(path: str) -> str | None:
    if "\0" in path or os.path.isfile(path):
        return None if "\0" in path else path
    folder, name = os.path.split(path)
    names = os.listdir(folder or ".") if os.path.isdir(folder or ".") else []
    matching = sorted(other for other in names if other.lower() == name.lower())
    found = os.path.join(folder, matching[0]) if matching else ""
    return found if os.path.isfile(found) else None
