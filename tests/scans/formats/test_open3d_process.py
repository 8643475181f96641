"""open3d in its own process: what a file may do to it, and what is said then."""

import os
import signal
import tempfile
import time

import pytest

from ffnet.errors import ScanError
from ffnet.scans.formats import open3d_process
from ffnet.scans.formats.open3d_process import OUT_OF_MEMORY, read_parts

OBJ = b"v 0 0 0\nv 100 0 0\nv 100 100 0\nf 1 2 3\n"


def spin():
    while True:
        pass


def run_out():
    raise MemoryError


def fail():
    raise IndexError("no such part")


@pytest.fixture
def path(tmp_path):
    (tmp_path / "a.obj").write_bytes(OBJ)
    return str(tmp_path / "a.obj")


@pytest.mark.parametrize(
    ("way", "code"),
    [
        (spin, -signal.SIGXCPU),
        (lambda: time.sleep(60), -signal.SIGALRM),
        (lambda: os.kill(os.getpid(), signal.SIGKILL), -signal.SIGKILL),
        (run_out, OUT_OF_MEMORY),
        (fail, 1),
    ],
)
def test_whatever_a_file_does_to_its_child_the_child_ends_and_its_code_says_how(monkeypatch, way, code):
    monkeypatch.setattr(open3d_process, "SECONDS", 1)
    monkeypatch.setattr(open3d_process, "PATIENCE", 1 if code == -signal.SIGALRM else 60)
    monkeypatch.setattr(open3d_process, "_read", lambda open3d, path: way())
    with tempfile.TemporaryFile() as answer:
        child = os.fork()
        if child == 0:
            signal.signal(signal.SIGALRM, signal.SIG_DFL)  # pytest's time limit uses it
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
            open3d_process._answer(None, "a.obj", answer.fileno())
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == code


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (-signal.SIGXCPU, "took more than 5 s of the processor; it is damaged or far too large"),
        (-signal.SIGALRM, "was not read within 120 s; does the disk answer"),
        (OUT_OF_MEMORY, "takes more than 1024 MiB to read"),
        (-signal.SIGSEGV, r"the reader broke down \(-11\); the file is damaged"),
    ],
)
def test_each_way_to_end_has_a_message_of_its_own_with_what_to_do(path, monkeypatch, code, message):
    read_parts(path)  # the server runs, and has printed nothing
    monkeypatch.setattr(open3d_process._Server, "ask", lambda server, path: code)
    with pytest.raises(ScanError, match=f"a.obj: .*{message}.*: copy it again, or export it as .ply"):
        read_parts(path)


def test_what_the_reader_said_last_is_told(path, monkeypatch):
    def ask(server, path):
        server.words.truncate(0)
        server.words.seek(0)
        server.words.write(b"Traceback:\n\x1b[1;33m[Open3D] out of range\x1b[0;m\n")
        return 1

    monkeypatch.setattr(open3d_process._Server, "ask", ask)
    with pytest.raises(ScanError, match=r"the reader broke down \(\[Open3D\] out of range\); the file is"):
        read_parts(path)


def test_parts_come_back_as_they_were_read_and_a_file_after_a_bad_one_too(path, tmp_path):
    (tmp_path / "b.off").write_bytes(b"OFF\n4000000000 1 0\n")
    with pytest.raises(ScanError, match="b.off: takes more than 1024 MiB"):
        read_parts(str(tmp_path / "b.off"))
    (part,), words = read_parts(path)
    assert part["vertices"].tolist() == [[0, 0, 0], [100, 0, 0], [100, 100, 0]] and words == ""
    assert part["triangles"].tolist() == [[0, 1, 2]] and part.keys() == {"vertices", "triangles"}


def test_a_server_that_is_gone_is_told_once_and_replaced(path):
    read_parts(path)
    server = open3d_process._start_server()
    server.process.kill()
    with pytest.raises(ScanError, match="a.obj: the reader's process is gone .*; is memory short. Run again"):
        read_parts(path)
    assert len(read_parts(path)[0]) == 1
    assert open3d_process._start_server() is not server


def test_the_server_ends_by_itself_when_nobody_asks_any_more(path):
    read_parts(path)
    server = open3d_process._start_server()
    server.connection.close()
    assert server.process.wait(timeout=30) == 0
    open3d_process._start_server.cache_clear()


def test_a_server_that_does_not_start_in_time_is_told(path, monkeypatch):
    open3d_process._start_server.cache_clear()
    monkeypatch.setattr(open3d_process, "START", 0.0)
    with pytest.raises(ScanError, match="a.obj: .*open3d was not imported within 0 s"):
        read_parts(path)
