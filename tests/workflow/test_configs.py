"""Config files put over config.yaml by Snakemake itself: the paper's run on one collection."""

import shutil
from collections import Counter

import pytest
import yaml

from ffnet.commands.config_file import read_config_file
from ffnet.workflow.job_list import list_jobs
from ffnet.workflow.provenance import ROOT
from tests.workflow.conftest import Project

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
EXPRESSIONS = ("AN", "DI", "FE", "HA", "SA", "SU")
BOSPHORUS = ("ANGER", "DISGUST", "FEAR", "HAPPY", "SADNESS", "SURPRISE")


@pytest.fixture
def project(tmp_path):
    shutil.copytree(ROOT / "configs", tmp_path / "configs")
    return Project(tmp_path)


def fill(folder, name):
    """60 complete people in the layout of a collection; empty files, as planning reads none."""
    for number in range(60):
        if name == "bu3dfe":
            subject = f"F{number + 1:04d}"
            scans = [
                f"{subject}_{code}0{level}WH_F3D.{end}"
                for code in EXPRESSIONS
                for level in (1, 3, 4)
                for end in ("wrl", "bmp")
            ]
        else:
            subject = f"bs{number:03d}"
            scans = [f"{subject}_E_{code}_0.{end}" for code in BOSPHORUS for end in ("bnt", "png")]
        (folder / subject).mkdir(parents=True)
        for scan in scans:
            (folder / subject / scan).touch()


@pytest.mark.parametrize("name", ["bu3dfe", "bosphorus"])
def test_with_the_folder_set_the_papers_run_on_this_collection_alone_is_planned(project, name):
    fill(project.folder / "mine", name)
    path = project.folder / "configs" / f"{name}.yaml"
    keys = yaml.safe_load(path.read_text(encoding="utf-8"))
    keys["datasets"][name]["folder"] = "mine"
    path.write_text(yaml.safe_dump(keys), encoding="utf-8")
    planned = project.planned("--configfile", f"configs/{name}.yaml")
    assert planned["train_repeat"] == 201
    assert not [rule for rule in planned if "demo" in rule]
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(project.folder)
        jobs = list_jobs(read_config_file("config.yaml", path))
    assert planned["fetch_imagenet"] == 1 and Counter(job.rule for job in jobs) == planned
    assert {job.dataset for job in jobs if job.dataset} == {name}


@pytest.mark.parametrize("name", ["bu3dfe", "bosphorus"])
def test_before_the_folder_is_set_snakemake_stops_with_one_message(project, name):
    done = project.run("--configfile", f"configs/{name}.yaml")
    assert done.returncode != 0 and "Traceback" not in done.stdout
    assert done.stdout.count(f"datasets.{name}.folder: there is no folder '/path/to/B") == 1
    assert "in the file that you gave as CONFIG or --configfile" in done.stdout
