import pytest

from ffnet.errors import InputError
from ffnet.results.records import read_record


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


def test_a_whole_record_comes_back(tmp_path):
    (tmp_path / "0.json").write_text('{"settings": {"epochs": 4}, "python": "3.11"}')
    assert read_record(tmp_path / "0.json") == {"settings": {"epochs": 4}, "python": "3.11"}
