import csv
import io
from dataclasses import replace

import pytest
import yaml

from ffnet.errors import InputError
from ffnet.expressions import EXPRESSIONS
from ffnet.scans.beside import Paths, image_beside
from ffnet.scans.index import files_below, manifest_text, shard_of
from ffnet.scans.index import index_scans as index_with_settings
from ffnet.scans.settings import DatasetSettings, ScanSettings
from ffnet.settings import read_settings
from ffnet.workflow.provenance import ROOT

SETTINGS = read_settings(ScanSettings, yaml.safe_load((ROOT / "config.yaml").read_text("utf-8"))["scans"], "scans")

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


def index_scans(paths, layout, intensities, shards):
    return index(paths, layout, intensities, shards=shards)[0]


def index(paths, layout, intensities=(1,), classes=EXPRESSIONS, shards=1, frame_step=None):
    dataset = DatasetSettings(layout, "d", "mm", classes, intensities, "all", "raycast")
    return index_with_settings(paths, dataset, replace(SETTINGS, shards=shards, frame_step=frame_step))


def test_bu3dfe_names_say_everything():
    rows = index_scans(BU, "bu3dfe", (3, 4), shards=4)
    assert [(r.scan, r.subject, r.expression, r.intensity) for r in rows] == [
        ("F0001_AN03WH", "F0001", "anger", 3),
        ("M0002_SU04IN", "M0002", "surprise", 4),
    ]
    assert [row.ethnicity for row in rows] == ["WH", "IN"]
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


def test_two_files_with_the_name_of_one_scan_are_both_named():
    copies = ["d/a/bs000_E_FEAR_0.bnt", "d/b/bs000_E_FEAR_0.bnt"]
    with pytest.raises(InputError, match="d/b/bs000_E_FEAR_0.bnt: the scan bs000_E_FEAR_0 is also in d/a/bs000_E_F"):
        index(copies, "bosphorus")


def test_the_manifest_can_be_read_back():
    rows = index_scans(BU, "bu3dfe", (3, 4), shards=4)
    read = list(csv.DictReader(io.StringIO(manifest_text(rows))))
    assert [row["scan"] for row in read] == [row.scan for row in rows] and read[0]["intensity"] == "3"
    assert read[0]["ethnicity"] == "WH" and read[0]["landmarks"] == ""
    other = index_scans(["d/bs000_E_FEAR_0.bnt"], "bosphorus", (1,), shards=1)
    assert list(csv.DictReader(io.StringIO(manifest_text(other))))[0]["ethnicity"] == ""


def test_landmark_files_of_a_collection_are_named_only_where_they_are_asked_for():
    files = replace(SETTINGS, pose=replace(SETTINGS.pose, landmarks="files"))
    dataset = DatasetSettings("bu3dfe", "d", "mm", EXPRESSIONS, (3,), "all", "raycast")
    paths = [*BU, "d/F0001/F0001_AN03WH_F3D.bnd", "d/F0001/F0001_AN03WH_F3D.lm3"]
    assert [row.landmarks for row in index_with_settings(paths, dataset, files)[0]] == ["d/F0001/F0001_AN03WH_F3D.bnd"]
    assert [row.landmarks for row in index_with_settings(paths, dataset, SETTINGS)[0]] == [""]


def test_a_folder_that_is_not_there_says_what_to_change(tmp_path):
    with pytest.raises(InputError, match="datasets.bu.folder: there is no folder '.*nowhere'; put the path"):
        files_below(tmp_path / "nowhere", "config.yaml: datasets.bu.folder")


def test_files_are_found_at_any_depth(tmp_path):
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "x.bnt").touch()
    (tmp_path / "y.bnt").touch()
    assert [p.removeprefix(str(tmp_path)) for p in files_below(tmp_path, "")] == ["/a/b/x.bnt", "/y.bnt"]


def test_scans_that_are_not_taken_are_counted_by_kind():
    names = ["N_N_0", "E_FEAR_0", "E_JOY_0", "LFAU_9_0", "UFAU_1_0", "CAU_A12_0"]
    names += ["YR_R10_0", "PR_U_0", "CR_RD_0", "O_EYE_0", "IGN_0", "X"]
    rows, skipped = index([f"d/bs000/bs000_{name}.bnt" for name in names] + ["d/notes.txt"], "bosphorus")
    assert [row.scan for row in rows] == ["bs000_E_FEAR_0"]
    assert skipped == {
        **{"action unit": 3, "neutral": 1, "occlusion": 1, "pose": 3},
        **{"to be ignored": 1, "unknown name": 2},
    }
    assert index(BU, "bu3dfe", (3,))[1] == {"neutral": 1, "other intensity": 2, "raw scan": 1}


def test_neutral_may_be_a_class_and_is_taken_whatever_its_intensity():
    classes = (*EXPRESSIONS, "neutral")
    rows, skipped = index(BU, "bu3dfe", (3,), classes)
    assert [(row.expression, row.intensity) for row in rows] == [("anger", 3), ("neutral", 0)]
    assert "neutral" not in skipped
    assert index(["d/bs000_N_N_0.bnt"], "bosphorus", (1,), classes)[0][0].expression == "neutral"


def sequence(frames):
    paths = [f"d/F001/{name}/{i:03d}" for name in ("Angry", "Sad") for i in range(frames)]
    return [path + suffix for path in paths for suffix in (".wrl", ".jpg")] + ["d/F001/Bored/000.wrl"]


def test_of_a_sequence_the_middle_frame_is_the_apex():
    rows, skipped = index(sequence(5), "bu4dfe")
    assert [(row.scan, row.subject, row.expression, row.intensity, row.texture) for row in rows] == [
        ("F001_Angry_002", "F001", "anger", 1, "d/F001/Angry/002.jpg"),
        ("F001_Sad_002", "F001", "sadness", 1, "d/F001/Sad/002.jpg"),
    ]
    assert skipped == {"other frame": 8, "unknown name": 1}


def test_of_a_sequence_every_nth_frame_may_be_taken_in_the_order_of_their_numbers():
    assert [row.scan[-3:] for row in index(sequence(5), "bu4dfe", frame_step=2)[0]] == ["000", "002", "004"] * 2
    paths = [f"d/F001/Angry/{i}.wrl" for i in (8, 9, 10, 11, 12)]
    assert [row.scan for row in index(paths, "bu4dfe")[0]] == ["F001_Angry_10"]


def test_the_image_beside_a_packed_range_image_has_its_whole_stem():
    assert image_beside("d/a.abs.gz", Paths(["d/a.PPM", "d/a.abs.png"])) == "d/a.PPM"
