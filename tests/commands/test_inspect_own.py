"""inspect: the settings with which a file is read, and what a user's own lists say about it."""

import shutil
from dataclasses import replace

import numpy as np
import pytest

from ffnet.commands.inspect import dataset_for, inspect_file
from ffnet.commands.inspect_report import ScanReport, report_text
from ffnet.commands.listed_scans import ListedScans
from ffnet.scans.formats.readers import read_scan

NONE = ListedScans({}, {})


def test_a_file_is_read_as_the_dataset_with_such_files_says(config):
    assert dataset_for("x.WRL", config).projection == "gridfit" and dataset_for("x.bnt", config).projection == "splat"
    assert dataset_for("x.obj", config) is None


def test_the_unit_is_that_of_the_option_else_of_the_dataset_else_mm_with_a_warning(wrl, config, tmp_path):
    path = str(wrl)
    in_metres = {"demo-bu3dfe": replace(config.datasets["demo-bu3dfe"], unit="m")}
    assert "mm across" in inspect_file(path, replace(config, datasets=in_metres), NONE, None, None).error
    assert inspect_file(path, replace(config, datasets=in_metres), NONE, "mm", None).error is None
    elsewhere = {"demo-bosphorus": config.datasets["demo-bosphorus"]}
    report = inspect_file(path, replace(config, datasets=elsewhere), NONE, None, None)
    assert report.error is None and "read as mm" in report.warnings[0]


def test_a_scan_is_reported_in_mm_whatever_its_unit(wrl, true_nose, config, tmp_path):
    mesh = read_scan(str(wrl), str(wrl.with_suffix(".bmp")), config.scans, "mm").mesh
    path = tmp_path / "anna.off"
    rows = [f"{x / 10:.5f} {y / 10:.5f} {z / 10:.5f}" for x, y, z in mesh.vertices]
    rows += [f"3 {a} {b} {c}" for a, b, c in mesh.triangles]
    path.write_text(f"OFF\n{len(mesh.vertices)} {len(mesh.triangles)} 0\n" + "\n".join(rows) + "\n")
    report = inspect_file(str(path), config, NONE, "cm", str(tmp_path / "anna.png"))
    assert report.error is None and report.format == "off" and report.expression is None
    assert np.linalg.norm(report.nose_tip - true_nose(wrl)) < 8
    np.testing.assert_allclose(report.extent_mm, np.ptp(mesh.vertices, axis=0), atol=0.06)
    assert (tmp_path / "anna.png").exists()


@pytest.fixture
def own(wrl, tmp_path):
    """A folder of one's own with a list of one scan, whose texture lies elsewhere and has another name."""
    folder = tmp_path / "own"
    (folder / "pictures").mkdir(parents=True)
    shutil.copy(wrl, folder / "a.wrl")
    shutil.copy(wrl.with_suffix(".bmp"), folder / "pictures" / "b.bmp")
    lines = ["scan,subject,expression,intensity,mesh,texture", "anna_1,anna,contempt,7,a.wrl,pictures/b.bmp"]
    (folder / "manifest.csv").write_text("\n".join(lines))
    return folder


def point_at(folder):
    def change(mapping):
        dataset = mapping["datasets"]["demo-bu3dfe"]
        own = {"layout": "manifest", "folder": str(folder), "classes": ["contempt", "calm"], "projection": "raycast"}
        mapping["datasets"] = {"own": dataset | own, "demo": dataset | {"unit": "m"}}

    return change


def test_a_scan_in_a_manifest_is_reported_as_the_manifest_says(own, inspect):
    code, (report,) = inspect(own / "a.wrl", change=point_at(own))
    assert code == 0 and report["error"] is None and report["warnings"] == []  # the unit and the texture are the list's
    assert (report["subject"], report["expression"], report["intensity"]) == ("anna", "contempt", 7)
    assert report["texture"] == [528, 400]


def test_the_manifests_unit_is_used_unless_the_option_gives_another(own, inspect):
    def in_metres(mapping):
        point_at(own)(mapping)
        mapping["datasets"]["own"]["unit"] = "m"

    assert "mm across" in inspect(own / "a.wrl", change=in_metres)[1][0]["error"]
    assert inspect(own / "a.wrl", "--unit", "mm", change=in_metres)[0] == 0


def test_maps_are_drawn_with_the_manifests_projection_and_unit(own, settings_mapping, tmp_path, monkeypatch):
    from ffnet.commands.listed_scans import read_lists
    from ffnet.config import read_config
    from ffnet.shards import one_scan

    mapping, seen = settings_mapping(), []
    point_at(own)(mapping)
    config = read_config(mapping)
    prepare = one_scan.prepare_scan
    monkeypatch.setattr(
        one_scan, "prepare_scan", lambda scan, preprocessing: seen.append(preprocessing) or prepare(scan, preprocessing)
    )
    report = inspect_file(str(own / "a.wrl"), config, read_lists(config), None, str(tmp_path / "a.png"))
    assert report.error is None and seen == [config.preprocessing("mm", "raycast")]


def test_a_file_next_to_a_manifest_that_does_not_list_it_is_reported_by_its_name(own, inspect):
    shutil.copy(own / "a.wrl", own / "F0002_SA03IN_F3D.wrl")
    _, (report,) = inspect(own / "F0002_SA03IN_F3D.wrl", change=point_at(own))
    assert (report["subject"], report["expression"], report["intensity"]) == ("F0002", "sadness", 3)


def test_an_unusable_manifest_is_reported_only_for_the_files_below_it(own, inspect, wrl):
    (own / "manifest.csv").write_text("scan,subject\n")
    _, (below, elsewhere) = inspect(own / "a.wrl", wrl, "--unit", "mm", change=point_at(own))
    assert any("manifest.csv, line 1: the column 'expression' is missing" in warning for warning in below["warnings"])
    assert elsewhere["warnings"] == []


def test_the_text_has_the_ethnicity_of_bu3dfes_file_names():
    report = ScanReport("d/F0001_AN03WH_F3D.wrl", subject="F0001")
    assert "  subject         F0001, ethnicity WH\n" in report_text(report, None)
    assert "  subject         bs000\n" in report_text(ScanReport("d/bs000_E_FEAR_0.bnt", subject="bs000"), None)


def test_landmark_files_are_used_where_the_settings_ask_for_them(wrl, inspect, tmp_path):
    def ask(mapping):
        mapping["scans"]["pose"]["landmarks"] = "files"

    assert inspect(wrl, change=ask)[1][0]["landmark_route"] == "files"
    assert inspect(wrl)[1][0]["landmark_route"] == "texture"
    for suffix in (".wrl", ".bmp"):
        shutil.copy(wrl.with_suffix(suffix), tmp_path / f"{wrl.stem}{suffix}")
    (tmp_path / f"{wrl.stem}.bnd").write_text("1 2 3 4\n")
    code, (report,) = inspect(tmp_path / wrl.name, change=ask)
    assert code == 0 and report["landmark_route"] == "texture"
    assert "expected 83 landmarks, one per line, found 1: copy it again; the detector is" in report["warnings"][0]
