"""What docs/methods.md shows is in the files that the commands wrote, and in config.yaml."""

import csv
import dataclasses
import re

import pytest
import yaml

from ffnet.commands.config_file import read_config_file
from ffnet.networks.settings import LossSettings
from ffnet.workflow.provenance import ROOT
from tests.docs.test_demo import page, table_below

FOLDER, TEXT = ROOT / "docs" / "methods", page("docs/methods.md")
CHOSEN = {path.stem.partition("_")[2]: path for path in FOLDER.glob("choice_*.csv")}
NUMBERS = {field.name for field in dataclasses.fields(LossSettings)} - {"form", "sigma"}


def rows(path):
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


@pytest.fixture(scope="module")
def settings():
    return read_config_file(ROOT / "config.yaml", ROOT / "configs" / "methods.yaml")


def other_methods():
    """The rows of config.yaml below its comment on other methods."""
    below = page("config.yaml").partition("  # other methods:")[2].partition("\n\n")[0]
    return re.findall(r"^  ([\w-]+): ", below, flags=re.MULTILINE)


def test_the_numbers_of_the_losses_in_config_yaml_are_the_first_of_their_rankings(settings):
    plain, found = LossSettings(), {}
    for name in other_methods():
        loss = settings.experiments[name].loss
        found |= {(name, key): getattr(loss, key) for key in NUMBERS if getattr(loss, key) != getattr(plain, key)}
    chosen = {}
    for name, path in CHOSEN.items():
        first = rows(path)[0]
        (column,) = [column for column in first if column.startswith("loss.")]
        chosen[name, column.removeprefix("loss.")] = float(first[column])
    assert found == chosen and len(found) == 7


def test_the_page_shows_these_rankings_and_that_none_is_clear():
    shown = {line[0]: line[1:] for line in table_below(TEXT, "For example:")}
    assert list(shown) == list(dict.fromkeys(shown)) and set(shown) == set(CHOSEN)
    for name, (number, tried, distance) in shown.items():
        ranked = rows(CHOSEN[name])
        column = f"loss.{number.strip('`')}"
        assert tried == ", ".join(f"{row[column]} ({row['accuracy']})" for row in ranked)
        assert distance == f"{float(ranked[-1]['below_low']):.1f} to {float(ranked[-1]['below_high']):.1f}"
        assert all(float(row["below_low"]) < 0 for row in ranked[1:]) and {
            row["training.epochs"] for row in ranked
        } == {"18"}


def test_the_config_runs_every_other_method_beside_ffnet_m(settings):
    run = [name for name, row in settings.experiments.items() if row.repeats]
    assert set(run) == {"ridge", "FFNet", "FFNet-M", *other_methods()} and len(other_methods()) == 21


def of_ffnet_m():
    """{row: how far it is above FFNet-M, the ends of the interval by person, p} of the stored comparisons."""
    found = {}
    for row in rows(FOLDER / "comparisons.csv"):
        if "FFNet-M" in (row["first"], row["second"]):
            sign = 1 if row["second"] == "FFNet-M" else -1
            other = row["first"] if sign == 1 else row["second"]
            difference, *ends = (sign * float(row[name]) for name in ("difference", "subject_low", "subject_high"))
            found[other] = difference, *sorted(ends), float(row["subject_p_holm"])
    return found


def test_the_page_shows_the_stored_accuracies_differences_costs_and_times(settings):
    shown = {line[0]: line[1:] for line in table_below(TEXT, "## All rows on 60 generated people")}
    accuracy = {row["experiment"]: row for row in rows(FOLDER / "accuracy.csv")}
    costs = {row["experiment"]: row for row in rows(FOLDER / "table2.csv") if row["experiment"]}
    times = dict(re.findall(r"^(\S+) .* ([\d.]+)$", page("docs/methods/times.txt"), flags=re.MULTILINE))
    assert set(shown) == set(accuracy) == set(costs) == {n for n, row in settings.experiments.items() if row.repeats}
    assert sorted(shown, key=lambda name: -float(accuracy[name]["accuracy"])) == list(shown)
    for name, (share, reach, *compared, parameters, multiply_adds, time) in shown.items():
        row = accuracy[name]
        assert (row["scans"], row["subjects"], row["repeats"], row["folds"]) == ("360", "60", "1", "5")
        assert (share, reach) == (
            row["accuracy"],
            f"{float(row['interval_low']):.1f} to {float(row['interval_high']):.1f}",
        )
        if name != "FFNet-M":
            difference, low, high, p = of_ffnet_m()[name]
            chance = "<0.001" if p < 0.001 else f"{p:.3f}"
            assert compared == [f"{difference:+.2f}", f"{low:+.1f} to {high:+.1f}", chance]
        cost = [costs[name][key] for key in ("parameters", "multiply_adds")]
        assert [parameters, multiply_adds] == [f"{float(value) / 1e6:.2f}" if value else "" for value in cost]
        assert time == times.get(name, "")


