"""The state of a training: everything that its remaining steps depend on."""

from typing import TypedDict

import torch

from ffnet.networks.fusion import FusionNet
from ffnet.training.losses import Loss, cross_entropy
from ffnet.training.precision import Precision
from ffnet.training.record import Epoch
from ffnet.training.settings import TrainingSettings
from ffnet.training.validation import Scores, is_better

COUNTERS = ("epoch", "order", "batches_done", "history", "seconds", "resumed")


class Best(TypedDict):
    """The weights after an epoch, counted from 1, and their Scores."""

    epoch: int
    scores: tuple[float, float]
    network: dict[str, torch.Tensor]


class TrainingState:
    """A network, its optimiser and where its training is.

    seed: of the order of scans. epoch: from 0. order: the epoch's scans in order, None before it is drawn.
    batches_done: of this epoch. loss_sum, correct: sums over their scans, 0-d tensors. history: one row per finished
    epoch. seconds: spent in this epoch. resumed: how often the training was continued from a checkpoint. label: in
    front of the lines that it prints. masks: inputs in place of the collection's own, see ffnet.training.mask_choice.
    loss: what its steps minimise.
    augmented: inputs of training in place of all others, see augment_epoch; those of scans that do not train are unset.
    best: the epoch, Scores and weights that did best on the validation part so far, None where they are not kept.
    """

    def __init__(self, network: FusionNet, settings: TrainingSettings, precision: Precision, seed: int) -> None:
        self.network, self.precision = network, precision
        self.optimiser = create_optimiser(network, settings, precision.device)
        self.scaler = torch.amp.GradScaler(precision.device.type, enabled=precision.type == torch.float16)
        self.initial_scaler = self.scaler.state_dict()
        self.loss_sum, self.correct = torch.zeros(2, dtype=torch.float64, device=precision.device)
        self.uses_dropout = any(isinstance(part, torch.nn.Dropout) and part.p > 0 for part in network.modules())
        self.masks: dict[str, torch.Tensor] = {}
        self.loss: Loss = cross_entropy
        self.augmented: dict[str, torch.Tensor] = {}
        self._begin(seed)

    def _begin(self, seed: int) -> None:
        self.seed = seed
        self.generator = torch.Generator().manual_seed(seed)
        self.epoch, self.batches_done = 0, 0
        self.order: torch.Tensor | None = None
        self.loss_sum.zero_()
        self.correct.zero_()
        self.history: list[Epoch] = []
        self.seconds, self.resumed = 0.0, 0
        self.label = ""
        self.best: Best | None = None

    def restart(self, network: FusionNet, seed: int) -> None:
        """Begins the training of another network, whose values take the places of this one's in memory: a graph that
        was captured with this state trains it."""
        self.network.load_state_dict(network.state_dict())
        for values in self.optimiser.state.values():
            for value in values.values():
                value.zero_()
        self.scaler.load_state_dict(self.initial_scaler)
        self._begin(seed)

    def set_rate(self, rate: float) -> None:
        """Sets the learning rate of the next step."""
        for group in self.optimiser.param_groups:
            if isinstance(group["lr"], torch.Tensor):
                group["lr"].fill_(rate)
            else:
                group["lr"] = rate

    def end_epoch(self, row: Epoch) -> None:
        """Closes an epoch with its row of the history."""
        self.history.append(row)
        self.epoch, self.order, self.batches_done, self.seconds = self.epoch + 1, None, 0, 0.0
        self.loss_sum.zero_()
        self.correct.zero_()

    def keep_if_best(self, scores: Scores) -> None:
        """Keeps a copy of the weights of the epoch that has just been trained if no earlier one did as well."""
        if self.best is None or is_better(scores, Scores(*self.best["scores"])):
            weights = {name: values.clone() for name, values in self.network.state_dict().items()}
            self.best = Best(epoch=self.epoch + 1, scores=(*scores,), network=weights)

    def take_best(self) -> None:
        """Puts the kept weights into the network, if there are any."""
        if self.best is not None:
            self.network.load_state_dict(self.best["network"])

    def computed_on(self) -> str:
        """The kind of device and the type that it is computed in; a checkpoint of another is of no use."""
        return f"{self.precision.device.type} in {self.precision.type_name}"

    def state_dict(self) -> dict:
        """All values that load_state_dict needs, tensors among them."""
        device = self.precision.device
        return {
            "computed_on": self.computed_on(),
            "network": self.network.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "scaler": self.scaler.state_dict(),
            "order_generator": self.generator.get_state(),
            "dropout_generator": dropout_state(device) if self.uses_dropout else None,
            "sums": torch.stack([self.loss_sum, self.correct]),
            "best": self.best,
            "counters": {name: getattr(self, name) for name in COUNTERS},
        }

    def load_state_dict(self, values: dict) -> None:
        """Continues from what state_dict gave."""
        self.network.load_state_dict(values["network"])
        self._load_optimiser(values["optimiser"])
        self.scaler.load_state_dict(values["scaler"])
        self.generator.set_state(values["order_generator"])
        if values["dropout_generator"] is not None:
            set_dropout_state(values["dropout_generator"], self.precision.device)
        self.best = values["best"]
        self.loss_sum.copy_(values["sums"][0])
        self.correct.copy_(values["sums"][1])
        for name, value in values["counters"].items():
            setattr(self, name, value)
        self.resumed += 1

    def _load_optimiser(self, values: dict) -> None:
        """In place, where the optimiser has been used."""
        if not self.optimiser.state:
            self.optimiser.load_state_dict(values)
            return
        for number, parameter in enumerate(self.network.parameters()):
            for name, value in values["state"][number].items():
                self.optimiser.state[parameter][name].copy_(value)


def dropout_state(device: torch.device) -> torch.Tensor:
    """The state of the global generator that dropout draws from on a device."""
    return torch.cuda.get_rng_state(device) if device.type == "cuda" else torch.get_rng_state()


def set_dropout_state(state: torch.Tensor, device: torch.device) -> None:
    """Sets what dropout_state gave."""
    if device.type == "cuda":
        torch.cuda.set_rng_state(state, device)
    else:
        torch.set_rng_state(state)


def create_optimiser(network: FusionNet, settings: TrainingSettings, device: torch.device) -> torch.optim.Adam:
    """Adam with its steps joined over all parameters: on a GPU in one kernel, which reads the learning rate
    there; on a CPU with the bits of the plain loop, which the one kernel would not have."""
    fused = device.type == "cuda"
    return torch.optim.Adam(
        network.parameters(),
        lr=torch.tensor(settings.learning_rate, device=device) if fused else settings.learning_rate,
        betas=settings.betas,
        weight_decay=settings.weight_decay,
        fused=fused,
        foreach=not fused,
    )
