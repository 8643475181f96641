"""Training on the cores: steps of full-width FFNet-M, and whole runs at a quarter width by fold and by repeat.

    python benchmarks/bench_training.py

Steps. Ours: training.precision: half (bfloat16), channels last, the collection in memory, torch.optim.Adam over all
parameters at once. Plain: float32, channels first, torch's DataLoader and torch.optim.Adam as it comes. The same
network, batch and random scans, all cores, in turn.

Runs: processes as the workflow starts them, from imports to written predictions, of FFNet-M of config.yaml on 144
random scans of 12 subjects in 10 folds, on one core; and the memory they take beside what the workflow asks for. Then
what a run costs before its first step, each part in a process of its own.
"""

import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import time

import numpy as np
import torch
from rounds import print_times, time_in_turn
from torch.utils.data import DataLoader, Dataset

from ffnet.commands.config_file import read_config_file
from ffnet.expressions import EXPRESSIONS
from ffnet.networks.fusion import build_network
from ffnet.networks.settings import NetworkSettings
from ffnet.shards.samples import Samples
from ffnet.storage import write_stage
from ffnet.training.loop import move_to_device, training_step
from ffnet.training.precision import Precision
from ffnet.training.state import TrainingState
from ffnet.workflow.memory import training_memory
from ffnet.workflow.planning import plan_dataset

ROOT = pathlib.Path(__file__).parents[1]
ROUNDS, BATCH, STEPS, RATE = 6, 32, 2, 1e-4
OURS, FULL, PLAIN = "ffnet, bfloat16", "ffnet, float32", "plain loop, float32"
STARTS = {
    "interpreter": "pass",
    "numpy, h5py and what reads shards": "import numpy, h5py, ffnet.training.run",
    "torch": "import torch",
    "all imports of a run": "import h5py, ffnet.training.run, ffnet.training.trainer",
    "imports, 720 scans read, network built": """
import yaml, ffnet.training.run, torch
from ffnet.config import read_config
from ffnet.shards.samples import read_samples
from ffnet.networks.fusion import build_network
import ffnet.training.trainer
config = read_config(yaml.safe_load(open({config!r})))
read_samples([{shard!r}])
build_network(config.experiments["FFNet-M"], config.networks, 6)
""",
}

RUNS = """
import json, pathlib, sys
from ffnet.commands.config_file import read_config_file
from ffnet.training.run import train_runs
from ffnet.training.session import Run, Session, read_data
from ffnet.workflow.planning import experiment_recipe
folder, folds = pathlib.Path({folder!r}), {folds}
config = read_config_file({config!r})
recipe = experiment_recipe(config, "demo-bu3dfe", "FFNet-M")
session = Session(config.execution, 1, "code", str(folder / f"resume-{{len(folds)}}"), "key")
runs = [Run("FFNet-M", 0, fold) for fold in folds]
for run, *texts in train_runs(runs, lambda: read_data(folder / "shards.csv", folder / "split.csv"), recipe, session):
    for text, suffix in zip(texts, ("csv", "json")):
        (folder / f"{{len(folds)}}-{{run.fold}}.{{suffix}}").write_text(text)
"""
FOLDS, SUBJECTS = 10, 12


def random_collection(count):
    """A Samples of noise."""
    random = np.random.default_rng(0)
    maps = {"depth": (112, 112), "normals": (112, 112, 3), "texture": (112, 112, 3), "mask1": (56, 56)}
    columns = {name: random.random((count, *shape), np.float32) for name, shape in (maps | {"mask2": (28, 28)}).items()}
    names = np.array([f"s{number:04d}" for number in range(count)])
    label = np.arange(count) % len(EXPRESSIONS)
    return Samples(scan=names, subject=names, label=label, intensity=label, **columns)


class Scans(Dataset):
    """What one writes first: a scan at a time, channels first."""

    def __init__(self, collection):
        self.collection = collection

    def __len__(self):
        return len(self.collection.scan)

    def __getitem__(self, i):
        scans = self.collection
        maps = {"depth": scans.depth[i][None], "mask1": scans.mask1[i][None], "mask2": scans.mask2[i][None]}
        maps |= {
            name: np.ascontiguousarray(getattr(scans, name)[i].transpose(2, 0, 1)) for name in ("normals", "texture")
        }
        return maps, scans.label[i]


