"""Which networks there are: sections `networks` and `experiments` of config.yaml."""

import dataclasses
import os
from collections.abc import Mapping
from typing import Literal

from ffnet.errors import InputError
from ffnet.settings import check_folder_name, nearest, read_settings, setting

MODALITIES = ("depth", "normals", "texture")
Stream = Literal["none", "f3dnet", "vgg16_bn", "ridge"]  # what sees a modality
Plan = Literal["stride", "pool"]  # of F3DNet: how 112 becomes 4
Skip = Literal["before_relu", "after_relu"]
Masks = Literal["none", "own", "mean", "other", "identity", "ridge"]
RIDGE: Literal["ridge"] = "ridge"
NONE: Literal["none"] = "none"
OWN, MEAN, OTHER, IDENTITY = "own", "mean", "other", "identity"  # masks of an experiment
CONTROLS = (MEAN, OTHER)  # masks that a run makes from its training half
IMAGENET = "imagenet"
IMAGENET_FILE = "results/pretrained/vgg16_bn_imagenet.safetensors"  # what the rule fetch_imagenet leaves
WEIGHT_FILES = (".pth", ".safetensors")


@dataclasses.dataclass(frozen=True)
class NetworkSettings:
    """What the paper leaves open about its networks; an experiment's own `networks` overrides it."""

    width: float = setting(least=0.01, most=16.0)
    f3dnet_channels: tuple[int, int, int, int, int, int] = setting(least=1)
    f3dnet_plan: Plan = setting()
    skip: Skip = setting()
    fully_connected: tuple[int, int] = setting(least=1)
    dropout: float = setting(least=0.0, most=0.99)
    pretrained: str = setting()

    def scaled(self, channels: int) -> int:
        """A layer's number of channels at this width: rounded, at least 1."""
        return max(1, round(channels * self.width))

    @property
    def pretrained_file(self) -> str | None:
        """The file that VGG16-BN's convolutions start from, or None."""
        return {NONE: None, IMAGENET: IMAGENET_FILE}.get(self.pretrained, self.pretrained)


@dataclasses.dataclass(frozen=True)
class ExperimentSettings:
    """One row of the table of experiments: what sees each modality, with which masks, how often it is repeated.

    masks: NONE: no skips; OWN: the scan's own (the paper); IDENTITY: skips of weight 1; MEAN and OTHER: see
    ffnet.training.mask_choice; RIDGE: mask-1 is an input of the linear floor. networks: keys of the section `networks`
    that this row overrides; may be left out.
    """

    depth: Stream
    normals: Stream
    texture: Stream
    masks: Masks
    repeats: int = setting(least=0)
    networks: dict[str, object] = dataclasses.field(default_factory=dict)

    @property
    def streams(self) -> dict[str, str]:
        """Modality -> what sees it, for those in use, in the order depth, normals, texture."""
        return {name: getattr(self, name) for name in MODALITIES if getattr(self, name) != NONE}

    @property
    def is_ridge(self) -> bool:
        """Whether this is the linear floor and no network."""
        return RIDGE in (*self.streams.values(), self.masks)

    @property
    def has_skips(self) -> bool:
        """Whether skips go around convolutions of its backbones."""
        return self.masks != NONE

    @property
    def reads_masks(self) -> bool:
        """Whether its network has masks as inputs, which weight the skips."""
        return self.masks in (OWN, *CONTROLS)


def networks_of(
    experiment: ExperimentSettings, networks: NetworkSettings, where: str = "config.yaml: experiments"
) -> NetworkSettings:
    """The NetworkSettings of one experiment: the section `networks` with what its row overrides.

    Without a VGG16-BN stream `pretrained` is "none", as nothing depends on it. where: the row's name in messages.
    Raises InputError if a key of the row is not valid in the section.
    """
    changed = dataclasses.asdict(networks) | experiment.networks
    own = read_settings(NetworkSettings, changed, f"{where}.networks")
    return own if "vgg16_bn" in experiment.streams.values() else dataclasses.replace(own, pretrained=NONE)


def check_experiments(experiments: dict[str, ExperimentSettings], where: str) -> None:
    """Raises InputError that names the row and what is wrong with it. experiments: by name."""
    for name, experiment in experiments.items():
        row, used = f"{where}.{name}", set(experiment.streams.values())
        check_folder_name(name, row)
        if not used and experiment.masks != RIDGE:
            raise InputError(f"{row}: depth, normals and texture are all 'none'; at least one must be in use")
        if RIDGE in used and used != {RIDGE}:
            raise InputError(f"{row}: 'ridge' cannot be fused with a network; use it for every modality or for none")
        if experiment.is_ridge and (experiment.masks not in (NONE, RIDGE) or used - {RIDGE}):
            raise InputError(
                f"{row}: masks is '{experiment.masks}'; the linear floor takes 'none', or 'ridge' to see mask-1 as one"
                " more picture, and a network 'none', 'own', 'mean', 'other' or 'identity'"
            )
        if experiment.is_ridge and experiment.networks:
            raise InputError(f"{row}: 'ridge' is not a network; leave out 'networks'")
        if "pretrained" in experiment.networks and "vgg16_bn" not in used:
            raise InputError(f"{row}: only vgg16_bn has pretrained weights; leave out networks.pretrained")


def check_any_scan(name: str, experiments: Mapping[str, ExperimentSettings], where: str) -> None:
    """Raises InputError unless there is an experiment of this name that can classify scans of any collection. where:
    the list that names it."""
    if name not in experiments:
        near = nearest(name, list(experiments)) if experiments else "[]"
        raise InputError(f"{where}: there is no experiment '{name}'; did you mean '{near}'?")
    if experiments[name].masks in CONTROLS:
        raise InputError(
            f"{where}: the masks of '{name}' are {experiments[name].masks}, made from each training half, and other"
            " scans have none; remove it"
        )


def check_networks(
    experiments: dict[str, ExperimentSettings], networks: NetworkSettings, texture: str, where: str
) -> None:
    """Raises InputError if an experiment's own network settings are wrong or pretrained weights do not fit it.

    experiments: by name. texture: how the shards scale the texture.
    """
    for name, experiment in experiments.items():
        row = f"{where}.{name}"
        own = networks_of(experiment, networks, row)
        if own.pretrained == NONE:
            continue
        if own.width != 1.0:
            raise InputError(
                f"{row}: networks.pretrained is '{own.pretrained}', but networks.width is {own.width:g}, and the"
                " weights have the published width; set networks.width: 1.0 or networks.pretrained: none"
            )
        if own.pretrained == IMAGENET and experiment.texture == "vgg16_bn" and texture != IMAGENET:
            raise InputError(
                f"{row}: networks.pretrained is 'imagenet', but shards.texture is '{texture}'; those weights"
                " expect ImageNet's mean and deviation: set shards.texture: imagenet"
            )
        if own.pretrained != IMAGENET:
            _check_weight_file(own.pretrained, f"{row}: networks.pretrained")


def _check_weight_file(path: str, where: str) -> None:
    if not path.endswith(WEIGHT_FILES):
        raise InputError(f"{where}: expected none, imagenet or a {' or '.join(WEIGHT_FILES)} file, found '{path}'")
    if not os.path.isfile(path):
        raise InputError(f"{where}: there is no file '{path}'")
