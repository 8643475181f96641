"""A final model as ONNX: named maps and masks in, probabilities out, for programs that know no torch."""

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

AGREEMENT = 1e-4  # by how much probabilities may differ between torch and onnxruntime
BATCHES = (1, 3)  # scans at a time in the check
MOST_BYTES = 2**31  # of one ONNX file


class Probabilities(nn.Module):
    """A FusionNet with the softmax behind it."""

    def __init__(self, network: FusionNet) -> None:
        super().__init__()
        self.network = network

    def forward(self, inputs: dict[str, torch.Tensor]) -> torch.Tensor:
        """inputs: as FusionNet takes them. Returns (n, classes) that add up to 1."""
        return self.network(inputs).softmax(dim=1)


def write_onnx(path: str | os.PathLike, predictor: Predictor) -> float:
    """Writes a Predictor's network as ONNX, whole or not at all. Returns by how much probabilities differ.

    Inputs: see random_inputs. Output: `probabilities` (n, classes). The header of the model's file is the metadata, a
    text for each key (JSON where it is no text), and `inputs` says what the axes are. Raises InputError where
    onnxruntime does not take the file or gives other probabilities, or the file would be too large.
    """
    size = sum(values.numel() * values.element_size() for values in predictor.network.state_dict().values())
    if size >= MOST_BYTES:
        raise InputError(f"{path}: the weights take {size / 2**30:.1f} GiB, an ONNX file holds less than 2")
    graph = onnx_graph(predictor)
    with atomic_path(path) as temporary:
        temporary.write_bytes(graph.SerializeToString(deterministic=True))
        return check_onnx(temporary, predictor, path)


def onnx_graph(predictor: Predictor) -> "onnx.ModelProto":
    """The onnx.ModelProto of a Predictor. No path of this machine is in it."""
    inputs = random_inputs(predictor, 2)
    program = torch.onnx.export(
        Probabilities(predictor.network).eval(),
        kwargs={"inputs": inputs},
        input_names=list(inputs),
        output_names=["probabilities"],
        dynamic_shapes={"inputs": {name: {0: torch.export.Dim.DYNAMIC} for name in inputs}},
        verbose=False,
    )
    assert program is not None, "torch keeps the program where it is not told a file"
    model = program.model_proto
    del model.graph.value_info[:], model.graph.metadata_props[:]
    for node in model.graph.node:
        del node.metadata_props[:]  # torch leaves there where its source code lies
    for value in (*model.graph.input, *model.graph.output):
        del value.metadata_props[:]
        value.type.tensor_type.shape.dim[0].dim_param = "scans"
    for value in model.graph.initializer:
        del value.metadata_props[:]
    for name, value in metadata(predictor.header, inputs).items():
        model.metadata_props.add(key=name, value=value)
    return model


def metadata(header: dict, inputs: Iterable[str]) -> dict[str, str]:
    """Name -> text: what a model's header says, and what the inputs are."""
    axes = {
        name: f"(scans, channels, rows, columns); the values are those of a shard, whose axes are {AXES[name]}"
        for name in inputs
    }
    told = header | {"inputs": axes}
    return {
        name: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False) for name, value in told.items()
    }


def random_inputs(predictor: Predictor, count: int) -> dict[str, torch.Tensor]:
    """What the network takes of `count` scans, as random values: name -> (count, channels, H, W) float32, its maps and,
    where it has skips, its masks; the same values each time."""
    told, network = predictor.preprocessing, predictor.network
    sizes = {name: (CHANNELS[name], told.maps.size) for name in network.backbones}
    if network.masked:
        sizes |= {"mask1": (1, told.masks.size), "mask2": (1, told.masks.size // 2)}
    generator = torch.Generator().manual_seed(count)
    return {
        name: torch.rand(count, channels, side, side, generator=generator) for name, (channels, side) in sizes.items()
    }


def check_onnx(file: str | os.PathLike, predictor: Predictor, path: str | os.PathLike) -> float:
    """The largest difference of probabilities between onnxruntime on a file and the network. Raises InputError where it
    is no small one. path: the file's name in messages."""
    import onnxruntime
    from onnxruntime.capi import onnxruntime_pybind11_state as refusals

    difference = 0.0
    try:
        session = onnxruntime.InferenceSession(os.fspath(file), providers=["CPUExecutionProvider"])
        for count in BATCHES:
            inputs = random_inputs(predictor, count)
            (came,) = session.run(["probabilities"], {name: values.numpy() for name, values in inputs.items()})
            with torch.no_grad():
                wanted = Probabilities(predictor.network)(inputs).numpy()
            difference = max(difference, float(np.abs(came - wanted).max()) if came.shape == wanted.shape else np.inf)
    except (refusals.Fail, refusals.InvalidArgument, refusals.InvalidGraph, refusals.InvalidProtobuf) as error:
        raise InputError(f"{path}: onnxruntime does not take it, so no file is left ({error})") from error
    if not difference <= AGREEMENT:
        raise InputError(
            f"{path}: onnxruntime gives probabilities that differ by {difference:.2g} from the network's, more than"
            f" {AGREEMENT:g}, so no file is left"
        )
    return difference
