import pandas
import pytest

from ffnet.results.partial_runs import ExpectedRuns, read_partial
from ffnet.results.report.page import FEW, contents, differences, html_tables, main_experiments, render, split_open
from ffnet.results.report.sources import read_sources
from ffnet.results.tables.all_tables import all_frames

NAMES = ["ridge", "FFNet", "FFNet-M", "mine"]


@pytest.fixture
def partial(own_folder, own_known):
    """A function that deletes runs, (dataset, experiment, repeat, fold), and returns the Sources of what is left."""

    def expect(dataset, name, repeats, folds):
        place = own_known.folder / dataset
        runs = [place / "runs" / name / str(r) / f"{fold}.csv" for r in range(repeats) for fold in range(folds)]
        splits = [place / "splits" / f"{repeat}.csv" for repeat in range(repeats)]
        inputs = [own_known.shards(dataset)]
        return ExpectedRuns(dataset, name, repeats, folds, {"of": name}, "abc", runs, splits, inputs)

    def make(*gone, others=True):
        expected = [expect(*key, len(counts), len(counts[0])) for key, counts in own_known.right.items()]
        expected += [expect("faces", "mine", 2, 4)] if others else []
        for dataset, name, repeat, number in gone:
            (own_known.folder / dataset / "runs" / name / str(repeat) / f"{number}.csv").unlink()
        found = read_partial(expected, own_known.datasets, own_known.architectures, own_known.confidence)
        frames = all_frames(found.experiments, own_known.datasets, own_known.confidence) | {"runs": found.runs}
        return read_sources(frames, found.records, own_known.datasets, own_folder.files(), partial=True)

    return make


def texts(table, dataset):
    (group,) = [group for group in table.groups if group.title.startswith(dataset)]
    return {row[0].text: [cell.text for cell in row[1:]] for row in group.rows}


def test_made_and_missing_runs_are_counted_for_every_experiment_that_is_not_whole(partial):
    sources = partial(("demo", "FFNet-M", 1, 2), ("demo", "FFNet-M", 1, 3))
    table = html_tables(sources, NAMES)["missing"]
    assert texts(table, "demo") == {"FFNet-M": ["8", "6", "2", "0", "0", "0"]}
    assert texts(table, "faces") == {"mine": ["8", "0", "8", "0", "0", "0"]} and len(table.groups) == 2


def test_the_headline_says_how_many_of_the_runs_there_are(partial):
    sources = partial(("demo", "FFNet-M", 1, 2), ("demo", "FFNet-M", 1, 3))
    rows = texts(html_tables(sources, NAMES)["accuracy"], "demo")
    assert rows["FFNet-M"][2] == "6 of 2 x 4" and rows["ridge"][2] == "2 x 4"
    assert set(rows["FFNet"]) == {""} and list(rows) == NAMES


def test_the_page_of_what_exists_says_at_its_head_what_is_missing(partial, own_folder, parse):
    sources = partial(("demo", "FFNet-M", 1, 2), ("demo", "FFNet-M", 1, 3))
    text = render(contents(sources, NAMES, own_folder.config))
    page = parse(text)
    assert text.index("Not finished.") < text.index("Synthetic data.") < text.index('<section id="missing">')
    assert text.index('<section id="missing">') < text.index('<section id="accuracy">')
    assert "<title>FFNet-M: partial results</title>" in text and "FFNet-M: partial results" in page.text
    assert "10 of 60 runs are missing" in page.text and "50 of 60 runs of cross-validation" in page.text
    assert "Leakage is audited once all runs are made." in page.text and "No leak" not in page.text
    assert page.find("missing", "demo", "FFNet-M")[0] == ["FFNet-M", "8", "6", "2", "0", "0", "0"]
    accuracy = sources.frames["accuracy"].query("experiment == 'FFNet-M'")["accuracy"].iloc[0]
    assert page.find("accuracy", "demo", "FFNet-M")[0][4] == f"{accuracy:.2f}"


def test_once_all_runs_are_there_the_page_of_what_exists_says_that_they_are_not_audited(partial, own_folder, parse):
    sources = partial(others=False)
    text = render(contents(sources, NAMES, own_folder.config))
    assert "All 52 runs are made; snakemake --cores all audits them" in parse(text).text.replace(" ;", ";")
    assert "Not finished" not in text and 'id="missing"' not in text


def test_what_was_not_drawn_or_measured_yet_leaves_the_page_whole(partial, own_folder, parse):
    for path in (own_folder.results / "figures").iterdir():
        path.unlink()
    sources = partial()
    page = parse(render(contents(sources, NAMES, own_folder.config)))
    assert "Not drawn yet." in page.text and not [tag for tag, _ in page.tags if tag == "img"]


def test_the_final_page_says_nothing_of_missing_runs(text):
    assert "partial results" not in text and 'id="missing"' not in text and "No leak in 52 runs." in text


class Card:
    def __init__(self, experiment):
        self.experiment = experiment


def test_of_many_experiments_those_of_the_papers_methods_are_expanded():
    cards = [Card(name) for name in ("ridge", "a", "b", "FFNet", "FFNet-M")]
    expanded, collapsed = split_open(cards, {"FFNet-M", ""})
    assert [card.experiment for card in expanded] == ["FFNet-M"]
    assert [card.experiment for card in collapsed] == ["ridge", "a", "b", "FFNet"]
    assert split_open(cards, ()) == (cards[:FEW], cards[FEW:])
    assert split_open(cards[:FEW], {"FFNet-M"}) == (cards[:FEW], [])


def test_the_papers_methods_are_those_of_its_tables_1_and_2(folder):
    shown = contents(folder.sources(), NAMES, folder.config)
    assert [card.experiment for card in shown["confusion"]["demo"][0]] == ["ridge", "FFNet-M", "mine"]  # few enough
    paper = folder.sources().frames["paper"]
    assert main_experiments(paper)["demo"] >= {"FFNet-M"} and "ridge" not in main_experiments(paper)["demo"]


def test_pairs_that_differ_after_holms_correction_are_counted(folder):
    values = [0.049, 0.051, float("nan"), 1e-05, 0.0500000000001]
    frame = pandas.DataFrame({"dataset": "d", "confidence": 0.95, "p_holm": values})
    assert differences(frame) == [("d", 2, 5)]
    assert differences(folder.sources().frames["comparisons"]) == [("demo", 0, 3), ("faces", 0, 1)]
