import os
import platform
import re
import resource
import subprocess
import sys

import pytest

SCRIPT = """
import os, sys
from ffnet.errors import InputError
from ffnet.workflow.job_log import job_log
with job_log(sys.argv[1]):
    print("working")
    os.write(1, b"from C\\n")
    {last}
print("after")
"""


def run(tmp_path, last, log=None, **told):
    log = log or tmp_path / "logs" / "job.log"
    script = [sys.executable, "-c", SCRIPT.format(last=last), str(log)]
    done = subprocess.run(script, capture_output=True, text=True, **told)
    return done, log.read_text() if log.is_file() else None


def test_all_that_a_job_prints_goes_to_its_log(tmp_path):
    done, log = run(tmp_path, "pass")
    assert done.returncode == 0 and done.stdout == "after\n"
    assert "working" in log and "from C" in log


def test_an_input_error_ends_the_job_with_its_message_alone(tmp_path):
    done, log = run(tmp_path, "raise InputError('a.wrl: cut short')")
    assert done.returncode == 1 and "Traceback" not in done.stderr + log
    assert "error: a.wrl: cut short" in done.stderr and "error: a.wrl: cut short" in log


def test_any_other_error_is_told_in_full(tmp_path):
    done, log = run(tmp_path, "1 / 0")
    assert done.returncode == 1 and "Traceback" in log and "ZeroDivisionError" in done.stderr


def test_the_first_line_says_where_a_job_runs_and_the_last_how_it_ended(tmp_path):
    environment = os.environ | {"SLURM_JOB_ID": "17"}
    _, log = run(tmp_path, "print(os.getpid())", env=environment)
    first, *_, number, last = log.splitlines()
    place = rf"started \d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d on {platform.node()}, process {number}, SLURM job 17"
    assert re.fullmatch(place, first) and re.fullmatch(r"done after \d+\.\d s", last)
    for ending in ("raise InputError('x')", "1 / 0", "sys.exit(3)"):
        _, log = run(tmp_path, ending)
        assert re.fullmatch(r"failed after \d+\.\d s", log.splitlines()[-1]), ending


def limit():
    resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))


@pytest.mark.parametrize(
    "write",
    [
        "open(sys.argv[1] + '.txt', 'w').write('x' * 20000)",
        "import h5py; h5py.File(sys.argv[1] + '.h5', 'w')['a'] = [0.0] * 20000",
        "import numpy; numpy.savez(sys.argv[1] + '.npz', numpy.zeros(20000))",
        "from ffnet.storage import write_stage; write_stage(sys.argv[1] + '.h5', {'a': [0.0] * 20000})",
    ],
)
def test_a_full_disk_is_told_in_short_words(tmp_path, write):
    done, log = run(tmp_path, write, preexec_fn=limit)
    assert done.returncode == 1 and "Traceback" not in log
    assert "error: the disk is full or a quota used up" in done.stderr and "free some space and start again" in log


def test_a_full_disk_under_the_log_itself_is_told_on_the_terminal(tmp_path):
    full = tmp_path / "log"
    full.symlink_to("/dev/full")
    done, _ = run(tmp_path, "pass", log=full)
    assert done.returncode == 1 and "error: the disk is full or a quota used up" in done.stderr


def test_another_error_of_the_disk_is_told_in_full(tmp_path):
    done, log = run(tmp_path, "open('/nowhere/file')")
    assert done.returncode == 1 and "FileNotFoundError" in log and "disk is full" not in done.stderr
