"""Section `robustness` of config.yaml."""

import dataclasses
from typing import Literal, NamedTuple

from ffnet.settings import setting


class Condition(NamedTuple):
    """One kind of change at one severity."""

    axis: str
    severity: float


UNCHANGED = Condition("unchanged", 0.0)


@dataclasses.dataclass(frozen=True)
class AxisSettings:
    """The severities of each kind of change, in the order of table and figure; an empty list leaves one out."""

    yaw: tuple[float, ...] = setting(least=-90.0, most=90.0)
    pitch: tuple[float, ...] = setting(least=-90.0, most=90.0)
    roll: tuple[float, ...] = setting(least=-180.0, most=180.0)
    lamp: tuple[float, ...] = setting(least=-90.0, most=90.0)
    dim: tuple[float, ...] = setting(least=0.0, most=1.0)
    noise: tuple[float, ...] = setting(least=0.0, most=20.0)
    holes: tuple[int, ...] = setting(least=0, most=10000)
    hand: tuple[float, ...] = setting(least=1.0, most=500.0)
    glasses: tuple[float, ...] = setting(least=1.0, most=100.0)
    blur: tuple[float, ...] = setting(least=0.0, most=100.0)
    thin: tuple[float, ...] = setting(least=0.0, most=1.0)


@dataclasses.dataclass(frozen=True)
class RobustnessSettings:
    """Which final models are tested on which scans, changed how."""

    train: str
    test: str
    experiments: tuple[str, ...]
    scans: int = setting(least=1)
    seed: int = setting(least=0)
    geometry: Literal["auto", "mesh"] = setting()
    ambient: float = setting(least=0.0, most=1.0)
    hole_radius: float = setting(least=0.1, most=200.0)
    axes: AxisSettings = setting()

    @property
    def conditions(self) -> list[Condition]:
        """Those of all axes in order, the unchanged scans first."""
        lists = dataclasses.asdict(self.axes)
        return [UNCHANGED, *(Condition(axis, value) for axis, values in lists.items() for value in values)]

    @property
    def change(self) -> "ChangeSettings":
        """What a change depends on besides its severity."""
        return ChangeSettings(self.seed, self.ambient, self.hole_radius)


@dataclasses.dataclass(frozen=True)
class ChangeSettings:
    """Numbers of section `robustness` that a change depends on besides its severity."""

    seed: int = setting(least=0)
    ambient: float = setting(least=0.0, most=1.0)
    hole_radius: float = setting(least=0.1, most=200.0)
