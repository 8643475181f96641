"""Several centres for each class (Deng et al., Sub-center ArcFace, 2020): odd scans need not pull at the main one."""

import torch
from torch import nn


class Subcentres(nn.Linear):
    """A classifier with K scores for each class, of which the largest counts."""

    def __init__(self, features: int, classes: int, count: int) -> None:
        """count: K."""
        super().__init__(features, classes * count)
        self.classes = classes

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """features: (n, k). Returns (n, classes)."""
        return super().forward(features).unflatten(1, (self.classes, -1)).amax(dim=2)
