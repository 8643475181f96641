"""predict and export: what is no model of this program is refused with a sentence, and no pickle is ever read."""

import json
import pickle
import pickletools
import zipfile

import pytest
import torch
from safetensors.torch import load_file, save_file

from ffnet.__main__ import main
from ffnet.networks.model_file import read_model


class Trap:
    """Unpickled, it makes a file."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (str(self.path), "w")


def cut(path, model, sprung):
    path.write_bytes(model.read_bytes()[: model.stat().st_size // 2])


def empty(path, model, sprung):
    path.touch()


def other_version(path, model, sprung):
    header = read_model(model).header | {"version": 1}
    save_file(load_file(model), path, {"ffnet": json.dumps(header)})


def foreign(path, model, sprung):
    save_file({"weight": torch.ones(3)}, path)


def a_pickle(path, model, sprung):
    path.write_bytes(pickle.dumps(Trap(sprung)))


def from_torch_save(path, model, sprung):
    torch.save({"state_dict": load_file(model), "trap": Trap(sprung)}, path)


def a_pickle_behind_a_header(path, model, sprung):
    path.write_bytes(model.read_bytes() + pickle.dumps(Trap(sprung)))


def a_folder(path, model, sprung):
    path.mkdir()


def nothing(path, model, sprung):
    pass


REFUSED = [
    (cut, "not a whole model file"),
    (empty, "not a whole model file"),
    (
        other_version,
        "expected a model of version 2, found 1; use the version of this program that wrote it, or train it again",
    ),
    (foreign, "a safetensors file, but not a model of this program; `snakemake models` makes one"),
    (a_pickle, "not a whole model file"),
    (from_torch_save, "not a whole model file"),
    (a_pickle_behind_a_header, "not a whole model file"),
    (a_folder, "cannot be read"),
    (nothing, "cannot be read"),
]


@pytest.mark.parametrize("command", ["predict", "export"])
@pytest.mark.parametrize(("make", "message"), REFUSED, ids=lambda value: getattr(value, "__name__", ""))
def test_what_is_no_model_is_refused_in_a_sentence_and_not_unpickled(
    command, make, message, final_model, tmp_path, capsys
):
    path, sprung = tmp_path / "m.safetensors", tmp_path / "sprung"
    make(path, final_model, sprung)
    words = ["predict", "x.wrl", "--model", str(path)] if command == "predict" else ["export", str(path)]
    assert main(words) == 2
    printed = capsys.readouterr()
    assert printed.out == "" and printed.err.startswith(f"error: {path}: ") and message in printed.err
    assert printed.err.count("\n") == 1 and not sprung.exists()


def test_the_traps_of_these_tests_are_sprung_when_they_are_unpickled(tmp_path, final_model):
    a_pickle(tmp_path / "p", final_model, tmp_path / "one")
    pickle.loads((tmp_path / "p").read_bytes()).close()
    assert (tmp_path / "one").exists()
    from_torch_save(tmp_path / "t", final_model, tmp_path / "two")
    with zipfile.ZipFile(tmp_path / "t") as archive:
        (inside,) = (name for name in archive.namelist() if name.endswith("data.pkl"))
        assert str(tmp_path / "two") in [argument for _, argument, _ in pickletools.genops(archive.read(inside))]
