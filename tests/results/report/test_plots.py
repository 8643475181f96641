import math

import pytest

from ffnet.results.report.plots import axis, bars, curve, loss_top

PAPER = "paper, on the real collection"
ROW = {"experiment": "mine", "accuracy": "70.00", "chance": "20.00", "interval_low": "55.00", PAPER: "85.00"}
ENDS = {"corrected_low": "55.00", "corrected_high": "85.00", "naive_low": "65.00", "naive_high": "75.00"}


def epoch(number, mean, sd=None):
    return {"epoch": number, "loss": {"mean": mean, "sd": sd}, "accuracy": {"mean": mean / 4, "sd": sd}}


def points(text):
    return [tuple(map(float, point.split(","))) for point in text.split()]


def test_the_axis_starts_at_the_ten_below_everything_and_ends_at_hundred():
    ticks, place = axis([ROW, ENDS, {"naive_low": "20.00"}])
    assert [tick for tick, _ in ticks] == [20, 30, 40, 50, 60, 70, 80, 90, 100]
    assert (place(20), place(60), place(100)) == (0, 50, 100) and dict(ticks)[60] == 50
    for name in ("accuracy", "interval_low", "corrected_low", "naive_low", PAPER):
        assert axis([{**ROW, **ENDS, name: "19.99"}])[0][0] == (10, 0)
    assert [tick for tick, _ in axis([{"accuracy": "100.00"}])[0]] == [90, 95, 100]


def test_a_bar_has_all_its_marks_at_their_places():
    (bar,) = bars([ROW], [ENDS], axis([ROW, ENDS, {"accuracy": "20"}])[1])
    assert (bar.mean, bar.chance, bar.paper) == (62.5, 0, 81.25)
    assert bar.corrected == (43.75, 81.25) and bar.naive == (56.25, 68.75)
    assert bar.text == "mine: 70.00%, corrected 55.00 to 85.00, naive 65.00 to 75.00"


def test_chance_is_left_out_where_the_axis_starts_above_it():
    ticks, place = axis([ROW, ENDS])
    assert ticks[0] == (50, 0) and bars([ROW], [ENDS], place)[0].chance is None


def test_a_bar_without_interval_and_paper_has_only_its_mean():
    (bar,) = bars([{**ROW, PAPER: ""}], [dict.fromkeys(ENDS, "")], float)
    assert (bar.mean, bar.corrected, bar.naive, bar.paper) == (70, None, None, None)


def test_a_curve_goes_from_left_to_right_with_large_values_above():
    found = curve([epoch(1, 2.0, 0.5), epoch(2, 1.0, 0.0), epoch(3, 0.5, 0.25)], "loss", 2.0)
    assert points(found.line) == [(0, 0), (50, 50), (100, 75)]
    assert points(found.band) == [(0, 0), (50, 50), (100, 62.5), (100, 87.5), (50, 50), (0, 25)]  # cut at the top
    assert (found.top, found.last) == ("2", "0.500 ± 0.250")


def test_shares_are_told_in_percent():
    found = curve([epoch(1, 1.0, None), epoch(2, 2.0, 0.1)], "accuracy", 1.0)
    assert points(found.line)[-1] == (100, 50) and (found.top, found.last) == ("100%", "50.0 ± 10.0%")


def test_a_single_epoch_is_a_dot_in_the_middle():
    assert points(curve([epoch(1, 1.0)], "loss", 2.0).line) == [(50, 50), (50, 50)]


def test_losses_that_are_no_numbers_are_left_out_and_the_places_of_others_stay():
    found = curve([epoch(1, 2.0), epoch(2, math.nan), epoch(3, 1.0)], "loss", 2.0)
    assert points(found.line) == [(0, 0), (100, 50)]
    assert curve([epoch(1, math.inf)], "loss", 2.0) is None and curve([], "loss", 2.0) is None


@pytest.mark.parametrize(
    ("most", "top"), [(1.8, 2), (2.0, 2), (2.01, 3), (0.034, 0.04), (7.2, 8), (12.0, 20), (10.5, 20)]
)
def test_the_upper_edge_is_a_round_number_above_every_loss(most, top):
    assert loss_top([{"epochs": [epoch(1, most / 2, most / 2), epoch(2, 0.01)]}]) == top


def test_without_any_loss_there_is_an_edge_too():
    assert loss_top([{"epochs": []}]) == 1 and loss_top([{"epochs": [epoch(1, math.nan)]}]) == 1
