import subprocess
import sys

SCRIPT = """
import os, sys
from ffnet.errors import InputError
from ffnet.jobs import job_log
with job_log(sys.argv[1]):
    print("working")
    os.write(1, b"from C\\n")
    {last}
print("after")
"""


def run(tmp_path, last):
    log = tmp_path / "logs" / "job.log"
    done = subprocess.run([sys.executable, "-c", SCRIPT.format(last=last), str(log)], capture_output=True, text=True)
    return done, log.read_text()


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
