"""What a network costs, as the records of its runs say: numbers that are the same in every run."""

import math
from collections.abc import Mapping

from ffnet.results.tables.table import Column, form_of

COSTS = (
    Column("parameters", "of the network of ours; empty for the linear floor", ".0f"),
    Column("multiply_adds", "of the network of ours for one scan, see ffnet experiments", ".0f"),
)
SHOWN = tuple(  # what people see of them
    Column(one.name, heading=one.name.replace("_", "-"), cell=form_of(one.name, ",.0f"), ours=True) for one in COSTS
)


def costs_of(record: Mapping | None) -> dict[str, float]:
    """The COSTS of an experiment by the Records of its runs; NaN without records, and where these have none."""
    counted = {one.name: list(record["made_with"][one.name]) if record else [] for one in COSTS}
    return {name: float(values[0]) if len(values) == 1 else math.nan for name, values in counted.items()}
