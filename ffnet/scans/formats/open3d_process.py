"""open3d's readers in a process of their own: a malformed file can crash them, and that must not end a stage.

A server imports open3d once, which takes seconds, and forks a child for each file: whatever a file does to the reader
ends with that child.
"""

import atexit
import functools
import os
import re
import resource
import signal
import subprocess
import sys
import tempfile
import traceback
from multiprocessing.connection import Connection, Pipe
from types import ModuleType
from typing import Any

import numpy as np

from ffnet.errors import ScanError
from ffnet.geometry.raycast import import_open3d

SECONDS = 5  # of the processor, for one file
PATIENCE = 120  # seconds by the clock, for a reader that waits and uses no processor time
START = 120.0  # seconds, to import open3d
MEMORY = 1 << 30  # bytes that one file may take beyond open3d itself
OUT_OF_MEMORY = 3  # exit code of a child
MOST_WORDS, LONGEST_LINE = 1 << 20, 200  # bytes, characters
TERMINAL_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
ENDS = {  # what the exit code of a child means, below 0 the signal that ended it
    -signal.SIGXCPU: f"took more than {SECONDS} s of the processor; it is damaged or far too large for a face",
    -signal.SIGALRM: f"was not read within {PATIENCE} s; does the disk answer? If so, it is damaged",
    OUT_OF_MEMORY: f"takes more than {MEMORY >> 20} MiB to read; it is damaged or far too large for a face",
}
COPY = "copy it again, or export it as .ply"


def read_parts(path: str) -> tuple[list[dict[str, np.ndarray]], str]:
    """The parts of a mesh file: a list of dicts, one for each of its objects, and open3d's last words on it.

    vertices (N, 3) float64; triangles (M, 3) int64; where the file has them: uv (M, 3, 2) float64; colours (N, 3)
    float64 in [0, 1]; picture (H, W, 3) uint8, the texture inside the file. Raises ScanError if the reader breaks down
    or takes more than SECONDS or MEMORY.
    """
    try:
        server = _start_server()
        code = server.ask(path)
    except (EOFError, OSError) as error:
        _start_server.cache_clear()
        raise ScanError(f"{path}: the reader's process is gone ({error!r}); is memory short? Run again") from error
    if code:
        broke = f"the reader broke down ({server.last_words() or code}); the file is damaged"
        raise ScanError(f"{path}: {ENDS.get(code, broke)}: {COPY}")
    return server.parts(), server.last_words()


@functools.cache
def _start_server() -> "_Server":
    server = _Server()
    atexit.register(server.stop)
    return server


class _Server:
    """The process that imports open3d and forks; its children answer and print into files."""

    def __init__(self) -> None:
        self.connection, theirs = Pipe()
        # unbuffered, as the children move the file position too; closed by stop
        self.answer, self.words = (tempfile.TemporaryFile(buffering=0) for _ in range(2))  # noqa: SIM115
        with theirs:
            descriptors = theirs.fileno(), self.answer.fileno()
            self.process = subprocess.Popen(
                [sys.executable, "-c", f"from ffnet.scans.formats.open3d_process import serve; serve{descriptors}"],
                pass_fds=descriptors,
                stdin=subprocess.DEVNULL,
                stdout=self.words,
                stderr=self.words,
                env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            )
        if not self.connection.poll(START):
            self.stop()
            raise TimeoutError(f"open3d was not imported within {START:g} s")
        self.connection.recv_bytes()

    def ask(self, path: str) -> int:
        """The exit code of the child that read the file."""
        for file in (self.answer, self.words):
            file.seek(0)
            file.truncate()
        self.connection.send_bytes(os.fsencode(path))
        return int(self.connection.recv_bytes())

    def parts(self) -> list[dict[str, np.ndarray]]:
        self.answer.seek(0)
        with np.load(self.answer, allow_pickle=False) as arrays:
            parts: list[dict[str, np.ndarray]] = [{} for _ in range(int(arrays["parts"]))]
            for number, name in (key.split() for key in arrays.files if key != "parts"):
                parts[int(number)][name] = arrays[f"{number} {name}"]
        return parts

    def last_words(self) -> str:
        """The last line that the reader printed, or ""."""
        self.words.seek(0)
        words = TERMINAL_COLOUR.sub("", self.words.read(MOST_WORDS).decode("utf-8", "replace"))
        return "".join(words.strip().splitlines()[-1:])[:LONGEST_LINE]

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()
        for opened in (self.connection, self.answer, self.words):
            opened.close()


def serve(connection: int, answer: int) -> None:
    """Runs the server: a child reads the file of each path received, until the connection is closed.

    connection, answer: descriptors. The reply is the child's exit code, below 0 the signal that ended it.
    """
    caller = Connection(connection)
    open3d = import_open3d()
    pages = int(open("/proc/self/statm").read().split()[0])  # noqa: SIM115 - a process file
    limit = pages * resource.getpagesize() + MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    caller.send_bytes(b"ready")
    while True:
        try:
            path = os.fsdecode(caller.recv_bytes())
        except EOFError:
            return
        child = os.fork()
        if child == 0:
            _answer(open3d, path, answer)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        caller.send_bytes(str(code).encode())


def _answer(open3d: ModuleType, path: str, answer: int) -> None:
    """Reads a file, writes its parts to the descriptor `answer`, and ends the process."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 1))
    signal.alarm(PATIENCE)
    code = 1
    try:
        parts = _read(open3d, path)
        arrays: dict[str, Any] = {
            f"{number} {name}": values for number, part in enumerate(parts) for name, values in part.items()
        }
        with open(answer, "wb") as file:
            np.savez(file, parts=len(parts), **arrays)
        code = 0
    except MemoryError:
        code = OUT_OF_MEMORY
    except Exception:
        traceback.print_exc()  # its last line goes into the message
    finally:
        sys.stderr.flush()
        os._exit(code)


def _read(open3d: ModuleType, path: str) -> list[dict[str, np.ndarray]]:
    if path.lower().endswith(".off"):
        return [_part(open3d.io.read_triangle_mesh(path))]
    model = open3d.io.read_triangle_model(path)  # read_triangle_mesh leaves quadrangles of an .obj out
    pictures = [np.asarray(material.albedo_img) for material in model.materials]
    return [
        _part(one.mesh) | ({"picture": pictures[one.material_idx][..., :3]} if pictures[one.material_idx].ndim else {})
        for one in model.meshes
    ]


def _part(mesh: Any) -> dict[str, np.ndarray]:
    uv, colours = np.asarray(mesh.triangle_uvs), np.asarray(mesh.vertex_colors)
    part = {
        "vertices": np.asarray(mesh.vertices).astype(np.float64),
        "triangles": np.asarray(mesh.triangles).astype(np.int64),
    }
    if len(uv) and len(uv) == 3 * len(part["triangles"]):
        part["uv"] = uv.reshape(-1, 3, 2).astype(np.float64)
    if len(colours):
        part["colours"] = colours.astype(np.float64)
    return part
