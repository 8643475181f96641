import logging

import pytest

from ffnet.errors import InputError, ScanError
from ffnet.quarantine import (
    QuarantineSettings,
    Rejected,
    Share,
    check_quarantine,
    each_scan,
    quarantine_text,
    read_quarantine,
    refuse_to_train,
)


def work(i):
    if i == 1:
        raise ScanError("b.wrl: cut short, copy it again")
    return i * 10


def test_a_bad_scan_is_listed_and_the_others_are_processed(caplog):
    caplog.set_level(logging.INFO, "ffnet")
    kept, results, rejected = each_scan(["a", "b", "c"], work, "scans")
    assert (kept, results) == ([0, 2], [0, 20])
    assert rejected == [Rejected("b", "scans", "b.wrl: cut short, copy it again")]
    lines = caplog.messages
    assert len(lines) == 3 and "b quarantined: b.wrl: cut short" in lines[1]


def test_an_unforeseen_error_of_one_scan_leaves_it_out_with_a_traceback_in_the_log(caplog):
    kept, results, rejected = each_scan(["a", "b"], lambda i: 1 / i, "maps")
    assert (kept, results) == ([1], [1])
    assert rejected[0][:2] == ("a", "maps") and "unforeseen ZeroDivisionError (division by zero)" in rejected[0].reason
    assert "maps a: an unforeseen error" in caplog.text and "Traceback" in caplog.text


@pytest.mark.parametrize("error", [InputError("model.dat is missing"), ImportError("libGL.so.1")])
def test_what_every_scan_would_meet_is_no_fault_of_the_scan(error):
    def fail(i):
        raise error

    with pytest.raises(type(error), match=str(error)):
        each_scan(["a"], fail, "scans")


def test_quarantine_csv_quotes_what_needs_it():
    text = quarantine_text([Rejected("b", "maps", "x, y"), Rejected("a", "scans", "z")])
    assert text == 'scan,stage,reason\na,scans,z\nb,maps,"x, y"\n'


def test_quarantine_csv_can_be_read_back(tmp_path):
    rejected = [Rejected("a", "scans", "z"), Rejected("b", "maps", "x, y")]
    (tmp_path / "quarantine.csv").write_text(quarantine_text(rejected), encoding="utf-8")
    assert read_quarantine(tmp_path / "quarantine.csv") == rejected


def test_too_many_bad_scans_stop_the_run_with_the_list():
    rejected = [Rejected(f"s{i:02d}", "scans", f"reason {i}") for i in range(12)]
    enough, many = Share("scans", 12, 240), Share("scans", 12, 239)
    line = check_quarantine(rejected, [enough], QuarantineSettings(0.05), "q.csv")
    assert line == "12 of 240 scans were left out (5.0%); the limit is 5.0%"
    with pytest.raises(InputError, match=r"12 of 239 scans .* more than quarantine.max_share") as caught:
        check_quarantine(rejected, [many], QuarantineSettings(0.05), "q.csv")
    lines = str(caught.value).splitlines()
    assert lines[0].endswith("The list is in q.csv:") and lines[1] == "  s00 (scans): reason 0"
    assert len(lines) == 12 and lines[-1] == "  and 2 more"
    refuse_to_train([enough], QuarantineSettings(0.05), "q.csv")
    with pytest.raises(InputError, match="too many scans were left out, so nothing is trained; .* q.csv$"):
        refuse_to_train([enough, many], QuarantineSettings(0.05), "q.csv")


def test_the_subjects_that_take_part_have_a_share_of_their_own():
    shares = [Share("scans", 3, 1000), Share("scans of the subjects that take part", 3, 12)]
    with pytest.raises(InputError, match=r"^3 of 12 scans of the subjects that take part were left out \(25.0%\), m"):
        check_quarantine([], shares, QuarantineSettings(0.05), "q.csv")
