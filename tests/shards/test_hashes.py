import hashlib

import numpy as np
import pytest

from ffnet.errors import InputError
from ffnet.shards.hashes import data_hash, read_shard_list, shard_list
from ffnet.shards.samples import read_samples
from ffnet.storage import write_stage
from tests.shards.test_samples import columns_of, written


def listed(tmp_path, paths):
    path = tmp_path / "shards.csv"
    path.write_text(shard_list(paths), encoding="utf-8")
    return path


def test_the_data_hash_sees_every_column(tmp_path):
    (path,) = written(tmp_path, a=["s0", "s1"])
    collection = read_samples([path])
    before = data_hash(collection)
    assert data_hash(collection.take(slice(None))) == before
    for name, column in collection._asdict().items():
        changed = column.copy()
        changed.flat[-1] = "x" if column.dtype.kind == "U" else 7
        assert data_hash(collection._replace(**{name: changed})) != before, name


def test_the_data_hash_in_closed_form(tmp_path):
    (path,) = written(tmp_path, a=["s3"])
    collection = read_samples([path])
    digest = hashlib.sha256()
    for name, column in collection._asdict().items():
        digest.update(f"{name} {column.dtype.str} {column.shape}".encode() + column.tobytes())
    assert data_hash(collection) == digest.hexdigest()


def test_the_list_names_every_shard_and_changes_with_what_networks_get_alone(tmp_path):
    paths = written(tmp_path, a=["s0", "s1"], empty=[], b=["s2"])
    text = shard_list(paths)
    assert read_shard_list(listed(tmp_path, paths)) == [str(path) for path in paths]
    columns = columns_of(["s2"])
    write_stage(paths[2], columns | {"landmarks": np.ones((1, 51, 2))}, attributes={"made": "otherwise"})
    assert shard_list(paths) == text
    write_stage(paths[2], columns | {"mask2": np.ones((1, 1, 1), np.float32)})
    assert [old == new for old, new in zip(text.splitlines(), shard_list(paths).splitlines(), strict=True)] == [
        True,
        True,
        True,
        False,
    ]


def test_half_a_shard_is_not_listed(tmp_path):
    (path,) = written(tmp_path, a=["s0"])
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(InputError, match="a.h5: not a whole stage file"):
        shard_list([path])


def test_a_listed_shard_that_is_gone_is_named_with_what_to_do(tmp_path):
    paths = written(tmp_path, a=["s0"], b=["s1"])
    path = listed(tmp_path, paths)
    paths[1].unlink()
    with pytest.raises(InputError, match="b.h5: listed in .*shards.csv, but missing; .*'snakemake --cores all shards'"):
        read_shard_list(path)
