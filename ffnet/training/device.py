"""Which device a job computes on, and its place there."""

import contextlib
import os
import pathlib
import time
from collections.abc import Iterator

import filelock
import torch

from ffnet.errors import InputError

LOCKS = pathlib.Path("/tmp")  # of this machine, whichever user or job asks
WAIT = 5.0  # seconds between two looks for a free GPU or for its memory
PATIENCE = 60.0  # seconds that a GPU may need to free the memory of a job that has ended
RESERVE = 1.5  # the collection and this much of it again must fit, for what a step computes


@contextlib.contextmanager
def hold_device(wanted: str, runs_per_gpu: int) -> Iterator[torch.device]:
    """The torch device for "auto", "cpu" or "cuda"; of several GPUs one with a free place, held until the block ends.

    runs_per_gpu: places on each GPU, or on each MIG slice that CUDA_VISIBLE_DEVICES names. Raises InputError if a GPU
    is asked for and there is none, or if the block needs more memory than the GPU has.
    """
    with contextlib.ExitStack() as stack:
        slices = [] if wanted == "cpu" else mig_slices()
        if slices:  # CUDA shows a process one slice alone, so it must be chosen before CUDA starts
            chosen = stack.enter_context(hold_place(slices, runs_per_gpu))
            os.environ["CUDA_VISIBLE_DEVICES"] = slices[chosen]
        if wanted == "cpu" or not torch.cuda.is_available():
            if wanted == "cuda":
                raise InputError("execution.device is cuda, but torch finds no GPU here; set it to auto or cpu")
            yield torch.device("cpu")
            return
        names = [str(torch.cuda.get_device_properties(number).uuid) for number in range(torch.cuda.device_count())]
        number = 0 if slices else stack.enter_context(hold_place(names, runs_per_gpu))
        torch.cuda.set_device(number)
        try:
            yield torch.device("cuda", number)
        except torch.OutOfMemoryError as error:
            raise InputError(
                f"GPU {number} ran out of memory; lower training.batch, execution.networks_per_gpu or "
                "execution.runs_per_gpu, or end what else runs there"
            ) from error


def mig_slices() -> list[str]:
    """The names of the MIG slices in CUDA_VISIBLE_DEVICES."""
    names = os.environ.get("CUDA_VISIBLE_DEVICES", "").split(",")
    return [name.strip() for name in names if name.strip().startswith("MIG-")]


@contextlib.contextmanager
def hold_place(names: list[str], places: int) -> Iterator[int]:
    """The number of the first of the GPUs with a free place; waits while there is none.

    names: of the GPUs, the same for every process. places: on each. The system frees a place when the process that
    holds it ends, however it ends.
    """
    reported = False
    while True:
        for place in range(places):
            for number, name in enumerate(names):
                lock = filelock.FileLock(LOCKS / f"ffnet-gpu-{name}.{place}.lock", timeout=0, mode=0o666)
                try:
                    lock.acquire()
                except filelock.Timeout:
                    continue
                try:
                    yield number
                finally:
                    lock.release()
                return
        if not reported:
            print(f"all places on {len(names)} GPUs are in use (execution.runs_per_gpu: {places}); waiting", flush=True)
            reported = True
        time.sleep(WAIT)


def check_memory(needed: int, device: torch.device) -> None:
    """Waits until a collection of so many bytes, and RESERVE of it again, fit a GPU's free memory, as a job that has
    ended may not have freed all of its own yet. Raises InputError if they do not fit after PATIENCE seconds."""
    if device.type != "cuda":
        return
    end = time.monotonic() + PATIENCE
    while True:
        free, _ = torch.cuda.mem_get_info(device)
        if needed * (1 + RESERVE) <= free:
            return
        if time.monotonic() > end:
            raise InputError(
                f"the collection takes {needed / 2**30:.2f} GiB and training as much again and half; of {device} "
                f"{free / 2**30:.2f} GiB are free. Lower execution.runs_per_gpu or training.batch, end what else runs "
                "there, or set execution.device to cpu"
            )
        time.sleep(WAIT)


def device_name(device: torch.device) -> str:
    """What a record calls a device."""
    return torch.cuda.get_device_name(device) if device.type == "cuda" else "cpu"
