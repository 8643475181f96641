"""The figure of a robustness test."""

import numpy as np
import pandas as pd
import pytest

from ffnet.figures.robustness_figure import COLOURS, LABELS, places, robustness_figure
from ffnet.robustness.axes import CHANGES
from ffnet.robustness.settings import UNCHANGED
from ffnet.robustness.severity_table import GENERATOR

ROWS = [  # axis, severity, experiment, accuracy, low, high, rest, lost
    ("unchanged", 0.0, "A", 90.0, 80.0, 95.0, 90.0, 0),
    ("unchanged", 0.0, "B", 70.0, np.nan, np.nan, 70.0, 0),
    ("yaw", -20.0, "A", 50.0, 40.0, 60.0, 80.0, 10),
    ("yaw", -20.0, "B", 30.0, 20.0, 40.0, 50.0, 10),
    ("yaw", 20.0, "A", 60.0, 50.0, 75.0, 80.0, 5),
    ("yaw", 20.0, "B", 40.0, 30.0, 50.0, 50.0, 5),
    ("dim", 0.5, "A", 88.0, 70.0, 90.0, 88.0, 0),
    ("dim", 0.5, "B", 68.0, 60.0, 70.0, 68.0, 0),
]
NAMES = ["axis", "severity", "experiment", "accuracy", "low", "high", "accuracy_of_rest", "lost"]


@pytest.fixture(scope="module")
def figure():
    return robustness_figure(made({"yaw": GENERATOR}), "Models of a on b (synthetic)", 0.95, 6)


def made(geometry):
    frame = pd.DataFrame(ROWS, columns=NAMES).assign(scans=20)
    return frame.assign(geometry=[geometry.get(axis, "mesh") for axis in frame["axis"]])


def test_every_kind_of_change_has_a_label():
    assert set(LABELS) == set(CHANGES) - {UNCHANGED.axis}


def test_there_is_a_panel_for_each_kind_of_change_and_one_for_the_legend(figure):
    labels = [panel.get_xlabel() for panel in figure.axes]
    assert labels[:2] == [LABELS["yaw"], LABELS["dim"]] and not figure.axes[2].axison
    assert {text.get_text() for text in figure.axes[2].get_legend().get_texts()} >= {"A", "B", "chance"}
    assert figure.get_suptitle() == "Models of a on b (synthetic)"


def test_the_legend_names_what_the_generator_made_itself(figure):
    def note(of):
        return " ".join(of.axes[2].texts[0].get_text().split())

    assert note(figure).endswith("The generator made yaw before it scanned; the rest is made on the mesh.")
    assert note(robustness_figure(made({}), "", 0.95, 6)).endswith("interval over people.")


def test_severities_are_in_order_and_the_unchanged_scans_among_them(figure):
    assert [text.get_text() for text in figure.axes[0].get_xticklabels()] == ["-20", "0", "20"]
    assert [text.get_text() for text in figure.axes[1].get_xticklabels()] == ["1", "0.5"]


def test_points_bars_and_lost_scans_are_the_numbers_of_the_table(figure):
    panel = figure.axes[0]
    solid = [line for line in panel.lines if line.get_color() == COLOURS[0] and line.get_linestyle() == "-"]
    dotted = [line for line in panel.lines if line.get_color() == COLOURS[0] and line.get_linestyle() == ":"]
    np.testing.assert_array_equal(solid[0].get_ydata(), [50.0, 90.0, 60.0])
    np.testing.assert_array_equal(dotted[0].get_ydata(), [80.0, 90.0, 80.0])
    ends = [segment[:, 1].tolist() for segment in panel.containers[1].lines[2][0].get_segments()]
    assert ends == [[40.0, 60.0], [80.0, 95.0], [50.0, 75.0]]
    bars = {round(bar.get_x() + bar.get_width() / 2): bar.get_height() for bar in panel.patches}
    assert bars == {0: 50.0, 1: 0.0, 2: 25.0}


@pytest.mark.parametrize(
    ("severities", "neutral", "labels"),
    [
        ([20, 40, 60], 0.0, ["0", "20", "40", "60"]),
        ([40, -40], 0.0, ["40", "0", "-40"]),
        ([0.5, 0.1], 1.0, ["1", "0.5", "0.1"]),
        ([30, 60], None, ["none", "30", "60"]),
        ([0, 20], 0.0, ["0", "20"]),
    ],
)
def test_places_follow_the_order_of_the_config(severities, neutral, labels):
    found, names = places(np.array(severities), neutral)
    assert names == labels and found[None] == names.index("none" if neutral is None else f"{neutral:g}")
    assert all(names[found[float(value)]] == f"{value:g}" for value in severities)
