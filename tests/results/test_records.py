import pytest

from ffnet.errors import InputError
from ffnet.results.records import read_record, read_records


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'{"settings": {"epo', "not a whole record of a run"),
        (b"\xff\xfe", "not a whole record of a run"),
        (b"[1]", "does not say with which settings"),
        (b'{"python": "3.11"}', "does not say with which settings"),
    ],
)
def test_a_damaged_record_is_named(tmp_path, content, message):
    (tmp_path / "0.json").write_bytes(content)
    with pytest.raises(InputError, match=f"0.json: .*{message}"):
        read_record(tmp_path / "0.json")


def test_a_record_that_is_gone_is_named(tmp_path):
    with pytest.raises(InputError, match="0.json: not a whole record of a run .*No such file.*delete it and run again"):
        read_record(tmp_path / "0.json")


def test_records_are_read_by_their_paths(tmp_path):
    paths = [tmp_path / f"{fold}.json" for fold in (0, 1)]
    for path in paths:
        path.write_text(f'{{"settings": {{}}, "fold": {path.stem}}}')
    assert {path.name: record["fold"] for path, record in read_records(paths).items()} == {"0.json": 0, "1.json": 1}


def test_a_whole_record_comes_back(tmp_path):
    (tmp_path / "0.json").write_text('{"settings": {"epochs": 4}, "python": "3.11"}')
    assert read_record(tmp_path / "0.json") == {"settings": {"epochs": 4}, "python": "3.11"}
