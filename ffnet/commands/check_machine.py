"""Cores, GPU, SLURM, memory and disk of this machine."""

import os
import shutil
from collections.abc import Iterator

from ffnet.commands.check_packages import import_package
from ffnet.commands.findings import Finding
from ffnet.config import Config
from ffnet.errors import InputError
from ffnet.workflow.planning import plan_dataset

GIB = 2**30
SCAN_BYTES = 6 * 10**6  # disk space of one scan in all stages, roughly; most of it is mesh and photo
JOB_BYTES = 2 * GIB  # memory of one job, roughly


def check_computing(config: Config | None) -> Iterator[Finding]:
    """Cores, GPU and SLURM."""
    yield Finding("ok", f"{cores()} cores, so {cores()} jobs run at a time")
    yield from check_gpu(config)
    if shutil.which("sbatch"):
        yield Finding("ok", "SLURM found (sbatch)")
    else:
        yield Finding("note", "no SLURM (sbatch not found): all jobs run on this machine")


def cores() -> int:
    """The number of cores that this process may use."""
    return len(os.sched_getaffinity(0))


def check_gpu(config: Config | None) -> Iterator[Finding]:
    """Whether torch sees a GPU, and whether the settings ask for one."""
    try:
        torch = import_package("torch")
    except InputError:
        return  # check_packages reports it
    if torch.cuda.is_available():
        yield Finding("ok", f"GPU: {torch.cuda.get_device_name(0)}")
    elif config and config.execution.device == "cuda":
        yield Finding(
            "PROBLEM", "execution.device is cuda, but torch sees no GPU", "set it to auto, or fix the GPU driver"
        )
    else:
        yield Finding("note", "no GPU: networks train on the cores; fine for the demo, days for the paper's protocol")


def check_space(config: Config | None) -> Iterator[Finding]:
    """Free disk space and memory, compared with a rough estimate of the need."""
    import psutil

    yield disk_finding(shutil.disk_usage(".").free, count_scans(config) * SCAN_BYTES)
    yield memory_finding(psutil.virtual_memory().available, cores())


def disk_finding(free: int, need: int) -> Finding:
    """Whether the disk has room. free, need: bytes."""
    what = f"{free / GIB:.0f} GiB of disk space are free, about {need / GIB:.1f} GiB are needed"
    if free < need:
        return Finding("PROBLEM", what, "free some space, or move the project folder to another disk")
    return Finding("ok", what)


def memory_finding(free: int, jobs: int) -> Finding:
    """Whether memory is enough. free: bytes. jobs: how many run at a time."""
    what = f"{free / GIB:.0f} GiB of memory are free, {jobs} jobs at a time use up to {jobs * JOB_BYTES / GIB:.0f} GiB"
    if free < JOB_BYTES:
        return Finding("PROBLEM", what, "close other programs, or use a machine with more memory")
    if free < jobs * JOB_BYTES:
        return Finding("note", what, f"run with: snakemake --cores {int(free // JOB_BYTES)}")
    return Finding("ok", what)


def count_scans(config: Config | None) -> int:
    """How many scans all datasets have together, as far as they can be read; 0 without a Config."""
    if config is None:
        return 0
    count = 0
    for name in config.datasets:
        try:
            count += len(plan_dataset(name, config).rows)
        except InputError:
            continue  # check_collection reports it
    return count
