"""Where a training stands."""

import torch

from ffnet.networks.fusion import FusionNet
from ffnet.training.adam import Adam
from ffnet.training.precision import Precision


class Progress:
    """Everything that the rest of a training depends on.

    epoch: from 0. order: the epoch's order of scans, None before it is drawn. done: batches of the epoch that are
    done. loss_sum, right: over these. history: of finished epochs. spent: seconds in this epoch. resumed: how often
    the run was taken up again.
    """

    def __init__(self, network: FusionNet, optimiser: Adam, precision: Precision, seed: int) -> None:
        self.network, self.optimiser, self.precision = network, optimiser, precision
        self.generator = torch.Generator().manual_seed(seed)
        self.epoch, self.done = 0, 0
        self.order: torch.Tensor | None = None
        self.loss_sum, self.right = torch.zeros(2, dtype=torch.float64, device=precision.device)
        self.history: list[dict] = []
        self.spent, self.resumed = 0.0, 0

    def end_epoch(self, row: dict) -> None:
        """Closes an epoch with its row of the history."""
        self.history.append(row)
        self.epoch, self.order, self.done, self.spent = self.epoch + 1, None, 0, 0.0
        self.loss_sum, self.right = torch.zeros_like(self.loss_sum), torch.zeros_like(self.right)

    def computed(self) -> str:
        """On what kind of device, in which type: the other half of a run must be computed likewise."""
        return f"{self.precision.device.type} in {str(self.precision.type).removeprefix('torch.')}"

    def state(self) -> tuple[dict[str, torch.Tensor], dict]:
        """Tensors and JSON values that take_up needs."""
        tensors = {f"network.{name}": tensor for name, tensor in self.network.state_dict().items()}
        for number, (mean, square) in enumerate(zip(self.optimiser.means, self.optimiser.squares, strict=True)):
            tensors |= {f"mean.{number}": mean, f"square.{number}": square}
        tensors |= {"random.order": self.generator.get_state(), "random.torch": torch.get_rng_state()}
        if self.precision.device.type == "cuda":
            tensors["random.cuda"] = torch.cuda.get_rng_state(self.precision.device)
        if self.order is not None:
            tensors["order"] = self.order
        tensors |= {"loss_sum": self.loss_sum, "right": self.right}
        notes = {name: getattr(self, name) for name in ("epoch", "done", "history", "spent", "resumed")}
        return tensors, notes | {
            "computed": self.computed(),
            "steps": self.optimiser.steps,
            "scale": self.precision.scale,
            "good": self.precision.good,
        }

    def take_up(self, tensors: dict[str, torch.Tensor], notes: dict) -> None:
        """Goes on from what state() gave."""
        weights = {name.removeprefix("network."): t for name, t in tensors.items() if name.startswith("network.")}
        self.network.load_state_dict(weights)
        for number, (mean, square) in enumerate(zip(self.optimiser.means, self.optimiser.squares, strict=True)):
            mean.copy_(tensors[f"mean.{number}"])
            square.copy_(tensors[f"square.{number}"])
        self.generator.set_state(tensors["random.order"])
        torch.set_rng_state(tensors["random.torch"])
        if self.precision.device.type == "cuda":
            torch.cuda.set_rng_state(tensors["random.cuda"], self.precision.device)
        self.order = tensors.get("order")
        self.loss_sum.copy_(tensors["loss_sum"])
        self.right.copy_(tensors["right"])
        self.optimiser.steps, self.precision.scale, self.precision.good = notes["steps"], notes["scale"], notes["good"]
        self.epoch, self.done, self.history, self.spent = (
            notes[name] for name in ("epoch", "done", "history", "spent")
        )
        self.resumed = notes["resumed"] + 1
