import math

import pytest

from ffnet.results.report.html_table import html_table
from ffnet.results.report.questions import claims, difference, question_view
from ffnet.results.tables.all_tables import all_tables
from ffnet.results.tables.table import cells_of

PAIR = {"dataset": "d", "first": "a", "second": "b", "difference": -1.5, "p": 0.2, "runs": 10}
PAIR |= {"interval_low": -4.0, "interval_high": 1.0}


@pytest.fixture
def frames(folder):
    return folder.sources().frames


@pytest.fixture
def view(frames, folder):
    return question_view(frames["paper"], frames["comparisons"], folder.datasets)


def line(view, dataset, claim):
    """(cell of the paper's difference, cell of ours, cell of p)."""
    (found,) = [row[-3:] for row in cells_of(view) if (row[0].text, row[3].text) == (dataset, claim)]
    return found


def test_the_papers_differences_are_those_of_its_printed_tables(view):
    gains = {  # by hand from Tables 3 to 5
        "F3DNet-M against F3DNet, depth": ("+0.97", "+0.84"),
        "VGG16-BN-M against VGG16-BN, all three": ("+1.11", "+0.83"),
        "FFNet-M against FFNet, all three": ("+0.81", "+1.01"),
        "F3DNet against VGG16-BN, normals": ("+1.39", "+2.23"),
        "VGG16-BN-M against F3DNet-M, texture": ("+1.25", "+1.66"),
        "F3DNet-M: all three maps against the best single one": ("+2.24", "+1.39"),
        "FFNet-M: 2D+3D against 3D alone": ("+2.54", "+4.79"),
    }
    for claim, both in gains.items():
        assert (line(view, "faces", claim)[0].text, line(view, "demo", claim)[0].text) == both
    questions = [claim.question for claim in claims()]
    assert [questions.count(name) for name in dict.fromkeys(questions)] == [9, 6, 5]


def test_ours_is_the_paired_difference_where_both_were_run_and_missing_elsewhere(view, frames):
    (pair,) = frames["comparisons"].query("dataset == 'faces'").to_dict("records")
    assert (pair["first"], pair["second"]) == ("FFNet", "FFNet-M") and pair["difference"] == pytest.approx(-100 / 24)
    _, ours, p = line(view, "faces", "FFNet-M against FFNet, all three")
    assert ours.text == "+4.17" and not ours.missing and p.text == f"{pair['p']:.3f}"
    assert ours.small == f"{-pair['interval_high']:+.1f} to {-pair['interval_low']:+.1f}"
    for dataset, claim in (("demo", "FFNet-M against FFNet, all three"), ("faces", "F3DNet-M against F3DNet, depth")):
        _, ours, p = line(view, dataset, claim)
        assert ours.missing and ours.text == p.text == ""


def test_collections_of_ones_own_have_no_claim_of_the_paper(view):
    assert {row[0].text for row in cells_of(view)} == {"demo", "faces"}


def test_a_difference_turns_its_sign_and_its_interval_with_its_order():
    found = difference([PAIR], "a", "b")
    assert (found["difference"], found["low"], found["high"]) == (-1.5, -4.0, 1.0)
    found = difference([PAIR], "b", "a")
    assert (found["difference"], found["low"], found["high"]) == (1.5, -1.0, 4.0)
    assert difference([PAIR], "a", "c")["missing"]


def test_claims_are_grouped_by_dataset_and_question(view, folder):
    titles = [group.title for group in html_table(view, folder.datasets).groups]
    assert len(titles) == 6 and titles[0] == "demo, in the place of Bosphorus: masks help"


def test_of_several_single_maps_the_best_of_ours_is_the_second(frames, folder):
    paper = frames["paper"].copy()
    rows = (paper["source"] == "Table 3") & (paper["method"] == "F3DNet")
    for name, (experiment, ours) in {
        "I_d": ("d", 50.0),
        "I_n": ("n", 80.0),
        "I_t": ("t", 60.0),
        "I_dnt": ("dnt", 70.0),
    }.items():
        paper.loc[rows & (paper["modality"] == name), ["experiment", "ours"]] = experiment, ours
    pairs = [
        PAIR | {"dataset": "faces", "first": "dnt", "second": name, "difference": n} for n, name in enumerate("dnt", 1)
    ]
    comparisons = frames["comparisons"].reindex(range(3)).assign(**{key: [pair[key] for pair in pairs] for key in PAIR})
    view = question_view(paper, comparisons, folder.datasets)
    assert line(view, "faces", "F3DNet: all three maps against the best single one")[1].text == "+2.00"


def test_tables_3_to_5_show_the_paper_and_ours_line_by_line(frames, folder):
    tables = {name: html_table(table.view, folder.datasets) for name, table in all_tables(frames).items() if table.view}
    (group,) = tables["table3"].groups
    rows = {(row[0].text, row[1].text): row[2:] for row in group.rows}
    assert [cell.text for cell in rows["FFNet-M", "paper"]] == ["−", "−", "−", "89.82"]
    ours = rows["FFNet-M", "faces (licensed)"][-1]
    accuracy = frames["accuracy"].query("dataset == 'faces' and experiment == 'FFNet-M'").iloc[0]
    assert ours.text == f"{accuracy['accuracy']:.2f} (3 x 4)" and ours.hint == "FFNet-M"
    assert ours.small == f"{accuracy['interval_low']:.1f} to {accuracy['interval_high']:.1f}"
    assert all(cell.missing for cell in rows["F3DNet", "faces (licensed)"])
    assert not tables["table3"].synthetic and tables["table4"].synthetic
    assert math.isnan(frames["paper"].query("source == 'Table 5' and modality == '3D'")["ours"].iloc[0])
    listed = {tuple(cell.text for cell in row[:3]): row[5] for group in tables["table5"].groups for row in group.rows}
    assert listed["BU-3DFE", "FFNet-M", "3D"].missing and not listed["BU-3DFE", "FFNet-M", "2D+3D"].missing
