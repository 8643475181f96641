"""All of config.yaml: one section per stage, each read by that stage's dataclass."""

import math
from collections.abc import Collection
from dataclasses import dataclass

from ffnet.demo.settings import DemoSettings
from ffnet.errors import InputError
from ffnet.maps.settings import MapSettings, Method
from ffnet.masks.settings import MaskSettings
from ffnet.networks.combinations import check_experiments
from ffnet.networks.settings import (
    RIDGE,
    ExperimentSettings,
    NetworkSettings,
    check_any_scan,
    check_networks,
)
from ffnet.quarantine import QuarantineSettings
from ffnet.results.settings import ResultsSettings
from ffnet.robustness.settings import RobustnessSettings
from ffnet.scans.settings import DatasetSettings, ScanSettings, Unit
from ffnet.settings import check_folder_name, read_settings
from ffnet.shards.preprocessing import Preprocessing
from ffnet.shards.settings import ShardSettings
from ffnet.training.cross_pairs import check_cross
from ffnet.training.settings import (
    BEST,
    CrossSettings,
    ExecutionSettings,
    ProtocolSettings,
    RidgeSettings,
    TrainingSettings,
)
from ffnet.transport.settings import TransportSettings, check_transport

TAKEN = ("figures", "robustness", "tables", "tables_so_far")  # folders of results/ beside those of the datasets


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
    models: tuple[str, ...]
    protocol: ProtocolSettings
    cross: CrossSettings
    training: TrainingSettings
    ridge: RidgeSettings
    transport: TransportSettings
    robustness: RobustnessSettings
    execution: ExecutionSettings
    results: ResultsSettings

    def preprocessing(self, unit: Unit, projection: Method) -> Preprocessing:
        """The Preprocessing for scan files in this unit, with this projection; see DatasetSettings."""
        return Preprocessing(self.scans, self.maps, self.masks, self.shards, unit, projection)


def read_config(mapping: object) -> Config:
    """The Config of a mapping read from YAML. Raises InputError for the first invalid key.

    A dataset that is null is dropped, so that a file of overrides can remove one of config.yaml.
    """
    config = read_settings(Config, drop_null_datasets(mapping), "config.yaml")
    check_datasets(config.datasets)
    check_experiments(config.experiments, "config.yaml: experiments")
    check_networks(config.experiments, config.networks, config.shards.texture, "config.yaml: experiments")
    check_sizes(config)
    check_final_models(config.models, config.experiments)
    check_validation(config.protocol, config.training, config.datasets)
    check_redraw(config.protocol)
    check_transport(config.transport, config.experiments)
    check_cross(config.cross, {name: one.classes for name, one in config.datasets.items()}, config.experiments)
    return config


def drop_null_datasets(mapping: object) -> object:
    """The mapping without the datasets that are null."""
    if not isinstance(mapping, dict) or not isinstance(mapping.get("datasets"), dict):
        return mapping
    datasets = {name: dataset for name, dataset in mapping["datasets"].items() if dataset is not None}
    return mapping | {"datasets": datasets}


def check_datasets(names: Collection[str]) -> None:
    """Raises InputError unless each name can be a folder in results/ and is not one of the workflow's own."""
    for name in names:
        where = f"config.yaml: datasets.{name}"
        check_folder_name(name, where)
        if name in TAKEN:
            raise InputError(f"{where}: the workflow already uses the folder results/{name}; choose another name")


def check_sizes(config: Config) -> None:
    """Raises InputError unless the sizes of maps, masks and the ridge's pictures fit each other."""
    maps, masks, pixels = config.maps.size, config.masks.size, config.ridge.pixels
    if maps != 2 * masks or masks % 2:
        raise InputError(
            f"config.yaml: masks.size must be half of maps.size, and even, because mask-1 lies on feature maps of half "
            f"the size and mask-2 on those of a quarter; found masks.size {masks} and maps.size {maps}; "
            f"the paper has 56 and 112"
        )
    crossed = config.cross.experiments if config.cross.pairs else ()
    scattering = [name for name, row in config.experiments.items() if row.scatters and (row.repeats or name in crossed)]
    if masks % 8 and scattering:
        raise InputError(
            f"config.yaml: the experiment '{scattering[0]}' averages maps of half the size over 8 pixels, so masks.size"
            f" must be a multiple of 8; found {masks}"
        )
    run = [row for name, row in config.experiments.items() if row.repeats or name in crossed]
    ridges = [row for row in run if row.is_ridge and not row.scatters]
    on_masks = any(row.masks == RIDGE for row in ridges)
    name, side = ("masks.size", masks) if on_masks else ("maps.size", maps)
    if side % pixels and ridges:
        divisors = [size for size in range(1, side + 1) if side % size == 0]
        raise InputError(
            f"config.yaml: ridge.pixels must divide {name}, because each pixel is the mean of a square of the maps; "
            f"found ridge.pixels {pixels} and {name} {side}; "
            f"the nearest that fits is {min(divisors, key=lambda size: abs(size - pixels))}"
        )


def check_final_models(
    names: tuple[str, ...], experiments: dict[str, ExperimentSettings], where: str = "config.yaml: models"
) -> None:
    """Raises InputError unless each name is that of an experiment with a network. where: the key in messages."""
    for name in names:
        check_any_scan(name, experiments, where)
        if experiments[name].is_ridge:
            raise InputError(f"{where}: '{name}' is not a network, and only networks can be saved; remove it")


def check_validation(protocol: ProtocolSettings, training: TrainingSettings, datasets: Collection[str]) -> None:
    """Raises InputError if weights are chosen on no validation subjects, or if these leave none to train on."""
    if training.keep == BEST and not protocol.validation:
        raise InputError(
            "config.yaml: training.keep is 'best_validation', but protocol.validation is 0, so that there is nothing to"
            " choose on; set protocol.validation to a number of subjects, or training.keep: last"
        )
    for name in datasets if protocol.validation else ():
        subjects = len(protocol.subject_lists.get(name, ())) or protocol.subjects
        training_half = subjects - math.ceil(subjects / protocol.folds)
        if protocol.validation >= training_half:
            raise InputError(
                f"config.yaml: protocol.validation is {protocol.validation}, but the smallest training half of {name}"
                f" has {training_half} subjects; set it to {max(training_half - 1, 0)} at most"
            )


def check_redraw(protocol: ProtocolSettings) -> None:
    """Raises InputError if each repeat draws its own subjects and a list names them, too."""
    if protocol.redraw and protocol.subject_lists:
        raise InputError(
            "config.yaml: protocol.redraw is true, so that each repeat draws its own subjects, but"
            f" protocol.subject_lists names those of {', '.join(protocol.subject_lists)}; set redraw: false, or remove"
            " the lists"
        )