def test_every_number_in_the_discussion_is_in_the_tables():
    text = TEXT.partition("- **These numbers rank")[2].partition("[accuracy.csv]")[0]
    known = {"95.13", "60", "13.33", "9.4", "17.5", "0.001", "0.139", "1", "276", "216", "0"}
    found = of_ffnet_m()
    known |= {f"{abs(values[0]):.2f}" for values in found.values()}
    assert set(re.findall(r"(?<![\w.])\d+(?:\.\d+)?", text)) <= known
    assert found["Scattering-n"][:3] == pytest.approx((13.33, 9.4, 17.5), abs=0.05)
    assert {found[name][3] for name in ("OGF2-like", "OGF2-like-0")} == {1} and found["Tian-like"][3] < 0.14
    assert len(rows(FOLDER / "comparisons.csv")) == 276 and 6 * 36 == 216
    without_normals = ["AFNet-M-like", "AFNet-M-like-skips", "AFNet-M-like-concat", "Oyedotun-like", "CM-CNN-like"]
    assert max(found[name][0] for name in (*without_normals, "AMDFN", "DF-CNN-like")) == -11.11
    assert "95.13" in page("docs/demo60.md")


def test_the_recipe_on_top_of_another_config_is_that_of_the_60_people():
    recipe, demo60 = (yaml.safe_load(page(f"configs/{name}.yaml")) for name in ("recipe", "demo60"))
    assert {name: recipe[name] for name in ("networks", "training")} == {
        name: demo60[name] for name in ("networks", "training")
    }
    assert recipe["protocol"] == {"folds": yaml.safe_load(page("config.yaml"))["protocol"]["folds"]}


def test_the_entropy_of_transport_is_the_best_of_the_grid_with_the_term_of_the_classes(settings):
    grid = rows(FOLDER / "transport_choice.csv")
    heading = "classes 0 | classes 0.1 | classes 1 | classes 10"
    shown = [line for lines in table_below(TEXT, "ridge on its features 82.92%:") for line in lines[1:]]
    assert shown == [row["moved"] or "none found" for row in grid] and heading in TEXT
    assert {(row["network"], row["unmoved"]) for row in grid} == {("77.36", "82.92")}
    best = max((row for row in grid if float(row["classes"])), key=lambda row: float(row["moved"] or 0))
    assert settings.transport.entropy == float(best["entropy"])
    same = {row["moved"] for row in grid if row["entropy"] == best["entropy"] and float(row["classes"]) in (0.1, 1.0)}
    assert settings.transport.classes == 1.0 and len(same) == 1


def test_the_table_of_transport_is_the_stored_one():
    shown = table_below(TEXT, "([transport.csv](methods/transport.csv)):")
    stored = rows(FOLDER / "transport.csv")
    assert [line[:2] for line in shown] == [
        [f"{row['line']}: {row['sees']}" if row["sees"] else row["line"], row["accuracy"]] for row in stored
    ]
    for line, row in zip(shown, stored, strict=True):
        for at, name in ((2, "from_network"), (5, "from_unmoved")):
            difference, low, high, p = (row[f"{name}{end}"] for end in ("", "_low", "_high", "_p"))
            reach = f"{float(low):+.1f} to {float(high):+.1f}" if low else ""
            expected = [f"{float(difference):+.2f}", reach, f"{float(p):.3f}"] if difference else ["", "", ""]
            assert line[at : at + 3] == expected
