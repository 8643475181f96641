"""predict: what it writes, to files and to a terminal."""

import csv
import io
import os
import re
import shutil
import subprocess
import sys

from ffnet.commands import predict as command
from ffnet.workflow.provenance import ROOT


def test_a_picture_of_each_scan_is_drawn_in_a_folder(predict, wrl, tmp_path):
    import cv2

    code, _ = predict(wrl, "nowhere.wrl", "--figure", tmp_path / "new" / "looks")
    assert code == 1 and os.listdir(tmp_path / "new" / "looks") == [f"{wrl.stem}.png"]
    picture = cv2.imread(str(tmp_path / "new" / "looks" / f"{wrl.stem}.png"))
    assert min(picture.shape[:2]) > 700 and picture.std() > 20


def test_the_same_picture_each_time(predict, wrl, tmp_path):
    for folder in ("a", "b"):
        predict(wrl, "--figure", tmp_path / folder)
    assert len({(tmp_path / folder / f"{wrl.stem}.png").read_bytes() for folder in ("a", "b")}) == 1


def test_a_picture_that_cannot_be_written_costs_neither_the_table_nor_the_others(predict, made_up_scans, tmp_path):
    (tmp_path / "x.png").mkdir()
    code, printed = predict("x", "xx", "--figure", tmp_path, "--csv", tmp_path / "t.csv")
    assert code == 1 and f"x: {tmp_path}/x.png: the picture cannot be written (" in printed.out
    assert "CANNOT BE USED" not in printed.out and (tmp_path / "xx.png").is_file()
    rows = (tmp_path / "t.csv").read_text().splitlines()
    assert len(rows) == 3 and all(re.fullmatch(r"x+,[a-z]+(,0\.\d{8}){6},", row) for row in rows[1:])


def test_outputs_that_cannot_be_written_are_refused_before_the_work(predict, wrl, tmp_path, monkeypatch):
    monkeypatch.setattr(command, "prepare_file", None)
    (tmp_path / "file").write_text("")
    for option, path, message in (
        ("--csv", tmp_path, "expected the name of a file for the table, found a folder"),
        (
            "--csv",
            tmp_path / "file" / "new" / "t.csv",
            "the table cannot be written (Not a directory); choose another file",
        ),
        ("--figure", tmp_path / "file", "cannot write pictures there (File exists); give a folder"),
    ):
        code, printed = predict(wrl, option, path)
        assert (code, printed.out, printed.err) == (2, "", f"error: {path}: {message}\n")


def test_a_full_disk_is_reported_and_the_results_are_printed(predict, made_up_scans, tmp_path, monkeypatch):
    def full(path, text):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(command, "write_text", full)
    code, printed = predict("x", "--csv", tmp_path / "t.csv")
    assert code == 2 and "t.csv: the table cannot be written (No space left on device); choose another" in printed.err
    assert printed.out.startswith("scan")  # the results are printed all the same


def test_the_table_is_written_even_if_the_pipe_is_closed(predict, made_up_scans, tmp_path, monkeypatch):
    def closed(*words):
        raise BrokenPipeError

    monkeypatch.setattr("builtins.print", closed)
    monkeypatch.setattr(os, "dup2", lambda null, stdout: None)
    monkeypatch.setattr(sys.stdout, "fileno", lambda: 1)
    code, _ = predict("x", "--csv", tmp_path / "t.csv")
    assert code == 141 and len((tmp_path / "t.csv").read_text().splitlines()) == 2


def test_on_a_terminal_a_bar_shows_how_far_it_is_and_is_gone_at_the_end(predict, made_up_scans, monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    code, printed = predict("x", "bad", "xx", "--batch", 1)
    shown = terminal.getvalue()
    assert code == 1 and "[" not in printed.out
    assert re.findall(r"(\d) of 3 scans", shown) == ["0", "1", "2"] and shown.endswith("\r\x1b[K")
    assert [bar.count("#") for bar in re.findall(r"\[(.*?)\] ", shown)] == [0, 10, 20]


def test_names_that_are_not_text_and_names_in_any_script_get_rows_and_pictures(predict, wrl, tmp_path):
    names = [os.fsdecode(b"\xff$a$.wrl"), "面$x.wrl"]
    for name in names:
        shutil.copy(wrl, tmp_path / name)
        shutil.copy(wrl.with_suffix(".bmp"), (tmp_path / name).with_suffix(".bmp"))
    code, printed = predict(
        *(tmp_path / name for name in names), "--csv", tmp_path / "t.csv", "--figure", tmp_path / "l"
    )
    assert code == 0 and printed.err == "" and len(os.listdir(tmp_path / "l")) == 2
    rows = list(csv.DictReader(io.StringIO((tmp_path / "t.csv").read_text("utf-8"))))
    assert [os.path.basename(row["scan"]) for row in rows] == [r"\udcff$a$.wrl", "面$x.wrl"]


def test_into_a_pipe_only_the_table_is_printed(final_model, wrl):
    words = [sys.executable, "-W", "error", "-m", "ffnet", "predict", str(wrl), "--model", str(final_model)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "") and done.stdout.startswith("scan ")
