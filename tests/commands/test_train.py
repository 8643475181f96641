import json
import pathlib

import pytest

from ffnet.__main__ import main
from ffnet.networks.model_file import read_model
from ffnet.storage import write_stage
from ffnet.training.record import read_record
from ffnet.training.splits import split_table, subject_folds
from tests.training.conftest import pattern_collection


@pytest.fixture
def train(tmp_path, monkeypatch, settings_file, capsys):
    """A function: runs the command where shards and a split of demo-bu3dfe are; its exit code and output."""
    monkeypatch.chdir(tmp_path)
    collection = pattern_collection(subjects=6)
    folder = pathlib.Path("results/demo-bu3dfe")
    (folder / "splits").mkdir(parents=True)
    write_stage(folder / "a.h5", collection._asdict())
    (folder / "shards.csv").write_text(f"file,sha256\n{folder}/a.h5,0\n")
    for repeat in range(2):
        folds = subject_folds(sorted(set(collection.subject.tolist())), 2, 0, repeat)
        (folder / f"splits/{repeat}.csv").write_text(split_table(folds))

    def small(mapping):
        mapping["networks"]["width"] = 0.03
        mapping["training"]["epochs"] = 1
        mapping["protocol"]["folds"] = 2

    def run(*arguments):
        code = main(["train", *arguments, "--config", settings_file(small)])
        return code, capsys.readouterr()

    return run


def test_every_run_is_written_as_the_workflow_writes_it_and_told_in_a_line(train):
    code, output = train("demo-bu3dfe", "ridge", "F3DNet-M-d", "--repeats", "2")
    lines = output.out.splitlines()
    assert code == 0 and len(lines) == 8
    assert lines[5].startswith("demo-bu3dfe F3DNet-M-d, repeat 0, fold 1: ") and lines[5].endswith(" s")
    for experiment in ("ridge", "F3DNet-M-d"):
        for repeat in range(2):
            for fold in range(2):
                run = pathlib.Path(f"results/demo-bu3dfe/runs/{experiment}/{repeat}/{fold}")
                record = read_record(run.with_suffix(".json"))
                assert (record.experiment, record.repeat, record.fold) == (experiment, repeat, fold)
                assert len(run.with_suffix(".csv").read_text().splitlines()) == 19
    assert "epoch   1/1" in pathlib.Path("logs/demo-bu3dfe/train/F3DNet-M-d/0.log").read_text()


def test_a_model_on_all_subjects_is_written_once_and_predicts(train, tmp_path):
    pathlib.Path("results/demo-bu3dfe/kind.txt").write_text("synthetic\n")
    code, output = train("demo-bu3dfe", "F3DNet-M-d", "--models")
    path = pathlib.Path("results/demo-bu3dfe/models/F3DNet-M-d.safetensors")
    assert code == 0 and output.out.splitlines()[-1] == f"{path}: written"
    network, header = read_model(path)
    assert header["trained_on"]["subjects"] == 6 and header["synthetic"] and not network.training
    assert not list(pathlib.Path("resume").rglob("*.*"))
    made = path.read_bytes()
    assert train("demo-bu3dfe", "F3DNet-M-d", "--models")[1].out == f"{path}: is there already\n"
    assert path.read_bytes() == made and not pathlib.Path("results/demo-bu3dfe/runs").exists()


def test_runs_that_are_there_are_left_alone_and_missing_ones_made_again(train):
    train("demo-bu3dfe", "F3DNet-M-d", "--repeats", "1")
    runs = pathlib.Path("results/demo-bu3dfe/runs/F3DNet-M-d/0")
    kept = {path.name: path.read_bytes() for path in runs.iterdir()}
    (runs / "1.json").unlink()
    pathlib.Path("resume/demo-bu3dfe/F3DNet-M-d/0/1").rename("elsewhere")
    _, output = train("demo-bu3dfe", "F3DNet-M-d", "--repeats", "1")
    assert len(output.out.splitlines()) == 1 and ", fold 1: " in output.out
    assert (runs / "0.json").read_bytes() == kept["0.json"] and (runs / "1.csv").read_bytes() == kept["1.csv"]
    one, other = (json.loads(text) for text in (kept["1.json"], (runs / "1.json").read_bytes()))
    assert one["data_sha256"] == other["data_sha256"] and one["seed"] == other["seed"]
    _, output = train("demo-bu3dfe", "F3DNet-M-d", "--repeats", "1")
    assert output.out == "demo-bu3dfe F3DNet-M-d, repeat 0: all runs are finished\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("bu", "ridge"), "there is no dataset bu; config.yaml has demo-bu3dfe"),
        (("demo-bu3dfe", "rigde"), "there is no experiment rigde; config.yaml has ridge"),
        (("demo-bu3dfe", "FFNet"), "experiments.FFNet.repeats is 0 in config.yaml; give --repeats"),
    ],
)
def test_what_cannot_be_trained_is_refused(train, arguments, message):
    code, output = train(*arguments)
    assert code == 2 and message in output.err
