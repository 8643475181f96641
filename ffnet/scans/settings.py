"""What config.yaml says of the collections and of reading, turning and cropping their scans."""

from dataclasses import dataclass

from ffnet.settings import setting


@dataclass(frozen=True)
class DatasetSettings:
    """One entry of the section `datasets`."""

    layout: str = setting(choices=("bu3dfe", "bosphorus"))
    folder: str
    intensities: tuple[int, ...] = setting(least=1, most=4)
    projection: str = setting(choices=("gridfit", "raycast", "splat"))


@dataclass(frozen=True)
class PoseSettings:
    """Turning a face to the camera: section `scans.pose`."""

    view_size: int = setting(least=64)
    view_extent: float = setting(least=100.0)
    rounds: int = setting(least=1, most=10)


@dataclass(frozen=True)
class CropSettings:
    """The square that the maps show: section `scans.crop`."""

    unit: str = setting(choices=("eye_distances", "mm"))
    extent: float = setting(least=0.5)
    below_eyes: float = setting(least=-1.0, most=2.0)


@dataclass(frozen=True)
class ScanSettings:
    """Section `scans`."""

    shards: int = setting(least=1)
    extent_least: float = setting(least=0.0)
    extent_most: float = setting(least=0.0)
    longest_edge: float = setting(least=0.0)
    pose: PoseSettings
    crop: CropSettings
