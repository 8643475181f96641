"""README.md as a reader follows it, from the first block to the last, on a tiny collection."""

import re
import shutil
import subprocess
import sys

import numpy as np
import pytest
import yaml

from docs.strip import read_strip
from ffnet.workflow.provenance import ROOT
from tests.docs.conftest import blocks
from tests.workflow.conftest import Project, make_tiny

pytestmark = pytest.mark.slow
# The packages are installed already. The tests, the paper's runs and the cluster's jobs are only planned. plan exits
# with 1 because some times are unknown.
AS_PRINTED = """
make() {
  case "$*" in
    test | CONFIG=*) command make --dry-run "$@" ;;
    *) command make --old-file requirements.lock --old-file pyproject.toml --old-file envs/setup.sh "$@" ;;
  esac
}
snakemake() {
  case "$*" in
    *profiles/slurm*) command snakemake "$@" --dry-run ;;
    *) command snakemake "$@" ;;
  esac
}
ffnet() { command python -m ffnet "$@" || [[ "$1 $?" == "plan 1" ]]; }
"""


@pytest.fixture(scope="module")
def followed(tmp_path_factory):
    """A project in which all blocks of README.md were run in their order, and what each printed."""
    project = Project(tmp_path_factory.mktemp("readme"))
    shutil.copytree(ROOT / "configs", project.folder / "configs")
    for name in ("Makefile", "pyproject.toml"):
        shutil.copy(ROOT / name, project.folder)
    (project.folder / ".venv").symlink_to(sys.prefix)
    project.configure(lambda config: (make_tiny(config), take_both_intensities(config)))
    point_at(project, "configs/bu3dfe.yaml", "data/demo/bu3dfe")
    printed = {}
    for block in (block for block in blocks() if block.page == "README.md" and block.kind == "sh"):
        done = subprocess.run(
            ["bash", "-eu", "-o", "pipefail", "-c", AS_PRINTED + block.text],
            cwd=project.folder,
            env=project.environment(),
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        assert done.returncode == 0, f"{block}:\n{block.text}\n{done.stdout[-5000:]}"
        printed[block.text] = done.stdout
    return project, printed


def take_both_intensities(config):
    config["demo"]["intensities"] = [3, 4]
    config["datasets"]["demo-bu3dfe"]["intensities"] = [3, 4]


def point_at(project, name, folder):
    """Edits a file as README asks, and for as many people as a tiny collection has."""
    path = project.folder / name
    settings = yaml.safe_load(path.read_text(encoding="utf-8"))
    settings["datasets"]["bu3dfe"]["folder"] = folder
    settings["protocol"]["subjects"] = 4
    path.write_text(yaml.safe_dump(settings, sort_keys=False), encoding="utf-8")


def test_make_ends_with_the_table_that_readme_describes(followed):
    project, printed = followed
    (first,) = (text for block, text in printed.items() if block.startswith("make "))
    table = project.read("results/tables/accuracy.md")
    assert table.strip() in first and "| demo-bu3dfe" in table
    shown = re.search(r"\| dataset.*\n", (ROOT / "README.md").read_text(encoding="utf-8"))[0]
    assert re.sub(r"[ -]+", " ", shown) == re.sub(
        r"[ -]+", " ", table[table.index("| dataset") :].split("\n")[0] + "\n"
    )


def test_files_and_folders_that_readme_names_exist_in_the_end(followed):
    project, _ = followed
    named = set(re.findall(r"`(results/[\w./-]+)`", (ROOT / "README.md").read_text(encoding="utf-8")))
    assert named and not [name for name in named if not (project.folder / name).exists()]


def test_the_run_on_a_licensed_collection_was_checked_and_planned(followed):
    _, printed = followed
    (own,) = (text for block, text in printed.items() if "ffnet check" in block)
    assert "Ready." in own and "201 of them train 402 runs." in own  # 100 repeats x 2 folds, twice, and the floor


def test_the_scan_was_inspected_and_predicted_and_the_network_exported(followed):
    project, printed = followed
    (text,) = (text for block, text in printed.items() if "ffnet predict" in block)
    assert "predicted" in text and "CANNOT" not in text and "onnxruntime gives the same probabilities" in text
    assert len(list((project.folder / "looks").glob("F0001_*.png"))) == 1
    assert len(list((project.folder / "figures").glob("F0001_*.png"))) == len(scans(project)) > 5
    assert (project.folder / "results/demo-bu3dfe/models/FFNet-M.onnx").exists()


def test_the_strip_of_readme_is_read_from_a_finished_demo(followed):
    project, _ = followed
    strip = read_strip(str(project.folder / "results"))
    assert 0.2 < strip.mesh[..., 3].mean() < 0.8 and np.isfinite(strip.mesh).all()
    assert 0.3 < np.isfinite(strip.depth).mean() < 1 and strip.mask1.max() == 1
    assert strip.probabilities.sum() == pytest.approx(1, abs=1e-6)


def scans(project):
    return list((project.folder / "data/demo/bu3dfe/F0001").glob("*_F3D.wrl"))
