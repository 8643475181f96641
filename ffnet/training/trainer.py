"""Networks of one recipe, trained and tested on one device."""

import contextlib
import dataclasses
import os
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch

from ffnet.networks.fusion import build_network
from ffnet.networks.pretrained import start_from_pretrained
from ffnet.shards.samples import Samples
from ffnet.storage import sha256_of
from ffnet.training.checkpoint import Checkpoint
from ffnet.training.device import check_memory, device_name, hold_device
from ffnet.training.loop import DeviceData, eager_step, move_to_device, predict, take, train
from ffnet.training.precision import Precision
from ffnet.training.recipe import NetworkRecipe
from ffnet.training.session import Session
from ffnet.training.state import TrainingState


@dataclasses.dataclass(frozen=True)
class Trainer:
    """Trains and tests one network after another. data: the collection on the device that precision names."""

    recipe: NetworkRecipe
    data: DeviceData
    precision: Precision

    def train(self, scans: np.ndarray, seed: int, checkpoint: Checkpoint | None = None) -> TrainingState:
        """A network trained on some scans, from its checkpoint if there is one.

        scans: (n,) positions in the collection. seed: of the first weights, dropout and the order of scans; the same
        seed and threads give the same bits on a CPU, killed and resumed or not.
        """
        recipe = self.recipe
        torch.manual_seed(seed)
        network = build_network(recipe.experiment, recipe.networks, len(recipe.classes))
        start_from_pretrained(network, recipe.experiment, recipe.networks)
        network.to(self.precision.device).to(memory_format=torch.channels_last)
        state = TrainingState(network, recipe.training, self.precision, seed)
        train(state, torch.from_numpy(scans), recipe.training, eager_step(self.data), checkpoint)
        return state

    def predict(self, state: TrainingState, scans: np.ndarray) -> np.ndarray:
        """Probabilities of the classes for some scans, (n, classes) float64."""
        inputs = take(self.data.inputs, torch.from_numpy(scans).to(self.precision.device))
        return predict(state.network, inputs, self.recipe.training.batch, self.precision)

    def notes(self, state: TrainingState) -> dict[str, Any]:
        """Those fields of a Record that only networks have, after training."""
        pretrained = self.recipe.networks.pretrained_file
        return {
            "torch": torch.__version__,
            "device": device_name(self.precision.device),
            "computed_in": self.precision.type_name,
            "seed": state.seed,
            "pretrained_sha256": sha256_of(pretrained) if pretrained else None,
            "parameters": sum(parameter.numel() for parameter in state.network.parameters()),
            "resumed": state.resumed,
            "training_seconds": round(sum(row["seconds"] for row in state.history), 3),
            "epochs": state.history,
        }


@contextlib.contextmanager
def hold_trainer(recipe: NetworkRecipe, collection: Samples, session: Session) -> Iterator[Trainer]:
    """A Trainer with a collection, which holds its place on a device until the block ends. Raises InputError as
    hold_device and check_memory do."""
    make_deterministic(session.threads)
    with hold_device(recipe.device, session.execution.runs_per_gpu) as device:
        check_memory(sum(column.nbytes for column in collection), device)
        yield Trainer(recipe, move_to_device(collection, device), Precision(device, recipe.training.autocast))


def make_deterministic(threads: int) -> None:
    """Makes torch give the same bits again, in a number of threads."""
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # else sums on a GPU come in any order
    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(True)
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined] # writes all tensors twice
