"""In which type a network computes: float32, TF32, or half precision where that is faster."""

import contextlib
from contextlib import AbstractContextManager

import torch

TF32_SINCE = (8, 0)  # the compute capability from which GPUs have TF32
CPU_BFLOAT16 = ("avx512_bf16", "amx_bf16")  # a CPU without these emulates bfloat16, slower than float32


def half_type(device: torch.device) -> torch.dtype:
    """bfloat16; on a device that has none, float16 if it is a GPU and float32 if it is a CPU."""
    if device.type == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported(including_emulation=False) else torch.float16
    capabilities = torch.cpu.get_capabilities()
    return torch.bfloat16 if any(capabilities.get(name) for name in CPU_BFLOAT16) else torch.float32


class Precision:
    """The device a network computes on and the type of its forward and backward pass.

    setting: float32, tf32 or half. type: of the maps between layers. type_name: what is computed in: float32, tf32,
    bfloat16 or float16. TF32 rounds the factors of products to 10 bits; without it a device computes in float32.
    """

    def __init__(self, device: torch.device, setting: str) -> None:
        self.device = device
        self.type = half_type(device) if setting == "half" else torch.float32
        has_tf32 = device.type == "cuda" and torch.cuda.get_device_capability(device) >= TF32_SINCE
        self.type_name = "tf32" if setting == "tf32" and has_tf32 else str(self.type).removeprefix("torch.")

    def apply(self) -> None:
        """Sets torch's own switches, which hold for the whole process."""
        torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = self.type_name == "tf32"

    def context(self) -> AbstractContextManager:
        """The context in which the forward pass runs."""
        if self.type == torch.float32:
            return contextlib.nullcontext()
        # a graph must not hold a copy of the weights that was made before it was captured
        return torch.autocast(self.device.type, dtype=self.type, cache_enabled=self.device.type != "cuda")
