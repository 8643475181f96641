"""inspect: the report on a file."""

import re
import shutil
import struct

import numpy as np
from scipy.spatial.transform import Rotation

from ffnet.__main__ import main
from ffnet.commands.inspect import inspect_file
from ffnet.commands.listed_scans import ListedScans
from ffnet.scans.formats.readers import find_texture, read_scan
from ffnet.scans.pose import find_pose

NONE = ListedScans({}, {})
KEYS = [
    *("file", "format", "vertices", "triangles", "extent_mm", "texture", "subject", "expression", "intensity"),
    *("nose_tip", "rotation_deg", "landmark_route", "warnings", "error"),
]


def test_a_bu3dfe_scan_is_reported_with_the_promised_keys_and_what_its_bytes_hold(wrl, inspect):
    path = wrl
    code, (report,) = inspect(path)
    assert code == 0 and list(report) == KEYS
    text = path.read_text()
    points = np.array(re.search(r"Coordinate\s*\{\s*point\s*\[([^\]]*)", text)[1].replace(",", " ").split(), float)
    assert report["vertices"] == len(points) // 3
    np.testing.assert_allclose(report["extent_mm"], np.ptp(points.reshape(-1, 3), axis=0), atol=0.06)
    assert report["texture"] == list(struct.unpack("<ii", path.with_suffix(".bmp").read_bytes()[18:26]))
    polygons = re.search(r"\bcoordIndex\s*\[([^\]]*)", text)[1].replace(",", " ").split()
    assert report["triangles"] == len(polygons) - 3 * polygons.count("-1")
    assert (report["file"], report["format"]) == (str(path), "wrl")
    assert (report["subject"], report["expression"], report["intensity"]) == ("F0001", "anger", 4)
    assert report["warnings"] == [] and report["error"] is None


def test_the_nose_tip_is_given_in_the_files_own_coordinates(wrl, bnt, true_nose, inspect):
    _, report = inspect(wrl, bnt)
    for one, path in zip(report, (wrl, bnt), strict=True):
        assert np.linalg.norm(one["nose_tip"] - true_nose(path)) < 8


def test_the_rotation_is_the_whole_angle_of_the_pose_that_was_found(bnt, inspect, config):
    mesh = read_scan(str(bnt), find_texture(str(bnt)), config.scans, "mm").mesh
    pose = find_pose(mesh, config.scans.pose)
    _, (report,) = inspect(bnt)
    assert abs(report["rotation_deg"] - np.degrees(Rotation.from_matrix(pose.rotation).magnitude())) < 0.006
    assert report["landmark_route"] == pose.route


def test_the_size_of_a_photo_has_its_width_first(bnt, inspect):
    _, (report,) = inspect(bnt)
    assert report["texture"] == list(struct.unpack(">II", bnt.with_suffix(".png").read_bytes()[16:24]))
    assert (report["format"], report["expression"], report["intensity"]) == ("bnt", "happiness", 1)


def test_bad_files_are_all_reported_and_the_others_go_on(wrl, inspect, tmp_path):
    good, cut, bare = wrl, tmp_path / "cut.wrl", tmp_path / "F0009_FE03WH_F3D.wrl"
    cut.write_bytes(good.read_bytes()[:20000])
    shutil.copy(good, bare)
    empty, text = tmp_path / "empty.bnt", tmp_path / "notes.txt"
    empty.touch()
    text.write_text("no scan")
    code, report = inspect(cut, tmp_path / "nowhere.wrl", tmp_path, empty, text, bare, good)
    assert code == 1 and [list(one) for one in report] == [KEYS] * 7
    errors = [one["error"] for one in report]
    assert errors[0].startswith(f"{cut}: ")
    assert errors[1].endswith("nowhere.wrl: there is no such file; copy it there, or correct the path or the list")
    assert errors[2] == f"{tmp_path}: is a folder; name the scan files in it"
    assert errors[3].startswith(f"{empty}: ") and errors[4].startswith(f"{text}: ")
    assert "texture image is missing" in errors[5] and report[5]["expression"] == "fear"
    assert errors[6] is None and report[6]["nose_tip"]
    assert report[0]["vertices"] is None and report[0]["nose_tip"] is None and report[0]["subject"] is None


def test_what_was_read_is_reported_even_if_no_face_is_found(wrl, config, tmp_path):
    path = tmp_path / "turned.wrl"
    text = wrl.read_text()
    points = re.search(r"Coordinate\s*\{\s*point\s*\[([^\]]*)", text)
    values = np.array(points[1].replace(",", " ").split(), float).reshape(-1, 3) * [1, -1, -1]
    turned = "\n".join(" ".join(f"{value:.4f}" for value in row) for row in values)
    path.write_text(text[: points.start(1)] + turned + text[points.end(1) :])
    shutil.copy(wrl.with_suffix(".bmp"), path.with_suffix(".bmp"))
    report = inspect_file(str(path), config, NONE, "mm", None)
    assert "no face was found" in report.error and report.vertices == len(values) and report.nose_tip is None


def test_the_text_has_a_line_for_each_fact_and_names_the_error(wrl, capsys, settings_file, tmp_path):
    (tmp_path / "empty.bnt").touch()
    assert main(["inspect", "--config", settings_file(), str(tmp_path / "empty.bnt"), str(wrl)]) == 1
    text = capsys.readouterr().out
    bad, good = text.split(str(wrl))
    assert "CANNOT BE USED" in bad and "unknown" not in bad and "CANNOT BE USED" not in good
    for part in (
        "format          wrl",
        "anger, intensity 4",
        "subject         F0001",
        " mm in the file's axes",
        "off frontal",
    ):
        assert part in good
    assert len(good.splitlines()) < 20


def test_an_unforeseen_error_of_one_file_is_reported_and_the_others_are_read(wrl, bnt, monkeypatch, capsys, inspect):
    from ffnet.commands import inspect as command

    read = command.read_scan
    monkeypatch.setattr(command, "read_scan", lambda path, *rest: 1 / 0 if path == str(bnt) else read(path, *rest))
    code, (bad, good) = inspect(bnt, wrl)
    assert code == 1 and good["error"] is None
    assert bad["error"].startswith(f"{bnt}: an unforeseen ZeroDivisionError (division by zero)")
