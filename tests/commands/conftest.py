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


@pytest.fixture
def predict(capsys, final_model):
    """A function: runs predict with the small model; its exit code and what it printed."""

    def predict(*arguments):
        capsys.readouterr()  # what the test itself printed
        code = main(["predict", "--model", str(final_model), *map(str, arguments)])
        return code, capsys.readouterr()

    return predict


@pytest.fixture
def made_up_scans(monkeypatch):
    """predict takes any name for a scan with random maps, and those that begin with "bad" cannot be used."""
    from ffnet.commands import predict as command
    from ffnet.commands.predict import Outcome

    maps = {"depth": (112, 112), "normals": (112, 112, 3), "texture": (112, 112, 3), "mask1": (56, 56)}
    maps |= {"mask2": (28, 28), "landmarks": (51, 2)}
    texts = dict.fromkeys(("scan", "subject", "label", "intensity"), np.array([0]))

    def prepare(file, picture, predictor):
        if file.startswith("bad"):
            return Outcome(file, error="it is bad")
        values = np.random.default_rng(len(file))
        shown = {name: values.random((1, *shape), np.float32) for name, shape in maps.items()}
        return command.Prepared(Outcome(file), texts | shown, picture)

    monkeypatch.setattr(command, "prepare_file", prepare)
