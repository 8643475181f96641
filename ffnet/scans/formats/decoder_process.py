"""Mesh files decoded in a process of their own: whatever a malformed one does must not end a stage.

A server imports the readers once and forks a child for each file, with limits on memory and time: whatever a file does
to the reader ends with that child.
"""

import atexit
import functools
import os
import pathlib
import re
import resource
import signal
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection, Pipe
from typing import Any, NamedTuple

import numpy as np

from ffnet.errors import ScanError
from ffnet.scans.formats.part import Part, check_shapes

SECONDS = 5  # of the processor, for one file
PATIENCE = 120  # seconds by the clock, for a reader that waits and uses no processor time
START = 120.0  # seconds, to import the readers
MEMORY = 1 << 30  # bytes that one file may take beyond the readers themselves
OUT_OF_MEMORY, REFUSED = 3, 4  # exit codes of a child
MOST_WORDS, LONGEST_LINE = 1 << 20, 300  # bytes, characters
TERMINAL_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
ENDS = {  # what the exit code of a child means, below 0 the signal that ended it
    -signal.SIGXCPU: f"took more than {SECONDS} s of the processor; it is damaged or far too large for a face",
    -signal.SIGALRM: f"was not read within {PATIENCE} s; does the disk answer? If so, it is damaged",
    OUT_OF_MEMORY: f"takes more than {MEMORY >> 20} MiB to read; it is damaged or far too large for a face",
}
Reader = Callable[[bytes], tuple[list[Part], int]]  # of a file's bytes: its parts and its own number of vertices
COPY = "copy it again, or export it as .ply"


class Decoded(NamedTuple):
    """The parts of a mesh file and its own number of vertices, 0 if the format has none."""

    parts: list[Part]
    vertices: int


def decode(path: str) -> Decoded:
    """What a mesh file holds. Raises ScanError if its reader refuses it, breaks down or takes more than the limits."""
    try:
        server = _start_server()
        code = server.ask(path)
    except (EOFError, OSError) as error:
        _start_server.cache_clear()
        raise ScanError(f"{path}: the reader's process is gone ({error!r}); is memory short? Run again") from error
    if code == REFUSED:
        raise ScanError(f"{path}: {server.last_words()}: {COPY}")
    if code:
        broke = f"the reader broke down ({server.last_words() or code}); the file is damaged"
        raise ScanError(f"{path}: {ENDS.get(code, broke)}: {COPY}")
    return server.decoded()


@functools.cache
def _start_server() -> "_Server":
    server = _Server()
    atexit.register(server.stop)
    return server


class _Server:
    """The process that imports the readers and forks; its children answer and print into files."""

    def __init__(self) -> None:
        self.connection, theirs = Pipe()
        # unbuffered, as the children move the file position too; closed by stop
        self.answer, self.words = (tempfile.TemporaryFile(buffering=0) for _ in range(2))  # noqa: SIM115
        with theirs:
            descriptors = theirs.fileno(), self.answer.fileno()
            self.process = subprocess.Popen(
                [sys.executable, "-c", f"from ffnet.scans.formats.decoder_process import serve; serve{descriptors}"],
                pass_fds=descriptors,
                stdin=subprocess.DEVNULL,
                stdout=self.words,
                stderr=self.words,
                env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            )
        if not self.connection.poll(START):
            self.stop()
            raise TimeoutError(f"the readers were not imported within {START:g} s")
        self.connection.recv_bytes()

    def ask(self, path: str) -> int:
        """The exit code of the child that read the file."""
        for file in (self.answer, self.words):
            file.seek(0)
            file.truncate()
        self.connection.send_bytes(os.fsencode(path))
        return int(self.connection.recv_bytes())

    def decoded(self) -> Decoded:
        self.answer.seek(0)
        with np.load(self.answer, allow_pickle=False) as arrays:
            fields: list[dict[str, Any]] = [{} for _ in range(int(arrays["parts"]))]
            for number, name in (key.split() for key in arrays.files if " " in key):
                values = arrays[f"{number} {name}"]
                if name == "picture":
                    values = str(values) if values.dtype.kind == "U" else values.tobytes()
                fields[int(number)][name] = values
            return Decoded([Part(**part) for part in fields], int(arrays["vertices"]))

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
    readers = import_readers()
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
            _answer(readers, path, answer)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        caller.send_bytes(str(code).encode())


def import_readers() -> dict[str, Reader]:
    """{suffix: reader}"""
    import trimesh.exchange.obj
    import trimesh.exchange.stl  # noqa: F401 - so that no child need import them

    from ffnet.scans.formats import glb, off, trimesh_readers

    return {
        ".obj": trimesh_readers.read_obj,
        ".stl": trimesh_readers.read_stl,
        ".off": off.read_off,
        ".glb": glb.read_glb,
    }


def read_parts(path: str, reader: Reader) -> Decoded:
    """What a mesh file holds, read in this process: the reader may raise anything."""
    parts, vertices = reader(pathlib.Path(path).read_bytes())
    check_shapes(parts)
    return Decoded(parts, vertices)


def _answer(readers: dict[str, Reader], path: str, answer: int) -> None:
    """Reads a file, writes its parts to the descriptor `answer`, and ends the process."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 1))
    signal.alarm(PATIENCE)
    code = 1
    try:
        parts, vertices = read_parts(path, readers[os.path.splitext(path)[1].lower()])
        arrays: dict[str, Any] = {
            f"{number} {name}": np.frombuffer(values, np.uint8) if isinstance(values, bytes) else values
            for number, part in enumerate(parts)
            for name, values in part._asdict().items()
            if values is not None
        }
        with open(answer, "wb") as file:
            np.savez(file, parts=len(parts), vertices=vertices, **arrays)
        code = 0
    except MemoryError:
        code = OUT_OF_MEMORY
    except ScanError as error:
        print(error, file=sys.stderr)
        code = REFUSED
    except Exception:
        traceback.print_exc()  # its last line goes into the message
    finally:
        sys.stderr.flush()
        os._exit(code)
