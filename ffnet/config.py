"""config.yaml, whole: one section per stage, each read by the stage's own dataclass."""

from dataclasses import dataclass

from ffnet.demo.settings import DemoSettings
from ffnet.maps.settings import MapSettings
from ffnet.masks.settings import MaskSettings
from ffnet.networks.settings import ExperimentSettings, NetworkSettings, check_experiments
from ffnet.quarantine import QuarantineSettings
from ffnet.results.settings import ResultsSettings
from ffnet.scans.settings import DatasetSettings, ScanSettings
from ffnet.settings import read_settings
from ffnet.shards.settings import ShardSettings
from ffnet.training.settings import ProtocolSettings, RidgeSettings, TrainingSettings


@dataclass(frozen=True)
class Config:
    demo: DemoSettings
    datasets: dict[str, DatasetSettings]
    scans: ScanSettings
    maps: MapSettings
    masks: MaskSettings
    shards: ShardSettings
    quarantine: QuarantineSettings
    networks: NetworkSettings
    experiments: dict[str, ExperimentSettings]
    protocol: ProtocolSettings
    training: TrainingSettings
    ridge: RidgeSettings
    results: ResultsSettings


def read_config(mapping):
    """The Config of a mapping as YAML gives it. Raises InputError at the first key that is not as it must be."""
    config = read_settings(Config, mapping, "config.yaml")
    check_experiments(config.experiments, "config.yaml: experiments")
    return config
