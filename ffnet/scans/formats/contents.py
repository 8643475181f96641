"""The bytes of a scan file, read only if it is a regular file of a plausible size."""

import os
import stat
import struct
import tokenize

from ffnet.errors import ScanError

MEBIBYTE = 1 << 20
LONGEST_WORDS = 120  # characters of a library's own words in a message
DAMAGE: tuple[type[Exception], ...] = (  # what Pillow and NumPy raise for damaged files
    *(OSError, EOFError, SyntaxError, ValueError, LookupError, TypeError, ArithmeticError, MemoryError),
    *(struct.error, tokenize.TokenError, Warning),
)
SIGNATURES = (
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"BM", "a BMP image"),
    (b"\xff\xfe", "UTF-16 text"),
    (b"\xfe\xff", "UTF-16 text"),
    (b"#VRML V1", "VRML 1.0"),
    (b"#VRML", "VRML text"),
    (b"#X3D", "X3D text"),
    (b"ply", "a PLY mesh"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\x1f\x8b", "gzip'd data"),
    (b"%PDF", "a PDF document"),
    (b"version https://git-lfs", "a Git LFS pointer; fetch the file itself"),
    (b"<", "HTML or XML, perhaps a server's error page"),
)


def read_contents(path: str | os.PathLike, most: int, expected: str) -> bytes:
    """The bytes of a file of 1 to most bytes. expected: what it should hold, for the message, such as "a VRML mesh".

    Raises ScanError if there is no such file, it is a folder, empty, too large or cannot be read.
    """
    try:
        state = os.stat(path)
        if stat.S_ISDIR(state.st_mode):
            raise ScanError(f"{path}: expected {expected}, found a folder; put the file there or correct the path")
        if not stat.S_ISREG(state.st_mode):
            raise ScanError(f"{path}: expected {expected}, found something other than a regular file")
        if state.st_size == 0:
            raise ScanError(f"{path}: is empty (0 bytes), expected {expected}; copy it again")
        if state.st_size > most:
            raise ScanError(
                f"{path}: has {state.st_size} bytes, which is too large for {expected} of a face "
                f"(at most {most // MEBIBYTE} MiB); is it the right file?"
            )
        with open(path, "rb") as file:
            return file.read(state.st_size)
    except FileNotFoundError as error:
        raise ScanError(f"{path}: there is no such file, expected {expected}; check the path") from error
    except OSError as error:
        raise ScanError(f"{path}: cannot be read: {error.strerror}; check its permissions and the disk") from error


def describe(data: bytes) -> str:
    """What bytes look like, for a message: "a PNG image", or their first 16 if unknown."""
    if not data.strip(b"\0"):
        return "nothing but zero bytes"
    for signature, name in SIGNATURES:
        if data.lstrip().startswith(signature):
            return name
    return f"a file that starts with {data[:16]!r}"


def words_of(error: Exception) -> str:
    """The first line of what a library says of a damaged file, short enough for a message."""
    return "".join(str(error).splitlines()[:1])[:LONGEST_WORDS] or type(error).__name__
