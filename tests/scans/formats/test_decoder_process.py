"""Readers in a process of their own: what a file may do to it, and what is said then."""

import json
import os
import signal
import struct
import tempfile
import time

import pytest

from ffnet.errors import ScanError
from ffnet.scans.formats import decoder_process
from ffnet.scans.formats.decoder_process import OUT_OF_MEMORY, REFUSED, decode

OBJ = b"v 0 0 0\nv 100 0 0\nv 100 100 0\nf 1 2 3\n"


def glb_of_many(count, model=(), primitive=(), binary=b""):
    """A .glb with a mesh of as many vertices, all at 0, that have no bytes of their own."""
    accessor = {"componentType": 5126, "type": "VEC3", "count": count}
    buffers = [{"byteLength": len(binary)}]
    mesh = {"primitives": [{"attributes": {"POSITION": 0}} | dict(primitive)]}
    content = {"nodes": [{"mesh": 0}], "meshes": [mesh], "accessors": [accessor], "buffers": buffers} | dict(model)
    text = json.dumps(content).encode()
    text += b" " * (-len(text) % 4)
    chunks = struct.pack("<I4s", len(text), b"JSON") + text + struct.pack("<I4s", len(binary), b"BIN\0") + binary
    return b"glTF" + struct.pack("<II", 2, 12 + len(chunks)) + chunks


def spin():
    while True:
        pass


def run_out():
    raise MemoryError


def fail():
    raise IndexError("no such part")


def refuse():
    raise ScanError("not as it should be")


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
        (refuse, REFUSED),
    ],
)
def test_whatever_a_file_does_to_its_child_the_child_ends_and_its_code_says_how(monkeypatch, path, way, code):
    monkeypatch.setattr(decoder_process, "SECONDS", 1)
    monkeypatch.setattr(decoder_process, "PATIENCE", 1 if code == -signal.SIGALRM else 60)
    with tempfile.TemporaryFile() as answer:
        child = os.fork()
        if child == 0:
            signal.signal(signal.SIGALRM, signal.SIG_DFL)  # pytest's time limit uses it
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
            decoder_process._answer({".obj": lambda data: way()}, path, answer.fileno())
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
    decode(path)  # the server runs, and has printed nothing
    monkeypatch.setattr(decoder_process._Server, "ask", lambda server, path: code)
    with pytest.raises(ScanError, match=f"a.obj: .*{message}.*: copy it again, or export it as .ply"):
        decode(path)


def test_what_the_reader_said_last_is_told(path, monkeypatch):
    def ask(server, path):
        server.words.truncate(0)
        server.words.seek(0)
        server.words.write(b"Traceback:\n\x1b[1;33m[Open3D] out of range\x1b[0;m\n")
        return 1

    monkeypatch.setattr(decoder_process._Server, "ask", ask)
    with pytest.raises(ScanError, match=r"the reader broke down \(\[Open3D\] out of range\); the file is"):
        decode(path)


def test_parts_come_back_as_they_were_read_and_a_file_after_a_bad_one_too(path, tmp_path):
    (tmp_path / "b.glb").write_bytes(glb_of_many(4_000_000_000))
    with pytest.raises(ScanError, match="b.glb: takes more than 1024 MiB"):
        decode(str(tmp_path / "b.glb"))
    (part,), vertices = decode(path)
    assert part.vertices.tolist() == [[0, 0, 0], [100, 0, 0], [100, 100, 0]] and vertices == 3
    assert part.triangles.tolist() == [[0, 1, 2]] and part[2:] == (None, None, None)


def test_names_and_pictures_come_back_as_text_and_bytes(tmp_path):
    (tmp_path / "a.obj").write_bytes(b"usemtl my skin\n" + OBJ)
    assert decode(str(tmp_path / "a.obj")).parts[0].picture == "my skin"
    model = {
        "bufferViews": [{"buffer": 0, "byteLength": 3}],
        "images": [{"bufferView": 0}],
        "textures": [{"source": 0}],
    }
    model |= {"images": [{"bufferView": 0}], "textures": [{"source": 0}]}
    model["materials"] = [{"pbrMetallicRoughness": {"baseColorTexture": {"index": 0}}}]
    (tmp_path / "a.glb").write_bytes(glb_of_many(3, model, {"material": 0}, b"\x00\xffp\x00"))
    assert decode(str(tmp_path / "a.glb")).parts[0].picture == b"\x00\xffp"


def test_what_a_reader_refuses_has_its_own_words_and_the_name_of_the_file(tmp_path):
    (tmp_path / "a.glb").write_bytes(b"hello, I am no mesh at all")
    with pytest.raises(ScanError, match=r"a.glb: not a .glb file: expected b'glTF' .* found b'hell'"):
        decode(str(tmp_path / "a.glb"))


def test_a_server_that_is_gone_is_told_once_and_replaced(path):
    decode(path)
    server = decoder_process._start_server()
    server.process.kill()
    with pytest.raises(ScanError, match="a.obj: the reader's process is gone .*; is memory short. Run again"):
        decode(path)
    assert len(decode(path)[0]) == 1
    assert decoder_process._start_server() is not server


def test_the_server_ends_by_itself_when_nobody_asks_any_more(path):
    decode(path)
    server = decoder_process._start_server()
    server.connection.close()
    assert server.process.wait(timeout=30) == 0
    decoder_process._start_server.cache_clear()


def test_a_server_that_does_not_start_in_time_is_told(path, monkeypatch):
    decoder_process._start_server.cache_clear()
    monkeypatch.setattr(decoder_process, "START", 0.0)
    with pytest.raises(ScanError, match="a.obj: .*the readers were not imported within 0 s"):
        decode(path)
