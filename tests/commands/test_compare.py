import json
import re

import pytest

from ffnet.__main__ import main
from tests.training.conftest import record_values

CLASSES = "anger,disgust,fear,happiness,sadness,surprise"


@pytest.fixture
def write_results(tmp_path):
    """A function: writes a results folder in which `right` of the four scans of each of three folds are right."""

    def write(name, right, epochs=4, scan="scan"):
        folder = tmp_path / name / "demo"
        lines = [f"repeat,fold,scan,subject,label,{CLASSES}"]
        for fold in range(3):
            for i in range(4):
                sure = "1,0,0,0,0,0" if i < right[fold] else "0,1,0,0,0,0"
                lines.append(f"0,{fold},{scan}{fold}{i},s{fold}{i},anger,{sure}")
        (folder / "predictions").mkdir(parents=True)
        (folder / "predictions" / "FFNet-M.csv").write_text("\n".join(lines) + "\n")
        (folder / "runs" / "FFNet-M" / "0").mkdir(parents=True)
        record = record_values(settings={"training": {"epochs": epochs}})
        (folder / "runs" / "FFNet-M" / "0" / "0.json").write_text(json.dumps(record))
        return str(tmp_path / name)

    return write


def cells(shown, experiment="FFNet-M"):
    """heading -> cell of an experiment's line; columns are two spaces or more apart."""
    lines = shown.splitlines()
    heading = next(line for line in lines if line.startswith("dataset "))
    line = next(line for line in lines if line.startswith("demo ") and f" {experiment} " in line)
    found, left = {}, heading.index("experiment") + len("experiment")
    for name in re.split(r"  +", heading)[2:]:  # numbers end where their headings do
        right = heading.index(f" {name}", left) + 1 + len(name)
        found[name], left = line[left:right].strip(), right
    return found


def test_equal_results_are_said_to_be_equal_with_exit_code_0(write_results, settings_file, capsys):
    a, b = write_results("a", (1, 2, 3)), write_results("b", (1, 2, 3))
    assert main(["compare", a, b, "--config", settings_file()]) == 0
    shown = capsys.readouterr().out
    row = cells(shown)
    assert (row["A %"], row["B %"], row["B - A"], row["differ?"]) == ("50.00", "50.00", "+0.00", "")
    assert "0 of 1 experiments differ; of the others all predictions are the same." in shown


def test_a_difference_is_shown_with_its_interval_test_and_cause_and_exit_code_1(write_results, settings_file, capsys):
    a, b = write_results("a", (1, 2, 1)), write_results("b", (4, 4, 3), epochs=8)
    assert main(["compare", a, b, "--config", settings_file()]) == 1
    shown = capsys.readouterr().out
    row = cells(shown)
    # differences .75 .5 .5: mean .5833, s .1443, error s * sqrt(1/3 + 1/2) = .1318, times 4.303: .567
    assert (row["A %"], row["B %"], row["B - A"], row["runs"]) == ("33.33", "91.67", "+58.33", "3")
    assert (row["95% interval"], row["p"], row["Holm"], row["differ?"]) == ("+1.6 to +100.0", "0.047", "0.047", "yes")
    # each test is of another subject: 2 of 2^7 choices of signs are as far from 0
    assert (row["alone right"], row["p by subject"], row["Holm by subject"]) == ("7 : 0", "0.016", "0.016")
    assert "\nFFNet-M on demo:\n  settings.training.epochs: 4 -> 8\n" in shown and "seconds" not in shown
    assert "1 of 1 experiments differ" in shown


def test_other_scans_are_not_paired_and_both_accuracies_are_shown(write_results, settings_file, capsys):
    a, b = write_results("a", (1, 2, 3)), write_results("b", (2, 2, 3), scan="other")
    assert main(["compare", a, b, "--config", settings_file()]) == 1
    shown = capsys.readouterr().out
    row = cells(shown)
    assert (row["A %"], row["B %"], row["runs"], row["B - A"], row["differ?"]) == ("50.00", "58.33", "", "", "")
    assert "cannot be paired, their runs did not test the same scans" in shown and "compare the accuracies" in shown
    assert "settings, data and versions of the first run are the same; did the code change?" in shown


def test_a_missing_record_leaves_the_cause_open(write_results, settings_file, tmp_path, capsys):
    a, b = write_results("a", (1, 2, 1)), write_results("b", (4, 4, 3), epochs=8)
    (tmp_path / "b" / "demo" / "runs" / "FFNet-M" / "0" / "0.json").unlink()
    assert main(["compare", a, b, "--config", settings_file()]) == 1
    shown = capsys.readouterr().out
    assert "a record of the first run (runs/.../0/0.json) is missing" in shown and "epochs" not in shown


def test_differences_that_are_all_equal_have_no_interval(write_results, settings_file, capsys):
    a, b = write_results("a", (1, 2, 1)), write_results("b", (2, 3, 2))
    assert main(["compare", a, b, "--config", settings_file()]) == 1
    row = cells(capsys.readouterr().out)
    assert (row["B - A"], row["95% interval"], row["p"]) == ("+25.00", "", "")
    assert (row["alone right"], row["Holm by subject"]) == ("3 : 0", "0.250")


def test_a_wrong_folder_is_named_with_exit_code_2(write_results, settings_file, tmp_path, capsys):
    assert main(["compare", write_results("a", (1, 2, 3)), str(tmp_path / "no"), "--config", settings_file()]) == 2
    assert f"error: {tmp_path}/no: found no DATASET/predictions/EXPERIMENT.csv in it" in capsys.readouterr().err


def test_what_is_in_one_folder_alone_is_a_difference(write_results, settings_file, tmp_path, capsys):
    a, b = write_results("a", (1, 2, 3)), write_results("b", (1, 2, 3))
    (tmp_path / "a/demo/predictions/ridge.csv").write_text((tmp_path / "a/demo/predictions/FFNet-M.csv").read_text())
    assert main(["compare", a, b, "--config", settings_file()]) == 1
    assert "only in A: ridge on demo" in capsys.readouterr().out
