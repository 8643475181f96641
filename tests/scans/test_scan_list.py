"""One's own list of scans."""

from dataclasses import replace

import pytest
import yaml

from ffnet.errors import InputError
from ffnet.expressions import EXPRESSIONS
from ffnet.scans.scan_list import read_scan_list
from ffnet.scans.settings import DatasetSettings, ScanSettings
from ffnet.settings import read_settings
from ffnet.workflow.provenance import ROOT

MAPPING = yaml.safe_load((ROOT / "config.yaml").read_text("utf-8"))["scans"]
SETTINGS = replace(read_settings(ScanSettings, MAPPING, "scans"), shards=1)
HEADER = "scan,subject,expression,intensity,mesh,texture"


def read(folder, *lines, header=HEADER, classes=EXPRESSIONS, encoding="utf-8", settings=SETTINGS):
    (folder / "manifest.csv").write_bytes("\n".join([header, *lines]).encode(encoding))
    dataset = DatasetSettings("manifest", str(folder), "mm", classes, (1, 2), "all", "raycast")
    return read_scan_list(dataset, settings, "config.yaml: datasets.mine.folder")


def test_rows_become_scans_with_paths_below_the_folder(tmp_path):
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "b.png").touch()
    rows, skipped = read(tmp_path, "b,p2,fear,2,x/b.obj,", "", "a,p1,anger,1,./a.ply, t.png ", "c,p1,anger,3,c.obj,")
    assert [(row.scan, row.subject, row.expression, row.intensity) for row in rows] == [
        ("a", "p1", "anger", 1),
        ("b", "p2", "fear", 2),
    ]
    assert [row.mesh for row in rows] == [f"{tmp_path}/a.ply", f"{tmp_path}/x/b.obj"]
    assert [row.texture for row in rows] == [f"{tmp_path}/t.png", ""]  # a mesh's reader looks for what is not named
    assert skipped == {"other intensity": 1}


def test_the_image_beside_a_range_image_is_its_texture(tmp_path):
    for name in ("a.png", "b.JPG"):
        (tmp_path / name).touch()
    rows, _ = read(tmp_path, "a,p,fear,1,a.abs.gz,", "b,p,fear,2,b.bnt,")
    assert [row.texture for row in rows] == [f"{tmp_path}/a.png", f"{tmp_path}/b.JPG"]


def test_semicolons_may_part_the_columns(tmp_path):
    assert read(tmp_path, "a;p;fear;1;a.ply;t.png", header=HEADER.replace(",", ";")) == read(
        tmp_path, "a,p,fear,1,a.ply,t.png"
    )


def test_any_names_may_be_classes_and_known_expressions_that_are_none_are_skipped(tmp_path):
    rows, skipped = read(
        tmp_path, "a,p,contempt,1,a.ply,", "b,p,fear,1,b.ply,", "c,p,neutral,0,c.ply,", classes=("contempt", "neutral")
    )
    assert [row.expression for row in rows] == ["contempt", "neutral"] and skipped == {"fear": 1}


def test_neutral_is_known_and_skipped_where_it_is_no_class(tmp_path):
    rows, skipped = read(tmp_path, "a,p,neutral,0,a.ply,", "b,p,fear,1,b.ply,")
    assert [row.scan for row in rows] == ["b"] and skipped == {"neutral": 1}


def test_a_byte_order_mark_and_columns_of_ones_own_are_no_hindrance(tmp_path):
    rows, _ = read(tmp_path, "7,a,p,fear,1,a.ply,", header=f"age,{HEADER}", encoding="utf-8-sig")
    assert rows[0].scan == "a"
    assert read(tmp_path, "a,p,fear,1,a.ply,", encoding="utf-8-sig")[0] == rows


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["a,p,fear,1,a.ply,", "a,p,fear,1,b.ply,"], "line 3: scan a is already listed in line 2"),
        (["a,p,hapiness,1,a.ply,"], "line 2: unknown expression 'hapiness'; did you mean 'happiness'"),
        (["a,p,fear,high,a.ply,"], "line 2: expected a whole number as the intensity, found 'high'"),
        (["a,p,fear,1234567890,a.ply,"], "line 2: expected a whole number as the intensity, found '1234567890'"),
        (["a,p,fear,-1,a.ply,"], "line 2: expected a whole number as the intensity, found '-1'"),
        (["a/b,p,fear,1,a.ply,"], "line 2: the scan 'a/b' cannot be a file name"),
        (["a,../p,fear,1,a.ply,"], "line 2: the subject '../p' cannot be a file name"),
        ([",p,fear,1,a.ply,"], "line 2: the scan '' cannot be a file name"),
        (["a,p,fear,1,,"], "line 2: the mesh is empty"),
        (["a,p,fear,1,../a.ply,"], "line 2: '../a.ply' leads out of the folder"),
        (["a,p,fear,1,x/../../a.ply,"], "leads out of the folder"),
        (["a,p,fear,1,/a.ply,"], "line 2: '/a.ply' leads out of the folder"),
        (["a,p,fear,1,a.ply,..\\t.png"], "leads out of the folder"),
        (["a,p,fear,1,a.ply"], "line 2: expected 6 values, found 5"),
        (["a,p,fear,1,a.ply,,"], "line 2: expected 6 values, found 7"),
        (['a,"p,fear,1,a.ply,'], "line 2: not a row of a CSV file"),
    ],
)
def test_a_row_that_is_not_as_it_must_be_is_named_with_its_line(tmp_path, lines, message):
    with pytest.raises(InputError, match=f"manifest.csv, .*{message}"):
        read(tmp_path, *lines)


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (HEADER.replace("texture", "textures"), "the column 'texture' is missing; did you mean 'textures'"),
        ("", "the column 'scan' is missing"),
    ],
)
def test_a_missing_column_is_named_with_the_nearest(tmp_path, header, message):
    with pytest.raises(InputError, match=f"manifest.csv, line 1: {message}"):
        read(tmp_path, header=header)


def test_a_list_that_is_no_utf8_or_not_there_says_so(tmp_path):
    with pytest.raises(InputError, match="manifest.csv: not UTF-8 text"):
        read(tmp_path, "ä,p,fear,1,a.ply,", encoding="latin-1")
    (tmp_path / "manifest.csv").unlink()
    dataset = DatasetSettings("manifest", str(tmp_path), "mm", EXPRESSIONS, (1,), "all", "raycast")
    with pytest.raises(InputError, match="datasets.mine.folder: there is no file '.*manifest.csv'.* scan,subject"):
        read_scan_list(dataset, SETTINGS, "config.yaml: datasets.mine.folder")


def test_landmark_files_beside_the_mesh_are_named_only_where_they_are_asked_for(tmp_path):
    for name in ("a.bnt", "a.lm2", "a.lm3", "b.bnt", "b.LM2", "c.wrl", "c.bnd", "d.ply", "d.bnd"):
        (tmp_path / name).touch()
    lines = [f"{name[0]},p,fear,1,{name}," for name in ("a.bnt", "b.bnt", "c.wrl", "d.ply", "e.wrl")]
    files = replace(SETTINGS, pose=replace(SETTINGS.pose, landmarks="files"))
    found = {row.scan: row.landmarks for row in read(tmp_path, *lines, settings=files)[0]}
    assert found == {"a": f"{tmp_path}/a.lm3", "b": f"{tmp_path}/b.LM2", "c": f"{tmp_path}/c.bnd", "d": "", "e": ""}
    assert {row.landmarks for row in read(tmp_path, *lines)[0]} == {""}
