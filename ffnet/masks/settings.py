"""Section `masks` of config.yaml: landmarks and masks."""

from dataclasses import dataclass

from ffnet.settings import setting


@dataclass(frozen=True)
class MaskSettings:
    size: int = setting(least=28)
    magnify: int = setting(least=1, most=8)
    margin: float = setting(least=0.0, most=1.0)
    box: float = setting(least=0.1, most=1.0)
    least_plausibility: float = setting(least=0.0, most=1.0)
    fall: float = setting(least=0.0, most=1.0)
    radius_1: int = setting(least=0)
    radius_2: int = setting(least=0)
