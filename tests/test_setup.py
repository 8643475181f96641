"""envs/setup.sh takes the first Python that fits."""

import subprocess
import sys

import pytest

from ffnet.workflow.provenance import ROOT

# A program that answers as this version of Python would, until setup.sh has chosen one and asks it for its version
PYTHON = """#!/bin/bash
case "$*" in
  --version) echo "Python {version}" ;;
  *sys.exit*) exec {python} -c "import sys; sys.version_info = {numbers}; ${{2#import sys;}}" ;;
  *) echo "took $0" >&2; exit 9 ;;
esac
"""


@pytest.fixture
def setup(tmp_path):
    """Runs setup.sh on a system that has these Pythons alone, {name: version}; returns what it prints."""
    (tmp_path / "uname").symlink_to("/bin/uname")

    def run(pythons, *arguments):
        for name, version in pythons.items():
            numbers = tuple(map(int, version.split(".")))
            (tmp_path / name).write_text(PYTHON.format(version=version, python=sys.executable, numbers=numbers))
            (tmp_path / name).chmod(0o755)
        command = ["/bin/bash", ROOT / "envs" / "setup.sh", *arguments]
        done = subprocess.run(command, cwd=tmp_path, env={"PATH": str(tmp_path)}, capture_output=True, text=True)
        assert done.returncode == (9 if "took" in done.stderr else 1)
        return done.stderr.replace(f"{tmp_path}/", "").strip()

    return run


@pytest.mark.parametrize(
    ("pythons", "taken"),
    [
        ({"python3": "3.12.3", "python3.11": "3.11.2", "python3.13": "3.13.5"}, "python3"),
        ({"python3": "3.9.2", "python3.12": "3.12.3", "python3.11": "3.11.2"}, "python3.12"),
        ({"python3": "3.14.0", "python3.11": "3.11.2"}, "python3.11"),
        ({"python3.13": "3.13.5"}, "python3.13"),
    ],
)
def test_the_systems_own_python_is_taken_where_it_fits_else_the_newest_that_does(setup, pythons, taken):
    assert setup(pythons) == setup(pythons, "") == f"took {taken}"


def test_a_python_that_was_asked_for_is_taken(setup):
    assert setup({"python3": "3.12.3", "python3.11": "3.11.2"}, "python3.11") == "took python3.11"


@pytest.mark.parametrize(
    ("pythons", "asked", "found"),
    [
        ({"python3": "3.10.12"}, (), "found python3: Python 3.10.12\n"),
        ({"python3": "3.14.0"}, ("",), "found python3: Python 3.14.0\n"),
        ({"python3": "3.12.3", "python3.9": "3.9.2"}, ("python3.9",), "found python3.9: Python 3.9.2\n"),
        ({"python3": "3.12.3"}, ("python4",), "found python4: "),
        ({}, (), "python3: command not found"),
    ],
)
def test_a_system_without_a_python_that_fits_is_told_what_to_install(setup, pythons, asked, found):
    message = setup(pythons, *asked)
    assert message.startswith("Expected Python 3.11, 3.12 or 3.13, found ") and found in message
    assert "apt-get install python3" in message and "make PYTHON=" in message
