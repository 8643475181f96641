"""Section `results` of config.yaml."""

import dataclasses

from ffnet.expressions import Expression
from ffnet.settings import setting


@dataclasses.dataclass(frozen=True)
class ResultsSettings:
    """How tables and figures are made; nothing here trains anything again."""

    confidence: float = setting(least=0.5, most=0.999)
    dpi: int = setting(least=50, most=1200)
    maps_subjects: dict[str, str] = setting()
    maps_expressions: tuple[Expression, ...] = setting()
    contact_sheet: int = setting(least=1, most=300)
