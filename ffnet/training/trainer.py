"""Networks of one recipe, trained and tested on one device."""

import contextlib
import dataclasses
import functools
import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

import numpy as np
import torch

from ffnet.networks.cost import row_cost
from ffnet.networks.fusion import FusionNet, build_network
from ffnet.networks.pretrained import start_from_pretrained
from ffnet.shards.samples import Samples
from ffnet.storage import sha256_of
from ffnet.training.checkpoint import Checkpoint
from ffnet.training.device import check_memory, device_name, hold_device
from ffnet.training.loop import (
    DeviceData,
    augment_epoch,
    classifier_inputs,
    eager_step,
    mask_inputs,
    move_to_device,
    predict,
    take,
    train,
)
from ffnet.training.losses import make_loss
from ffnet.training.mask_choice import OWN_MASKS, Masks
from ffnet.training.precision import Precision
from ffnet.training.recipe import NetworkRecipe
from ffnet.training.session import Session
from ffnet.training.settings import ExecutionSettings
from ffnet.training.state import TrainingState
from ffnet.training.validation import TEST, VALIDATION, Scores, scores_of

NO_SCANS = np.empty(0, np.int64)
SEEDING = threading.Lock()  # held from a seed of torch's global generator to the last number drawn from it


class Worker(Protocol):
    """What trains one network at a time. stop: ends that from another thread."""

    def start(self, network: FusionNet, seed: int, masks: Masks = OWN_MASKS) -> TrainingState:
        """The state of a new training of a network; it is valid until the next start. masks: in place of its own."""
        ...

    def step(self, state: TrainingState, scans: torch.Tensor, rate: float) -> tuple[torch.Tensor, torch.Tensor]:
        """One step; see loop.Step."""
        ...

    def turn(self) -> AbstractContextManager[None]:
        """The context in which a thread works with this worker."""
        ...

    def stop(self) -> None: ...


@dataclasses.dataclass(frozen=True)
class EagerWorker:
    """Computes one operation after another: on a CPU, and on a GPU without graphs."""

    recipe: NetworkRecipe
    data: DeviceData
    precision: Precision

    def start(self, network: FusionNet, seed: int, masks: Masks = OWN_MASKS) -> TrainingState:
        """The state of a new training."""
        network.to(self.precision.device).to(memory_format=torch.channels_last)
        state = TrainingState(network, self.recipe.training, self.precision, seed)
        state.masks = mask_inputs(masks, self.data)
        state.loss = make_loss(self.recipe.experiment.loss, self.recipe.classes, self.precision.device)
        if self.recipe.training.augments:
            state.augmented = {name: torch.empty_like(values) for name, values in self.data.inputs.items()}
        return state

    def step(self, state: TrainingState, scans: torch.Tensor, rate: float) -> tuple[torch.Tensor, torch.Tensor]:
        """One step; see loop.Step."""
        return eager_step(self.data)(state, scans, rate)

    def turn(self) -> AbstractContextManager[None]:
        """Nothing; it has no thread of its own."""
        return contextlib.nullcontext()

    def stop(self) -> None:
        """Nothing; it has no thread of its own."""


