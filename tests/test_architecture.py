"""The direction of imports, and what the planning of the workflow may load."""

import subprocess
import sys
from collections import Counter

import pytest

from ffnet.workflow.provenance import ROOT, code_hash, imported_names, sources

FOUNDATION = {"errors", "expressions", "seeds", "settings", "storage", "origin", "quarantine", "geometry", "landmarks"}
STAGES = {  # each with the stages that it may import; all may import the foundation
    "demo": set(),
    "scans": set(),
    "maps": set(),
    "normals": set(),
    "masks": {"normals"},
    "shards": {"scans", "maps", "normals", "masks"},
    "networks": set(),
    "training": {"scans", "shards", "networks"},
    "transport": {"networks", "training"},
    "results": {"scans", "networks", "training"},
    "predict": {"scans", "maps", "normals", "masks", "shards", "networks", "training"},
    "robustness": {"scans", "maps", "normals", "masks", "shards", "training", "predict", "results"},
    "figures": {"shards", "results", "predict", "robustness"},
}
ABOVE = {"commands", "config", "workflow", "__main__"}  # may import every stage; no stage imports them
MODULES = sorted((ROOT / "ffnet").rglob("*.py"))


def part(name):
    """The part of ffnet that a dotted name belongs to, or None."""
    pieces = name.split(".")
    return pieces[1] if pieces[0] == "ffnet" and len(pieces) > 1 else None


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_stage_imports_only_the_stages_that_it_builds_on(path):
    here = path.relative_to(ROOT / "ffnet").parts[0].removesuffix(".py")
    imported = {part(name) for name in imported_names(path)} - {None, here}
    if here in STAGES:
        assert imported <= FOUNDATION | STAGES[here]
    elif here in FOUNDATION:
        assert imported <= FOUNDATION
    else:
        assert here in ABOVE | {"__init__"}, f"{here} is no known part of ffnet"


def test_no_two_modules_share_a_name():
    convention = {"shard", "settings", "__init__"}  # one per stage
    names = Counter(path.stem for path in MODULES if path.stem not in convention)
    packages = {path.parent.name for path in MODULES if path.stem == "__init__"} - {"ffnet"}
    modules = {path.stem for path in MODULES if path.parent.name != "commands"}  # a command has the user's word
    assert [name for name, count in names.items() if count > 1] == []
    assert modules & packages == set()


def test_planning_loads_nothing_heavy():
    heavy = {"torch", "torchvision", "open3d", "cv2", "pandas", "matplotlib", "scipy", "dlib", "h5py", "numpy"}
    modules = "ffnet.workflow.planning, ffnet.workflow.result_files, ffnet.workflow.provenance"
    code = f"import sys, {modules}; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT).stdout
    assert not heavy & set(loaded.split())


def test_every_script_is_short_and_known_by_its_rule():
    rules = "".join(path.read_text() for path in (ROOT / "rules").glob("*.smk"))
    for script in (ROOT / "workflow_scripts").glob("*.py"):
        assert len(script.read_text().splitlines()) <= 30, script.name
        assert f'"../workflow_scripts/{script.name}"' in rules
        assert f'code_hash("workflow_scripts/{script.name}")' in rules


def test_the_code_hash_sees_modules_behind_modules():
    seen = {str(path.relative_to(ROOT)) for path in sources("workflow_scripts/project_maps.py")}
    assert {"ffnet/maps/gridfit.py", "ffnet/geometry/raycast.py", "ffnet/errors.py"} <= seen
    assert not any("training" in path or "networks" in path for path in seen)
    assert len(code_hash("workflow_scripts/project_maps.py")) == 16


def test_every_dataclass_is_frozen():
    for path in MODULES:
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith(("@dataclass", "@dataclasses.dataclass")):
                assert "frozen=True" in line, f"{path}: {line}"
