"""A scan's files to a frontal, cropped mesh."""

import numpy as np
import pytest
import yaml

from ffnet.errors import ScanError
from ffnet.scans.index import ScanRow
from ffnet.scans.load import crop, load_scan
from ffnet.scans.settings import ScanSettings
from ffnet.scans.shard import load_scans
from ffnet.settings import read_settings
from ffnet.workflow.provenance import ROOT

SETTINGS = read_settings(ScanSettings, yaml.safe_load((ROOT / "config.yaml").read_text("utf-8"))["scans"], "scans")


@pytest.fixture
def files(known):
    """Paths of the mesh, the texture and the landmarks of one scan."""
    return [str(known.path.with_suffix(suffix)) for suffix in (".wrl", ".bmp", ".bnd")]


def test_the_mesh_is_turned_about_its_nose_tip_and_cut_to_the_square(files, known):
    scan = load_scan(*files, "mm", SETTINGS)
    assert scan.route == "files" and scan.notes == ()
    assert scan.rotation_degrees == pytest.approx(np.degrees(np.arccos((np.trace(known.frontal) - 1) / 2)), abs=5)
    nearest = np.linalg.norm(scan.mesh.vertices, axis=1).min()
    assert nearest < 3 and np.abs(scan.mesh.vertices[:, :2] - scan.center).max() < scan.extent
    assert scan.extent == pytest.approx(
        SETTINGS.crop.extent * np.linalg.norm(known.landmarks[45] - known.landmarks[36]), rel=0.06
    )


def test_where_the_landmark_file_is_of_no_use_the_detector_serves_and_the_reason_is_kept(files, tmp_path):
    (tmp_path / "a.bnd").write_text("1 2 3 4\n")
    scan = load_scan(*files[:2], str(tmp_path / "a.bnd"), "mm", SETTINGS)
    assert scan.route == "texture" and scan.notes[0].startswith(
        f"{tmp_path}/a.bnd: expected 83 landmarks, one per line, found 1"
    )
    assert load_scan(*files[:2], "", "mm", SETTINGS).notes == ()


def test_a_shard_records_which_way_each_pose_was_found_and_says_what_was_of_no_use(files, tmp_path, caplog):
    (tmp_path / "b.bnd").touch()
    rows = [
        ScanRow(name, "F0001", "fear", 1, *files[:2], "shard-00", "WH", landmarks)
        for name, landmarks in (("a", files[2]), ("b", str(tmp_path / "b.bnd")), ("c", ""))
    ]
    columns, rejected = load_scans(rows, "mm", ("anger", "fear"), SETTINGS)
    assert columns["pose_route"].tolist() == ["files", "texture", "texture"] and rejected == []
    assert columns["label"].tolist() == [1, 1, 1]
    assert "b.bnd: is empty (0 bytes)" in caplog.text


def test_a_square_beside_the_mesh_is_refused(known):
    with pytest.raises(ScanError, match="nothing of the mesh lies in the square"):
        crop(known.mesh, np.array([1000.0, 0.0]), 50.0)
