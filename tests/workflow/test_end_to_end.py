"""From raw files to tables, and what happens to bad input, through Snakemake."""

import csv
import math
import shutil
import struct

import pytest

from ffnet.storage import read_stage

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1500)]


def rows(project, path):
    return list(csv.DictReader(project.read(path).splitlines()))


def use_own_folder(project, layout):
    """Points one dataset at a folder that is nobody's output, with the scans the demo made; returns the folder."""
    own = project.folder / "own" / layout
    own.parent.mkdir()
    (project.folder / "data" / "demo" / layout).rename(own)

    def change(config):
        config["datasets"] = {"own": config["datasets"][f"demo-{layout}"] | {"folder": f"own/{layout}"}}
        config["experiments"] = {"ridge": config["experiments"]["ridge"]}
        config["models"] = []
        config["protocol"]["subjects"] = 3  # of four: one whose only scan of a class is broken takes no part

    project.configure(change)
    return own


def test_raw_files_become_tables_and_figures(finished):
    table = rows(finished, "results/tables/accuracy.csv")
    assert {(row["dataset"], row["experiment"]) for row in table} == {
        (dataset, experiment) for dataset in ("demo-bu3dfe", "demo-bosphorus") for experiment in ("ridge", "FFNet-M")
    }
    assert all(row["data"] == "synthetic" and int(row["runs"]) == 2 for row in table)
    assert "synthetic" in finished.read("results/tables/accuracy.md")
    figures = {path.name for path in (finished.folder / "results" / "figures").iterdir()}
    assert {"demo-bu3dfe_maps.png", "demo-bosphorus_FFNet-M_confusion.svg"} <= figures
    for dataset in ("demo-bu3dfe", "demo-bosphorus"):
        assert len(rows(finished, f"results/{dataset}/manifest.csv")) == 24
        assert rows(finished, f"results/{dataset}/quarantine.csv") == []
        quality = rows(finished, f"results/{dataset}/quality.csv")
        assert len(quality) == 24 and all(float(row["plausibility"]) > 0.5 for row in quality)
        assert f"{dataset}_contact_sheet.png" in figures


def test_shards_hold_what_they_promise(finished):
    paths = sorted((finished.folder / "results" / "demo-bu3dfe" / "shards").glob("*.h5"))
    for path in paths:
        columns = read_stage(path).columns
        n = len(columns["scan"])
        shapes = {name: columns[name].shape for name in ("depth", "normals", "texture", "mask1", "mask2", "landmarks")}
        assert shapes == {
            "depth": (n, 112, 112),
            "normals": (n, 112, 112, 3),
            "texture": (n, 112, 112, 3),
            "mask1": (n, 56, 56),
            "mask2": (n, 28, 28),
            "landmarks": (n, 51, 2),
        }
        face = columns["depth"] > 0
        assert columns["depth"].max() == 1 and 0.4 < face.mean() < 0.95
        assert (columns["normals"][~face][:, 2] == 0).mean() > 0.99
    assert len({subject for path in paths for subject in read_stage(path).columns["subject"]}) == 4


def test_a_finished_project_has_nothing_to_do(project):
    assert project.planned() == {}


