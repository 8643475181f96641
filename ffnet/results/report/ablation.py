"""The paper's Tables 3 to 5, and what it argues from them (section 3.4), in its figures and in ours."""

from ffnet.results.report.grid import Cell, Column, Grid, Group, pair, signed
from ffnet.results.report.sources import Sources
from ffnet.results.tested_experiments import DatasetInfo

Key = tuple[str, str]  # model and data of a cell of the paper's Tables 3 to 5
MAPS = ("I_d", "I_n", "I_t", "I_dnt")
NAMES = {"I_d": "depth", "I_n": "normals", "I_t": "texture", "I_dnt": "all three", "3D": "3D", "2D+3D": "2D+3D"}
MODELS = ("F3DNet", "F3DNet-M", "VGG16-BN", "VGG16-BN-M", "FFNet", "FFNet-M")
TABLES = {"BU-3DFE": "table3", "Bosphorus": "table4"}


def arguments() -> list[tuple[str, list[tuple[str, Key, list[Key]]]]]:
    """[(title, [(claim, first, seconds)])]: first, and each of the seconds, is a (model, data) of Tables 3 to 5; the
    claim is that the first beats all seconds."""
    masks = [(model, name) for model in ("F3DNet", "VGG16-BN") for name in MAPS] + [("FFNet", "I_dnt")]
    fitting = [("F3DNet", "VGG16-BN", name) for name in MAPS[:2]] + [("VGG16-BN", "F3DNet", "I_t")]
    fitting = [(a + mark, b + mark, name) for mark in ("", "-M") for a, b, name in fitting]
    fused = [
        (f"{model}: all three maps against the best single one", (model, "I_dnt"), [(model, name) for name in MAPS[:3]])
        for model in MODELS[:4]
    ]
    fused.append(("FFNet-M: 2D+3D against 3D alone", ("FFNet-M", "2D+3D"), [("FFNet-M", "3D")]))
    return [
        (
            "Masks help",
            [(f"{m}-M against {m}, {NAMES[name]}", (f"{m}-M", name), [(m, name)]) for m, name in masks],
        ),
        (
            "F3DNet suits depth and normals, VGG16-BN suits texture",
            [(f"{a} against {b}, {NAMES[name]}", (a, name), [(b, name)]) for a, b, name in fitting],
        ),
        ("Modalities complement each other", fused),
    ]


def ablation_grids(sources: Sources, collections: dict[str, DatasetInfo]) -> list[Grid]:
    """The Grids of Tables 3, 4 and 5: a Group of the paper's figures and one for each dataset in its place."""
    grids = []
    for number, paper in ((3, "BU-3DFE"), (4, "Bosphorus")):
        rows = sources.tables[f"table{number}"]
        models = [(model, [(model, name) for name in MAPS]) for model in MODELS]
        columns = [Column("model", left=True), *(Column(NAMES[name]) for name in MAPS)]
        caption = f"Table {number} of the paper: ablation on {paper}, percent."
        grids.append(Grid(caption, columns, _groups(rows, models, paper, collections)))
    rows, kinds = sources.tables["table5"], ("3D", "2D+3D")
    columns = [Column("model", left=True), Column("3D"), Column("2D+3D")]
    groups = []
    for paper in TABLES:
        here = [row for row in rows if row["dataset"] == paper]
        groups += _groups(here, [("FFNet-M", [("FFNet-M", kind) for kind in kinds])], paper, collections)
    return [*grids, Grid("Table 5 of the paper: with texture and without, percent.", columns, groups)]


def _groups(
    rows: list[dict[str, str]], models: list[tuple[str, list[Key]]], paper: str, collections: dict[str, DatasetInfo]
) -> list[Group]:
    places = [name for name, collection in collections.items() if collection.paper == paper]
    printed = {(row["method"], row["modality"]): row["paper"] for row in rows}
    lines = [[Cell(model), *(Cell(printed.get(key, "").replace("-", "–")) for key in keys)] for model, keys in models]
    groups = [Group(f"{paper}, the paper's own figures", "", lines)]
    for place in places:
        ours = {(row["method"], row["modality"]): row for row in rows if row["our_dataset"] == place}
        lines = [[Cell(model), *(_cell(ours.get(key), printed.get(key)) for key in keys)] for model, keys in models]
        groups.append(Group(f"{place}, ours", collections[place].kind, lines))
    return groups


def _cell(row: dict[str, str] | None, printed: str | None) -> Cell:
    if row is None:  # the paper has no such experiment
        return Cell("–" if printed == "-" else "")
    if not row["ours"]:
        return Cell("", missing=True)
    interval = pair(row["interval_low"], row["interval_high"])
    return Cell(row["ours"], sub=interval, hint=f"{row['experiment']}, {row['repeats']} x {row['folds']} runs")


def argument_grids(sources: Sources, collections: dict[str, DatasetInfo]) -> list[Grid]:
    """For each of the paper's collections a Grid of its arguments: the paper's difference, and each dataset's."""
    grids = []
    for paper, table in TABLES.items():
        rows = [row for row in [*sources.tables[table], *sources.tables["table5"]] if row["dataset"] == paper]
        places = {name: collection for name, collection in collections.items() if collection.paper == paper}
        columns = [Column("the paper argues", left=True), Column(f"paper, {paper}")]
        columns += [Column(f"ours, {name} ({collection.kind})") for name, collection in places.items()]
        printed = {(row["method"], row["modality"]): row["paper"] for row in rows if row["paper"] not in ("", "-")}
        groups = [
            Group(title, "synthetic" if any(c.synthetic for c in places.values()) else "", [])
            for title, _ in arguments()
        ]
        for group, (_, claims) in zip(groups, arguments(), strict=True):
            for claim, first, seconds in claims:
                best = max(seconds, key=lambda key: float(printed[key]))
                gain = Cell(signed(float(printed[first]) - float(printed[best])))
                group.rows.append([Cell(claim), gain, *(_ours(sources, rows, p, first, seconds) for p in places)])
        grids.append(
            Grid(f"What the paper argues from its tables, on {paper}: percent points gained.", columns, groups)
        )
    return grids


def _ours(sources: Sources, rows: list[dict[str, str]], place: str, first: Key, seconds: list[Key]) -> Cell:
    """The Cell of our difference on one dataset; hatched where one of the experiments was not run."""
    ours = {(row["method"], row["modality"]): row for row in rows if row["our_dataset"] == place and row["ours"]}
    if not all(key in ours for key in (first, *seconds)):
        return Cell("", missing=True)
    best = max(seconds, key=lambda key: float(ours[key]["ours"]))
    return difference(sources.tables["comparisons"], place, ours[first]["experiment"], ours[best]["experiment"])


def difference(comparisons: list[dict[str, str]], dataset: str, first: str, second: str) -> Cell:
    """The Cell of first minus second, from comparisons.csv, whichever way round it stands there."""
    for row in comparisons:
        if row["dataset"] == dataset and {row["first"], row["second"]} == {first, second}:
            sign = 1 if row["first"] == first else -1
            ends = sorted(sign * float(row[end]) for end in ("interval_low", "interval_high") if row[end])
            hint = f"corrected t-test: p {row['p'] or 'unknown'}, over {row['runs']} common runs"
            sub = pair(*map(signed, ends)) if ends else ""
            return Cell(signed(sign * float(row["difference"])), sub=sub, hint=hint)
    return Cell("", missing=True)
