import csv
import json
import os
import re
import shutil
import struct
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from ffnet.__main__ import main
from ffnet.commands.inspect import dataset_for, five_maps, inspect_file, picture_paths, read_mesh
from ffnet.config import read_config
from ffnet.errors import InputError
from ffnet.expressions import EXPRESSIONS
from ffnet.maps.shard import project_maps
from ffnet.masks.shard import make_masks
from ffnet.normals.shard import compute_normals
from ffnet.provenance import ROOT
from ffnet.results.maps_figure import GAP, LEFT, PANEL
from ffnet.scans.index import bu3dfe_row
from ffnet.scans.load import load_scan
from ffnet.scans.pose import find_pose
from ffnet.scans.readers import DEPTH_IMAGES, FORMATS
from ffnet.scans.shard import load_scans
from ffnet.shards.shard import join_stages

KEYS = [
    *("file", "format", "vertices", "triangles", "extent_mm", "texture", "subject", "expression", "intensity"),
    *("nose_tip", "rotation_deg", "landmark_route", "warnings", "error"),
]


@pytest.fixture(scope="session")
def config(settings_mapping):
    return read_config(settings_mapping())


@pytest.fixture
def inspect(capsys, settings_file):
    """A function: runs the command with --json; its exit code and the objects printed."""

    def run(*arguments):
        code = main(["inspect", "--json", "--config", settings_file(), *map(str, arguments)])
        return code, json.loads(capsys.readouterr().out)

    return run


def wrl_of(faces):
    """The one scan in BU-3DFE's layout: anger at level 4."""
    (path,) = (faces / "bu3dfe" / "F0001").glob("F0001_AN04*_F3D.wrl")
    return path


def true_nose(faces, layout, subject, scan):
    """The generator's own nose tip (3,), in the file's coordinates."""
    with open(faces / "truth" / layout / f"{subject}.csv", newline="") as file:
        row = next(row for row in csv.DictReader(file) if row["scan"] == scan)
    return np.array([float(row[f"nose_{axis}"]) for axis in "xyz"])


def test_a_bu3dfe_scan_is_told_in_the_promised_keys_with_what_its_bytes_hold(faces, inspect):
    path = wrl_of(faces)
    code, (told,) = inspect(path)
    assert code == 0 and list(told) == KEYS
    text = path.read_text()
    points = np.array(re.search(r"Coordinate\s*\{\s*point\s*\[([^\]]*)", text)[1].replace(",", " ").split(), float)
    assert told["vertices"] == len(points) // 3
    np.testing.assert_allclose(told["extent_mm"], np.ptp(points.reshape(-1, 3), axis=0), atol=0.06)
    assert told["texture"] == list(struct.unpack("<ii", path.with_suffix(".bmp").read_bytes()[18:26]))
    polygons = re.search(r"\bcoordIndex\s*\[([^\]]*)", text)[1].replace(",", " ").split()
    assert told["triangles"] == len(polygons) - 3 * polygons.count("-1")
    assert (told["file"], told["format"]) == (str(path), "wrl")
    assert (told["subject"], told["expression"], told["intensity"]) == ("F0001", "anger", 4)
    assert told["warnings"] == [] and told["error"] is None


def test_the_nose_tip_is_where_it_lies_in_the_files_own_coordinates(faces, inspect):
    wrl, bnt = wrl_of(faces), faces / "bosphorus" / "bs000" / "bs000_E_HAPPY_0.bnt"
    _, told = inspect(wrl, bnt)
    for one, layout, scan in zip(told, ("bu3dfe", "bosphorus"), (wrl.stem.removesuffix("_F3D"), bnt.stem), strict=True):
        assert np.linalg.norm(one["nose_tip"] - true_nose(faces, layout, one["subject"], scan)) < 8


def test_the_rotation_is_the_whole_angle_of_the_pose_that_was_found(faces, inspect, config):
    path = faces / "bosphorus" / "bs000" / "bs000_E_HAPPY_0.bnt"
    mesh = read_mesh(str(path), config.scans, "mm")
    pose = find_pose(mesh, config.scans.pose)
    _, (told,) = inspect(path)
    assert abs(told["rotation_deg"] - np.degrees(Rotation.from_matrix(pose.rotation).magnitude())) < 0.006
    assert told["landmark_route"] == pose.route


def test_a_photo_tells_its_width_first(faces, inspect):
    path = faces / "bosphorus" / "bs000" / "bs000_E_HAPPY_0.bnt"
    _, (told,) = inspect(path)
    assert told["texture"] == list(struct.unpack(">II", path.with_suffix(".png").read_bytes()[16:24]))
    assert (told["format"], told["expression"], told["intensity"]) == ("bnt", "happiness", 1)


