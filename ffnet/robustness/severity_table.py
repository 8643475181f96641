"""Accuracy by severity, with intervals over people, and what preprocessing loses."""

from collections.abc import Callable, Collection, Mapping, Sequence

import numpy as np

from ffnet.results.statistics.accuracy import interval as t_interval
from ffnet.results.statistics.accuracy import naive_standard_error
from ffnet.results.tables.number_text import interval
from ffnet.results.tables.table import Column, Row, Table, frame_of
from ffnet.robustness.outcomes import Outcome
from ffnet.robustness.settings import UNCHANGED, Condition

GENERATOR = "generator"
UNITS = {
    **dict.fromkeys(("yaw", "pitch", "roll", "lamp"), "degrees"),
    **dict.fromkeys(("noise", "hand", "glasses", "blur"), "mm"),
    **{"dim": "factor", "holes": "holes", "thin": "share of points", "unchanged": ""},
}


def _interval(name: str) -> Callable[[Row], str]:
    return lambda row: interval(row[f"{name}low"], row[f"{name}high"])


COLUMNS = (
    Column("axis", "the kind of change", heading="change", left=True),
    Column("severity", "how strong it is, in the unit of the next column", "g", heading="severity"),
    Column("unit", "of the severity", heading="unit", left=True),
    Column(
        "geometry",
        "what is changed: generator (head or light, before the generator scans them) | mesh (the scan as it was read)",
        heading="geometry",
        left=True,
    ),
    Column("experiment", "its final model was tested", heading="experiment", left=True),
    Column("subjects", "people tested", heading="subjects"),
    Column("scans", "scans tested, those that were lost included", heading="scans"),
    Column("lost", "scans that preprocessing could not use", heading="lost"),
    Column("accuracy", "percent, mean over people; lost scans count as wrong", ".2f", heading="accuracy %"),
    Column("low", "lower end of its interval over people", ".2f"),
    Column("high", "upper end", ".2f", heading="interval", cell=_interval("")),
    Column("accuracy_of_rest", "the same on the scans that were not lost", ".2f", heading="of the rest %"),
    Column("rest_low", "lower end of its interval over people", ".2f"),
    Column("rest_high", "upper end", ".2f", heading="interval", cell=_interval("rest_")),
    Column("change", "percentage points, accuracy less that of the unchanged scans", "+.2f", heading="change, points"),
    Column("change_low", "lower end of its interval, paired by person", "+.2f"),
    Column("change_high", "upper end", "+.2f", heading="interval", cell=_interval("change_")),
)
LOST = (
    Column("axis", "the kind of change"),
    Column("severity", "how strong it is", "g"),
    Column("scan", "the scan that was lost"),
    Column("stage", "that left it out"),
    Column("reason", "why"),
)


def title_of(train: str, test: str, kind: str) -> str:
    """The title of table and figure. train, test: the datasets. kind: of the data that are tested."""
    return f"Final models of {train} on changed scans of {test} ({kind})"


def severity_table(
    outcomes: Mapping[Condition, Sequence[Outcome]], title: str, confidence: float, studio: Collection[str] = ()
) -> Table:
    """The Table `accuracy` of a robustness test: a row for each condition and experiment. studio: the axes that the
    generator changes before it scans."""
    rows = []
    before = {name: by_person(of, lost_is_wrong=True) for name, of in by_experiment(outcomes[UNCHANGED]).items()}
    for condition, of_all in outcomes.items():
        for experiment, of in by_experiment(of_all).items():
            row = severity_row(condition, experiment, of, before[experiment], confidence)
            rows.append({**row, "geometry": geometry_of(condition.axis, studio)})
    notes = (
        "geometry: generator, where head or light were changed before the generator scanned them; mesh, where the scan"
        " was changed as it was read.",
        f"interval: {confidence:.0%}, over people (Student's t on each one's share of correct scans), cut to 0 and 100;"
        " empty where all people have the same.",
        "lost: no face was found, or a stage left the scan out; lost.csv has the reasons.",
        "change: against the same people's unchanged scans; lost scans count as wrong on both sides.",
    )
    return Table("accuracy", title, COLUMNS, frame_of(rows, COLUMNS), notes)


def geometry_of(axis: str, studio: Collection[str]) -> str:
    """What a change of this axis changes, in the words of the table. studio: see severity_table."""
    return "" if axis == UNCHANGED.axis else GENERATOR if axis in studio else "mesh"


def severity_row(
    condition: Condition, experiment: str, outcomes: Sequence[Outcome], before: np.ndarray, confidence: float
) -> Row:
    """One row, all but its geometry. outcomes: of one experiment under one condition. before: by_person of its
    unchanged scans."""
    people, rest = by_person(outcomes, lost_is_wrong=True), by_person(outcomes, lost_is_wrong=False)
    accuracy, of_rest = summary(people, confidence), summary(rest[np.isfinite(rest)], confidence)
    change = summary(people - before, confidence, bounds=(-1, 1))
    return {
        **condition._asdict(),
        "unit": UNITS[condition.axis],
        "experiment": experiment,
        "subjects": len(people),
        "scans": len(outcomes),
        "lost": sum(not one.predicted for one in outcomes),
        **dict(zip(("accuracy", "low", "high"), accuracy, strict=True)),
        **dict(zip(("accuracy_of_rest", "rest_low", "rest_high"), of_rest, strict=True)),
        **dict(zip(("change", "change_low", "change_high"), change, strict=True)),
    }


def by_experiment(outcomes: Sequence[Outcome]) -> dict[str, list[Outcome]]:
    """experiment -> its Outcomes."""
    groups: dict[str, list[Outcome]] = {}
    for one in outcomes:
        groups.setdefault(one.experiment, []).append(one)
    return groups


def by_person(outcomes: Sequence[Outcome], lost_is_wrong: bool) -> np.ndarray:
    """The share of correct scans of each person (n,), sorted by name; NaN for one of whom no scan counts."""
    people = sorted({one.subject for one in outcomes})
    right = {name: [0, 0] for name in people}
    for one in outcomes:
        if one.predicted or lost_is_wrong:
            right[one.subject][0] += one.predicted == one.label
            right[one.subject][1] += 1
    return np.array([good / count if count else np.nan for good, count in right.values()])


def summary(shares: np.ndarray, confidence: float, bounds: tuple[int, int] = (0, 1)) -> tuple[float, float, float]:
    """Mean, low and high of people's shares (n,), or of differences of them, in percent; NaN where there are none."""
    if not len(shares):
        return np.nan, np.nan, np.nan
    low, high = np.clip(t_interval(shares[None], naive_standard_error(shares[None]), confidence), *bounds)
    return round(100 * float(shares.mean()), 9) + 0.0, 100 * float(low), 100 * float(high)


def lost_table(outcomes: Mapping[Condition, Sequence[Outcome]]) -> Table:
    """The Table `lost`: a row for each scan that was lost under a condition."""
    rows = [
        {**condition._asdict(), "scan": one.scan, "stage": one.stage, "reason": one.reason}
        for condition, of in outcomes.items()
        for one in next(iter(by_experiment(of).values()))
        if not one.predicted
    ]
    return Table("lost", "Scans that were lost", LOST, frame_of(rows, LOST))
