"""What config.yaml says of the scale of what the networks eat: section `shards`."""

from dataclasses import dataclass
from typing import Literal

from ffnet.settings import setting


@dataclass(frozen=True)
class ShardSettings:
    depth: Literal["face", "fixed"]
    depth_range: float = setting(least=1.0)
    texture: Literal["plain", "imagenet"] = setting()