def test_bad_files_are_all_told_and_stop_nothing(faces, inspect, tmp_path):
    good, cut, bare = wrl_of(faces), tmp_path / "cut.wrl", tmp_path / "F0009_FE03WH_F3D.wrl"
    cut.write_bytes(good.read_bytes()[:20000])
    shutil.copy(good, bare)
    empty, text = tmp_path / "empty.bnt", tmp_path / "notes.txt"
    empty.touch()
    text.write_text("no scan")
    code, told = inspect(cut, tmp_path / "nowhere.wrl", tmp_path, empty, text, bare, good)
    assert code == 1 and [list(one) for one in told] == [KEYS] * 7
    errors = [one["error"] for one in told]
    assert errors[0].startswith(f"{cut}: ")
    assert errors[1].endswith("nowhere.wrl: there is no such file")
    assert errors[2] == f"{tmp_path}: a folder; name the scan files in it"
    assert errors[3].startswith(f"{empty}: ") and errors[4].startswith(f"{text}: ")
    assert "texture image is missing" in errors[5] and told[5]["expression"] == "fear"
    assert errors[6] is None and told[6]["nose_tip"]
    assert told[0]["vertices"] is None and told[0]["nose_tip"] is None and told[0]["subject"] is None


def test_what_was_read_is_told_even_where_no_face_is_found(faces, config, tmp_path):
    path = tmp_path / "turned.wrl"
    text = wrl_of(faces).read_text()
    points = re.search(r"Coordinate\s*\{\s*point\s*\[([^\]]*)", text)
    values = np.array(points[1].replace(",", " ").split(), float).reshape(-1, 3) * [1, -1, -1]
    turned = "\n".join(" ".join(f"{value:.4f}" for value in row) for row in values)
    path.write_text(text[: points.start(1)] + turned + text[points.end(1) :])
    shutil.copy(wrl_of(faces).with_suffix(".bmp"), path.with_suffix(".bmp"))
    report = inspect_file(str(path), config, "mm", None)
    assert "no face was found" in report.error and report.vertices == len(values) and report.nose_tip is None


def test_text_has_a_line_for_each_fact_and_names_what_is_wrong(faces, capsys, settings_file, tmp_path):
    (tmp_path / "empty.bnt").touch()
    assert main(["inspect", "--config", settings_file(), str(tmp_path / "empty.bnt"), str(wrl_of(faces))]) == 1
    text = capsys.readouterr().out
    bad, good = text.split(str(wrl_of(faces)))
    assert "CANNOT BE USED" in bad and "unknown" not in bad and "CANNOT BE USED" not in good
    for part in (
        "format          wrl",
        "anger, intensity 4",
        "subject         F0001",
        " mm, as the file counts",
        "off frontal",
    ):
        assert part in good
    assert len(good.splitlines()) < 20


def test_with_a_folder_the_five_maps_are_drawn_side_by_side(faces, inspect, tmp_path, config):
    import cv2

    path, out = wrl_of(faces), tmp_path / "new" / "looks"
    code, told = inspect(path, tmp_path / "nowhere.wrl", "--out", out)
    assert code == 1 and told[0]["error"] is None
    assert os.listdir(out) == [f"{path.stem}.png"]
    picture = cv2.imread(str(out / f"{path.stem}.png"))
    dpi, middle = config.results.dpi, picture.shape[0] // 2
    panels = [
        picture[middle - 80 : middle + 80, int((LEFT + k * (PANEL + GAP)) * dpi) + 5 :][:, : int(PANEL * dpi) - 10]
        for k in range(5)
    ]
    for k, panel in enumerate(panels):
        assert panel.min() < 128 and panel.std() > 10, f"panel {k} is empty"
    colourful = [int(np.ptp(panel.astype(int), axis=2).max()) > 60 for panel in (panels[0], panels[2])]
    assert all(colourful) and all((panel == 0).all(axis=2).mean() > 0.3 for panel in panels[3:])


def test_the_maps_drawn_are_those_that_the_networks_get(faces, config):
    path = str(wrl_of(faces))
    texture = path.removesuffix("wrl") + "bmp"
    row = bu3dfe_row(path, {path, texture}, 1)
    scans, _ = load_scans([row], "mm", EXPRESSIONS, config.scans)
    maps, _ = project_maps(scans, "gridfit", config.maps)
    masks, _ = make_masks(maps, config.masks)
    wanted = join_stages(maps, compute_normals(maps), masks, config.shards)
    shown, served = five_maps(load_scan(path, texture, "", "mm", config.scans), "gridfit", config)
    assert served == wanted["detected"][0]
    for name, values in shown.items():
        assert values.shape == wanted[name].shape
        np.testing.assert_allclose(values, wanted[name], atol=0.01, err_msg=name)


