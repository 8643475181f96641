"""export. Those that run torch's exporter are slow: it takes some seconds the first time."""

import json

import numpy as np
import onnxruntime
import pytest

from ffnet.__main__ import main
from ffnet.commands import export as command
from ffnet.errors import InputError
from ffnet.predict import load


@pytest.fixture
def no_exporter(monkeypatch):
    """The command without torch's exporter: the file's content is one word."""

    def write(path, predictor):
        with open(path, "w") as file:
            file.write("graph")
        return 1.5e-7

    monkeypatch.setattr(command, "write_onnx", write)


@pytest.mark.slow
def test_by_command_from_python_and_by_onnx_the_probabilities_are_the_same_to_one_in_ten_thousand(
    final_model, wrl, bnt, tmp_path, capsys
):
    out = tmp_path / "new" / "m.onnx"
    assert main(["export", str(final_model), "--out", str(out)]) == 0
    assert "largest difference" in capsys.readouterr().out
    assert main(["predict", str(wrl), str(bnt), "--model", str(final_model), "--json"]) == 0
    by_command = [list(one["probabilities"].values()) for one in json.loads(capsys.readouterr().out)]
    predictor = load(final_model)
    session = onnxruntime.InferenceSession(out, providers=["CPUExecutionProvider"])
    assert np.ptp(by_command, axis=0).max() > 0.02  # two scans that differ
    for path, wanted in zip((wrl, bnt), by_command, strict=True):
        np.testing.assert_allclose(list(predictor(path).values()), wanted, rtol=0, atol=1e-4)
        inputs = predictor.inputs(predictor.prepare(predictor.turn(path)))
        (row,) = session.run(["probabilities"], {name: values.numpy() for name, values in inputs.items()})[0]
        np.testing.assert_allclose(row, wanted, rtol=0, atol=1e-4)


def test_the_file_is_next_to_the_model_unless_out_names_another(write_final_model, no_exporter, tmp_path, capsys):
    model = write_final_model()
    for words, out in (((), model.with_suffix(".onnx")), (("--out", str(tmp_path / "a.onnx")), tmp_path / "a.onnx")):
        assert main(["export", str(model), *words]) == 0
        assert out.read_text() == "graph"
        assert capsys.readouterr().out.splitlines() == [
            f"{out}: FFNet-M, classes anger, disgust, fear, happiness, sadness, surprise",
            "onnxruntime gives the same probabilities on random maps (largest difference 1.5e-07).",
            "Nobody's.",
        ]


def test_another_suffix_is_refused_before_the_model_is_read(tmp_path, capsys):
    assert main(["export", str(tmp_path / "nowhere"), "--out", str(tmp_path / "m.pt")]) == 2
    assert capsys.readouterr().err == f"error: --out: expected a name ending in .onnx, got '{tmp_path}/m.pt'\n"


def test_a_file_that_cannot_be_written_is_reported(final_model, no_exporter, tmp_path, capsys):
    (tmp_path / "m.onnx").mkdir()
    assert main(["export", str(final_model), "--out", str(tmp_path / "m.onnx")]) == 2
    assert capsys.readouterr().err == (
        f"error: {tmp_path}/m.onnx: cannot be written (Is a directory); choose another file with --out\n"
    )


def test_other_probabilities_from_onnxruntime_end_the_command(final_model, monkeypatch, tmp_path, capsys):
    def refuse(path, predictor):
        raise InputError(f"{path}: onnxruntime gives other probabilities")

    monkeypatch.setattr(command, "write_onnx", refuse)
    assert main(["export", str(final_model), "--out", str(tmp_path / "m.onnx")]) == 2
    printed = capsys.readouterr()
    assert printed.out == "" and printed.err.endswith("onnxruntime gives other probabilities\n")
