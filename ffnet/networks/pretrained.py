"""What VGG16-BN starts from: torchvision's weights or the user's own file (paper, section 3.2)."""

import json
import os
import struct
from collections.abc import Mapping
from pickle import UnpicklingError

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save

from ffnet.errors import InputError
from ffnet.networks.fusion import FusionNet
from ffnet.networks.layers import Stack
from ffnet.networks.settings import ExperimentSettings, NetworkSettings
from ffnet.networks.vgg16_bn import IN_CHANNELS, vgg16_bn_layers
from ffnet.storage import atomic_path, sha256_of

UNREADABLE = (  # what torch and safetensors raise for damaged and foreign files
    *(OSError, RuntimeError, EOFError, ValueError, LookupError, TypeError, AttributeError, AssertionError),
    *(struct.error, UnpicklingError, SafetensorError),
)


def read_features(path: str | os.PathLike) -> dict[str, torch.Tensor]:
    """VGG16-BN's convolutions and normalisations from a .pth or .safetensors file: name -> float32 tensor.

    The names are those of torchvision's `features`, in the file with or without the prefix "features."; others, as
    the classifier's, are ignored. Files from before torch counted batches lack that count; it is then 0.
    Raises InputError if the file is cut, foreign or has other shapes.
    """
    path = os.fspath(path)
    try:
        if path.endswith(".safetensors"):
            tensors = load_file(path)
        else:
            tensors = torch.load(path, map_location="cpu", weights_only=True)
    except UNREADABLE as error:
        reason = str(error).strip().partition("\n")[0]
        raise InputError(
            f"{path}: cannot be read as weights ({reason}); it is cut short or of another format"
        ) from error
    if not isinstance(tensors, Mapping):
        raise InputError(f"{path}: expected weights by name, found a {type(tensors).__name__}")
    with torch.device("meta"):
        wanted = Stack(IN_CHANNELS, vgg16_bn_layers(int), "before_relu").state_dict()
    prefix = "features." if "features.0.weight" in tensors else ""
    return {name: _feature(tensors.get(prefix + name), name, like, path) for name, like in wanted.items()}


def _feature(values: object, name: str, like: torch.Tensor, path: str | os.PathLike) -> torch.Tensor:
    if values is None and name.endswith("num_batches_tracked"):
        return torch.zeros((), dtype=like.dtype)
    if not isinstance(values, torch.Tensor):
        raise InputError(f"{path}: '{name}' is missing; these are not the weights of VGG16-BN")
    if values.shape != like.shape:
        raise InputError(
            f"{path}: '{name}': expected the shape {tuple(like.shape)}, found {tuple(values.shape)}; these are not the"
            " weights of VGG16-BN"
        )
    if not values.isfinite().all():
        raise InputError(f"{path}: '{name}' has values that are not finite")
    return values.to(like.dtype).contiguous()


def write_features(path: str | os.PathLike, features: dict[str, torch.Tensor], source: str | os.PathLike) -> None:
    """Writes what read_features gave, as safetensors. source: path of the file they were read from."""
    made_from = {"file": os.path.basename(source), "sha256": sha256_of(source)}
    with atomic_path(path) as temporary:
        temporary.write_bytes(save(features, {"source": json.dumps(made_from, sort_keys=True)}))


def start_from_pretrained(network: FusionNet, experiment: ExperimentSettings, settings: NetworkSettings) -> None:
    """Loads the weights of settings.pretrained into every VGG16-BN stream of a network, in place; without any, leaves
    it as it is."""
    if settings.pretrained_file is None:
        return
    features = read_features(settings.pretrained_file)
    for modality, kind in experiment.streams.items():
        if kind == "vgg16_bn":
            stack = network.backbones[modality]
            stack.load_state_dict({name: features[name] for name in stack.state_dict()})  # it may end earlier
