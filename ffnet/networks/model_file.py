"""Trained networks on disk: one safetensors file whose header has all that a prediction needs."""

import json
import os
from typing import Any, NamedTuple

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from ffnet.errors import InputError
from ffnet.networks.combinations import check_experiments
from ffnet.networks.fusion import FusionNet, build_network
from ffnet.networks.settings import ExperimentSettings, NetworkSettings
from ffnet.settings import read_settings
from ffnet.storage import atomic_path

FORMAT = "FFNet-M model"
VERSION = 2
NEEDED = ("name", "experiment", "networks", "classes", "preprocessing")


class Model(NamedTuple):
    """A trained network and the header of its file.

    network: FusionNet in evaluation mode. header: dict; see write_model.
    """

    network: FusionNet
    header: dict


def write_model(path: str | os.PathLike, network: FusionNet, header: dict) -> None:
    """Writes a network's weights with a header; the same content gives the same bytes.

    header: plain values that JSON knows; at least `name` of the experiment, its row `experiment`, `networks` (the
    NetworkSettings as a dict), `classes` (names in the order of outputs) and `preprocessing` (of the scans).
    """
    tensors = {name: values.detach().cpu().contiguous() for name, values in network.state_dict().items()}
    text = json.dumps({"format": FORMAT, "version": VERSION} | header, sort_keys=True)
    with atomic_path(path) as temporary:
        temporary.write_bytes(save(tensors, {"ffnet": text}))  # one key: safetensors writes several in random order


def read_model(path: str | os.PathLike) -> Model:
    """The Model that write_model wrote, on the CPU, channels last in memory as it was trained.

    Raises InputError if the file is cut, foreign, of another version, or its weights do not fit its header.
    """
    try:
        with safe_open(path, framework="pt") as file:
            header = _read_header((file.metadata() or {}).get("ffnet"), path)
            network = _empty_network(header, path)
            names = set(file.keys())
            wanted = network.state_dict()
            if names != set(wanted):
                odd = sorted(names ^ set(wanted))[0]
                raise InputError(
                    f"{path}: '{odd}' is {'unexpected' if odd in names else 'missing'} in a model of {header['name']}"
                )
            for name, like in wanted.items():
                _check_shape(name, file.get_slice(name), like, path)
            network.load_state_dict({name: file.get_tensor(name) for name in wanted}, assign=True)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error})") from error
    except SafetensorError as error:
        raise InputError(f"{path}: not a whole model file ({error}); make or copy it again") from error
    return Model(network.eval().to(memory_format=torch.channels_last), header)


def _read_header(text: str | None, path: str | os.PathLike) -> dict:
    try:
        header = json.loads(text or "null")
    except ValueError:
        header = None
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        raise InputError(f"{path}: a safetensors file, but not a model of this program; `snakemake models` makes one")
    if header.get("version") != VERSION:
        raise InputError(
            f"{path}: expected a model of version {VERSION}, found {header.get('version')}; use the version of this"
            " program that wrote it, or train it again"
        )
    missing = [key for key in NEEDED if key not in header]
    if missing:
        raise InputError(f"{path}: its header lacks '{missing[0]}'; make or copy it again")
    return header


def _empty_network(header: dict, path: str | os.PathLike) -> FusionNet:
    """The network a header describes, without memory for its weights."""
    experiment = read_settings(ExperimentSettings, header["experiment"], f"{path}: experiment")
    check_experiments({str(header["name"]): experiment}, f"{path}: experiments")
    networks = read_settings(NetworkSettings, header["networks"], f"{path}: networks")
    classes = header["classes"]
    if experiment.is_ridge or not isinstance(classes, list) or not all(isinstance(name, str) for name in classes):
        raise InputError(f"{path}: its header does not describe a network with named classes; make or copy it again")
    try:
        with torch.device("meta"):
            return build_network(experiment, networks, len(classes))
    except (RuntimeError, OverflowError) as error:
        raise InputError(f"{path}: its header describes a network of impossible size ({error})") from error


def _check_shape(name: str, found: Any, like: torch.Tensor, path: str | os.PathLike) -> None:
    wanted = tuple(like.shape), {torch.float32: "F32", torch.int64: "I64"}[like.dtype]
    came = tuple(found.get_shape()), found.get_dtype()
    if came != wanted:
        raise InputError(f"{path}: '{name}' is {came[1]} {came[0]}, but its header asks for {wanted[1]} {wanted[0]}")
