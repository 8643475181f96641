import numpy as np
import pytest

from ffnet.errors import InputError
from ffnet.shards.samples import Samples, read_samples
from ffnet.storage import write_stage


def columns_of(scans):
    """Columns of a shard whose maps hold the number in the scan's name."""
    numbers = np.array([int(scan[1:]) for scan in scans], np.float32)
    sizes = {"depth": (2, 2), "normals": (2, 2, 3), "texture": (2, 2, 3), "mask1": (2, 2), "mask2": (1, 1)}
    maps = {
        name: np.broadcast_to(numbers.reshape(-1, *[1] * len(size)), (len(scans), *size))
        for name, size in sizes.items()
    }
    keys = {"scan": np.array(scans, str), "subject": np.array([f"F{scan}" for scan in scans], str)}
    whole = {
        "label": numbers.astype(np.int64),
        "intensity": np.full(len(scans), 4),
        "landmarks": np.zeros((len(scans), 51, 2)),
    }
    return maps | keys | whole


def written(tmp_path, **files):
    for name, scans in files.items():
        write_stage(tmp_path / f"{name}.h5", columns_of(scans))
    return [tmp_path / f"{name}.h5" for name in files]


def test_all_columns_of_all_files_are_sorted_by_scan_together(tmp_path):
    paths = written(tmp_path, a=["s3", "s0"], empty=[], b=["s2", "s1"])
    for order in (paths, paths[::-1]):
        collection = read_samples(order)
        assert collection.scan.tolist() == ["s0", "s1", "s2", "s3"]
        assert collection.subject.tolist() == ["Fs0", "Fs1", "Fs2", "Fs3"]
        for name in ("label", "depth", "normals", "texture", "mask1", "mask2"):
            assert getattr(collection, name).reshape(4, -1)[:, 0].tolist() == [0, 1, 2, 3], name


def test_taking_scans_takes_them_from_every_column(tmp_path):
    taken = read_samples(written(tmp_path, a=["s0", "s1", "s2"])).take(np.array([False, True, False]))
    assert {len(column) for column in taken} == {1}
    assert taken.scan.tolist() == ["s1"]
    assert Samples._fields[:4] == ("scan", "subject", "label", "intensity")


def test_a_scan_in_two_files_is_an_error(tmp_path):
    with pytest.raises(InputError, match="scan s1 occurs 2 times in the shard files"):
        read_samples(written(tmp_path, a=["s0", "s1"], b=["s1"]))


def test_no_scan_at_all_is_an_error(tmp_path):
    with pytest.raises(InputError, match="the 1 shard files contain no scans; results/.*/quarantine.csv"):
        read_samples(written(tmp_path, a=[]))


def test_a_missing_column_is_named_with_its_file(tmp_path):
    columns = columns_of(["s0"])
    del columns["mask2"]
    write_stage(tmp_path / "a.h5", columns)
    with pytest.raises(InputError, match=r"a.h5: the column 'mask2' is missing"):
        read_samples([tmp_path / "a.h5"])
