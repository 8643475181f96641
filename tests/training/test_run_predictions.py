import numpy as np
import pytest

from ffnet.errors import InputError
from ffnet.expressions import EXPRESSIONS
from ffnet.training.run_predictions import RunPredictions, predictions_text, read_run_predictions

ONE = RunPredictions(*(np.array([value]) for value in ("s00_0", "s00", 0, [0.5, 0.25, 0.125, 0.125, 0, 0])))
TEXT = (
    "scan,subject,label,anger,disgust,fear,happiness,sadness,surprise\n"
    "s00_0,s00,anger,0.50000000,0.25000000,0.12500000,0.12500000,0.00000000,0.00000000\n"
)


def test_the_file_of_predictions_in_closed_form():
    assert predictions_text(ONE, EXPRESSIONS) == TEXT


def test_what_is_written_is_read_back(tmp_path):
    (tmp_path / "0.csv").write_text(TEXT)
    for before, after in zip(ONE, read_run_predictions(tmp_path / "0.csv", EXPRESSIONS), strict=True):
        np.testing.assert_array_equal(before, after)


def test_a_scan_that_occurs_twice_is_named_with_its_line(tmp_path):
    (tmp_path / "0.csv").write_text(TEXT + TEXT.splitlines()[1] + "\n")
    with pytest.raises(InputError, match="0.csv, line 3: scan s00_0 occurs a second time"):
        read_run_predictions(tmp_path / "0.csv", EXPRESSIONS)
