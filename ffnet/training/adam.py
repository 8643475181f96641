"""Adam in the few lines of its paper: creating torch.optim.Adam imports torch's compiler, over 3 s in every run."""

from collections.abc import Iterable

import torch


class Adam:
    """Kingma and Ba's optimiser with L2 weight decay, as torch.optim.Adam computes it."""

    epsilon = 1e-8

    def __init__(
        self, parameters: Iterable[torch.nn.Parameter], betas: tuple[float, float], weight_decay: float
    ) -> None:
        self.parameters = list(parameters)
        self.betas = betas
        self.weight_decay = weight_decay
        self.means = [torch.zeros_like(parameter) for parameter in self.parameters]
        self.squares = [torch.zeros_like(parameter) for parameter in self.parameters]
        self.steps = 0

    @torch.no_grad()
    def step(self, learning_rate: float) -> None:
        """Moves every parameter along its gradient's running mean and forgets the gradient."""
        self.steps += 1
        beta1, beta2 = self.betas
        rate = learning_rate / (1 - beta1**self.steps)
        correction = (1 - beta2**self.steps) ** 0.5
        for parameter, mean, square in zip(self.parameters, self.means, self.squares, strict=True):
            assert parameter.grad is not None  # backward has given every one of them
            gradient = parameter.grad.add(parameter, alpha=self.weight_decay)
            mean.lerp_(gradient, 1 - beta1)
            square.mul_(beta2).addcmul_(gradient, gradient, value=1 - beta2)
            parameter.addcdiv_(mean, square.sqrt().div_(correction).add_(self.epsilon), value=-rate)
            parameter.grad = None

    def forget(self) -> None:
        """Drops the gradients without a step."""
        for parameter in self.parameters:
            parameter.grad = None
