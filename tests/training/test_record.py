import json

import pytest

from ffnet.errors import InputError
from ffnet.training.record import Record, read_record, read_records, record_text
from tests.training.conftest import record_values


def test_a_record_comes_back_and_what_it_does_not_have_is_left_out(tmp_path):
    record = Record(
        **record_values(
            seed=7, inputs=["ab", "cd"], epochs=[{"epoch": 1, "loss": 1.5, "accuracy": 0.5, "seconds": 2.0}]
        )
    )
    (tmp_path / "0.json").write_text(record_text(record))
    assert read_record(tmp_path / "0.json") == record
    assert json.loads(record_text(record)).keys() == record_values().keys() | {"seed", "inputs", "epochs"}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'{"settings": {"epo', "not a whole record of a run"),
        (b"\xff\xfe", "not a whole record of a run"),
        (b"[1]", "not a whole record of a run"),
        (b'{"python": "3.11"}', "not a whole record of a run .*missing"),
        (json.dumps(record_values(colour=1)).encode(), "not a whole record of a run .*unexpected .*colour"),
    ],
)
def test_a_damaged_record_is_named(tmp_path, content, message):
    (tmp_path / "0.json").write_bytes(content)
    with pytest.raises(InputError, match=f"0.json: .*{message}.*; delete it and run again"):
        read_record(tmp_path / "0.json")


def test_a_record_that_is_gone_is_named(tmp_path):
    with pytest.raises(InputError, match="0.json: not a whole record of a run .*No such file.*delete it and run again"):
        read_record(tmp_path / "0.json")


def test_records_are_read_by_their_paths(tmp_path):
    paths = [tmp_path / f"{fold}.json" for fold in (0, 1)]
    for fold, path in enumerate(paths):
        path.write_text(json.dumps(record_values(fold=fold)))
    assert {path.name: record.fold for path, record in read_records(paths).items()} == {"0.json": 0, "1.json": 1}
