import gzip
import shutil

import cv2
import numpy as np
import pytest

from ffnet.demo.bosphorus_files import write_bnt
from ffnet.demo.bu3dfe_files import FaceMesh, write_wrl
from ffnet.errors import InputError
from ffnet.origin import MARK, OWN, PAPERS, SYNTHETIC, find_kind, is_generated, read_kind, read_marks
from ffnet.scans.formats.bosphorus import read_bnt
from ffnet.scans.formats.bu3dfe import read_bu3dfe
from ffnet.storage import write_stage

TRIANGLES = np.array([[0, 1, 2, -1, -1, -1], [1, 3, 2, -1, -1, -1]])


@pytest.mark.parametrize("style", [0, 1, 2])
def test_a_generated_mesh_keeps_its_mark_under_another_name_and_is_read_as_before(tmp_path, style):
    corners = np.array([[0.0, 0, 0], [9, 0, 0], [0, 9, 0], [9, 9, 1]])
    mesh = FaceMesh(corners, TRIANGLES, corners[:, :2] / 9, TRIANGLES, np.zeros((8, 8, 3), np.uint8))
    write_wrl(tmp_path / "F0001_AN01WH_RAW.wrl", mesh, style)
    shutil.copy(tmp_path / "F0001_AN01WH_RAW.wrl", tmp_path / "mine.wrl")
    (tmp_path / "packed.wrl").write_bytes(gzip.compress((tmp_path / "mine.wrl").read_bytes()))
    cv2.imwrite(str(tmp_path / "mine.bmp"), mesh.texture)
    assert is_generated(tmp_path / "mine.wrl") and is_generated(tmp_path / "packed.wrl")
    assert len(read_bu3dfe(tmp_path / "mine.wrl", tmp_path / "mine.bmp").vertices) == 4


def test_a_generated_range_image_ends_with_the_mark_and_is_read_as_before(tmp_path):
    write_bnt(tmp_path / "a.bnt", np.arange(210.0).reshape(5, 6, 7), "a.png", only_depth=True)
    shutil.copy(tmp_path / "a.bnt", tmp_path / "mine.bnt")
    assert (tmp_path / "mine.bnt").read_bytes().endswith(MARK) and is_generated(tmp_path / "mine.bnt")
    assert read_bnt(tmp_path / "mine.bnt").points.shape[0] == 42


@pytest.mark.parametrize("content", [b"", b"#", b"#VRML V2.0 utf8\n" + 500 * b" ", 200 * b" " + MARK + 200 * b" "])
def test_other_files_are_not_generated(tmp_path, content):
    (tmp_path / "face.wrl").write_bytes(content)
    assert not is_generated(tmp_path / "face.wrl")


def test_one_generated_scan_makes_a_dataset_synthetic_whatever_its_layout():
    assert find_kind([False, True], "BU-3DFE") == find_kind([False, True], None) == SYNTHETIC
    assert find_kind([False, False], "BU-3DFE") == PAPERS
    assert find_kind([False, False], None) == find_kind([], None) == OWN


def test_marks_are_read_from_the_files_that_exist(tmp_path):
    write_stage(tmp_path / "shard-00.h5", {"scan": np.array(["a", "b"]), "generated": np.array([True, False])})
    assert read_marks([tmp_path / "shard-00.h5", tmp_path / "shard-01.h5"]) == [True, False]


def test_a_file_that_names_no_kind_is_an_error(tmp_path):
    (tmp_path / "kind.txt").write_text("paper's\n")
    assert read_kind(tmp_path / "kind.txt") == PAPERS
    (tmp_path / "kind.txt").write_text("licensed\n")
    message = "kind.txt: expected one of synthetic, paper's, own, found 'licensed'; delete it and run again"
    with pytest.raises(InputError, match=message):
        read_kind(tmp_path / "kind.txt")
