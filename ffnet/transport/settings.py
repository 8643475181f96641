"""Section `transport` of config.yaml."""

import dataclasses
from collections.abc import Mapping

from ffnet.errors import InputError
from ffnet.networks.settings import ExperimentSettings
from ffnet.settings import nearest, setting

WHERE = "config.yaml: transport.experiments"


@dataclasses.dataclass(frozen=True)
class MoveSettings:
    """What the predictions depend on besides the features: weights of the coupling's two terms, see couple, and the
    classifier's penalty."""

    entropy: float = setting(least=0.001)
    classes: float = setting(least=0.0)
    penalty: float = setting(least=0.0)


@dataclasses.dataclass(frozen=True)
class TransportSettings(MoveSettings):
    """Whose features are saved and moved, and how."""

    experiments: tuple[str, ...] = setting()

    @property
    def move(self) -> MoveSettings:
        """How alone."""
        return MoveSettings(self.entropy, self.classes, self.penalty)


def check_transport(transport: TransportSettings, experiments: Mapping[str, ExperimentSettings]) -> None:
    """Raises InputError unless each name is that of a network that is run, once. experiments: all rows, by name."""
    for name in transport.experiments:
        if name not in experiments:
            near = nearest(name, list(experiments)) if experiments else "[]"
            raise InputError(f"{WHERE}: there is no experiment '{name}'; did you mean '{near}'?")
        if experiments[name].is_ridge:
            raise InputError(f"{WHERE}: '{name}' is not a network, and only networks have features; remove it")
        if not experiments[name].repeats:
            raise InputError(
                f"{WHERE}: '{name}' has 0 repeats, so that there are no features to move; set repeats: 1 or more in its"
                " row of experiments, or remove it"
            )
        if transport.experiments.count(name) > 1:
            raise InputError(f"{WHERE}: '{name}' is listed twice")
