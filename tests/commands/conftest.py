"""A generated scan of each layout, and settings to go with it."""

import csv
import json
import os

import numpy as np
import pytest
import yaml

from ffnet.__main__ import main


def write(path, text):
    """Writes a file and the folders above it."""
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


@pytest.fixture
def settings_file(tmp_path, settings_mapping):
    """A function: writes the settings after change(mapping) and returns the file's path."""

    def write(change=lambda mapping: None):
        mapping = settings_mapping()
        change(mapping)
        path = tmp_path / "settings.yaml"
        path.write_text(yaml.safe_dump(mapping, sort_keys=False), encoding="utf-8")
        return os.fspath(path)

    return write


@pytest.fixture(scope="session")
def true_nose(faces):
    """A function: the generator's own nose tip (3,) of a scan file, in the file's coordinates."""

    def look_up(path):
        subject, layout = path.parent.name, path.parent.parent.name
        with open(faces / "truth" / layout / f"{subject}.csv", newline="") as file:
            row = next(row for row in csv.DictReader(file) if row["scan"] == path.stem.removesuffix("_F3D"))
        return np.array([float(row[f"nose_{axis}"]) for axis in "xyz"])

    return look_up


@pytest.fixture
def inspect(capsys, settings_file):
    """A function: runs the command with --json; its exit code and the objects printed."""

    def run(*arguments, change=lambda mapping: None):
        code = main(["inspect", "--json", "--config", settings_file(change), *map(str, arguments)])
        return code, json.loads(capsys.readouterr().out)

    return run
