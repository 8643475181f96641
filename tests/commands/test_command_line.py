"""The command line itself."""

import os
import subprocess
import sys

import pytest

from ffnet.__main__ import main
from ffnet.scans.formats.readers import DEPTH_IMAGES, FORMATS
from ffnet.workflow.provenance import ROOT


def test_a_missing_settings_file_is_named(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["inspect", "x.wrl"]) == 2
    captured = capsys.readouterr()
    assert "config.yaml: cannot read the settings" in captured.err and "--config" in captured.err


def test_a_file_name_that_is_not_text_is_printed_all_the_same(tmp_path, settings_file):
    command = [sys.executable, "-m", "ffnet", "inspect", b"\xff.wrl", "--config", settings_file()]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, env=os.environ | {"PYTHONIOENCODING": "ascii"})
    assert done.returncode == 1 and b"there is no such file" in done.stdout and done.stderr == b""


@pytest.mark.parametrize("words", [["experiments"], ["--help"], ["predict", "--help"], []], ids=" ".join)
def test_a_closed_pipe_ends_the_command_without_a_message(words):
    reads, writes = os.pipe()
    os.close(reads)  # as `head` does after its last line
    command, environment = [sys.executable, "-m", "ffnet", *words], os.environ | {"PYTHONUNBUFFERED": ""}
    done = subprocess.run(command, cwd=ROOT, stdout=writes, stderr=subprocess.PIPE, env=environment)
    os.close(writes)
    assert (done.returncode, done.stderr) == (141, b"")


def test_without_a_command_the_commands_are_shown(capsys):
    assert main([]) == 2
    shown = capsys.readouterr().out
    assert "inspect" in shown and "check" in shown and "What is in a scan file?" in " ".join(shown.split())


def test_help_says_what_each_option_does(capsys):
    with pytest.raises(SystemExit) as done:
        main(["inspect", "--help"])
    text = " ".join(capsys.readouterr().out.split())
    assert done.value.code == 0
    assert "also draw what the network sees" in text and "config.yaml in the current folder" in text
    assert all(suffix in text for suffix in set(FORMATS) - set(DEPTH_IMAGES))