def test_pictures_of_equal_names_do_not_overwrite_each_other(tmp_path):
    names = [os.path.basename(path) for path in picture_paths(["a/x.wrl", "b/x.wrl", "y.bnt", "c/x.bnt"], tmp_path)]
    assert names == ["x.png", "x-2.png", "y.png", "x-3.png"]
    names = [os.path.basename(path) for path in picture_paths(["x-2.bnt", "x.wrl", "a/x.wrl"], tmp_path)]
    assert names == ["x-2.png", "x.png", "x-3.png"]
    assert picture_paths(["a", "b"], None) == [None, None]


def test_a_folder_that_cannot_be_made_stops_before_any_file(tmp_path, capsys, settings_file):
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="file: no pictures can be put there"):
        picture_paths(["x.wrl"], tmp_path / "file")
    assert main(["inspect", "x.wrl", "--out", str(tmp_path / "file"), "--config", settings_file()]) == 2
    assert capsys.readouterr().err.startswith("error: ")


def test_a_picture_that_cannot_be_written_is_told_with_what_was_found(faces, config, tmp_path):
    (tmp_path / "x.png").mkdir()
    told = inspect_file(str(wrl_of(faces)), config, "mm", str(tmp_path / "x.png"))
    assert told.error.endswith("Is a directory") and told.nose_tip


def test_a_file_is_read_as_the_dataset_with_such_files_says(config):
    assert dataset_for("x.WRL", config).projection == "gridfit" and dataset_for("x.bnt", config).projection == "splat"
    assert dataset_for("x.obj", config) is None


def test_the_unit_is_that_of_the_option_else_of_the_dataset_else_mm_with_a_warning(faces, config, tmp_path):
    path = str(wrl_of(faces))
    in_metres = {"demo-bu3dfe": replace(config.datasets["demo-bu3dfe"], unit="m")}
    assert "mm across" in inspect_file(path, replace(config, datasets=in_metres), None, None).error
    assert inspect_file(path, replace(config, datasets=in_metres), "mm", None).error is None
    elsewhere = {"demo-bosphorus": config.datasets["demo-bosphorus"]}
    told = inspect_file(path, replace(config, datasets=elsewhere), None, None)
    assert told.error is None and "read as if in mm" in told.warnings[0]


def test_without_any_dataset_nothing_is_drawn_and_the_report_says_so(faces, config, tmp_path):
    told = inspect_file(str(wrl_of(faces)), replace(config, datasets={}), "mm", str(tmp_path / "x.png"))
    assert "datasets is empty" in told.error and told.nose_tip and not list(tmp_path.iterdir())


def test_a_scan_of_ones_own_is_told_in_mm_whatever_its_unit(faces, config, tmp_path):
    mesh = read_mesh(str(wrl_of(faces)), config.scans, "mm")
    path = tmp_path / "anna.off"
    rows = [f"{x / 10:.5f} {y / 10:.5f} {z / 10:.5f}" for x, y, z in mesh.vertices]
    rows += [f"3 {a} {b} {c}" for a, b, c in mesh.triangles]
    path.write_text(f"OFF\n{len(mesh.vertices)} {len(mesh.triangles)} 0\n" + "\n".join(rows) + "\n")
    told = inspect_file(str(path), config, "cm", str(tmp_path / "anna.png"))
    assert told.error is None and told.format == "off" and told.expression is None
    scan = wrl_of(faces).stem.removesuffix("_F3D")
    assert np.linalg.norm(told.nose_tip - true_nose(faces, "bu3dfe", "F0001", scan)) < 8
    np.testing.assert_allclose(told.extent_mm, np.ptp(mesh.vertices, axis=0), atol=0.06)
    assert (tmp_path / "anna.png").exists()


def test_settings_that_are_not_there_are_named(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["inspect", "x.wrl"]) == 2
    captured = capsys.readouterr()
    assert "config.yaml: the settings cannot be read" in captured.err and "--config" in captured.err


def test_a_name_that_is_no_text_is_printed_all_the_same(tmp_path, settings_file):
    command = [sys.executable, "-m", "ffnet", "inspect", b"\xff.wrl", "--config", settings_file()]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, env=os.environ | {"PYTHONIOENCODING": "ascii"})
    assert done.returncode == 1 and b"there is no such file" in done.stdout and done.stderr == b""


def test_without_a_command_the_commands_are_shown(capsys):
    assert main([]) == 2
    shown = capsys.readouterr().out
    assert "inspect" in shown and "check" in shown and "What is in a scan?" in " ".join(shown.split())


def test_help_says_what_each_option_does(capsys):
    with pytest.raises(SystemExit) as done:
        main(["inspect", "--help"])
    text = " ".join(capsys.readouterr().out.split())
    assert done.value.code == 0
    assert "also draw what the network sees" in text and "config.yaml in the folder where you are" in text
    assert all(suffix in text for suffix in set(FORMATS) - set(DEPTH_IMAGES))
