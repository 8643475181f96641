"""What the project uses is named in pyproject.toml and pinned in requirements.lock; envs/outdated.py compares."""

import importlib.util
import re
import sys
from importlib.metadata import packages_distributions

import pytest

from ffnet.workflow.provenance import LOCK, ROOT, imported_names

OTHERWISE = {"dlib": "dlib-bin"}  # its wheel does not say which modules it holds
OWN = {"benchmarks", "docs", "ffnet", "tests", *(path.stem for path in (ROOT / "benchmarks").glob("*.py"))}


@pytest.fixture(scope="module")
def outdated():
    spec = importlib.util.spec_from_file_location("outdated", ROOT / "envs" / "outdated.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def used(outdated):
    return outdated.used_packages((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def test_all_that_is_imported_is_named_in_pyproject(outdated, used):
    owners = packages_distributions()
    for folder in ("ffnet", "workflow_scripts", "tests", "benchmarks", "docs", "envs"):
        for path in (ROOT / folder).rglob("*.py"):
            tops = {name.partition(".")[0] for name in imported_names(path)} - sys.stdlib_module_names - OWN
            for top in tops:
                names = {outdated.plain(owner) for owner in owners.get(top, [OTHERWISE.get(top, top)])}
                assert names & used, f"{path}: '{top}' is imported; name its package in pyproject.toml"


def test_the_makefile_and_the_hooks_call_only_tools_that_are_named(used):
    text = "".join((ROOT / name).read_text() for name in ("Makefile", ".pre-commit-config.yaml"))
    tools = set(re.findall(r"(?:\$\(BIN\)|\.venv/bin)/([\w-]+)", text)) - {"python"}
    assert tools and tools <= used


def test_all_that_is_named_is_pinned(outdated, used):
    assert used <= outdated.read_pins(LOCK.read_text(encoding="utf-8")).keys()


def test_outdated_pins_are_told_with_those_of_the_project_first(outdated):
    pins = outdated.read_pins("# head==9\na-b==1.0\nc==2\nd==3.0\n")
    assert pins == {"a-b": "1.0", "c": "2", "d": "3.0"}
    found = [{"name": name, "latest_version": latest} for name, latest in (("c", "4"), ("A_b", "1.1"), ("pip", "9"))]
    text = outdated.outdated_text(pins, {"c", "d"}, [*found, {"name": "d", "latest_version": "3.0"}])
    assert [line.split() for line in text.splitlines() if line.startswith(" ")] == [
        ["c", "2", "->", "4"],
        ["a-b", "1.0", "->", "1.1"],
    ]
    assert text.splitlines()[0] == "used by the project itself: 1 with newer releases"
