import numpy as np
import pytest

from ffnet.quarantine import Rejected
from ffnet.results.quality import Quality, measured, quality_text, rank, read_quality
from ffnet.scans.index import ScanRow
from ffnet.storage import write_stage

MANIFEST = [
    ScanRow(name, f"s{i}", "fear", 3, f"{name}.wrl", f"{name}.bmp", "shard-00") for i, name in enumerate("abcde")
]
REJECTED = [Rejected("b", "scans", "cut short"), Rejected("d", "masks", "mixed up"), Rejected("c", "maps", "no face")]


@pytest.fixture
def stages(tmp_path):
    """Paths of stage files: scans of all but b, which could not be read, maps of all but b and c, d implausible."""
    scans = {"scan": np.array(list("acde")), "pose_route": np.array(["texture", "shape", "texture", "texture"])}
    scans["rotation_degrees"] = np.array([1.0, 2.0, 3.0, 4.0])
    maps = {"scan": np.array(list("ade")), "points_per_pixel": np.array([0.5, 0.6, 0.7])}
    maps |= {"removed_share": np.array([0.01, 0.02, 0.03]), "filled_share": np.array([0.04, 0.05, 1 / 3])}
    masks = {
        "scan": np.array(list("ae")),
        "detected": np.array(["detector", "crop"]),
        "plausibility": np.array([0.8, 0.7]),
        "implausible": np.array(["d"]),
        "implausible_detected": np.array(["crop"]),
        "implausible_plausibility": np.array([0.1]),
    }
    for name, columns in (("scans", scans), ("maps", maps), ("masks", masks)):
        write_stage(tmp_path / f"{name}.h5", columns)
    return [tmp_path / "scans.h5"], [tmp_path / "maps.h5"], [tmp_path / "masks.h5"]


def test_every_scan_has_a_row_with_what_each_stage_measured_and_nothing_of_later_ones(stages):
    rows = {row.scan: row for row in rank(MANIFEST, measured(*stages), REJECTED)}
    assert set(rows) == set("abcde")
    assert rows["e"] == Quality("e", "s4", "fear", 3, "texture", 4.0, 0.7, 0.03, 1 / 3, "crop", 0.7, None)
    assert rows["d"] == Quality("d", "s3", "fear", 3, "texture", 3.0, 0.6, 0.02, 0.05, "crop", 0.1, "masks")
    assert rows["c"][4:] == ("shape", 2.0, None, None, None, None, None, "maps")
    assert rows["b"][4:] == (None,) * 7 + ("scans",)


def test_the_worst_come_first_quarantined_ones_before_the_least_plausible(stages):
    assert [row.scan for row in rank(MANIFEST, measured(*stages), REJECTED)] == list("bcdea")


def test_the_file_has_four_decimals_empty_places_and_can_be_read_back(stages, tmp_path):
    rows = rank(MANIFEST, measured(*stages), REJECTED)
    text = quality_text(rows)
    lines = text.splitlines()
    assert lines[0] == ",".join(Quality._fields)
    assert lines[1] == "b,s1,fear,3,,,,,,,,scans"
    assert lines[4] == "e,s4,fear,3,texture,4.0000,0.7000,0.0300,0.3333,crop,0.7000,"
    (tmp_path / "quality.csv").write_text(text, encoding="utf-8")
    again = read_quality(tmp_path / "quality.csv")
    assert again[:3] == rows[:3] and again[3] == rows[3]._replace(filled_share=0.3333)


def test_a_shard_without_a_scan_is_no_trouble(tmp_path):
    empty = np.array([], str)
    columns = {"scan": empty, "implausible": empty}
    columns |= {name: empty for name in ("detected", "implausible_detected", "pose_route")}
    numbers = ("rotation_degrees", "points_per_pixel", "removed_share", "filled_share", "plausibility")
    columns |= {name: np.zeros(0) for name in (*numbers, "implausible_plausibility")}
    write_stage(tmp_path / "s.h5", columns)
    paths = [tmp_path / "s.h5"]
    assert measured(paths, paths, paths) == {} and len(rank(MANIFEST, {}, REJECTED)) == 5
