"""Section `maps` of config.yaml: projecting and cleaning."""

from dataclasses import dataclass
from typing import Literal

from ffnet.settings import setting

Method = Literal["gridfit", "raycast", "splat"]  # of projecting
Interpolation = Literal["triangle", "bilinear", "nearest"]
Regularizer = Literal["gradient", "diffusion", "springs"]


@dataclass(frozen=True)
class GridfitSettings:
    smoothness: float = setting(least=1e-6)
    interpolation: Interpolation = setting()
    regularizer: Regularizer = setting()


@dataclass(frozen=True)
class SpikeSettings:
    height: float | None = setting(least=0.1)
    spacings: float = setting(least=0.0)
    most_moved: float = setting(least=0.0, most=1.0)


@dataclass(frozen=True)
class OutlierSettings:
    rule: Literal["mean", "any"]
    sigmas: float = setting(least=0.0)
    floor: float = setting(least=0.0)
    least_known: int = setting(least=5, most=8)
    most_removed: float = setting(least=0.0, most=1.0)


@dataclass(frozen=True)
class MapSettings:
    size: int = setting(least=56)
    spikes: SpikeSettings = setting()
    gridfit: GridfitSettings = setting()
    splat_depth: float = setting(least=0.0)
    outliers: OutlierSettings = setting()
    smooth_sigma: float = setting(least=0.0)
    least_face: float = setting(least=0.0, most=1.0)
