"""What cleaning changed in the scans of each dataset."""

from ffnet.results.report.sources import Sources
from ffnet.results.tables.columns import DATA, DATASET
from ffnet.results.tables.number_text import number
from ffnet.results.tables.table import Cell, Column, Row, View, named

SHARES = {  # columns of quality.csv
    "spike_share": "vertices moved as spikes, %",
    "removed_share": "pixels removed as outliers, %",
    "filled_share": "pixels filled, %",
}


def cleaning_view(sources: Sources) -> View:
    """The View of the shares of vertices and pixels that cleaning changed: median and greatest over the scans."""
    rows = []
    for name, quality in sources.quality.items():
        shares = 100 * quality[list(SHARES)].dropna()
        row = {"dataset": name, "data": sources.datasets[name].kind, "scans": len(shares)}
        rows.append(row | shares.median().to_dict() | shares.max().add_prefix("most_").to_dict())
    columns = (DATASET, DATA, *named("scans"), *(_share(name, heading) for name, heading in SHARES.items()))
    notes = ("Median over the scans, and below it the greatest share of any; results/*/quality.csv has every scan.",)
    return View("Cleaning", columns, rows, notes)


def _share(name: str, heading: str) -> Column:
    def cell(row: Row) -> Cell:
        return Cell(number(row[name], ".2f"), small=number(row[f"most_{name}"], ".2f"))

    return Column(name, heading=heading, cell=cell)
