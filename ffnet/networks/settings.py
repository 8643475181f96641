"""Which networks there are: sections `networks` and `experiments` of config.yaml."""

import dataclasses
import os
from collections.abc import Mapping
from typing import Any, Literal

from ffnet.errors import InputError
from ffnet.settings import nearest, read_settings, setting

MODALITIES = ("depth", "normals", "texture")
Stream = Literal["none", "f3dnet", "vgg16_bn", "resnet18", "ridge", "scattering"]  # what sees a modality
Plan = Literal["stride", "pool"]  # of F3DNet: how 112 becomes 4
Skip = Literal["before_relu", "after_relu"]
Masks = Literal["none", "own", "mean", "other", "identity", "curvature", "ridge"]
Curvature = Literal["none", "shape_index", "curvedness"]  # one more map, computed from the normals
Fusion = Literal["concat", "geometry", "early", "deep", "adaptive"]  # how the maps meet
Attention = Literal["none", "learned", "layer", "mask_modulation", "cross"]
Learning = Literal["joint", "apart"]  # whether a stream learns from the fused scores
RIDGE: Literal["ridge"] = "ridge"
SCATTERING = "scattering"
LINEAR = {RIDGE, SCATTERING}  # what no network sees, but a linear classifier
NONE: Literal["none"] = "none"
OWN, MEAN, OTHER, IDENTITY = "own", "mean", "other", "identity"  # masks of an experiment
CURVATURE = "curvature"  # a stream's name, and masks that the network makes from the normals
CONCAT, GEOMETRY, EARLY, DEEP, ADAPTIVE = "concat", "geometry", "early", "deep", "adaptive"
LEARNED, LAYER, MASK_MODULATION, CROSS = "learned", "layer", "mask_modulation", "cross"
APART = "apart"
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


def unless_named(value: Any, *, least: float | None = None, most: float | None = None) -> Any:
    """A field that a row may leave out, as all of the paper's rows do; it then has this value."""
    metadata = setting(least=least, most=most).metadata
    return dataclasses.field(default_factory=lambda: value, metadata=metadata)


@dataclasses.dataclass(frozen=True)
class LossSettings:
    """What a row minimises beside, or in place of, the cross-entropy; see ffnet.training.losses."""

    orthogonal: float = unless_named(0.0, least=0.0)
    form: Literal["cosine", "gram"] = unless_named("cosine")
    dimensional: float = unless_named(0.0, least=0.0)
    sigma: float = unless_named(0.5, least=0.01)
    smoothing: float = unless_named(0.0, least=0.0, most=0.99)
    focal: float = unless_named(0.0, least=0.0)
    subcentres: int = unless_named(1, least=1)


PLAIN_LOSS = LossSettings()


@dataclasses.dataclass(frozen=True)
class ExperimentSettings:
    """One row of the table of experiments: what sees each modality, with which masks, how often it is repeated.

    masks: NONE: no skips; OWN: the scan's own (the paper); IDENTITY: skips of weight 1; MEAN and OTHER: see
    ffnet.training.mask_choice; CURVATURE: see ffnet.networks.curvature; RIDGE: mask-1 is an input of the linear floor.
    networks: keys of the section `networks` that this row overrides. The others are the pieces of other methods than
    the paper's, see docs/methods.md. A row may leave out all behind `repeats`.
    """

    depth: Stream
    normals: Stream
    texture: Stream
    masks: Masks
    repeats: int = setting(least=0)
    networks: dict[str, object] = dataclasses.field(default_factory=dict)
    curvature: Curvature = unless_named(NONE)
    fusion: Fusion = unless_named(CONCAT)
    attention: Attention = unless_named(NONE)
    learning: Learning = unless_named("joint")
    loss: LossSettings = unless_named(PLAIN_LOSS)

    @property
    def streams(self) -> dict[str, str]:
        """Map -> what sees it, for those in use, in the order depth, normals, texture, curvature, which is seen by what
        sees the normals."""
        seen = {name: getattr(self, name) for name in MODALITIES if getattr(self, name) != NONE}
        return seen | ({CURVATURE: self.normals} if self.curvature != NONE else {})

    @property
    def joined(self) -> dict[str, tuple[str, ...]]:
        """Stream -> the maps that are its channels: each alone, or stacked by `fusion`."""
        names = tuple(self.streams)
        if self.fusion == EARLY:
            return {EARLY: names}
        if self.fusion == GEOMETRY:
            return {GEOMETRY: tuple(name for name in names if name != "texture"), "texture": ("texture",)}
        return {name: (name,) for name in names}

    @property
    def maps(self) -> tuple[str, ...]:
        """The modalities that its network reads; curvature is computed from the normals."""
        return tuple(name for name in MODALITIES if name in self.streams or (name == "normals" and self.needs_normals))

    @property
    def needs_normals(self) -> bool:
        """Whether its network computes curvature."""
        return self.curvature != NONE or self.masks == CURVATURE

    @property
    def pieces(self) -> tuple[str, ...]:
        """What no row of the paper has, in words, such as "fusion early"."""
        plain = {"curvature": NONE, "fusion": CONCAT, "attention": NONE, "learning": "joint"}
        named = [f"{key} {getattr(self, key)}" for key, value in plain.items() if getattr(self, key) != value]
        terms = dataclasses.asdict(self.loss).items()
        return (*named, *(f"{key} {value}" for key, value in terms if value != getattr(PLAIN_LOSS, key)))

    @property
    def architecture(self) -> tuple[str, str, str, str]:
        """Backbones and masks, and any pieces behind the masks: rows that differ in one are different networks."""
        return self.depth, self.normals, self.texture, ", ".join((self.masks, *self.pieces))

    @property
    def is_ridge(self) -> bool:
        """Whether this is a linear floor and no network."""
        return not LINEAR.isdisjoint((*self.streams.values(), self.masks))

    @property
    def scatters(self) -> bool:
        """Whether the linear floor sees scattering coefficients and no pictures."""
        return SCATTERING in self.streams.values()

    @property
    def has_skips(self) -> bool:
        """Whether skips go around convolutions of its backbones."""
        return self.masks != NONE and self.attention != MASK_MODULATION

    @property
    def reads_masks(self) -> bool:
        """Whether its network has masks as inputs."""
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
