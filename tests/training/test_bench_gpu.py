import subprocess
import sys

import pytest

from ffnet.workflow.provenance import ROOT


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
    digests = [line.rpartition(" ")[2] for line in output.splitlines() if "fold 0 " in line]
    assert len(digests) == 1 and len(digests[0]) == 12
    assert "failed" not in output and "out of time" not in output
