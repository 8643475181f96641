"""Random damage to a valid file, for the readers of every format."""

import time
import zlib

import numpy as np
import pytest

from ffnet.errors import ScanError

SECONDS = 5  # of the processor at most, for one file
INSERTED = (
    *(b"0", b"-1", b" 65536 ", b" 4294967295 ", b"99999999999999999999", b"nan", b"inf", b"1e308", b"-1e-308"),
    *(b".", b"-", b"[", b"]", b"{", b"}", b"#", b'"', b"\\", b",", b"\n", b"\r", b"\0", b"\xff", b"\xff" * 8),
)


def damage(data, random):
    """One to three of: bytes changed, a bit flipped, the end cut, a piece doubled, dropped, inserted, words swapped."""
    for _ in range(random.integers(1, 4)):
        if len(data) < 4:
            break
        low, high = sorted(random.integers(0, len(data), 2))
        kind = random.integers(7)
        if kind == 0:
            data = data[:low] + random.bytes(min(8, high - low)) + data[low + min(8, high - low) :]
        elif kind == 1:
            data = data[:low] + bytes([data[low] ^ 1 << random.integers(8)]) + data[low + 1 :]
        elif kind == 2:
            data = data[:high]
        elif kind == 3:
            data = data[:high] + data[low:]
        elif kind == 4:
            data = data[:low] + data[low + random.integers(1, 40) :]
        elif kind == 5:
            data = data[:low] + INSERTED[random.integers(len(INSERTED))] + data[low:]
        else:
            words = data.split(b" ")
            first, second = random.integers(0, len(words), 2)
            words[first], words[second] = words[second], words[first]
            data = b" ".join(words)
    return data


@pytest.fixture
def read_damaged(tmp_path):
    """A function: damages a file `count` times. Nothing but ScanError may come out, which names a file of the folder.

    name: of the file. valid: its bytes. read: its reader. check: of what is read where the file still can be. others:
    name -> bytes of what lies beside it. least_refused: share of the damaged files that at least must be refused.
    """

    def run(name, valid, read, check, count, others=None, least_refused=0.25):
        path = tmp_path / name
        for other, content in (others or {}).items():
            (tmp_path / other).write_bytes(content)
        path.write_bytes(valid)
        check(read(path))  # the valid file is one
        random = np.random.default_rng([zlib.crc32(name.encode()), count])
        refused, longest = 0, 0.0
        for _ in range(count):
            path.write_bytes(damage(valid, random))
            start = time.process_time()
            try:
                got = read(path)
            except ScanError as error:
                refused += 1
                assert str(error).startswith(f"{path}: " if not others else f"{tmp_path}/"), str(error)
                assert len(str(error)) < len(str(path)) + 400
            else:
                check(got)
            longest = max(longest, time.process_time() - start)
        print(f"{name}: {count} damaged files, {refused} refused, {longest:.2f} s of the processor at most")
        assert longest < SECONDS and refused > least_refused * count

    return run
