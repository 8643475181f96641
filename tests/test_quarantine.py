import pytest

from ffnet.errors import ScanError
from ffnet.quarantine import each_scan, quarantine_text
from ffnet.storage import Rejected


def work(i):
    if i == 1:
        raise ScanError("b.wrl: cut short, copy it again")
    return i * 10


def test_a_bad_scan_is_listed_and_the_others_go_on(capsys):
    kept, results, rejected = each_scan(["a", "b", "c"], work, "scans")
    assert (kept, results) == ([0, 2], [0, 20])
    assert rejected == [Rejected("b", "scans", "b.wrl: cut short, copy it again")]
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3 and "b quarantined: b.wrl: cut short" in lines[1]


def test_an_error_of_ours_is_not_taken_for_a_bad_scan():
    with pytest.raises(ZeroDivisionError):
        each_scan(["a"], lambda i: 1 / i, "scans")


def test_quarantine_csv_quotes_what_needs_it():
    text = quarantine_text([Rejected("b", "maps", "x, y"), Rejected("a", "scans", "z")])
    assert text == 'scan,stage,reason\na,scans,z\nb,maps,"x, y"\n'
