import math

import pytest

from ffnet.results.tables.number_text import duration, interval, number, p_value, run_count


def test_numbers_have_their_form_and_what_is_not_known_is_empty():
    assert [number(value, ".2f") for value in (12.345, -0.001, math.nan, None)] == ["12.35", "-0.00", "", ""]
    assert number("text") == "text" and number(7) == "7" and number(0.5, "+.1f") == "+0.5"


def test_an_interval_has_two_ends_or_none():
    assert interval(80.06, 90.24) == "80.1 to 90.2" and interval(-1.0, 2.0, "+.1f") == "-1.0 to +2.0"
    assert interval(math.nan, math.nan) == ""


def test_p_values_are_short():
    assert [p_value(p) for p in (math.nan, 0.0004, 0.0123, 1)] == ["", "<0.001", "0.012", "1.000"]


def test_runs_are_repeats_times_folds_and_missing_ones_are_counted():
    assert [run_count(2, 4, runs) for runs in (8, 7, math.nan)] == ["2 x 4", "7 of 2 x 4", ""]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        *((None, ""), (math.nan, ""), (0, ""), (0.04, "0.0 s"), (9.94, "9.9 s"), (9.96, "10 s"), (99, "99 s")),
        *((130, "2 min"), (7000, "1.9 h"), (86400, "24.0 h"), (3e5, "3.5 days")),
    ],
)
def test_durations_are_short(seconds, text):
    assert duration(seconds) == text
