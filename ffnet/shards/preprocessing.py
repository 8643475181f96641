"""All settings that turn a raw file into network inputs."""

from dataclasses import dataclass

from ffnet.maps.settings import MapSettings, Method
from ffnet.masks.settings import MaskSettings
from ffnet.scans.settings import ScanSettings, Unit
from ffnet.shards.settings import ShardSettings


@dataclass(frozen=True)
class Preprocessing:
    """The part `preprocessing` of a final model's header. unit: of the files. projection: see DatasetSettings."""

    scans: ScanSettings
    maps: MapSettings
    masks: MaskSettings
    shards: ShardSettings
    unit: Unit
    projection: Method
