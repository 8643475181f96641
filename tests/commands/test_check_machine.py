import importlib.metadata
import sys
import types

from ffnet.commands import check_machine, check_packages
from ffnet.commands.check_machine import GIB, JOB_BYTES, disk_finding, memory_finding
from ffnet.commands.check_packages import DISTRIBUTIONS, locked_versions, version_difference
from ffnet.commands.findings import Finding
from ffnet.config import read_config
from ffnet.errors import InputError
from ffnet.workflow.provenance import LOCK


def test_missing_and_broken_packages_are_problems_and_other_versions_are_notes(monkeypatch, tmp_path):
    (tmp_path / "broken_package.py").write_text("import numpy\nnumpy.no_such_thing\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(
        check_packages,
        "DISTRIBUTIONS",
        {"no_such_package": "x", "broken_package": "y", "numpy": "numpy", "h5py": "h5py", "csv": "no-distribution"},
    )
    lock = tmp_path / "lock"
    lock.write_text(f"numpy==1.0\nh5py=={importlib.metadata.version('h5py')}\n")
    monkeypatch.setattr(check_packages, "LOCK", lock)
    missing, broken, other, unknown, last = check_packages.check_packages()
    assert missing.level == broken.level == "PROBLEM" and "make setup" in missing.advice
    assert "no_such_package cannot be imported" in missing.what and "no_such_thing" in broken.what
    assert other.level == "note" and other.what.endswith("is installed, requirements.lock has 1.0")
    assert unknown.level == "note" and "no-distribution of requirements.lock is not installed" in unknown.what
    assert last == Finding("ok", "1 of 5 packages work and have the versions of requirements.lock")


def test_every_package_that_is_checked_is_in_the_lock_file():
    locked = locked_versions(LOCK.read_text())
    assert set(DISTRIBUTIONS.values()) <= set(locked)
    assert version_difference("numpy", locked) == ""
    assert locked_versions("# a\nA-b==1.2 # c\nd==3; e\n\n") == {"a-b": "1.2", "d": "3"}


def test_a_missing_landmark_model_is_a_problem(monkeypatch):
    (found,) = check_packages.check_landmark_model()
    assert found.level == "ok"

    def lack(*arguments, **options):
        raise InputError("the model is missing")

    monkeypatch.setattr(check_packages, "detect_face", lack)
    (found,) = check_packages.check_landmark_model()
    assert found.level == "PROBLEM" and found.what == "landmark model: the model is missing"


def config_with(device):
    return types.SimpleNamespace(execution=types.SimpleNamespace(device=device))


def test_a_gpu_is_named_its_absence_noted_and_a_problem_where_the_settings_ask_for_it(monkeypatch):
    cuda = types.SimpleNamespace(is_available=lambda: False, get_device_name=lambda number: "A100")
    monkeypatch.setitem(sys.modules, "torch", types.SimpleNamespace(cuda=cuda))
    assert [found.level for found in check_machine.check_gpu(config_with("auto"))] == ["note"]
    assert [found.level for found in check_machine.check_gpu(config_with("cuda"))] == ["PROBLEM"]
    assert [found.level for found in check_machine.check_gpu(None)] == ["note"]
    cuda.is_available = lambda: True
    assert list(check_machine.check_gpu(config_with("cuda"))) == [Finding("ok", "GPU: A100")]
    monkeypatch.setitem(sys.modules, "torch", None)
    assert list(check_machine.check_gpu(config_with("cuda"))) == []


def test_slurm_is_looked_for_on_the_path(monkeypatch, tmp_path):
    monkeypatch.setattr(check_machine, "check_gpu", lambda config: ())
    monkeypatch.setenv("PATH", str(tmp_path))
    assert [found.level for found in check_machine.check_computing(None)] == ["ok", "note"]
    (tmp_path / "sbatch").write_text("#!/bin/sh\n")
    (tmp_path / "sbatch").chmod(0o755)
    assert list(check_machine.check_computing(None))[1] == Finding("ok", "SLURM found (sbatch)")


def test_disk_and_memory_are_compared_with_the_need():
    assert disk_finding(10 * GIB, 10 * GIB).level == "ok" and disk_finding(9 * GIB, 10 * GIB).level == "PROBLEM"
    assert disk_finding(9 * GIB, 10 * GIB).what == "9 GiB of disk space are free, about 10.0 GiB are needed"
    assert memory_finding(4 * JOB_BYTES, 4).level == "ok" and memory_finding(JOB_BYTES - 1, 1).level == "PROBLEM"
    less = memory_finding(int(3.5 * JOB_BYTES), 4)
    assert less.level == "note" and less.advice == "run with: snakemake --cores 3"


def test_the_need_grows_with_the_scans_of_all_collections_that_can_be_read(settings_mapping):
    mapping = settings_mapping()
    mapping["datasets"]["demo-bosphorus"]["folder"] = "/nowhere"
    config = read_config(mapping)
    assert check_machine.count_scans(config) == 12 * 6 * 2 and check_machine.count_scans(None) == 0
    disk, memory = check_machine.check_space(config)
    assert "about 0.8 GiB are needed" in disk.what and "jobs at a time" in memory.what
