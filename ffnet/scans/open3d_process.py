"""open3d's readers in a process of their own: a malformed file can crash them, and that must not end a stage."""

import atexit
import functools
import os
import resource
import subprocess
import sys
import tempfile
from multiprocessing.connection import Connection, Pipe

import numpy as np

from ffnet.errors import ScanError
from ffnet.geometry.raycast import import_open3d

PATIENCE = 20.0  # seconds for one file
START = 120.0  # seconds for open3d to be imported
MEMORY = 1 << 30  # bytes that one file may take beyond open3d itself


def read_parts(path):
    """The parts of a mesh file: a list of dicts, one for each of its objects, and open3d's last words on it.

    vertices (N, 3) float64; triangles (M, 3) int64; uv (M, 3, 2) float64 or None; colours (N, 3) float64 in [0, 1] or
    None; picture (H, W, 3) uint8 or None, the texture inside the file. Raises ScanError if the reader breaks down.
    """
    reader = _start_reader()
    try:
        return reader.ask(str(path))
    except (EOFError, BrokenPipeError):
        reason = "the reader broke down; the file is damaged or of no use to it"
    except TimeoutError:
        reason = f"not read within {PATIENCE:g} s; the file is damaged or far too large for a face"
    reader.stop()
    _start_reader.cache_clear()
    raise ScanError(f"{path}: {reason}: copy it again, or export it anew as a .ply")


@functools.cache
def _start_reader():
    reader = _Reader()
    atexit.register(reader.stop)
    return reader


class _Reader:
    """The other process, which answers paths with parts until it is stopped."""

    def __init__(self):
        self.connection, theirs = Pipe()
        self.words = tempfile.TemporaryFile()  # noqa: SIM115 - closed by stop
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-c", f"from ffnet.scans.open3d_process import serve; serve({theirs.fileno()})"],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=self.words,
                stderr=self.words,
                env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            )
        self._answer(START)

    def ask(self, path):
        self.words.seek(0)
        self.words.truncate()
        self.connection.send(path)
        parts = self._answer(PATIENCE)
        self.words.seek(0)
        return parts, self.words.read(2000).decode("utf-8", "replace").strip()

    def _answer(self, seconds):
        try:
            if not self.connection.poll(seconds):
                raise TimeoutError
            return self.connection.recv()
        except ConnectionResetError:
            raise EOFError from None

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.connection.close()
        self.words.close()


def serve(descriptor):
    """The other process: reads the file of each path that comes in, until nobody asks any more."""
    connection = Connection(descriptor)
    open3d = import_open3d()
    pages = int(open("/proc/self/statm").read().split()[0])  # noqa: SIM115 - a process file
    limit = pages * resource.getpagesize() + MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    connection.send("ready")
    while True:
        try:
            path = connection.recv()
        except EOFError:
            return
        os.ftruncate(1, 0)
        connection.send(_read(open3d, path))


def _read(open3d, path):
    if path.lower().endswith(".off"):
        return [_part(open3d.io.read_triangle_mesh(path))]
    model = open3d.io.read_triangle_model(path)  # read_triangle_mesh leaves quadrangles of an .obj out
    pictures = [np.asarray(material.albedo_img) for material in model.materials]
    return [
        _part(one.mesh) | {"picture": pictures[one.material_idx][..., :3] if pictures[one.material_idx].ndim else None}
        for one in model.meshes
    ]


def _part(mesh):
    uv, colours = np.asarray(mesh.triangle_uvs), np.asarray(mesh.vertex_colors)
    triangles = np.asarray(mesh.triangles).astype(np.int64)
    return {
        "vertices": np.asarray(mesh.vertices).astype(np.float64),
        "triangles": triangles,
        "uv": uv.reshape(-1, 3, 2).astype(np.float64) if len(uv) and len(uv) == 3 * len(triangles) else None,
        "colours": colours.astype(np.float64) if len(colours) else None,
        "picture": None,
    }
