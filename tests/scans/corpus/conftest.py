"""Odd and broken files. A process of its own reads those of a test file, with 1 GiB to take and no more."""

import json
import os
import pathlib
import re
import subprocess
import sys

import pytest

GIBIBYTE, SECONDS = 1 << 30, 5
READER = pathlib.Path(__file__).with_name("read_in_a_gibibyte.py")
ROOT = READER.parents[3]
HTML = b"<!DOCTYPE html><html><body>404 Not Found</body></html>"


def everywhere(what, valid):
    """The ways in which a file of any kind goes wrong: name -> (content, what is said)."""
    return {
        "empty": (b"", "is empty .0 bytes."),
        "folder": (pathlib.Path.mkdir, "found a folder"),
        "missing": (lambda path: None, "there is no such file"),
        "loop": (lambda path: path.symlink_to(path), "cannot be read: Too many levels"),
        "pipe": (os.mkfifo, "other than a regular file"),
        "4 GiB": (4 * GIBIBYTE, "4294967296 bytes, which is too large"),
        "HTML": (HTML, f"{what}.*HTML" if what != "texture image" else "expected an image .*found HTML"),
        "zeros": (b"\0" * 100, f"{what}.*zero" if what != "texture image" else "found nothing but zero bytes"),
        "plain": (valid, "read: "),
    }


def all_cases(module):
    """{(kind, name): (content, what is said)} of a test file's KINDS: kind -> (what, valid file, further cases)."""
    kinds = module.KINDS.items()
    return {
        (kind, name): case
        for kind, (what, valid, cases) in kinds
        for name, case in (everywhere(what, valid) | cases).items()
    }


def pytest_generate_tests(metafunc):
    if "case" in metafunc.fixturenames:
        metafunc.parametrize("case", all_cases(metafunc.module), ids=lambda case: " ".join(case))


def put(path, content):
    """Makes the file of a case: content is its bytes, a number of zero bytes, or what a function of the path does or
    gives, so that large ones are not kept."""
    content = content(path) if callable(content) else content
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif isinstance(content, int):
        path.touch()
        os.truncate(path, content)


@pytest.fixture(scope="module")
def outcomes(request, tmp_path_factory):
    """{(kind, name): (path, outcome, seconds of processor)}"""
    folder, cases = tmp_path_factory.mktemp("corpus"), all_cases(request.module)
    (folder / "picture.png").write_bytes(request.module.PICTURE)
    paths = [folder / f"{kind} {number}.{kind}" for number, (kind, _) in enumerate(cases)]
    for path, (content, _) in zip(paths, cases.values(), strict=True):
        put(path, content)
    child = subprocess.run(
        [sys.executable, READER, str(folder / "picture.png")],
        input=json.dumps([(kind, str(path)) for (kind, _), path in zip(cases, paths, strict=True)]),
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
        check=False,
        timeout=280,  # for one that waits, which takes no processor's time
    )
    lines = [json.loads(line) for line in child.stdout.splitlines()]
    assert len(lines) == len(cases), f"the child died at {list(cases)[len(lines)]}"
    return {name: (str(path), *line) for name, path, line in zip(cases, paths, lines, strict=True)}


@pytest.fixture
def check_outcome(outcomes, request):
    """A function of a case: is its file read right, or refused with its name and reason?"""

    def check(case):
        path, outcome, seconds = outcomes[case]
        expected = all_cases(request.module)[case][1]
        if expected is None:
            assert outcome == outcomes[case[0], "plain"][1]
        else:
            assert re.search(expected, outcome), outcome
        if not outcome.startswith("read: "):
            assert outcome.startswith(f"{path}: ") and len(outcome) < len(path) + 300
        assert seconds < SECONDS

    return check
