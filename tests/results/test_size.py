"""The whole size of the paper's protocol: 1000 runs of each of 19 experiments, from the runs to the report."""

import re
import subprocess
import sys

import pytest

from ffnet.workflow.provenance import ROOT


def bench_results(*arguments):
    command = [sys.executable, ROOT / "benchmarks" / "bench_results.py", *arguments]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


@pytest.mark.slow
def test_no_made_up_run_is_trained():
    text = bench_results("--repeats", "1")
    assert "190 finished runs" in text and "make_report" in text and "train_fold" not in text


@pytest.mark.full
@pytest.mark.timeout(3600)
def test_19000_runs_become_tables_and_report_in_four_minutes_of_the_processor_and_two_gibibytes(tmp_path):
    text = bench_results("--keep", tmp_path)
    print(text)
    assert "19000 finished runs" in text
    rows = {
        row[0]: float(row[4]) for row in re.findall(r"^  (\w+) +(\d+) +([\d.]+) +([\d.]+) +([\d.]+) +\d+$", text, re.M)
    }
    assert {"gather_runs", "hash_scans", "make_tables", "draw_contact_sheet", "make_report"} <= rows.keys()
    planning = float(re.search(r"planning: .* s, ([\d.]+) s of the processor", text)[1])
    assert sum(rows.values()) - planning < 240  # two cores: under two minutes, where nothing else works on them
    assert int(re.search(r"processes together: (\d+) MiB", text)[1]) < 2048
    assert float(re.search(r"report.html: ([\d.]+) MB", text)[1]) < 15
    tables = tmp_path / "results" / "tables"
    assert (tables / "comparisons.csv").read_text().count("\n") == 1 + 19 * 18 // 2
    assert (tables / "accuracy.csv").read_text().count(",100,10,1000,") == 19
