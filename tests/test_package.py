"""The package ffnet: its command, its data files, its version."""

import importlib
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile

import pytest
import yaml

from ffnet.workflow.provenance import ROOT
from tests.workflow.conftest import Project

PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def test_the_command_ffnet_is_the_one_of_python_m_ffnet(capsys):
    module, _, function = PYPROJECT["project"]["scripts"]["ffnet"].partition(":")
    assert module == "ffnet.__main__"
    with pytest.raises(SystemExit, match="^0$"):
        getattr(importlib.import_module(module), function)(["--help"])
    assert capsys.readouterr().out.startswith("usage: ffnet ")


def test_changelog_citation_and_package_name_the_same_release():
    released = re.findall(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert released[0] == "Unreleased"
    assert released[1] == f"{citation['version']} ({citation['date-released']})"
    assert citation["version"] == PYPROJECT["project"]["version"]


def test_the_ci_workflow_may_only_read_runs_ci_run_and_pins_its_actions():
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))
    assert workflow["permissions"] == {"contents": "read"}
    (job,) = workflow["jobs"].values()
    assert "permissions" not in job and job["steps"][-1] == {"run": "bash .ci/run"} and (ROOT / ".ci" / "run").is_file()
    actions = [step["uses"] for step in job["steps"] if "uses" in step]
    assert actions and all(re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", action) for action in actions)


@pytest.mark.slow
def test_a_wheel_holds_every_file_of_the_package(tmp_path):
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "ffnet", tmp_path / "ffnet", ignore=ignore)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tmp_path)
    build = [sys.executable, "-m", "pip", "wheel", "-q", "--no-index", "--no-deps", "--no-build-isolation", "."]
    subprocess.run(build, cwd=tmp_path, check=True)
    (wheel,) = tmp_path.glob("*.whl")
    packed = {name for name in zipfile.ZipFile(wheel).namelist() if name.startswith("ffnet/")}
    assert packed == {str(path.relative_to(tmp_path)) for path in (tmp_path / "ffnet").rglob("*") if path.is_file()}


@pytest.mark.slow
def test_a_copy_of_the_project_runs_its_own_code_and_not_the_installed_package(tmp_path):
    project = Project(tmp_path)
    with open(tmp_path / "ffnet" / "workflow" / "job_log.py", "a", encoding="utf-8") as module:
        module.write("\nraise RuntimeError(f'this is {__file__}')\n")
    done = project.run("results/demo-bu3dfe/manifest.csv")
    assert done.returncode == 1
    assert f"RuntimeError: this is {tmp_path}/ffnet/workflow/job_log.py" in done.stdout
