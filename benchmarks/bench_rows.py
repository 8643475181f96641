"""What a row of config.yaml takes beside FFNet-M: steps of training of every network, in turn, on one core.

    python benchmarks/bench_rows.py

The networks, losses, width and batch are those of config.yaml, the scans random, as time does not depend on them.
"""

import functools
import pathlib

import numpy as np
import torch
from bench_training import random_collection
from rounds import print_times, time_in_turn

from ffnet.commands.config_file import read_config_file
from ffnet.networks.fusion import build_network
from ffnet.training.loop import move_to_device
from ffnet.training.precision import Precision
from ffnet.training.trainer import EagerWorker
from ffnet.workflow.planning import experiment_recipe

CONFIG = pathlib.Path(__file__).parents[1] / "config.yaml"
ROUNDS, STEPS, RATE, OURS, MASKED_ALIKE = 5, 3, 1e-4, "FFNet-M", ("other", "mean")


def steps(worker, state, scans):
    for batch in scans:
        worker.step(state, batch, RATE)


def main():
    torch.set_num_threads(1)
    config = read_config_file(CONFIG)
    device, dataset = torch.device("cpu"), next(iter(config.datasets))
    collection = random_collection(config.training.batch * STEPS)
    data = move_to_device(collection, device)
    scans = torch.from_numpy(np.arange(len(collection.scan))).split(config.training.batch)
    functions = {}
    for name, row in config.experiments.items():
        if not row.is_ridge and row.masks not in MASKED_ALIKE:  # which are FFNet-M and F3DNet-M-d with other numbers
            recipe = experiment_recipe(config, dataset, name)
            worker = EagerWorker(recipe, data, Precision(device, recipe.training.precision))
            state = worker.start(build_network(row, recipe.networks, len(recipe.classes)), seed=0)
            functions[name] = functools.partial(steps, worker, state, scans)
    print(f"{STEPS} steps of {config.training.batch} scans, width {config.networks.width}, one core")
    print_times(time_in_turn(functions, ROUNDS), OURS)


if __name__ == "__main__":
    main()
