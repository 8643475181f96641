"""What the project uses is named in pyproject.toml and pinned in requirements.lock for each Python that it supports."""

import importlib.util
import re
import sys
import tomllib
from importlib.metadata import packages_distributions

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from ffnet.workflow.provenance import LOCK, ROOT, imported_names

OTHERWISE = {"dlib": "dlib-bin"}  # its wheel does not say which modules it holds
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
OPTIONAL = {
    Requirement(one).name.lower() for group in PYPROJECT["project"]["optional-dependencies"].values() for one in group
}  # not in the lock: what needs one says so when it is missing
PYTHONS = [f"3.{minor}" for minor in range(30) if f"3.{minor}" in SpecifierSet(PYPROJECT["project"]["requires-python"])]
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
                assert names & (used | OPTIONAL), f"{path}: '{top}' is imported; name its package in pyproject.toml"


def test_the_makefile_and_the_hooks_call_only_tools_that_are_named(used):
    text = "".join((ROOT / name).read_text() for name in ("Makefile", ".pre-commit-config.yaml"))
    tools = set(re.findall(r"(?:\$\(BIN\)|\.venv/bin)/([\w-]+)", text)) - {"python"}
    assert tools and tools <= used


def pins_for(python):
    """{name: [pinned versions]} that pip installs from requirements.lock for a Python on Linux x86_64."""
    machine = {"python_full_version": f"{python}.0", "sys_platform": "linux", "platform_machine": "x86_64"}
    pins = {}
    for line in re.findall(r"^([\w.-]+==[^\\\n]+)", LOCK.read_text(encoding="utf-8"), re.MULTILINE):
        pin = Requirement(line)
        if pin.marker is None or pin.marker.evaluate(machine):
            pins.setdefault(pin.name, []).append(str(pin.specifier))
    return pins


@pytest.mark.parametrize("python", PYTHONS)
def test_all_that_is_named_is_pinned_once_for_each_python(used, python):
    pins = pins_for(python)
    assert used <= pins.keys()
    assert {name: versions for name, versions in pins.items() if len(versions) > 1} == {}
    assert not pins.keys() & set(PYPROJECT["tool"]["uv"]["exclude-dependencies"])


def test_no_package_is_pinned_for_a_later_python():
    assert PYTHONS == ["3.11", "3.12", "3.13"] and pins_for("3.14") == {}


def test_every_pin_has_hashes():
    blocks = re.split(r"^(?=[\w.-]+==)", LOCK.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    assert len(blocks) > 150
    assert all(re.search(r" \\\n    --hash=sha256:[0-9a-f]{64}\b", block) for block in blocks)


def test_the_conda_environment_has_a_supported_python():
    environment = yaml.safe_load((ROOT / "envs" / "ffnet.yaml").read_text(encoding="utf-8"))
    assert {entry.removeprefix("python=") for entry in environment["dependencies"] if "python=" in entry} <= {*PYTHONS}


def test_outdated_pins_are_told_with_those_of_the_project_first(outdated):
    pins = {"a-b": "1.0", "c": "2", "d": "3.0"}
    found = [{"name": name, "latest_version": latest} for name, latest in (("c", "4"), ("A_b", "1.1"), ("pip", "9"))]
    text = outdated.outdated_text(pins, {"c", "d"}, [*found, {"name": "d", "latest_version": "3.0"}])
    assert [line.split() for line in text.splitlines() if line.startswith(" ")] == [
        ["c", "2", "->", "4"],
        ["a-b", "1.0", "->", "1.1"],
    ]
    assert text.splitlines()[0] == "used by the project itself: 1 with newer releases"
