"""What reading a scan's files gives."""

from typing import NamedTuple

from ffnet.geometry.mesh import Mesh


class ScanFile(NamedTuple):
    """A scan as its files hold it.

    vertices: the file's own number of them; where a format repeats them, mesh has fewer. notes: what is doubtful about
    the files, for people.
    """

    mesh: Mesh
    vertices: int
    notes: tuple[str, ...] = ()
