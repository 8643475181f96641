"""The GPUs of this machine, counted without torch, which takes seconds to import."""

import os
import pathlib

from ffnet.training.settings import ExecutionSettings

DEVICES = pathlib.Path("/dev")


def gpu_places(execution: ExecutionSettings) -> int:
    """How many networks may train on the GPUs of this machine at a time; 0 without a GPU or where none is used."""
    return 0 if execution.device == "cpu" else visible_gpus() * execution.runs_per_gpu


def visible_gpus() -> int:
    """How many GPUs a process here may use: those of CUDA_VISIBLE_DEVICES, else all.

    As in CUDA, what follows the first name that is no GPU in that list does not count.
    """
    present, listed = len(list(DEVICES.glob("nvidia[0-9]*"))), os.environ.get("CUDA_VISIBLE_DEVICES")
    if listed is None or not present:
        return present
    names = [name.strip() for name in listed.split(",")]
    valid = [name.startswith(("GPU-", "MIG-")) or (name.isdecimal() and int(name) < present) for name in names]
    return valid.index(False) if False in valid else len(valid)
