"""predict: the predictions of a trained model for scan files, as a table, as CSV and as pictures."""

import csv
import io
import itertools
import json
import os
import textwrap
import traceback
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from ffnet.commands.inspect import picture_paths
from ffnet.commands.inspect_report import landmark_warnings, pose_warnings
from ffnet.commands.printing import WIDTH, counted, drawable, printable
from ffnet.errors import InputError, unforeseen
from ffnet.figures.prediction_figure import prediction_figure
from ffnet.figures.saving import save_figure
from ffnet.predict.predictor import Columns, Predictor, join_columns
from ffnet.predict.saliency import saliency
from ffnet.results.tables.formatters import terminal_lines
from ffnet.results.tables.table import Column, Row, View, named
from ffnet.shards.scaling import plain_texture
from ffnet.storage import write_text

DPI = 150


class Outcome(NamedTuple):
    """The result for one file; its fields are the keys of --json.

    predicted: the most probable class. probabilities: class -> probability. Both are None if there is an error.
    """

    file: str
    predicted: str | None = None
    probabilities: dict[str, float] | None = None
    warnings: tuple[str, ...] = ()
    error: str | None = None


class Prepared(NamedTuple):
    """A usable file, ready for the network: its Outcome so far, its columns of a shard, and the path of its picture, or
    None."""

    outcome: Outcome
    columns: Columns
    picture: str | None


def predict_files(
    files: Sequence[str], predictor: Predictor, batch: int, table: str | None, folder: str | None, as_json: bool
) -> int:
    """Prints a Predictor's probabilities for each file, as a table or as JSON.

    batch: files per batch. table: the path of a CSV to write, or None. folder: for a picture of each file, or None.
    Returns 1 if any file cannot be used, else 0. Raises InputError if a file cannot be written.
    """
    if batch < 1:
        raise InputError(f"--batch: expected 1 or more, got {batch}")
    if table is not None:
        check_table(table)
    outcomes, work = [], counted(list(zip(files, picture_paths(files, folder), strict=True)), "scans")
    while group := [prepare_file(file, picture, predictor) for file, picture in itertools.islice(work, batch)]:
        outcomes += predict_group(group, predictor)
    try:
        if table is not None:
            write_table(table, outcome_table(outcomes, predictor.classes))
    finally:  # print the numbers even if the disk is full
        if as_json:
            print(json.dumps([outcome._asdict() for outcome in outcomes], indent=2))
        else:
            print("\n".join([*outcome_lines(outcomes, predictor.classes), "", *model_lines(predictor.header)]))
    return int(any(outcome.error for outcome in outcomes))


def check_table(path: str) -> None:
    """Raises InputError if no table can be written there: before the work, which may take hours."""
    if os.path.isdir(path):
        raise InputError(f"{path}: expected the name of a file for the table, found a folder")
    try:
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    except OSError as error:
        raise InputError(f"{path}: the table cannot be written ({error.strerror}); choose another file") from error


def write_table(path: str, text: str) -> None:
    """Writes the table. Raises InputError if it cannot be written."""
    try:
        write_text(path, text)
    except OSError as error:
        raise InputError(f"{path}: the table cannot be written ({error.strerror}); choose another file") from error


def prepare_file(file: str, picture: str | None, predictor: Predictor) -> Prepared | Outcome:
    """One file ready for the network, or an Outcome with the error if it cannot be used."""
    outcome = Outcome(file)
    try:
        scan = predictor.turn(file)
        columns = predictor.prepare(scan)
    except InputError as error:
        return outcome._replace(error=str(error))
    except OSError as error:
        return outcome._replace(error=f"{error.filename or file}: {error.strerror or error}")
    except Exception as error:  # what nobody foresaw in one file must not cost the others
        traceback.print_exc()
        return outcome._replace(error=f"{file}: {unforeseen(error)}")
    warnings = (*pose_warnings(scan, "--figure"), *landmark_warnings(columns))
    return Prepared(outcome._replace(warnings=warnings), columns, picture)


def predict_group(group: Sequence[Prepared | Outcome], predictor: Predictor) -> list[Outcome]:
    """The Outcomes of some files. Those that are Prepared pass the network in one batch."""
    usable = [file.columns for file in group if isinstance(file, Prepared)]
    rows = iter(predictor.probabilities(join_columns(usable), len(usable)) if usable else ())
    return [finish_file(file, next(rows), predictor) if isinstance(file, Prepared) else file for file in group]


def finish_file(prepared: Prepared, row: np.ndarray, predictor: Predictor) -> Outcome:
    """The Outcome of one file with its probabilities, row (classes,). Draws its picture if it has a path for one."""
    label = int(row.argmax())
    outcome = prepared.outcome._replace(
        predicted=predictor.classes[label], probabilities=dict(zip(predictor.classes, row.tolist(), strict=True))
    )
    if prepared.picture is None:
        return outcome
    moved = saliency(predictor.network, predictor.inputs(prepared.columns), label)
    texture = plain_texture(prepared.columns["texture"], predictor.preprocessing.shards)
    title = f"{drawable(outcome.file)}: {predictor.header['name']} predicts {outcome.predicted}"
    figure = prediction_figure(prepared.columns | {"texture": texture}, row, predictor.classes, moved, title)
    try:
        save_figure(figure, [prepared.picture], DPI)
    except OSError as error:
        return outcome._replace(error=f"{prepared.picture}: the picture cannot be written ({error.strerror})")
    return outcome


def _percent(name: str) -> Callable[[Row], str]:
    return lambda row: f"{row['probabilities'][name]:.1%}"


def outcome_lines(outcomes: Sequence[Outcome], classes: Sequence[str]) -> list[str]:
    """A table of the usable files, then a line for each warning and each error."""
    columns = (
        *(Column("file", heading="scan", left=True), *named("predicted", left=True)),
        *(Column(name, heading=name, cell=_percent(name)) for name in classes),
    )
    rows = [outcome._asdict() for outcome in outcomes if outcome.probabilities]
    lines = terminal_lines(View("Predictions", columns, rows)) if rows else []
    lines += [f"note: {outcome.file}: {warning}" for outcome in outcomes for warning in outcome.warnings]
    for outcome in outcomes:
        if outcome.error:
            is_named = outcome.error.startswith(outcome.file)
            message = outcome.error if is_named else f"{outcome.file}: {outcome.error}"
            lines.append(message if outcome.probabilities else f"CANNOT BE USED: {message}")
    return lines


def model_lines(header: dict) -> list[str]:
    """The model's name, what it was trained on and its licence terms, as far as the header has them."""
    subjects, dataset = header.get("trained_on", {}).get("subjects"), header.get("dataset")
    training = f", trained on {subjects} subjects of {dataset}" if subjects and dataset else ""
    return [f"Model: {header['name']}{training}.", *textwrap.wrap(header.get("licence", ""), WIDTH)]


def outcome_table(outcomes: Sequence[Outcome], classes: Sequence[str]) -> str:
    """CSV text with a row for each file, in the order given: scan, predicted-class, a probability with eight decimals
    for each class, and left-out, the error if there is one. Names of classes have no hyphen, so none clashes."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("scan", "predicted-class", *classes, "left-out"))
    for outcome in outcomes:
        values = [f"{outcome.probabilities[name]:.8f}" if outcome.probabilities else "" for name in classes]
        left_out = "" if outcome.probabilities else outcome.error or ""
        writer.writerow([printable(cell) for cell in (outcome.file, outcome.predicted or "", *values, left_out)])
    return text.getvalue()
