"""ONNX files. Those that run torch's exporter are slow: it takes some seconds the first time."""

import json

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper

from ffnet.errors import InputError
from ffnet.predict import load, onnx_file
from ffnet.predict.onnx_file import random_inputs, write_onnx


@pytest.fixture(scope="module")
def exported(predictor, tmp_path_factory):
    path = tmp_path_factory.mktemp("onnx") / "m.onnx"
    write_onnx(path, predictor)
    return path


def run(path, predictor, columns):
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    inputs = {name: values.numpy() for name, values in predictor.inputs(columns).items()}
    return session.run(["probabilities"], {one.name: inputs[one.name] for one in session.get_inputs()})[0]


@pytest.mark.slow
def test_any_number_of_scans_may_come_at_a_time(exported, predictor, many):
    np.testing.assert_allclose(run(exported, predictor, many), predictor.probabilities(many), rtol=0, atol=1e-4)


@pytest.mark.slow
def test_the_file_holds_the_models_header_and_no_path_of_this_machine(exported, predictor):
    entries = onnxruntime.InferenceSession(exported).get_modelmeta().custom_metadata_map
    assert set(entries) == {*predictor.header, "inputs"}
    for name, value in predictor.header.items():
        assert (entries[name] if isinstance(value, str) else json.loads(entries[name])) == value
    assert set(json.loads(entries["inputs"])) == {"depth", "normals", "texture", "mask1", "mask2"}
    content = exported.read_bytes()
    assert not any(word in content for word in (b".py", b"/ffnet", b"site-packages"))
    onnx.checker.check_model(onnx.load(exported), full_check=True)


@pytest.mark.slow
def test_the_same_model_gives_the_same_bytes(exported, predictor, tmp_path):
    write_onnx(tmp_path / "again.onnx", predictor)
    assert (tmp_path / "again.onnx").read_bytes() == exported.read_bytes()


@pytest.mark.slow
def test_only_what_the_network_looks_at_is_an_input(write_final_model, tmp_path, columns):
    for experiment, wanted in (("F3DNet-d", {"depth"}), ("VGG16-BN-M-n", {"normals", "mask1", "mask2"})):
        other = load(write_final_model(experiment))
        path = tmp_path / f"{experiment}.onnx"
        assert write_onnx(path, other) < 1e-4
        assert {one.name for one in onnxruntime.InferenceSession(path).get_inputs()} == wanted
        np.testing.assert_allclose(run(path, other, columns), other.probabilities(columns), rtol=0, atol=1e-4)


def even(predictor, classes=6):
    """A graph with the inputs of a network that finds all classes equally probable."""
    inputs = random_inputs(predictor, 1)
    told = [helper.make_tensor_value_info(n, TensorProto.FLOAT, ["scans", *v.shape[1:]]) for n, v in inputs.items()]
    nodes = [
        helper.make_node("GlobalAveragePool", ["depth"], ["mean"]),
        helper.make_node("Flatten", ["mean"], ["flat"]),
        helper.make_node("Gemm", ["flat", "none", "share"], ["probabilities"]),
    ]
    weights = [
        helper.make_tensor("none", TensorProto.FLOAT, [1, classes], [0.0] * classes),
        helper.make_tensor("share", TensorProto.FLOAT, [classes], [1 / classes] * classes),
    ]
    out = helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["scans", classes])
    graph = helper.make_graph(nodes, "even", told, [out], weights)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)


class Rubbish:
    def SerializeToString(self, deterministic):
        return b"no graph"


@pytest.mark.parametrize(
    ("graph", "message"),
    [
        (even, "'s probabilities differ from the network's by 0.*, more than 0.0001, so the file was not kept"),
        (lambda predictor: even(predictor, 4), "'s probabilities differ from the network's by inf"),
        (lambda predictor: Rubbish(), " cannot load the file, so it was not kept"),
    ],
)
def test_a_file_for_which_onnxruntime_gives_other_probabilities_is_refused_and_deleted(
    graph, message, predictor, tmp_path, monkeypatch
):
    monkeypatch.setattr(onnx_file, "onnx_graph", graph)
    with pytest.raises(InputError, match=f"m.onnx: onnxruntime{message}"):
        write_onnx(tmp_path / "m.onnx", predictor)
    assert not list(tmp_path.iterdir())


def test_a_network_too_large_for_one_onnx_file_is_refused_before_it_is_written(predictor, tmp_path, monkeypatch):
    monkeypatch.setattr(onnx_file, "MOST_BYTES", 1000)
    with pytest.raises(InputError, match="m.onnx: the weights take 0.0 GiB, but an ONNX file holds less than 2 GiB"):
        write_onnx(tmp_path / "m.onnx", predictor)
    assert not list(tmp_path.iterdir())


def test_random_inputs_are_the_same_each_time_and_as_large_as_the_models_maps(predictor, columns):
    one, again = random_inputs(predictor, 3), random_inputs(predictor, 3)
    real = predictor.inputs(columns)
    for name, values in one.items():
        assert values.shape == (3, *real[name].shape[1:]) and (values == again[name]).all()
