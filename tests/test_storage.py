import subprocess
import sys

import numpy as np
import pytest

from ffnet.errors import InputError
from ffnet.quarantine import Rejected
from ffnet.storage import atomic_path, read_stage, write_stage, write_text


def test_a_stage_file_gives_back_what_was_written(tmp_path):
    columns = {"scan": np.array(["b", "ä"]), "depth": np.array([[1.0, np.nan], [2.0, 3.0]]), "empty": np.zeros((0, 3))}
    rejected = [Rejected("c", "maps", "too dark, with 'quotes'")]
    write_stage(tmp_path / "s.h5", columns, rejected, {"maps": {"size": 112}})
    stage = read_stage(tmp_path / "s.h5")
    assert stage.columns.keys() == columns.keys()
    for name, values in columns.items():
        np.testing.assert_array_equal(stage.columns[name], values)
    assert stage.rejected == rejected and stage.attributes == {"maps": {"size": 112}}


def test_single_columns_can_be_read(tmp_path):
    write_stage(tmp_path / "s.h5", {"scan": np.array(["a"]), "depth": np.ones((1, 4))}, [Rejected("b", "maps", "x")])
    stage = read_stage(tmp_path / "s.h5", only=["scan"])
    assert list(stage.columns) == ["scan"] and stage.rejected == [Rejected("b", "maps", "x")]
    with pytest.raises(InputError, match="s.h5: not a whole stage file .*normals"):
        read_stage(tmp_path / "s.h5", only=["normals"])


def test_the_same_content_gives_the_same_bytes(tmp_path):
    columns = {"scan": np.array(["a"]), "depth": np.ones((1, 4))}
    for name in ("1.h5", "2.h5"):
        write_stage(tmp_path / name, columns)
    assert (tmp_path / "1.h5").read_bytes() == (tmp_path / "2.h5").read_bytes()


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "table.csv"
    write_text(path, "old")
    with pytest.raises(RuntimeError), atomic_path(path) as temporary:
        temporary.write_text("half")
        raise RuntimeError
    assert [p.name for p in tmp_path.iterdir()] == ["table.csv"] and path.read_text() == "old"


def test_what_a_killed_writer_left_is_deleted_by_the_next(tmp_path):
    code = (
        "import os, sys; from ffnet.storage import atomic_path; "
        "held = atomic_path(sys.argv[1]); held.__enter__().write_text('half'); os._exit(9)"
    )
    for name in ("a[1].csv", "a[1].csv.csv"):
        subprocess.run([sys.executable, "-c", code, str(tmp_path / name)], check=False)
    assert len(list(tmp_path.glob(".*"))) == 2
    write_text(tmp_path / "a[1].csv", "whole")
    assert (tmp_path / "a[1].csv").read_text() == "whole"
    assert [path.name.startswith(".a[1].csv.csv") for path in tmp_path.glob(".*")] == [True]


@pytest.mark.parametrize("keep", [0, 100, 1500])
def test_a_cut_stage_file_is_an_error_that_names_it(tmp_path, keep):
    path = tmp_path / "s.h5"
    write_stage(path, {"depth": np.ones((3, 50))})
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(InputError, match="s.h5: not a whole stage file"):
        read_stage(path)
