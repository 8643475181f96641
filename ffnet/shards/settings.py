"""Section `shards` of config.yaml: the scale of the network inputs."""

from dataclasses import dataclass
from typing import Literal

from ffnet.settings import setting


@dataclass(frozen=True)
class ShardSettings:
    depth: Literal["face", "fixed"]
    depth_range: float = setting(least=1.0)
    texture: Literal["plain", "imagenet"] = setting()
