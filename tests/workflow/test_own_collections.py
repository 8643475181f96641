"""From sequences of BU-4DFE's kind and from one's own list to the accuracy table; one run serves all checks."""

import csv
import shutil

import cv2
import pytest

from ffnet.expressions import EXPRESSIONS, NEUTRAL
from ffnet.scans.formats.bu3dfe import read_bu3dfe
from ffnet.scans.index import BU3DFE_CODES, BU3DFE_NAME, BU4DFE_CODES
from ffnet.storage import read_stage

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1500)]
SEVEN = (NEUTRAL, *EXPRESSIONS)
FOLDERS = {expression: code.title() for code, expression in BU4DFE_CODES.items()}


def rows(project, path):
    return list(csv.DictReader(project.read(path).splitlines()))


def make_sequences(faces, folder):
    """BU-4DFE's layout from BU-3DFE's: three frames a sequence, of which the first and the last are no meshes."""
    for mesh in faces.rglob("*.wrl"):
        name = BU3DFE_NAME.fullmatch(mesh.stem)
        if name["code"] != "NE":
            sequence = folder / f"{name['subject'][0]}{name['subject'][2:]}" / FOLDERS[BU3DFE_CODES[name["code"]]]
            sequence.mkdir(parents=True)
            for frame in ("000", "002"):
                (sequence / f"{frame}.wrl").write_text("no mesh")
            shutil.copy(mesh, sequence / "001.wrl")
            cv2.imwrite(str(sequence / "001.jpg"), cv2.imread(str(mesh.with_suffix(".bmp"))))


def make_list(faces, folder):
    """One's own folder with manifest.csv: seven classes; the first scan is an .obj with its material."""
    shutil.copytree(faces, folder)
    lines = ["scan,subject,expression,intensity,mesh,texture"]
    for mesh in sorted(folder.rglob("*.wrl")):
        name = BU3DFE_NAME.fullmatch(mesh.stem)
        if len(lines) == 1:
            mesh = as_obj(mesh)
        expression, level = BU3DFE_CODES[name["code"]], int(name["level"])
        lines.append(f"p{len(lines):02d},{name['subject']},{expression},{level},{mesh.relative_to(folder)},")
    (folder / "manifest.csv").write_text("\n".join(lines) + "\n")


def as_obj(wrl):
    mesh = read_bu3dfe(wrl, wrl.with_suffix(".bmp"))
    lines = ["mtllib face.mtl", "usemtl skin", *("v {} {} {}".format(*vertex) for vertex in mesh.vertices)]
    lines += ["vt {} {}".format(*place) for place in mesh.uv.reshape(-1, 2)]
    for number, corners in enumerate(mesh.triangles + 1):
        lines.append("f " + " ".join(f"{corner}/{3 * number + k + 1}" for k, corner in enumerate(corners)))
    obj = wrl.with_suffix(".obj")
    obj.write_text("\n".join(lines) + "\n")
    cv2.imwrite(str(wrl.with_name("skin.png")), cv2.imread(str(wrl.with_suffix(".bmp"))))
    wrl.with_name("face.mtl").write_text("newmtl skin\nmap_Kd skin.png\n")
    wrl.unlink()
    wrl.with_suffix(".bmp").unlink()
    return obj


def configure(config):
    bu3dfe = config["datasets"]["demo-bu3dfe"]
    config["datasets"] = {
        "four": bu3dfe | {"layout": "bu4dfe", "folder": "four", "intensities": [1], "projection": "raycast"},
        "own": bu3dfe | {"layout": "manifest", "folder": "own", "intensities": [4], "classes": list(SEVEN)},
    }
    config["scans"] |= {"shards": 2}
    config["scans"]["pose"]["landmarks"] = "files"
    config["protocol"] |= {"subjects": 2, "folds": 2}  # of the list two have all seven faces
    config["quarantine"]["max_share"] = 0.2
    config["experiments"] = {"ridge": config["experiments"]["ridge"]}
    config["models"] = []


@pytest.fixture(scope="module")
def ran(new_project, bu3dfe_faces):
    """A project with both collections, run to its end while one mesh of the list was cut short and one was missing."""
    make_sequences(bu3dfe_faces, new_project.folder / "four")
    make_list(bu3dfe_faces, new_project.folder / "own")
    new_project.configure(configure)
    first, second = broken(new_project)
    shutil.copytree(new_project.folder / "own", new_project.folder / "kept")
    first.write_bytes(first.read_bytes()[:20000])
    second.unlink()
    done = new_project.run()
    assert done.returncode == 0, done.stdout[-5000:]
    return new_project


def broken(project):
    return sorted((project.folder / "own").rglob("*_FE04*.wrl"))[:2]


def test_of_each_sequence_the_middle_frame_comes_to_the_table(ran):
    taken = rows(ran, "results/four/manifest.csv")
    assert len(taken) == 24 and all(row["scan"].endswith("_001") and row["intensity"] == "1" for row in taken)
    assert {row["subject"] for row in taken} == {"F001", "F002", "M001", "M002"}
    assert rows(ran, "results/four/quarantine.csv") == []
    (row,) = [row for row in rows(ran, "results/tables/accuracy.csv") if row["dataset"] == "four"]
    assert (row["subjects"], row["scans"], row["runs"]) == ("2", "12", "2")
    assert row["data"] == "synthetic"  # copies of generated files, under other names


def test_seven_classes_of_ones_own_come_to_the_table_with_as_many_probabilities(ran):
    table = rows(ran, "results/tables/accuracy.csv")
    (row,) = [row for row in table if row["dataset"] == "own"]
    assert (row["scans"], row["chance"], row["paper, on the real collection"]) == ("14", "14.29", "")
    predictions = [one for fold in (0, 1) for one in rows(ran, f"results/own/runs/ridge/0/{fold}.csv")]
    assert {row["label"] for row in predictions} == set(SEVEN)
    assert all(abs(sum(float(row[name]) for name in SEVEN) - 1) < 1e-3 for row in predictions)
    stages = [read_stage(path) for path in sorted((ran.folder / "results/own/scans").glob("*.h5"))]
    scans = {
        str(scan): str(route)
        for stage in stages
        for scan, route in zip(stage.columns["scan"], stage.columns["pose_route"], strict=True)
    }
    assert scans.pop("p01") == "texture" and set(scans.values()) == {"files"}  # no landmark file serves an .obj


def test_a_mesh_of_ones_own_list_that_is_repaired_comes_back_by_itself(ran):
    listed = {row["scan"]: row["reason"] for row in rows(ran, "results/own/quarantine.csv")}
    cut, missing = broken(ran)[0], sorted((ran.folder / "kept").rglob("*_FE04*.wrl"))[1]
    assert len(listed) == 2 and all(reason.startswith("own/") for reason in listed.values())
    assert any("cut short" in reason for reason in listed.values())
    assert any("there is no such file; copy it there" in reason for reason in listed.values())
    for path in (cut, ran.folder / "own" / missing.relative_to(ran.folder / "kept")):
        shutil.copy(ran.folder / "kept" / path.relative_to(ran.folder / "own"), path)
    planned = ran.planned("results/own/quarantine.csv")
    assert 1 <= planned["load_scans"] <= 2 and "train_repeat" not in planned
    assert ran.run("results/own/quarantine.csv").returncode == 0
    assert rows(ran, "results/own/quarantine.csv") == []
    shards = [read_stage(path) for path in (ran.folder / "results/own/shards").glob("*.h5")]
    assert sum(len(shard.columns["scan"]) for shard in shards) == 28
    assert ran.planned("results/four/quarantine.csv") == {}
