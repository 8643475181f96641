"""Section `demo` of config.yaml: the demo collection."""

from dataclasses import dataclass
from typing import Literal

from ffnet.settings import setting


@dataclass(frozen=True)
class DemoSettings:
    """How many faces, how they express, and how they are scanned."""

    folder: str
    subjects: int = setting(least=1, most=9999)
    seed: int = setting(least=0)
    intensities: tuple[Literal[1, 2, 3, 4], ...] = setting()
    takes: int = setting(least=1, most=9)
    face_variation: float = setting(least=0.0, most=2.0)
    expression_strength: float = setting(least=0.1, most=1.2)
    expression_variation: float = setting(least=0.0, most=1.0)
    variety: float = setting(least=0.0, most=1.0)
    pose_deviation: tuple[float, float, float] = setting(least=0.0, most=15.0)
    light_variation: float = setting(least=0.0, most=1.0)
    noise: float = setting(least=0.0, most=2.0)
    spikes: float = setting(least=0.0, most=0.05)
    holes: int = setting(least=0, most=50)
