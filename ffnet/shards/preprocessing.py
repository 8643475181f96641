"""All settings that make a raw file into what the networks eat."""

from dataclasses import dataclass

from ffnet.maps.settings import MapSettings
from ffnet.masks.settings import MaskSettings
from ffnet.scans.settings import ScanSettings
from ffnet.settings import setting
from ffnet.shards.settings import ShardSettings


@dataclass(frozen=True)
class Preprocessing:
    """The part of a final model's header with this name. unit: of the files. projection: see DatasetSettings."""

    scans: ScanSettings
    maps: MapSettings
    masks: MaskSettings
    shards: ShardSettings
    unit: str = setting(choices=("mm", "cm", "m"))
    projection: str = setting(choices=("gridfit", "raycast", "splat"))