def plain_steps(network, collection):
    """A function that does STEPS steps the plain way."""
    optimiser = torch.optim.Adam(network.parameters(), lr=RATE)
    loader = DataLoader(Scans(collection), batch_size=BATCH, shuffle=True)

    def steps():
        for _, (maps, labels) in zip(range(STEPS), loader, strict=False):
            optimiser.zero_grad()
            torch.nn.functional.cross_entropy(network(maps), labels).backward()
            optimiser.step()

    return steps


def our_steps(network, collection, settings, precision):
    """A function that does STEPS steps our way."""
    device = torch.device("cpu")
    network = network.to(memory_format=torch.channels_last)
    data = move_to_device(collection, device)
    state = TrainingState(network, settings, Precision(device, precision), seed=0)

    def steps():
        for batch in torch.randperm(len(data.labels)).split(BATCH)[:STEPS]:
            training_step(data, state, batch, RATE)

    return steps


def write_collection(folder):
    """Shard, list of shards and split of a collection of the demo's size."""
    collection = random_collection(SUBJECTS * 12)
    subject = np.repeat([f"s{number:02d}" for number in range(SUBJECTS)], 12)
    write_stage(folder / "shard.h5", collection._replace(subject=subject)._asdict())
    (folder / "shards.csv").write_text(f"file,sha256\n{folder / 'shard.h5'},0\n")
    lines = [f"s{number:02d},{number % FOLDS}\n" for number in range(SUBJECTS)]
    (folder / "split.csv").write_text("subject,fold\n" + "".join(lines))


def measure_runs(folder, folds):
    """(seconds, MiB at the peak) of a process that trains the runs of some folds."""
    code = RUNS.format(folder=str(folder), folds=folds, config=str(ROOT / "config.yaml"))
    environment = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    start = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    assert status == 0
    return time.perf_counter() - start, usage.ru_maxrss / 2**10


def bench_runs(folder, config):
    write_collection(folder)
    fold = min(measure_runs(folder, [number]) for number in range(3))
    repeat = measure_runs(folder, list(range(FOLDS)))
    same = all(
        (folder / f"1-{number}.csv").read_text() == (folder / f"{FOLDS}-{number}.csv").read_text()
        for number in range(3)
    )
    asked = training_memory(config, plan_dataset("demo-bu3dfe", config), "FFNet-M", gpu=False)
    print(
        f"a run of FFNet-M with everything, width {config.networks.width:g}, {config.training.epochs} epochs, one core"
    )
    print(f"  by fold:   {fold[0]:5.1f} s a run, {fold[1]:5.0f} MiB; asked for: {asked} MiB")
    print(f"  by repeat: {repeat[0] / FOLDS:5.1f} s a run, {repeat[1]:5.0f} MiB; asked for: {asked} MiB")
    print(f"  the same predictions: {same}\n")


def main():
    config = read_config_file(ROOT / "config.yaml")
    full = NetworkSettings(**(vars(config.networks) | {"width": 1.0}))
    collection = random_collection(BATCH * STEPS)
    networks = {name: build_network(config.experiments["FFNet-M"], full, 6).train() for name in (OURS, FULL, PLAIN)}
    steps = {
        OURS: our_steps(networks[OURS], collection, config.training, "half"),
        FULL: our_steps(networks[FULL], collection, config.training, "float32"),
        PLAIN: plain_steps(networks[PLAIN], collection),
    }
    print(f"FFNet-M, full width, batch {BATCH}, {torch.get_num_threads()} threads; {STEPS} steps a round")
    time_in_turn(steps, 1)  # the first steps also find their algorithms
    seconds = time_in_turn(steps, ROUNDS)
    print_times(seconds, OURS)
    for name, times in seconds.items():
        print(f"{name}: {BATCH * STEPS / min(times):.1f} scans a second")
    print(f"memory of this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10:.0f} MiB\n")
    with tempfile.TemporaryDirectory() as folder:
        bench_runs(pathlib.Path(folder), config)
    with tempfile.TemporaryDirectory() as folder:
        shard = f"{folder}/shard.h5"
        write_stage(shard, random_collection(720)._asdict())
        code = {name: text.format(config=str(ROOT / "config.yaml"), shard=shard) for name, text in STARTS.items()}
        starts = {
            name: lambda text=text: subprocess.run([sys.executable, "-c", text], cwd=ROOT, check=True)
            for name, text in code.items()
        }
        print("from process start to there:")
        print_times(time_in_turn(starts, 3), "interpreter")


if __name__ == "__main__":
    main()
