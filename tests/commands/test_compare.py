import json

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


def test_equal_results_are_said_to_be_equal_with_exit_code_0(write_results, settings_file, capsys):
    a, b = write_results("a", (1, 2, 3)), write_results("b", (1, 2, 3))
    assert main(["compare", a, b, "--config", settings_file()]) == 0
    shown = capsys.readouterr().out
    assert "FFNet-M on demo: 50.00%, all predictions are the same" in shown and "0 of 1 cells differ." in shown


def test_a_difference_is_shown_with_its_interval_test_and_cause_and_exit_code_1(write_results, settings_file, capsys):
    a, b = write_results("a", (1, 2, 1)), write_results("b", (4, 4, 3), epochs=8)
    assert main(["compare", a, b, "--config", settings_file()]) == 1
    shown = capsys.readouterr().out
    # differences .75 .5 .5: mean .5833, s .1443, error s * sqrt(1/3 + 1/2) = .1318, times 4.303: .567
    assert "FFNet-M on demo: A 33.33% (0.0 to 90.0), B 91.67% (35.0 to 100.0)" in shown
    assert "B - A +58.33 points on 3 common runs, 95% interval +1.6 to +100.0, p 0.047, 0.047 by Holm: sig" in shown
    assert "on repeat 0 only B right 7, only A right 0, McNemar p 0.016" in shown
    assert "  settings.training.epochs: 4 -> 8\n" in shown and "seconds" not in shown


def test_other_scans_are_not_paired_and_both_intervals_are_shown(write_results, settings_file, capsys):
    a, b = write_results("a", (1, 2, 3)), write_results("b", (2, 2, 3), scan="other")
    assert main(["compare", a, b, "--config", settings_file()]) == 1
    shown = capsys.readouterr().out
    assert "cannot be paired, their runs did not test the same scans" in shown and "compare the intervals" in shown
    assert "why: settings, data and versions of the first run are the same; is the code?" in shown


def test_a_missing_record_leaves_the_cause_open(write_results, settings_file, tmp_path, capsys):
    a, b = write_results("a", (1, 2, 1)), write_results("b", (4, 4, 3), epochs=8)
    (tmp_path / "b" / "demo" / "runs" / "FFNet-M" / "0" / "0.json").unlink()
    assert main(["compare", a, b, "--config", settings_file()]) == 1
    shown = capsys.readouterr().out
    assert "why: a record of the first run (runs/.../0/0.json) is missing" in shown and "epochs" not in shown


def test_differences_that_are_all_equal_have_no_interval(write_results, settings_file, capsys):
    a, b = write_results("a", (1, 2, 1)), write_results("b", (2, 3, 2))
    assert main(["compare", a, b, "--config", settings_file()]) == 1
    (line,) = [line for line in capsys.readouterr().out.splitlines() if "common runs" in line]
    assert "B - A +25.00 points on 3 common runs; on repeat 0 only B right 3, only A right 0, McNemar p 0.25" in line


def test_a_wrong_folder_is_named_with_exit_code_2(write_results, settings_file, tmp_path, capsys):
    assert main(["compare", write_results("a", (1, 2, 3)), str(tmp_path / "no"), "--config", settings_file()]) == 2
    assert f"error: {tmp_path}/no: no DATASET/predictions/EXPERIMENT.csv is in it" in capsys.readouterr().err


def test_what_is_in_one_folder_alone_is_a_difference(write_results, settings_file, tmp_path, capsys):
    a, b = write_results("a", (1, 2, 3)), write_results("b", (1, 2, 3))
    (tmp_path / "a/demo/predictions/ridge.csv").write_text((tmp_path / "a/demo/predictions/FFNet-M.csv").read_text())
    assert main(["compare", a, b, "--config", settings_file()]) == 1
    assert "only in A: ridge on demo" in capsys.readouterr().out