@dataclasses.dataclass(frozen=True)
class Trainer:
    """Trains and tests networks of one recipe.

    data: the collection on the device that precision names. workers: each for one network at a time. gpu_step: how
    their steps are done on a GPU, None on a CPU.
    """

    recipe: NetworkRecipe
    data: DeviceData
    precision: Precision
    workers: Sequence[Worker]
    gpu_step: str | None

    def train(
        self,
        worker: Worker,
        scans: np.ndarray,
        seed: int,
        checkpoint: Checkpoint | None = None,
        label: str = "",
        masks: Masks = OWN_MASKS,
        validation: np.ndarray = NO_SCANS,
        test: np.ndarray = NO_SCANS,
    ) -> TrainingState:
        """A network trained on some scans, from its checkpoint if there is one.

        scans, validation: (n,) positions in the collection of the scans to train on and of those to watch it on. test:
        of those that training.watch_test measures it on after each epoch, which changes nothing else.
        seed: of the first weights, dropout and the order of scans; the same seed, device, threads and gpu_step give
        the same bits, killed and resumed or not, alone or side by side. label: in front of the lines that it prints.
        masks: of all scans, in place of their own.
        """
        state = worker.start(self._fresh_network(seed), seed, masks)
        state.label = label
        settings = self.recipe.training
        change = functools.partial(augment_epoch, state, self.data, settings, self.recipe.texture)
        parts = {VALIDATION: validation, TEST: test if settings.watch_test else NO_SCANS}
        watch = {name: functools.partial(self.score, state, part) for name, part in parts.items() if len(part)}
        used = torch.from_numpy(scans)
        train(state, used, settings, worker.step, checkpoint, watch, change if settings.augments else None)
        return state

    def score(self, state: TrainingState, scans: np.ndarray) -> Scores:
        """The Scores of the network on some scans."""
        labels = self.data.labels[torch.from_numpy(scans).to(self.precision.device)]
        return scores_of(self.predict(state, scans), labels.cpu().numpy())

    def _fresh_network(self, seed: int) -> FusionNet:
        recipe = self.recipe
        with SEEDING:
            torch.manual_seed(seed)
            network = build_network(recipe.experiment, recipe.networks, len(recipe.classes))
        start_from_pretrained(network, recipe.experiment, recipe.networks)
        return network

    def predict(self, state: TrainingState, scans: np.ndarray) -> np.ndarray:
        """Probabilities of the classes for some scans, (n, classes) float64."""
        return predict(state.network, self._inputs(state, scans), self.recipe.training.batch, self.precision)

    def features(self, state: TrainingState, scans: np.ndarray) -> np.ndarray:
        """The numbers that enter the classifier for some scans, (n, k) float32."""
        return classifier_inputs(state.network, self._inputs(state, scans), self.recipe.training.batch, self.precision)

    def _inputs(self, state: TrainingState, scans: np.ndarray) -> dict[str, torch.Tensor]:
        return take(self.data.inputs | state.masks, torch.from_numpy(scans).to(self.precision.device))

    def notes(self, state: TrainingState) -> dict[str, Any]:
        """Those fields of a Record that only networks have, after training."""
        recipe, side = self.recipe, next(iter(self.data.inputs.values())).shape[-1]
        pretrained = recipe.networks.pretrained_file
        parameters, multiply_adds = row_cost(recipe.experiment, recipe.networks, len(recipe.classes), side)
        return {
            "torch": torch.__version__,
            "device": device_name(self.precision.device),
            "computed_in": self.precision.type_name,
            "gpu_step": self.gpu_step,
            "seed": state.seed,
            "pretrained_sha256": sha256_of(pretrained) if pretrained else None,
            "parameters": parameters,
            "multiply_adds": multiply_adds,
            "resumed": state.resumed,
            "training_seconds": round(sum(row["seconds"] for row in state.history), 3),
            "epochs": state.history,
            "kept_epoch": state.best and state.best["epoch"],
        }


@contextlib.contextmanager
def hold_trainer(
    recipe: NetworkRecipe, collection: Samples, session: Session, counts: Sequence[int]
) -> Iterator[Trainer]:
    """A Trainer with a collection, which holds its place on a device until the block ends.

    counts: training scans of each run that it will train. Raises InputError as hold_device and check_memory do.
    """
    make_deterministic(session.threads)
    with hold_device(recipe.device, session.execution.runs_per_gpu) as device:
        copies = 2 if recipe.training.augments else 1
        check_memory(copies * sum(column.nbytes for column in collection), device)
        precision = Precision(device, recipe.training.precision)
        precision.apply()
        yield open_trainer(recipe, collection, precision, session.execution, counts)


def open_trainer(
    recipe: NetworkRecipe,
    collection: Samples,
    precision: Precision,
    execution: ExecutionSettings,
    counts: Sequence[int],
) -> Trainer:
    """A Trainer on a device; see hold_trainer."""
    if precision.device.type == "cpu" or recipe.gpu_step == "eager":
        data = move_to_device(collection, precision.device)
        how = None if precision.device.type == "cpu" else "eager"
        return Trainer(recipe, data, precision, [EagerWorker(recipe, data, precision)], how)
    from ffnet.training.gpu import GraphWorker, batch_sizes, gpu_data, open_graph_workers  # a CPU needs none of it

    data = gpu_data(collection, recipe.experiment, precision, augments=recipe.training.augments)
    sizes = batch_sizes(counts, recipe.training.batch)
    workers, compiled = open_graph_workers(
        functools.partial(GraphWorker, recipe, data, precision, sizes),
        recipe.gpu_step == "compiled",
        execution.networks_per_gpu,
        len(counts),
        precision.device,
    )
    return Trainer(recipe, data, precision, workers, "compiled" if compiled else "graph")


def make_deterministic(threads: int) -> None:
    """Makes torch give the same bits again, in a number of threads."""
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # else sums on a GPU come in any order
    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(True)
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined] # writes all tensors twice
