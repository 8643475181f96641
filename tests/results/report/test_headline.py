import pytest

from ffnet.results.report.evidence import differences
from ffnet.results.report.headline import FEW, fold, headline, missing_grid
from ffnet.results.report.page import contents, render
from ffnet.results.report.sources import read_sources
from ffnet.results.so_far import Plan, experiments_so_far, missing_table, missing_warning
from ffnet.results.tables.all_tables import all_tables, write_tables

NAMES = ["ridge", "FFNet", "FFNet-M", "mine"]


@pytest.fixture
def so_far(own_folder, own_known):
    """A function that deletes runs, (dataset, experiment, repeat, fold), and returns the Sources of what is left."""

    def make(*gone):
        plans = [
            Plan(dataset, name, len(counts), len(counts[0]), {"of": name})
            for (dataset, name), counts in own_known.right.items()
        ]
        plans.append(Plan("faces", "mine", 2, 4, {"of": "mine"}))
        for dataset, name, repeat, number in gone:
            (own_known.folder / dataset / "runs" / name / str(repeat) / f"{number}.csv").unlink()
        collections = own_known.collections
        experiments, records, found = experiments_so_far(
            own_known.folder, plans, collections, own_known.networks, own_known.confidence
        )
        tables = [missing_table(plans, found), *all_tables(experiments, collections, own_known.confidence)]
        write_tables(own_folder.results / "tables_so_far", tables, missing_warning(plans, found))
        return read_sources(own_folder.results, own_folder.logs, collections, records, so_far=True)

    return make


def texts(grid, dataset):
    (group,) = [group for group in grid.groups if group.title.startswith(dataset)]
    return {row[0].text: [cell.text for cell in row[1:]] for row in group.rows}


def test_made_and_missing_runs_are_counted_for_every_experiment_that_is_not_whole(so_far, own_folder):
    sources = so_far(("demo", "FFNet-M", 1, 2), ("demo", "FFNet-M", 1, 3))
    grid = missing_grid(sources, own_folder.collections, NAMES)
    assert texts(grid, "demo") == {"FFNet-M": ["8", "6", "2", "0"]}
    assert texts(grid, "faces") == {"mine": ["8", "0", "8", "0"]} and len(grid.groups) == 2


def test_the_headline_says_how_many_of_the_runs_there_are(so_far, own_folder):
    sources = so_far(("demo", "FFNet-M", 1, 2), ("demo", "FFNet-M", 1, 3))
    rows = texts(headline(sources, own_folder.collections, NAMES), "demo")
    assert rows["FFNet-M"][7] == "6 of 8" and rows["ridge"][7] == "8"
    assert set(rows["FFNet"]) == {""}


def test_the_page_of_what_exists_says_at_its_head_what_is_missing(so_far, own_folder, parse):
    sources = so_far(("demo", "FFNet-M", 1, 2), ("demo", "FFNet-M", 1, 3))
    text = render(contents(sources, own_folder.collections, NAMES, own_folder.config))
    page = parse(text)
    assert text.index("Not finished.") < text.index("Synthetic data.") < text.index('<section id="missing">')
    assert text.index('<section id="missing">') < text.index('<section id="accuracy">')
    assert "<title>FFNet-M: results so far</title>" in text and "FFNet-M: results so far" in page.text
    assert "10 of 60 runs are missing" in page.text and "50 of 60 runs of cross-validation" in page.text
    assert "It is audited once all runs are made." in page.text and "No leak" not in page.text
    assert page.find("missing", "demo", "FFNet-M")[0] == ["FFNet-M", "8", "6", "2", "0"]
    accuracy = next(row for row in sources.tables["accuracy"] if row["experiment"] == "FFNet-M")["accuracy"]
    assert page.find("accuracy", "demo", "FFNet-M")[0][1] == accuracy


def test_once_all_runs_are_there_the_page_of_what_exists_says_that_they_are_not_audited(so_far, own_folder, parse):
    sources = so_far()
    sources.tables["missing"].clear()
    text = render(contents(sources, own_folder.collections, NAMES, own_folder.config))
    assert "All 52 runs are made; snakemake --cores all audits them" in parse(text).text.replace(" ;", ";")
    assert "Not finished" not in text and 'id="missing"' not in text


def test_what_was_not_drawn_or_measured_yet_leaves_the_page_whole(so_far, own_folder, parse):
    for path in (own_folder.results / "figures").iterdir():
        path.unlink()
    sources = so_far()
    page = parse(render(contents(sources, own_folder.collections, NAMES, own_folder.config)))
    assert "Not drawn yet." in page.text and not [tag for tag, _ in page.tags if tag == "img"]


def test_the_final_page_says_nothing_of_missing_runs(text):
    assert "results so far" not in text and 'id="missing"' not in text and "No leak in 52 runs." in text


class Shown:
    def __init__(self, experiment):
        self.experiment = experiment


def test_of_many_experiments_those_of_the_papers_methods_stand_open():
    found = [Shown(name) for name in ("ridge", "a", "b", "FFNet", "FFNet-M")]
    rows = [{"experiment": name, "paper": paper} for name, paper in (("FFNet-M", "89.82"), ("ridge", ""), ("", "1"))]
    shown, folded = fold(found, rows)
    assert [one.experiment for one in shown] == ["FFNet-M"] and [one.experiment for one in folded] == [
        *("ridge", "a", "b", "FFNet")
    ]
    assert fold(found, []) == (found[:FEW], found[FEW:])
    assert fold(found[:FEW], rows) == (found[:FEW], [])


def test_pairs_that_differ_after_holms_correction_are_counted(folder):
    sources = folder.sources()
    rows = [
        {"dataset": "d", "confidence": "0.95", "p_holm": p} for p in ("0.049", "0.051", "", "1e-05", "0.0500000000001")
    ]
    assert differences(sources._replace(tables={"comparisons": rows})) == [("d", 2, 5)]
    assert differences(sources) == [("demo", 0, 3), ("faces", 0, 1)]
