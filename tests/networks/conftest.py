"""Inputs of the right sizes."""

import pytest
import torch


@pytest.fixture
def inputs():
    """Two scans' inputs, masks with the values of the real ones."""
    torch.manual_seed(0)
    return {
        "depth": torch.rand(2, 1, 112, 112),
        "normals": torch.rand(2, 3, 112, 112) * 2 - 1,
        "texture": torch.rand(2, 3, 112, 112) * 2 - 1,
        "mask1": torch.rand(2, 1, 56, 56).round(decimals=1),
        "mask2": torch.rand(2, 1, 28, 28).round(decimals=1),
    }
