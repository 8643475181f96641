"""predict: what a final model sees in scan files, as a table, as CSV and as pictures."""

import csv
import io
import itertools
import json
import os
import textwrap
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ffnet.commands.inspect import picture_paths
from ffnet.commands.inspect_report import landmark_warnings, pose_warnings
from ffnet.commands.printing import WIDTH, counted, drawable, printable, table_lines
from ffnet.errors import InputError
from ffnet.figures.prediction_figure import prediction_figure
from ffnet.figures.saving import save_figure
from ffnet.predict.predictor import Columns, Predictor, join_columns
from ffnet.predict.saliency import saliency
from ffnet.shards.scaling import plain_texture
from ffnet.storage import write_text

DPI = 150


class Outcome(NamedTuple):
    """What became of one file; its fields are the keys of --json.

    seen_as: the most probable class. probabilities: class -> probability. Both None where error says why.
    """

    file: str
    seen_as: str | None = None
    probabilities: dict[str, float] | None = None
    warnings: tuple[str, ...] = ()
    error: str | None = None


class Prepared(NamedTuple):
    """One usable file before the network: the Outcome so far, its shard's columns, and where its picture goes, or
    None."""

    outcome: Outcome
    columns: Columns
    picture: str | None


def predict_files(
    files: Sequence[str], predictor: Predictor, batch: int, table: str | None, folder: str | None, as_json: bool
) -> int:
    """Prints what a Predictor sees in each file, as a table or as JSON.

    batch: files that pass the network at a time. table: path of a CSV to write, or None. folder: for a picture of
    each, or None. Returns 1 if any file cannot be used, else 0. Raises InputError where nothing can be written.
    """
    if batch < 1:
        raise InputError(f"--batch: at least 1 is needed, {batch} came")
    if table is not None:
        check_table(table)
    outcomes, work = [], counted(list(zip(files, picture_paths(files, folder), strict=True)), "scans")
    while group := [prepare_file(file, picture, predictor) for file, picture in itertools.islice(work, batch)]:
        outcomes += predict_group(group, predictor)
    try:
        if table is not None:
            write_table(table, outcome_table(outcomes, predictor.classes))
    finally:  # a full disk costs nobody the numbers
        if as_json:
            print(json.dumps([one._asdict() for one in outcomes], indent=2))
        else:
            print("\n".join([*outcome_lines(outcomes, predictor.classes), "", *model_lines(predictor.header)]))
    return int(any(one.error for one in outcomes))


def check_table(path: str) -> None:
    """Raises InputError where no table can be written: before the work, which may take hours."""
    if os.path.isdir(path):
        raise InputError(f"{path}: a folder; the table needs the name of a file")
    try:
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    except OSError as error:
        raise InputError(f"{path}: the table cannot be written ({error.strerror}); name another file") from error


def write_table(path: str, text: str) -> None:
    """Writes the table. Raises InputError where it cannot be written."""
    try:
        write_text(path, text)
    except OSError as error:
        raise InputError(f"{path}: the table cannot be written ({error.strerror}); name another file") from error


def prepare_file(file: str, picture: str | None, predictor: Predictor) -> Prepared | Outcome:
    """The Prepared of one file, or the Outcome that says why it cannot be used."""
    outcome = Outcome(file)
    try:
        scan = predictor.turn(file)
        columns = predictor.prepare(scan)
    except InputError as error:
        return outcome._replace(error=str(error))
    except OSError as error:
        return outcome._replace(error=f"{error.filename or file}: {error.strerror or error}")
    warnings = (*pose_warnings(scan, "--figure"), *landmark_warnings(columns))
    return Prepared(outcome._replace(warnings=warnings), columns, picture)


def predict_group(group: Sequence[Prepared | Outcome], predictor: Predictor) -> list[Outcome]:
    """The Outcomes of some files, those that are Prepared after they passed the network together."""
    usable = [one.columns for one in group if isinstance(one, Prepared)]
    rows = iter(predictor.probabilities(join_columns(usable), len(usable)) if usable else ())
    return [finish_file(one, next(rows), predictor) if isinstance(one, Prepared) else one for one in group]


def finish_file(prepared: Prepared, row: np.ndarray, predictor: Predictor) -> Outcome:
    """The Outcome of one file with its probabilities (classes,); its picture is drawn if one is wanted."""
    label = int(row.argmax())
    outcome = prepared.outcome._replace(
        seen_as=predictor.classes[label], probabilities=dict(zip(predictor.classes, row.tolist(), strict=True))
    )
    if prepared.picture is None:
        return outcome
    moved = saliency(predictor.network, predictor.inputs(prepared.columns), label)
    texture = plain_texture(prepared.columns["texture"], predictor.preprocessing.shards)
    title = f"{drawable(outcome.file)}: seen as {outcome.seen_as} by {predictor.header['name']}"
    figure = prediction_figure(prepared.columns | {"texture": texture}, row, predictor.classes, moved, title)
    try:
        save_figure(figure, [prepared.picture], DPI)
    except OSError as error:
        return outcome._replace(error=f"{prepared.picture}: the picture cannot be written ({error.strerror})")
    return outcome


def outcome_lines(outcomes: Sequence[Outcome], classes: Sequence[str]) -> list[str]:
    """A table of the files that were predicted, and a line for each warning and each file that was not."""
    rows = [
        (one.file, one.seen_as or "", *(f"{value:.1%}" for value in one.probabilities.values()))
        for one in outcomes
        if one.probabilities
    ]
    lines = table_lines(("scan", "seen as", *classes), rows) if rows else []
    lines += [f"note: {one.file}: {warning}" for one in outcomes for warning in one.warnings]
    for one in outcomes:
        if one.error:
            where = one.error if one.error.startswith(one.file) else f"{one.file}: {one.error}"
            lines.append(where if one.probabilities else f"CANNOT BE USED: {where}")
    return lines


def model_lines(header: dict) -> list[str]:
    """What the model is, what it has seen and whose terms apply, as far as its header says so."""
    subjects, dataset = header.get("trained_on", {}).get("subjects"), header.get("dataset")
    seen = f", trained on {subjects} subjects of {dataset}" if subjects and dataset else ""
    return [f"Model: {header['name']}{seen}.", *textwrap.wrap(header.get("licence", ""), WIDTH)]


def outcome_table(outcomes: Sequence[Outcome], classes: Sequence[str]) -> str:
    """CSV text: scan, seen-as, a probability for each class with eight decimals, left-out (why, else empty); a row for
    each file in the order given. No class can have one of these names."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("scan", "seen-as", *classes, "left-out"))
    for one in outcomes:
        values = [f"{one.probabilities[name]:.8f}" if one.probabilities else "" for name in classes]
        left_out = "" if one.probabilities else one.error or ""
        writer.writerow([printable(text) for text in (one.file, one.seen_as or "", *values, left_out)])
    return text.getvalue()
