"""config.yaml, whole: one section per stage, each read by the stage's own dataclass."""

import difflib
from collections.abc import Collection
from dataclasses import dataclass

from ffnet.demo.settings import DemoSettings
from ffnet.errors import InputError
from ffnet.maps.settings import MapSettings, Method
from ffnet.masks.settings import MaskSettings
from ffnet.networks.settings import ExperimentSettings, NetworkSettings, check_experiments, check_networks
from ffnet.quarantine import QuarantineSettings
from ffnet.results.settings import ResultsSettings
from ffnet.scans.settings import DatasetSettings, ScanSettings, Unit
from ffnet.settings import check_folder_name, read_settings
from ffnet.shards.preprocessing import Preprocessing
from ffnet.shards.settings import ShardSettings
from ffnet.training.settings import ProtocolSettings, RidgeSettings, TrainingSettings

TAKEN = ("figures", "tables", "tables_so_far")  # folders of results/ beside those of the datasets


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

    def preprocessing(self, unit: Unit, projection: Method) -> Preprocessing:
        """The Preprocessing of scans whose files are in this unit; see DatasetSettings."""
        return Preprocessing(self.scans, self.maps, self.masks, self.shards, unit, projection)


def read_config(mapping: object) -> Config:
    """The Config of a mapping as YAML gives it. Raises InputError at the first key that is not as it must be.

    A dataset that is null is left out: so a file put over config.yaml says that it does not want it.
    """
    config = read_settings(Config, without_null_datasets(mapping), "config.yaml")
    check_datasets(config.datasets)
    check_experiments(config.experiments, "config.yaml: experiments")
    check_networks(config.experiments, config.networks, config.shards.texture, "config.yaml: experiments")
    check_final_models(config.training.final_models, config.experiments)
    return config


def without_null_datasets(mapping: object) -> object:
    """The mapping with those datasets that have settings."""
    if not isinstance(mapping, dict) or not isinstance(mapping.get("datasets"), dict):
        return mapping
    kept = {name: dataset for name, dataset in mapping["datasets"].items() if dataset is not None}
    return mapping | {"datasets": kept}


def check_datasets(names: Collection[str]) -> None:
    """Raises InputError unless each name can be that of a folder of results/, and of none that is there already."""
    for name in names:
        where = f"config.yaml: datasets.{name}"
        check_folder_name(name, where)
        if name in TAKEN:
            raise InputError(f"{where}: results/{name} is a folder of the results already; take another name")


def check_final_models(names: tuple[str, ...], experiments: dict[str, ExperimentSettings]) -> None:
    """Raises InputError unless each name is an experiment's, and a network's."""
    where = "config.yaml: training.final_models"
    for name in names:
        if name not in experiments:
            near = difflib.get_close_matches(name, experiments, n=1, cutoff=0.0) or ["[]"]
            raise InputError(f"{where}: there is no experiment '{name}'; did you mean '{near[0]}'?")
        if experiments[name].is_ridge:
            raise InputError(f"{where}: '{name}' is no network, and only networks are kept; leave it out")
