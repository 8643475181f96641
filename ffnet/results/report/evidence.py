"""What stands behind the accuracies: classes, subjects, comparisons, and who stood in which half."""

from typing import NamedTuple

from ffnet.results.report.grid import Cell, Column, Grid, by_dataset, cells, minus, pair, signed
from ffnet.results.report.sources import Sources
from ffnet.results.tested_experiments import DatasetInfo

Square = tuple[str, float | None, str]  # of a confusion matrix: its text, its share of 1 or None, what hovering tells
HARDEST = 5  # subjects of each experiment on the page; subjects.csv has all


class Matrix(NamedTuple):
    """A confusion matrix. rows: (class, Squares, (recall, precision, F1))."""

    experiment: str
    classes: list[str]
    rows: list[tuple[str, list[Square], tuple[str, str, str]]]
    kind: str


def matrices(sources: Sources, collections: dict[str, DatasetInfo]) -> dict[str, list[Matrix]]:
    """dataset -> Matrices: percent of each true class, as confusion.csv has them."""
    found: dict[str, list[Matrix]] = {}
    for dataset, collection in collections.items():
        rows = [row for row in sources.tables["confusion"] if row["dataset"] == dataset]
        scores = {
            (row["experiment"], row["class"]): row for row in sources.tables["classes"] if row["dataset"] == dataset
        }
        for experiment in dict.fromkeys(row["experiment"] for row in rows):
            here = [row for row in rows if row["experiment"] == experiment]
            lines = []
            for true in dict.fromkeys(row["true"] for row in here):
                told = scores[experiment, true]
                shown = [_square(row) for row in here if row["true"] == true]
                lines.append((true, shown, (told["recall"], told["precision"], told["f1"])))
            names = list(dict.fromkeys(row["predicted"] for row in here))
            found.setdefault(dataset, []).append(Matrix(experiment, names, lines, collection.kind))
    return found


def _square(row: dict[str, str]) -> Square:
    hint = f"{row['true']} taken for {row['predicted']}: {row['count']} times"
    if not row["percent"]:
        return "", None, hint
    return f"{float(row['percent']):.1f}", float(row["percent"]) / 100, hint


def comparison_grid(sources: Sources, collections: dict[str, DatasetInfo]) -> Grid:
    """The Grid of comparisons.csv: any two experiments on the same splits."""
    columns = [Column("first", left=True), Column("second", left=True), Column("difference")]
    columns += [Column("interval"), Column("p", hint="corrected resampled t-test"), Column("p, Holm"), Column("d")]
    columns += [Column("McNemar", hint="scans that the first alone : the second alone names rightly")]
    columns += [Column("its p, Holm"), Column("g"), Column("runs")]

    def line(row: dict[str, str]) -> list[Cell]:
        counts = f"{row['first_only']} : {row['second_only']}" if row["first_only"] else ""
        texts: tuple[str, ...] = (row["first"], row["second"], signed(row["difference"]))
        texts = (*texts, pair(signed(row["interval_low"]), signed(row["interval_high"])), p_value(row["p"]))
        texts = (*texts, p_value(row["p_holm"]), minus(row["cohens_d"]), counts, p_value(row["mcnemar_p_holm"]))
        return cells(*texts, minus(row["cohens_g"]), row["runs"])

    notes = (
        "difference: percent points of accuracy, first minus second, over the runs both have; interval and p: corrected"
        " resampled t-test (Nadeau and Bengio, 2003; Bouckaert and Frank, 2004); d: mean over standard deviation.",
        "McNemar: exact, on one repeat; g: share of the first alone, minus 1/2. Holm: corrected for all pairs of the"
        " dataset. Empty: the runs do not say.",
    )
    groups = by_dataset(sources.tables["comparisons"], collections, line)
    return Grid("Any two experiments on the same splits.", columns, groups, notes)


def differences(sources: Sources) -> list[tuple[str, int, int]]:
    """[(dataset, pairs of experiments that differ, all pairs)]: by the corrected t-test and Holm's correction."""
    found: dict[str, list[bool]] = {}
    for row in sources.tables["comparisons"]:
        differs = row["p_holm"] != "" and float(row["p_holm"]) <= 1 - float(row["confidence"])
        found.setdefault(row["dataset"], []).append(differs)
    return [(dataset, sum(here), len(here)) for dataset, here in found.items()]


def p_value(text: str) -> str:
    """A p-value as text with three decimals; "" for ""."""
    return "" if not text else "<0.001" if float(text) < 0.001 else f"{float(text):.3f}"


def subject_grid(sources: Sources, collections: dict[str, DatasetInfo]) -> Grid:
    """The Grid of the hardest subjects of each experiment."""
    columns = [Column("experiment", left=True), Column("subject", left=True), Column("accuracy %")]
    columns += [Column("tests"), Column("scans")]
    rows = [row for row in sources.tables["subjects"] if int(row["rank"]) <= HARDEST]

    def line(row: dict[str, str]) -> list[Cell]:
        return cells(row["experiment"], row["subject"], row["accuracy"], row["tests"], row["scans"])

    caption = f"The {HARDEST} hardest subjects of each experiment."
    return Grid(caption, columns, by_dataset(rows, collections, line), ("All subjects are in subjects.csv.",))


def leakage_grid(sources: Sources, collections: dict[str, DatasetInfo]) -> Grid:
    """The Grid of leakage.csv, without a row before the audit."""
    columns = [Column("experiment", left=True), Column("runs audited"), Column("subjects in both halves")]
    columns += [Column("identical scans in both halves"), Column("identical scans"), Column("quarantined")]
    names = ("runs_audited", "subjects_in_both_halves", "identical_scans_in_both_halves", "identical_scans")

    def line(row: dict[str, str]) -> list[Cell]:
        return cells(row["experiment"], *(row[name] for name in names), row["quarantined"])

    notes = (
        "audited: of every run, the subjects and the content (SHA-256 of depth, normals and texture as the networks see"
        " them) of the test half against the training half. Both halves: must be 0.",
        "identical scans: wherever they stand; two of one subject are no leak.",
    )
    groups = by_dataset(sources.tables["leakage"], collections, line)
    return Grid("Does anything that was tested also stand in the training half?", columns, groups, notes)


def audited_runs(sources: Sources) -> int:
    """How many runs were audited."""
    return sum(int(row["runs_audited"]) for row in sources.tables["leakage"])


def leaks(sources: Sources) -> list[str]:
    """A sentence for each experiment that leaks."""
    return [
        f"{row['experiment']} on {row['dataset']} leaks: its accuracy cannot be believed. {row['leaks']}"
        for row in sources.tables["leakage"]
        if row["leaks"]
    ]


def quarantine_grid(sources: Sources, collections: dict[str, DatasetInfo]) -> Grid:
    """The Grid of every scan that was left out, with the reason."""
    columns = [Column(title, left=True) for title in ("scan", "left out by", "reason")]
    rows = [row._asdict() | {"dataset": name} for name, rejected in sources.quarantine.items() for row in rejected]
    groups = by_dataset(rows, collections, lambda row: [Cell(row[name]) for name in ("scan", "stage", "reason")])
    return Grid("Scans that were left out.", columns, groups)


def quarantine_counts(sources: Sources) -> list[tuple[str, int, int]]:
    """[(dataset, left out, taken)]."""
    return [(name, len(rows), sources.taken[name]) for name, rows in sources.quarantine.items()]
