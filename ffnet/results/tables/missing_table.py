"""Which of the runs that config.yaml asks for are made, while others are missing."""

import pandas as pd

from ffnet.results.tables.columns import DATASET, EXPERIMENT
from ffnet.results.tables.table import Column, Table, named, rows_of

MADE, MISSING, STALE = "made", "not made", "other settings"
COLUMNS = (
    *(DATASET, EXPERIMENT, Column("repeat", "of the missing run"), Column("fold", "of the missing run")),
    Column("state", f"{MISSING}: there is no such file; {STALE}: it is there, but config.yaml has changed since"),
    *named("runs planned", MADE, MISSING, STALE),
)
NOTES = (
    f"{MISSING}: there is no such file yet. {STALE}: the run is there, but config.yaml has changed since.",
    "Every missing run is in missing.csv. Leakage is audited once all runs are made.",
)


def missing_table(frame: pd.DataFrame) -> Table:
    """The Table `missing`: in the CSV every run that is missing, for people how many of each experiment.

    frame: a row for each expected run: dataset, experiment, repeat, fold, state (MADE, MISSING or STALE).
    """
    counts = frame.groupby(["dataset", "experiment"], sort=False)["state"].value_counts().unstack(fill_value=0)
    counts = counts.reindex(columns=[MADE, MISSING, STALE], fill_value=0)
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
