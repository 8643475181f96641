"""inspect: what each scan file holds, and a picture of the maps made from it."""

import itertools
import json
import os
import traceback
from collections.abc import Sequence

from ffnet.commands.inspect_report import (
    ScanReport,
    landmark_warnings,
    listed_report,
    measured_report,
    named_report,
    posed_report,
    report_text,
)
from ffnet.commands.listed_scans import ListedScans, read_lists
from ffnet.commands.printing import drawable
from ffnet.config import Config
from ffnet.errors import InputError, unforeseen
from ffnet.scans.formats.readers import find_texture, read_scan, scan_suffix
from ffnet.scans.index import LAYOUTS
from ffnet.scans.load import FrontalScan, check_extent, landmark_file, make_frontal
from ffnet.scans.settings import DatasetSettings, Unit


def inspect_files(files: Sequence[str], config: Config, unit: Unit | None, folder: str | None, as_json: bool) -> int:
    """Prints a report on each file, as text or as one JSON list, and draws the maps of each in a folder, if given.

    unit: "mm", "cm" or "m"; None for that of the dataset with such files, else mm. Returns 1 if any file cannot be
    used, else 0. Raises InputError if the folder cannot be made.
    """
    pictures, listed = picture_paths(files, folder), read_lists(config)
    reports = []
    for file, picture in zip(files, pictures, strict=True):
        reports.append(inspect_file(file, config, listed, unit, picture))
        if not as_json:
            print(report_text(reports[-1], picture), flush=True)
    if as_json:
        print(json.dumps([report._asdict() for report in reports], indent=2))
    return int(any(report.error for report in reports))


def picture_paths(files: Sequence[str], folder: str | os.PathLike | None) -> list[str | None]:
    """The path of each file's picture, repeated names numbered; Nones without a folder."""
    if folder is None:
        return [None] * len(files)
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as error:
        raise InputError(f"{folder}: cannot write pictures there ({error.strerror}); give a folder") from error
    paths: list[str | None] = []
    for file in files:
        stem = os.path.join(folder, os.path.splitext(os.path.basename(file))[0])
        names = itertools.chain([f"{stem}.png"], (f"{stem}-{number}.png" for number in itertools.count(2)))
        paths.append(next(name for name in names if name not in paths))
    return paths


def inspect_file(file: str, config: Config, listed: ListedScans, unit: Unit | None, picture: str | None) -> ScanReport:
    """The report on one file. A file that cannot be used raises nothing: the report has the error.

    picture: where its maps are drawn, or None.
    """
    dataset, row = listed.scans.get(os.path.abspath(file), (dataset_for(file, config), None))
    report = listed_report(file, row) if row else named_report(file)
    for reason in listed.reasons_for(file):
        report = report.warn(reason)
    if unit is None and dataset is None:
        report = report.warn("read as mm, because neither --unit nor a dataset in config.yaml gives the unit")
    unit = unit or (dataset.unit if dataset else "mm")
    try:
        read = read_scan(file, row.texture if row else find_texture(file), config.scans, unit)
        report = measured_report(report, read, config.maps.size)
        check_extent(read.mesh.vertices, file, unit, config.scans)
        scan = make_frontal(read.mesh, landmark_file(file, config.scans), unit, config.scans)
        report = posed_report(report, scan)
        return report if picture is None else draw_maps(report, scan, unit, dataset, config, picture)
    except InputError as error:
        return report._replace(error=str(error))
    except OSError as error:
        return report._replace(error=f"{error.filename or file}: {error.strerror or error}")
    except Exception as error:  # what nobody foresaw in one file must not cost the others
        traceback.print_exc()
        return report._replace(error=f"{file}: {unforeseen(error)}")


def draw_maps(
    report: ScanReport, scan: FrontalScan, unit: Unit, dataset: DatasetSettings | None, config: Config, picture: str
) -> ScanReport:
    """Draws the five maps of a scan to the file `picture` and adds warnings about its landmarks to the report.

    dataset: that of the file; None for the first of config.yaml.
    """
    from ffnet.figures.maps_figure import maps_figure
    from ffnet.figures.saving import save_figure
    from ffnet.shards.one_scan import prepare_scan
    from ffnet.shards.scaling import plain_texture

    dataset = dataset or next(iter(config.datasets.values()), None)
    if dataset is None:
        raise InputError("config.yaml: datasets is empty, so no projection is set; add a dataset there")
    columns = prepare_scan(scan, config.preprocessing(unit, dataset.projection))
    columns["texture"] = plain_texture(columns["texture"], config.shards)
    figure = maps_figure(columns, [0], drawable(report.file), [report.expression or ""])
    save_figure(figure, [picture], config.results.dpi)
    return report.warn(*landmark_warnings(columns))


def dataset_for(file: str, config: Config) -> DatasetSettings | None:
    """The first dataset whose layout has scans with the file's suffix, or None."""
    collections = (dataset for dataset in config.datasets.values() if dataset.layout in LAYOUTS)
    return next((dataset for dataset in collections if LAYOUTS[dataset.layout][0] == scan_suffix(file)), None)
