"""Accuracy across collections: trained on the rows, tested on the columns."""

from collections.abc import Callable, Mapping, Sequence

import pandas as pd

from ffnet.results.cross_runs import CrossTested
from ffnet.results.predictions import predicted_labels
from ffnet.results.statistics.accuracy import most_frequent
from ffnet.results.statistics.clustered import clustered_interval
from ffnet.results.tables import columns as shared
from ffnet.results.tables.accuracy_table import chance_notes
from ffnet.results.tables.columns import confidence_of, synthetic_notes
from ffnet.results.tables.number_text import interval
from ffnet.results.tables.table import Column, Row, Table, frame_of, rows_of
from ffnet.results.tested_experiments import Experiment

WITHIN, ACROSS = "cross-validation", "another collection"
COLUMNS = (
    Column("experiment", "name in config.yaml", heading="experiment", left=True),
    Column("train", "the dataset that it was trained on", heading="trained on", left=True),
    Column("test", "the dataset that was tested"),
    Column("data", f"of the tested dataset: {shared.KINDS}"),
    Column("protocol", f"{ACROSS}: all who take part in both; {WITHIN}: within the one dataset, by subject"),
    Column("subjects", "how many were tested", ".0f"),
    Column("scans", "how many were tested, each once per repeat", ".0f"),
    Column("repeats", "trainings on the whole dataset from other seeds, or repeats of the cross-validation", ".0f"),
    Column("accuracy", "percent; for a cross-validation as in accuracy.csv", ".2f"),
    Column("interval_low", "percent, lower end of the interval: over subjects, or as in accuracy.csv", ".2f"),
    Column("interval_high", "percent, its upper end", ".2f"),
    shared.CONFIDENCE,
    Column("sd_over_repeats", "percentage points, standard deviation (n - 1) of the repeats; empty for one", ".2f"),
    Column("chance", "percent, share of the most frequent class of the tested scans", ".2f"),
)


def cross_frame(crosses: Sequence[CrossTested], experiments: Sequence[Experiment], confidence: float) -> pd.DataFrame:
    """A row for each pair and experiment, and one for each of their datasets with a cross-validation of the experiment;
    its columns are COLUMNS. experiments: those of the cross-validation."""
    rows = [_across(one, confidence) for one in crosses]
    names = {one.runs.experiment for one in crosses}
    datasets = {name for one in crosses for name in (one.runs.train, one.runs.test)}
    rows += [_within(one, confidence) for one in experiments if one.name in names and one.dataset in datasets]
    return frame_of(rows, COLUMNS)


def _across(one: CrossTested, confidence: float) -> Row:
    tested, found = one.experiment.predictions, one.experiment.accuracy
    ends = clustered_interval(predicted_labels(tested) == tested.label, tested.subject, confidence)
    which = {"experiment": one.runs.experiment, "train": one.runs.train, "test": one.runs.test, "protocol": ACROSS}
    return which | _row(one.experiment, (found.mean, *ends), confidence)


def _within(one: Experiment, confidence: float) -> Row:
    which = {"experiment": one.name, "train": one.dataset, "test": one.dataset, "protocol": WITHIN}
    return which | _row(one, (one.accuracy.mean, one.accuracy.low, one.accuracy.high), confidence)


def _row(one: Experiment, accuracy: tuple[float, float, float], confidence: float) -> dict[str, object]:
    shares = dict(zip(("accuracy", "interval_low", "interval_high"), accuracy, strict=True))
    shares |= {"sd_over_repeats": one.accuracy.sd_over_repeats, "chance": most_frequent(one.predictions.label)}
    counts = {name: getattr(one.accuracy, name) for name in ("subjects", "scans", "repeats")}
    return {"data": one.info.kind, "confidence": confidence} | counts | {k: 100 * share for k, share in shares.items()}


def cross_table(frame: pd.DataFrame) -> Table:
    """The Table `cross` of cross_frame; for people, a row for each experiment and training dataset, a column for each
    tested one."""
    cells = {(row["experiment"], row["train"], row["test"]): row for row in rows_of(frame)}
    datasets = dict.fromkeys([*frame["train"], *frame["test"]])
    lines = [
        {"experiment": name, "train": train}
        for name in frame["experiment"].unique()
        for train in datasets
        if any((name, train, test) in cells for test in datasets)
    ]
    tested = [name for name in datasets if name in set(frame["test"])]
    columns = [Column(name, heading=f"tested on {name}", cell=_cell(cells, name)) for name in tested]
    notes = (
        f"percent, with the {confidence_of(frame)} interval. Off the diagonal, all who take part in one collection"
        " train and all who take part in the other are tested; the interval is over the people who are tested.",
        "On the diagonal: cross-validation by subject within the collection, as in accuracy.md, with fewer people to"
        " train on; empty: not run.",
        *chance_notes(frame.rename(columns={"test": "dataset"})),
        *synthetic_notes(frame),
    )
    return Table("cross", "Across collections", (*COLUMNS, *columns), frame, notes, lines)


def _cell(cells: Mapping[tuple[str, str, str], Row], test: str) -> Callable[[Row], str]:
    """What people see of the cells of one tested dataset: accuracy and interval."""

    def text(line: Row) -> str:
        row = cells.get((line["experiment"], line["train"], test))
        if row is None:
            return ""
        reach = interval(row["interval_low"], row["interval_high"])
        return f"{row['accuracy']:.2f} ({reach})" if reach else f"{row['accuracy']:.2f}"

    return text
