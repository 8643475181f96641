"""The file of one condition."""

import numpy as np
import pytest

from ffnet.errors import InputError
from ffnet.quarantine import Rejected
from ffnet.robustness.outcomes import make_outcomes, outcomes_text, read_outcomes
from ffnet.scans.index import ScanRow

CLASSES = ("anger", "fear")


def rows(count=3):
    return [ScanRow(f"s{i}", f"p{i // 2}", CLASSES[i % 2], 1, "", "", "") for i in range(count)]


def outcomes():
    probabilities = {"A": np.array([[0.9, 0.1], [0.4, 0.6]]), "B": np.array([[0.2, 0.8], [0.5, 0.5]])}
    return make_outcomes(rows(), ["s2", "s0"], probabilities, [Rejected("s1", "masks", "no, face")], CLASSES)


def test_every_scan_has_an_outcome_of_every_experiment_in_order():
    assert [(one.experiment, one.scan, one.predicted) for one in outcomes()] == [
        *(("A", "s0", "fear"), ("A", "s1", ""), ("A", "s2", "anger")),
        *(("B", "s0", "anger"), ("B", "s1", ""), ("B", "s2", "fear")),
    ]
    lost = outcomes()[1]
    assert (lost.subject, lost.label, lost.probabilities) == ("p0", "fear", ())
    assert (lost.stage, lost.reason) == ("masks", "no, face")


def test_what_was_written_is_read_again(tmp_path):
    path = tmp_path / "20.csv"
    path.write_text(outcomes_text(outcomes(), CLASSES), encoding="utf-8")
    assert read_outcomes(path, CLASSES) == outcomes()
    assert path.read_text("utf-8").splitlines()[:3] == [
        "experiment,scan,subject,label,anger,fear,stage,reason",
        "A,s0,p0,anger,0.40000000,0.60000000,,",
        'A,s1,p0,fear,,,masks,"no, face"',
    ]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("A,s0,p0,anger,0.40000000", "A,s0,p0,anger,", r"line 2: expected 2 numbers|scan s0"),
        ("A,s1,p0,fear,,,masks", "A,s1,p0,fear,,,", "line 3: expected either probabilities or a stage"),
        ("A,s0,p0,anger,0.4", "A,s0,p0,joy,0.4", "scan s0, line 2: label 'joy' is not one of anger, fear"),
        ("0.60000000,,", "0.70000000,,", "expected 2 probabilities that add up to 1"),
        ("experiment,", "model,", "line 1: expected the columns experiment,scan"),
    ],
)
def test_a_damaged_file_is_named_with_what_is_wrong(tmp_path, old, new, message):
    path, text = tmp_path / "20.csv", outcomes_text(outcomes(), CLASSES)
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError, match=message) as caught:
        read_outcomes(path, CLASSES)
    assert "20.csv" in str(caught.value)
