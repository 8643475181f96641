"""Which networks there are: sections `networks` and `experiments` of config.yaml."""

import dataclasses
import re

from ffnet.errors import InputError
from ffnet.settings import setting

MODALITIES = ("depth", "normals", "texture")
BACKBONES = ("f3dnet", "vgg16_bn")
RIDGE = "ridge"
NONE = "none"


@dataclasses.dataclass(frozen=True)
class NetworkSettings:
    """What the paper leaves open about its networks; the same for every experiment."""

    width: float = setting(least=0.01)
    f3dnet_channels: tuple[int, int, int, int, int, int] = setting(least=1)
    f3dnet_plan: str = setting(choices=("stride", "pool"))
    skip: str = setting(choices=("before_relu", "after_relu"))
    unmasked: str = setting(choices=("none", "identity"))
    fully_connected: tuple[int, int] = setting(least=1)
    dropout: float = setting(least=0.0, most=0.99)

    def scaled(self, channels):
        """A layer's number of channels at this width: rounded, at least 1."""
        return max(1, round(channels * self.width))


@dataclasses.dataclass(frozen=True)
class ExperimentSettings:
    """One row of the table of experiments: what looks at each modality, with masks or without, how often."""

    depth: str = setting(choices=(NONE, *BACKBONES, RIDGE))
    normals: str = setting(choices=(NONE, *BACKBONES, RIDGE))
    texture: str = setting(choices=(NONE, *BACKBONES, RIDGE))
    masks: bool = setting()
    repeats: int = setting(least=0)

    @property
    def streams(self):
        """Modality -> what looks at it, for those in use, in the order depth, normals, texture."""
        return {name: getattr(self, name) for name in MODALITIES if getattr(self, name) != NONE}

    @property
    def is_ridge(self):
        """Whether this is the linear floor and no network."""
        return RIDGE in self.streams.values()


def check_experiments(experiments, where):
    """Raises InputError that names the row and what is wrong with it. experiments: name -> ExperimentSettings."""
    for name, experiment in experiments.items():
        row, used = f"{where}.{name}", set(experiment.streams.values())
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]*", name):
            raise InputError(f"{row}: the name becomes a folder: letters, digits, '_', '-' and '.' only")
        if not used:
            raise InputError(f"{row}: depth, normals and texture are all 'none'; at least one must be in use")
        if RIDGE in used and used != {RIDGE}:
            raise InputError(f"{row}: 'ridge' cannot be fused with a network; use it for every modality or for none")
        if RIDGE in used and experiment.masks:
            raise InputError(f"{row}: 'ridge' knows no masks; set masks: false")
