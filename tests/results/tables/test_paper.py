import math
from collections import Counter

import pytest
import yaml

from ffnet.results.tables.paper import DATASETS, Architecture, paper_accuracy, read_paper
from ffnet.workflow.provenance import ROOT

CONFIG = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))["experiments"]
ARCHITECTURES = {name: Architecture(*(row[key] for key in Architecture._fields)) for name, row in CONFIG.items()}


@pytest.mark.parametrize(
    ("dataset", "experiment", "printed"),
    [
        ("BU-3DFE", "FFNet-M", 89.82),
        ("BU-3DFE", "FFNet", 89.01),
        ("BU-3DFE", "F3DNet-M-n", 84.71),
        ("BU-3DFE", "VGG16-BN-t", 83.44),
        ("BU-3DFE", "FFNet-M-dn", 87.28),
        ("Bosphorus", "FFNet-M", 87.65),
        ("Bosphorus", "F3DNet-d", 78.33),
        ("Bosphorus", "VGG16-BN-M-dnt", 84.44),
        ("Bosphorus", "VGG16-BN-t", 82.50),
        ("Bosphorus", "FFNet-M-dn", 82.86),
        ("Bosphorus", "ridge", None),
        (None, "FFNet-M", None),
    ],
)
def test_cells_of_the_tables_are_as_printed(dataset, experiment, printed):
    found = paper_accuracy(read_paper(), dataset, ARCHITECTURES[experiment])
    assert math.isnan(found) if printed is None else found == printed


def test_every_printed_architecture_is_the_row_of_the_config_that_has_its_name():
    rows = [row for row in read_paper() if row.experiment]
    assert len(rows) == 2 + 2 + 18 + 18 + 4
    assert all(row.architecture == ARCHITECTURES[row.experiment] for row in rows)
    assert all(row.architecture is None for row in read_paper() if not row.experiment)


def test_modalities_have_the_papers_words():
    words = {name: ARCHITECTURES[name].data for name in ("F3DNet-d", "F3DNet-n", "FFNet-M-dn", "VGG16-BN-t", "FFNet")}
    assert words == {"F3DNet-d": "3D", "F3DNet-n": "3D", "FFNet-M-dn": "3D", "VGG16-BN-t": "2D", "FFNet": "2D+3D"}


def test_other_methods_are_as_printed():
    rows = {(row.source, row.method): row for row in read_paper()}
    found = rows["Table 1", "Oyedotun et al. (2017) [10]"]
    assert (found.dataset, found.data, found.feature, found.accuracy) == ("BU-3DFE", "2D+3D", "Deep learning", "89.31")
    found = rows["Table 2", "Yang et al. (2015) [25]"]
    assert (found.dataset, found.data, found.feature, found.accuracy) == ("Bosphorus", "3D", "Hand-crafted", "77.50")
    assert not any(row.experiment for row in rows.values() if "et al." in row.method)


def test_every_table_is_whole():
    rows = read_paper()
    counts = Counter(row.source for row in rows)
    assert counts == {"Table 1": 15, "Table 2": 7, "Table 3": 24, "Table 4": 24, "Table 5": 4}
    assert {row.dataset for row in rows} == set(DATASETS)
    assert len({row.experiment for row in rows} - {""}) == 19


def test_cells_printed_in_several_tables_agree():
    rows = read_paper()
    for dataset in DATASETS:
        for experiment in {row.experiment for row in rows} - {""}:
            assert len({r.accuracy for r in rows if (r.dataset, r.experiment) == (dataset, experiment)}) == 1


def test_single_network_cells_of_table_4_are_whole_numbers_of_360_scans():
    cells = [row for row in read_paper() if row.source == "Table 4" and not row.method.startswith("FFNet")]
    assert len(cells) == 16
    for cell in cells:
        scans = float(cell.accuracy) / 100 * 360
        assert abs(scans - round(scans)) < 0.0002 * 360 / 2, cell
