import numpy as np
import pandas
import pytest

from ffnet.quarantine import Rejected
from ffnet.results.quality import quality_frame, read_quality, write_quality
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
    maps |= {"spike_share": np.array([0.001, 0.002, 0.004])}
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


def frame(stages):
    return quality_frame(MANIFEST, *stages, REJECTED)


def known(row):
    """The values of a row without those that are NaN."""
    return [value for value in row if value == value]


def test_every_scan_has_a_row_with_what_each_stage_measured_and_nothing_of_later_ones(stages):
    rows = {row[0]: row for row in frame(stages).itertuples(index=False, name=None)}
    assert set(rows) == set("abcde")
    assert known(rows["e"]) == ["e", "s4", "fear", 3, "texture", 4.0, 0.7, 0.004, 0.03, 1 / 3, "crop", 0.7]
    assert known(rows["d"]) == ["d", "s3", "fear", 3, "texture", 3.0, 0.6, 0.002, 0.02, 0.05, "crop", 0.1, "masks"]
    assert known(rows["c"][4:]) == ["shape", 2.0, "maps"] and known(rows["b"][4:]) == ["scans"]


def test_the_worst_come_first_quarantined_ones_before_the_least_plausible(stages):
    assert frame(stages)["scan"].tolist() == list("bcdea")


def test_equally_plausible_scans_are_sorted_by_name(stages):
    again = [row._replace(scan=name) for row, name in zip(MANIFEST, "zyxwv", strict=True)]
    assert quality_frame(again, *stages, [])["scan"].tolist() == list("vwxyz")


def test_the_file_has_four_decimals_empty_places_and_can_be_read_back(stages, tmp_path):
    path = tmp_path / "quality.csv"
    write_quality(path, frame(stages))
    lines = path.read_text().splitlines()
    assert lines[0] == (
        "scan,subject,expression,intensity,pose_route,rotation_degrees,points_per_pixel,spike_share,removed_share,"
        "filled_share,landmark_route,plausibility,quarantined"
    )
    assert lines[1] == "b,s1,fear,3,,,,,,,,,scans"
    assert lines[4] == "e,s4,fear,3,texture,4.0000,0.7000,0.0040,0.0300,0.3333,crop,0.7000,"
    pandas.testing.assert_frame_equal(read_quality(path), frame(stages).round(4), check_dtype=False)


def test_names_that_look_like_numbers_or_like_nothing_stay_texts(stages, tmp_path):
    rows = [
        row._replace(scan=name, subject="007")
        for row, name in zip(MANIFEST, ("1", "NA", "null", "d", "e"), strict=True)
    ]
    write_quality(tmp_path / "quality.csv", quality_frame(rows, *stages, []))
    again = read_quality(tmp_path / "quality.csv")
    assert set(again["scan"]) == {"1", "NA", "null", "d", "e"} and set(again["subject"]) == {"007"}


def test_a_shard_without_a_scan_is_no_trouble(tmp_path):
    empty = np.array([], str)
    columns = {"scan": empty, "implausible": empty}
    columns |= dict.fromkeys(("detected", "implausible_detected", "pose_route"), empty)
    numbers = ("rotation_degrees", "points_per_pixel", "spike_share", "removed_share", "filled_share", "plausibility")
    columns |= {name: np.zeros(0) for name in (*numbers, "implausible_plausibility")}
    write_stage(tmp_path / "s.h5", columns)
    paths = [tmp_path / "s.h5"]
    found = quality_frame(MANIFEST, paths, paths, paths, REJECTED)
    assert len(found) == 5 and found["plausibility"].isna().all()
