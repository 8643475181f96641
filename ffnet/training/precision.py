"""In which type a network computes: float32, or half precision where that is faster."""

import contextlib
from collections.abc import Iterable
from contextlib import AbstractContextManager

import torch

GROW_EVERY = 2000  # good steps until the loss is scaled up again, as in torch.amp.GradScaler
FIRST_SCALE = 2.0**16


def half_type(device: torch.device) -> torch.dtype:
    """bfloat16, or float16 on a GPU that has no bfloat16."""
    if device.type == "cuda" and not torch.cuda.is_bf16_supported(including_emulation=False):
        return torch.float16
    return torch.bfloat16


class Precision:
    """How one network computes on one device.

    autocast: "none" for float32 or "half". float16 loses small gradients, so the loss is scaled up before them and
    they are scaled down after; a step whose gradients overflow is left out and the scale halved (Micikevicius et al.,
    Mixed Precision Training, 2018).
    """

    def __init__(self, device: torch.device, autocast: str) -> None:
        self.device = device
        self.type = half_type(device) if autocast == "half" else torch.float32
        self.scale = FIRST_SCALE if self.type == torch.float16 else 1.0
        self.good = 0

    def context(self) -> AbstractContextManager:
        """The context in which the forward pass runs."""
        if self.type == torch.float32:
            return contextlib.nullcontext()
        return torch.autocast(self.device.type, dtype=self.type)

    def backward(self, loss: torch.Tensor, parameters: Iterable[torch.nn.Parameter]) -> bool:
        """Gradients of the loss in the parameters; returns whether they are finite and a step may follow."""
        if self.type != torch.float16:
            loss.backward()
            return True
        (loss * self.scale).backward()
        gradients = [parameter.grad for parameter in parameters if parameter.grad is not None]
        for gradient in gradients:
            gradient /= self.scale
        finite = all(bool(gradient.isfinite().all()) for gradient in gradients)
        self.good = self.good + 1 if finite else 0
        if not finite:
            self.scale /= 2
        elif self.good % GROW_EVERY == 0:
            self.scale *= 2
        return finite
