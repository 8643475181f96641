import subprocess
import sys

import pytest

from benchmarks.bench_gpu import Training, rate_and_rest
from ffnet.workflow.provenance import ROOT


@pytest.mark.parametrize(
    "trainings",
    [
        [Training(2, 12, 500), Training(12, 22, 500)],  # one after another
        [Training(2, 21, 500), Training(3, 22, 500)],  # side by side
        [Training(2, 3, 500), Training(21, 22, 500)],  # side by side as it was meant, but they did not meet
    ],
)
def test_the_rate_of_several_trainings_is_that_of_the_clock_whether_they_met_or_not(trainings):
    assert rate_and_rest(trainings, 0, 25) == (1000 / 20, 5)


@pytest.mark.slow
def test_the_rows_of_the_gpu_bench_run_without_a_gpu():
    command = [
        sys.executable,
        "benchmarks/bench_gpu.py",
        "--cpu",
        "--rows",
        "plain loop, float",
        "by fold",
        "1, 2",
        "ker",
    ]
    output = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert "scans/s by networks side by side: 1: " in output and "ms of kernels a step" in output
    assert "failed" not in output and "out of time" not in output
    rows = {line[:38].strip(): line[38:].split() for line in output.splitlines()}
    for name, epochs in (("by fold", 2), ("by fold, the same bits", 3)):
        rate, each, fixed = (float(value) for value in rows[name][:3])
        assert rate * (each - fixed) == pytest.approx(108 * epochs, rel=0.05) and 0 < fixed < each
        assert len(rows[name][-1]) == 12
