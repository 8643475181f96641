"""All settings that make a raw file into what the networks eat."""

from dataclasses import dataclass

from ffnet.maps.settings import MapSettings, Method
from ffnet.masks.settings import MaskSettings
from ffnet.scans.settings import ScanSettings, Unit
from ffnet.shards.settings import ShardSettings


@dataclass(frozen=True)
class Preprocessing:
    """The part of a final model's header with this name. unit: of the files. projection: see DatasetSettings."""

    scans: ScanSettings
    maps: MapSettings
    masks: MaskSettings
    shards: ShardSettings
    unit: Unit
    projection: Method
