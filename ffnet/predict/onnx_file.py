"""A trained model as ONNX, for programs without torch: named maps and masks in, probabilities out."""

import json
import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import nn

from ffnet.errors import InputError
from ffnet.networks.fusion import CHANNELS, FusionNet
from ffnet.predict.predictor import Predictor
from ffnet.shards.shard import AXES
from ffnet.storage import atomic_path

if TYPE_CHECKING:
    import onnx

AGREEMENT = 1e-4  # how far probabilities of torch and onnxruntime may differ
BATCHES = (1, 3)  # batch sizes of the check
MOST_BYTES = 2**31  # one ONNX file


class Probabilities(nn.Module):
    """A FusionNet followed by a softmax."""

    def __init__(self, network: FusionNet) -> None:
        super().__init__()
        self.network = network

    def forward(self, inputs: dict[str, torch.Tensor]) -> torch.Tensor:
        """Returns (n, classes), rows that sum to 1. inputs: as for FusionNet."""
        return self.network(inputs).softmax(dim=1)


def write_onnx(path: str | os.PathLike, predictor: Predictor) -> float:
    """Writes a Predictor's network as ONNX, whole or not at all. Returns the largest difference of probabilities.

    Inputs: see random_inputs. Output: `probabilities` (n, classes). Metadata: the header of the model file, one text
    per key (JSON for anything else), and `inputs`, which describes the axes. Raises InputError if onnxruntime cannot
    load the file or gives other probabilities, or if the file would be too large.
    """
    size = sum(values.numel() * values.element_size() for values in predictor.network.state_dict().values())
    if size >= MOST_BYTES:
        raise InputError(f"{path}: the weights take {size / 2**30:.1f} GiB, but an ONNX file holds less than 2 GiB")
    graph = onnx_graph(predictor)
    with atomic_path(path) as temporary:
        temporary.write_bytes(graph.SerializeToString(deterministic=True))
        return check_onnx(temporary, predictor, path)


def onnx_graph(predictor: Predictor) -> "onnx.ModelProto":
    """The ONNX graph of a Predictor, without any path of this machine."""
    inputs = random_inputs(predictor, 2)
    program = torch.onnx.export(
        Probabilities(predictor.network).eval(),
        kwargs={"inputs": inputs},
        input_names=list(inputs),
        output_names=["probabilities"],
        dynamic_shapes={"inputs": {name: {0: torch.export.Dim.DYNAMIC} for name in inputs}},
        verbose=False,
    )
    assert program is not None, "torch returns the program unless it is given a file"
    model = program.model_proto
    del model.graph.value_info[:], model.graph.metadata_props[:]
    for node in model.graph.node:
        del node.metadata_props[:]  # torch writes paths of its source code there
    for value in (*model.graph.input, *model.graph.output):
        del value.metadata_props[:]
        value.type.tensor_type.shape.dim[0].dim_param = "scans"
    for value in model.graph.initializer:
        del value.metadata_props[:]
    for name, value in metadata(predictor.header, inputs).items():
        model.metadata_props.add(key=name, value=value)
    return model


def metadata(header: dict, inputs: Iterable[str]) -> dict[str, str]:
    """Name -> text: the entries of a model's header, and `inputs`, which describes the axes of each input."""
    axes = {
        name: f"(scans, channels, rows, columns); the values are those of a shard, whose axes are {AXES[name]}"
        for name in inputs
    }
    entries = header | {"inputs": axes}
    return {
        name: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        for name, value in entries.items()
    }


def random_inputs(predictor: Predictor, count: int) -> dict[str, torch.Tensor]:
    """Random network inputs for `count` scans, the same each time: name -> (count, channels, H, W) float32.

    They are the maps that the network reads and, if it reads masks, mask1 and mask2.
    """
    preprocessing, network = predictor.preprocessing, predictor.network
    sizes = {name: (CHANNELS[name], preprocessing.maps.size) for name in network.senses.maps}
    if network.senses.reads_masks:
        sizes |= {"mask1": (1, preprocessing.masks.size), "mask2": (1, preprocessing.masks.size // 2)}
    generator = torch.Generator().manual_seed(count)
    return {
        name: torch.rand(count, channels, side, side, generator=generator) for name, (channels, side) in sizes.items()
    }


def check_onnx(file: str | os.PathLike, predictor: Predictor, path: str | os.PathLike) -> float:
    """The largest difference between the probabilities of onnxruntime and of the network.

    file: what onnxruntime loads. path: its name in messages. Raises InputError if it cannot be loaded or the difference
    exceeds AGREEMENT.
    """
    import onnxruntime
    from onnxruntime.capi import onnxruntime_pybind11_state as refusals

    difference = 0.0
    try:
        session = onnxruntime.InferenceSession(os.fspath(file), providers=["CPUExecutionProvider"])
        for count in BATCHES:
            inputs = random_inputs(predictor, count)
            (found,) = session.run(["probabilities"], {name: values.numpy() for name, values in inputs.items()})
            with torch.no_grad():
                expected = Probabilities(predictor.network)(inputs).numpy()
            same_shape = found.shape == expected.shape
            difference = max(difference, float(np.abs(found - expected).max()) if same_shape else np.inf)
    except (refusals.Fail, refusals.InvalidArgument, refusals.InvalidGraph, refusals.InvalidProtobuf) as error:
        raise InputError(f"{path}: onnxruntime cannot load the file, so it was not kept ({error})") from error
    if not difference <= AGREEMENT:
        raise InputError(
            f"{path}: onnxruntime's probabilities differ from the network's by {difference:.2g}, more than"
            f" {AGREEMENT:g}, so the file was not kept"
        )
    return difference
