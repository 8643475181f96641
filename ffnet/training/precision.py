"""In which type a network computes: float32, or half precision where that is faster."""

import contextlib
from contextlib import AbstractContextManager

import torch


def half_type(device: torch.device) -> torch.dtype:
    """bfloat16, or float16 on a GPU that has no bfloat16."""
    if device.type == "cuda" and not torch.cuda.is_bf16_supported(including_emulation=False):
        return torch.float16
    return torch.bfloat16


class Precision:
    """The device a network computes on and the type of its forward pass. autocast: "none" for float32, or "half"."""

    def __init__(self, device: torch.device, autocast: str) -> None:
        self.device = device
        self.type = half_type(device) if autocast == "half" else torch.float32
        self.type_name = str(self.type).removeprefix("torch.")

    def context(self) -> AbstractContextManager:
        """The context in which the forward pass runs."""
        if self.type == torch.float32:
            return contextlib.nullcontext()
        return torch.autocast(self.device.type, dtype=self.type)
