import csv
import io

import pytest

from ffnet.errors import InputError
from ffnet.expressions import EXPRESSIONS
from ffnet.scans.index import complete_subjects, files_below, index_scans, manifest_text, shard_of

BU = [
    "d/F0001/F0001_AN03WH_F3D.wrl",
    "d/F0001/F0001_AN03WH_F3D.bmp",
    "d/F0001/F0001_AN03WH_F2D.bmp",
    "d/F0001/F0001_AN01WH_F3D.wrl",
    "d/F0001/F0001_NE00WH_F3D.wrl",
    "d/F0001/F0001_AN03WH_RAW.wrl",
    "d/M0002/M0002_SU04IN_F3D.WRL",
    "d/M0002/M0002_SU04IN_F3D.BMP",
    "d/notes.txt",
]


def test_bu3dfe_names_say_everything():
    rows = index_scans(BU, "bu3dfe", (3, 4), shards=4)
    assert [(r.scan, r.subject, r.expression, r.intensity) for r in rows] == [
        ("F0001_AN03WH", "F0001", "anger", 3),
        ("M0002_SU04IN", "M0002", "surprise", 4),
    ]
    assert rows[0].texture == "d/F0001/F0001_AN03WH_F3D.bmp" and rows[1].texture == "d/M0002/M0002_SU04IN_F3D.BMP"


def test_bosphorus_takes_the_emotions_alone_and_a_missing_photo_is_left_empty():
    names = ["bs000_E_HAPPY_1", "bs000_E_FEAR_0", "bs000_N_N_0", "bs000_LFAU_9_0", "bs000_YR_R10_0", "bs000_IGN_0"]
    paths = [f"d/bs000/{name}.bnt" for name in names] + ["d/bs000/bs000_E_FEAR_0.png"]
    rows = index_scans(paths, "bosphorus", (1,), shards=1)
    assert [(r.scan, r.expression, bool(r.texture)) for r in rows] == [
        ("bs000_E_FEAR_0", "fear", True),
        ("bs000_E_HAPPY_1", "happiness", False),
    ]


def test_a_subjects_shard_depends_on_its_name_alone():
    few, many = ([f"d/bs{n:03d}_E_FEAR_0.bnt" for n in range(count)] for count in (5, 105))
    shards = {row.scan: row.shard for row in index_scans(many, "bosphorus", (1,), shards=8)}
    assert all(shards[row.scan] == row.shard for row in index_scans(few, "bosphorus", (1,), shards=8))
    assert set(shards.values()) == {f"shard-{i:02d}" for i in range(8)}
    assert shard_of("F0001", 1) == "shard-00"


def test_complete_subjects_have_six_expressions_at_every_level():
    codes = ["AN", "DI", "FE", "HA", "SA", "SU"]
    paths = [f"d/F0001_{code}0{level}WH_F3D.wrl" for code in codes for level in (3, 4)]
    paths += [f"d/F0002_{code}0{level}WH_F3D.wrl" for code in codes for level in (3, 4)][:-1]
    rows = index_scans(paths, "bu3dfe", (3, 4), shards=1)
    assert complete_subjects(rows, (3, 4)) == ["F0001"] and complete_subjects(rows, (3,)) == ["F0001", "F0002"]
    assert {row.expression for row in rows} == set(EXPRESSIONS)


def test_the_manifest_can_be_read_back():
    rows = index_scans(BU, "bu3dfe", (3, 4), shards=4)
    read = list(csv.DictReader(io.StringIO(manifest_text(rows))))
    assert [row["scan"] for row in read] == [row.scan for row in rows] and read[0]["intensity"] == "3"


def test_a_folder_that_is_not_there_says_what_to_change(tmp_path):
    with pytest.raises(InputError, match="datasets.bu.folder: there is no folder '.*nowhere'; put the path"):
        files_below(tmp_path / "nowhere", "config.yaml: datasets.bu.folder")


def test_files_are_found_at_any_depth(tmp_path):
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "x.bnt").touch()
    (tmp_path / "y.bnt").touch()
    assert [p.removeprefix(str(tmp_path)) for p in files_below(tmp_path, "")] == ["/a/b/x.bnt", "/y.bnt"]
