"""Which of the runs that config.yaml asks for are made, while others are missing."""

import pandas as pd

from ffnet.results.tables.columns import DATASET, EXPERIMENT
from ffnet.results.tables.table import Column, Table, named, rows_of

MADE, MISSING = "made", "not made"
OTHER_SETTINGS, OTHER_CODE, OTHER_DATA = "other settings", "other code", "other data"
STATES = (MADE, MISSING, OTHER_SETTINGS, OTHER_CODE, OTHER_DATA)
REASONS = (
    f"{MISSING}: there is no such file yet; otherwise it is stale: {OTHER_SETTINGS}: config.yaml has changed since;"
    f" {OTHER_CODE}: the training code or the pinned packages have; {OTHER_DATA}: the network inputs or the split have"
)
COLUMNS = (
    *(DATASET, EXPERIMENT, Column("repeat", "of the missing run"), Column("fold", "of the missing run")),
    *(Column("state", REASONS), *named("runs planned", *STATES)),
)
NOTES = (
    f"{REASONS}.",
    "Stale runs are counted nowhere; the next start of the workflow makes them again.",
    "Every missing and stale run is in missing.csv. Leakage is audited once all runs are made.",
    "Pairs of collections (section cross of config.yaml) are left out here; their table needs all of their runs.",
)


def missing_table(frame: pd.DataFrame) -> Table:
    """The Table `missing`: in the CSV every run that is missing or stale, for people how many of each experiment.

    frame: a row for each expected run: dataset, experiment, repeat, fold, state (one of STATES).
    """
    counts = frame.groupby(["dataset", "experiment"], sort=False)["state"].value_counts().unstack(fill_value=0)
    counts = counts.reindex(columns=list(STATES), fill_value=0)
    counts["runs planned"] = counts.sum(axis=1)
    missing = frame[frame["state"] != MADE]
    return Table("missing", "Missing runs", COLUMNS, missing, NOTES, rows_of(counts.reset_index()))


def missing_warnings(frame: pd.DataFrame) -> list[str]:
    """A sentence for the top of every table; none once all runs are made."""
    made = int((frame["state"] == MADE).sum())
    if made == len(frame):
        return []
    return [
        f"so far; {made} of {len(frame)} runs are made, see missing.md. Only comparisons.md compares the same runs."
    ]