def test_a_mesh_cut_in_half_is_quarantined_and_the_rest_goes_on(project):
    own = use_own_folder(project, "bosphorus")
    victim = next(own.rglob("*_E_FEAR_0.bnt"))
    victim.write_bytes(victim.read_bytes()[: victim.stat().st_size // 2])
    done = project.run()
    assert done.returncode == 0, done.stdout[-3000:]
    (row,) = rows(project, "results/own/quarantine.csv")
    assert row["scan"] == victim.stem and row["stage"] == "scans"
    assert "cut short" in row["reason"] and victim.name in row["reason"]
    assert rows(project, "results/tables/accuracy.csv")[0]["scans"] == "18"


def test_a_missing_texture_is_quarantined_and_comes_back_when_it_is_there(project):
    own = use_own_folder(project, "bu3dfe")
    victim = next(own.rglob("*_HA04*.bmp"))
    kept = victim.rename(project.folder / "kept.bmp")
    assert project.run().returncode == 0
    (row,) = rows(project, "results/own/quarantine.csv")
    assert row["scan"] == victim.stem.removesuffix("_F3D") and "texture image is missing" in row["reason"]
    kept.rename(victim)
    planned = project.planned()
    assert planned["load_scans"] == 1 and planned["train_repeat"] == 1
    assert project.run().returncode == 0
    assert rows(project, "results/own/quarantine.csv") == []


def shard_scans(project):
    paths = (project.folder / "results" / "own" / "shards").glob("*.h5")
    return {str(scan) for path in paths for scan in read_stage(path).columns["scan"]}


def break_file(path, way):
    """One of ten ways in which people's copies are broken."""
    data = path.read_bytes()
    texture = path.with_suffix(".png")
    if way == 0:
        path.write_bytes(b"")
    elif way == 1:
        path.write_bytes(data[: len(data) // 2])
    elif way == 2:
        path.write_bytes(data[:10])
    elif way == 3:
        path.write_bytes(b"<html>404 not found</html>" * 50)
    elif way == 4:
        path.write_bytes(b"\xff\xff\xff\xff" + data[4:-8000])  # promises more rows and columns than there are
    elif way == 5:
        texture.unlink()
    elif way == 6:
        texture.write_bytes(texture.read_bytes()[:3000])
    elif way == 7:
        texture.write_bytes(b"")
    elif way == 8:
        texture.write_bytes(data[:5000])
    else:
        start = 18 + int.from_bytes(data[12:14], "little")
        path.write_bytes(data[:start] + struct.pack("<d", math.nan) * ((len(data) - start) // 8))


def test_40_good_scans_come_through_10_broken_are_listed_and_3_repaired_come_back(project):
    own = use_own_folder(project, "bosphorus")
    project.configure(lambda config: config["quarantine"].update(max_share=0.5))
    first = sorted(own.rglob("*_E_*_0.bnt"))
    for path, take in [*((path, 1) for path in first), *((path, 2) for path in first[:2])]:
        for old in (path, path.with_suffix(".png")):
            shutil.copy(old, old.with_name(old.name.replace("_0.", f"_{take}.")))
    scans = sorted(own.rglob("*_E_*.bnt"))
    assert len(scans) == 50
    broken = scans[2::5]
    shutil.copytree(own, project.folder / "kept")
    for way, path in enumerate(broken):
        break_file(path, way)
    done = project.run("results/own/quarantine.csv")
    assert done.returncode == 0, done.stdout[-3000:]
    listed = {row["scan"]: row["reason"] for row in rows(project, "results/own/quarantine.csv")}
    assert set(listed) == {path.stem for path in broken}
    assert all(scan in reason or "texture" in reason for scan, reason in listed.items()), listed
    good = shard_scans(project)
    assert good == {path.stem for path in scans} - set(listed)
    repaired = broken[1], broken[5], broken[8]
    for path in repaired:
        for whole in (path, path.with_suffix(".png")):
            shutil.copy(project.folder / "kept" / whole.relative_to(own), whole)
    assert project.run("results/own/quarantine.csv").returncode == 0
    assert shard_scans(project) - good == {path.stem for path in repaired}
    assert len(rows(project, "results/own/quarantine.csv")) == 7


def test_too_many_broken_scans_stop_before_training_with_the_list(project):
    own = use_own_folder(project, "bosphorus")
    project.configure(lambda config: config["protocol"].update(subjects=2))
    victims = sorted(own.rglob("*_E_FEAR_0.bnt"))[:2]
    for victim in victims:
        victim.write_bytes(b"")
    done = project.run()
    assert done.returncode != 0
    assert "2 of 24 scans were left out (8.3%), more than quarantine.max_share allows (5.0%)" in done.stdout
    assert all(done.stdout.count(f"  {victim.stem} (scans): ") == 1 for victim in victims)
    assert done.stdout.count("error: too many scans were left out, so nothing is trained") == 1
    assert len(rows(project, "results/own/quarantine.csv")) == 2
    assert not (project.folder / "results" / "own" / "runs").exists()


def test_a_folder_that_is_not_there_stops_with_one_clear_message(project):
    project.configure(lambda config: config["datasets"]["demo-bu3dfe"].update(folder="/nowhere/BU-3DFE"))
    done = project.run()
    assert done.returncode != 0 and "Traceback" not in done.stdout
    message = "config.yaml: datasets.demo-bu3dfe.folder: there is no folder '/nowhere/BU-3DFE'"
    assert done.stdout.count(message) == 1


def test_a_misspelt_key_stops_before_any_job(project):
    project.configure(lambda config: config["training"].update(epoch=3))
    done = project.run()
    assert done.returncode != 0 and "Traceback" not in done.stdout
    assert "config.yaml: training: unknown key 'epoch'; did you mean 'epochs'?" in done.stdout
