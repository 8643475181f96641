import math

import pandas
import pytest

from ffnet.results.report.plots import axis, bar, curve, learning_curves, loss_top

PAPER = "paper, on the real collection"
ROW = {"dataset": "d", "experiment": "mine", "accuracy": 70.0, "chance": 20.0, PAPER: 85.0}
ROW |= {"interval_low": 55.0, "interval_high": 85.0, "naive_low": 65.0, "naive_high": 75.0}


def axis_of(*rows):
    return axis(pandas.DataFrame(rows))


def epoch(number, mean, sd=None):
    return {"epoch": number, "loss": {"mean": mean, "sd": sd}, "accuracy": {"mean": mean / 4, "sd": sd}}


def points(text):
    return [tuple(map(float, point.split(","))) for point in text.split()]


def test_the_axis_starts_at_the_ten_below_everything_and_ends_at_hundred():
    ticks, position = axis_of(ROW, ROW | {"naive_low": 20.0})
    assert [tick for tick, _ in ticks] == [20, 30, 40, 50, 60, 70, 80, 90, 100]
    assert (position(20), position(60), position(100)) == (0, 50, 100) and dict(ticks)[60] == 50
    for name in ("accuracy", "interval_low", "naive_low", PAPER):
        assert axis_of(ROW | {name: 19.99})[0][0] == (10, 0)
    sure = ROW | dict.fromkeys(("interval_low", "naive_low", PAPER), math.nan)
    assert [tick for tick, _ in axis_of(sure | {"accuracy": 100.0})[0]] == [90, 95, 100]
    assert axis(pandas.DataFrame([ROW])[:0])[0][0] == (90, 0)


def test_a_bar_has_all_its_marks_at_their_positions():
    found = bar(ROW, axis_of(ROW, ROW | {"accuracy": 20.0})[1])
    assert (found.mean, found.chance, found.paper) == (62.5, 0, 81.25)
    assert found.corrected == [43.75, 81.25] and found.naive == [56.25, 68.75]
    assert found.text == "mine: 70.00%, corrected 55.0 to 85.0, naive 65.0 to 75.0"


def test_chance_is_left_out_where_the_axis_starts_above_it():
    ticks, position = axis_of(ROW)
    assert ticks[0] == (50, 0) and bar(ROW, position).chance is None


def test_a_bar_without_interval_and_paper_has_only_its_mean():
    unknown = dict.fromkeys((PAPER, "interval_low", "interval_high", "naive_low", "naive_high"), math.nan)
    found = bar(ROW | unknown, float)
    assert (found.mean, found.corrected, found.naive, found.paper) == (70, None, None, None)


def test_a_curve_goes_from_left_to_right_with_large_values_above():
    found = curve([epoch(1, 2.0, 0.5), epoch(2, 1.0, 0.0), epoch(3, 0.5, 0.25)], "loss", 2.0)
    assert points(found.line) == [(0, 0), (50, 50), (100, 75)]
    assert points(found.band) == [(0, 0), (50, 50), (100, 62.5), (100, 87.5), (50, 50), (0, 25)]  # cut at the top
    assert (found.top, found.last) == ("2", "0.500 ± 0.250")


def test_shares_are_in_percent():
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


def test_curves_on_validation_and_test_are_beside_those_on_the_training_half_on_the_same_scale():
    rows = [
        epoch(1, 1.0)
        | {"validation_loss": {"mean": 7.0, "sd": 0.0}, "validation_accuracy": {"mean": 0.5, "sd": 0.1}}
        | {"test_loss": {"mean": 9.0, "sd": 0.0}, "test_accuracy": {"mean": 0.25, "sd": 0.0}}
    ]
    records = {("d", "mine"): {"runs": 2, "epochs": rows}, ("d", "plain"): {"runs": 1, "epochs": [epoch(1, 1.0)]}}
    mine, plain = learning_curves(records, ["d"])["d"]
    trained, *others = mine.panels["loss"]
    assert trained.top == "10" and [points(one.line)[0] for one in others] == [(50, 30), (50, 10)]
    assert [one.last for one in mine.panels["accuracy"][1:]] == ["50.0 ± 10.0%", "25.0 ± 0.0%"]
    assert plain.panels["loss"][1:] == (None, None) and plain.panels["loss"][0].top == "10"
