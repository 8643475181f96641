import re

import pytest

from ffnet.results.tables.formatters import latex_text, markdown_text
from ffnet.results.tables.paper import Architecture, read_paper
from ffnet.results.tables.paper_tables import paper_frame, paper_tables


@pytest.fixture
def tables(known):
    return {table.name: table for table in paper_tables(paper_frame(known.experiments(), known.datasets))}


def test_every_row_of_the_paper_stands_in_its_table_with_its_printed_number_in_order(known, tables):
    for number in range(1, 6):
        printed = [row for row in read_paper() if row.source == f"Table {number}"]
        rows = [row for row in known.table(tables[f"table{number}"]) if row["paper"]]
        assert [(r["dataset"], r["method"], r["modality"], r["feature"], r["paper"]) for r in rows] == [
            (p.dataset, p.method, p.data, p.feature, p.accuracy) for p in printed
        ]


def test_ours_stand_beside_the_cells_of_their_network_and_nowhere_else(known, tables):
    found = {
        (name, row["dataset"], row["method"], row["modality"]): (row["our_dataset"], row["experiment"], row["ours"])
        for name, table in tables.items()
        for row in known.table(table)
        if row["ours"]
    }
    scores = {key: f"{known.scores(*key).mean():.2f}" for key in known.right}
    ffnet_m = ("demo", "FFNet-M", scores["demo", "FFNet-M"])
    faces_m, faces = (("faces", name, scores["faces", name]) for name in ("FFNet-M", "FFNet"))
    assert found == {
        ("table1", "BU-3DFE", "FFNet", "2D+3D"): faces,
        ("table1", "BU-3DFE", "FFNet-M", "2D+3D"): faces_m,
        ("table2", "Bosphorus", "FFNet-M", "2D+3D"): ffnet_m,
        ("table2", "Bosphorus", "ridge", "2D+3D"): ("demo", "ridge", scores["demo", "ridge"]),
        ("table3", "BU-3DFE", "FFNet", "I_dnt"): faces,
        ("table3", "BU-3DFE", "FFNet-M", "I_dnt"): faces_m,
        ("table4", "Bosphorus", "FFNet-M", "I_dnt"): ffnet_m,
        ("table4", "Bosphorus", "F3DNet-M", "I_t"): ("demo", "mine", scores["demo", "mine"]),
        ("table5", "BU-3DFE", "FFNet-M", "2D+3D"): faces_m,
        ("table5", "Bosphorus", "FFNet-M", "2D+3D"): ffnet_m,
        ("table5", "own", "ridge", "2D+3D"): ("own", "ridge", scores["own", "ridge"]),
    }


def test_every_column_of_ours_for_known_scores(known, tables):
    columns = ("sd_over_runs", "interval_low", "interval_high", "repeats", "folds", "runs")
    seen = 0
    for table in tables.values():
        for row in known.table(table):
            if not row["experiment"]:
                assert {row[name] for name in ("ours", *columns)} == {""}
                continue
            expected = known.expected(row["our_dataset"], row["experiment"])
            assert (row["ours"], row["our_data"]) == (expected["accuracy"], expected["data"])
            assert {name: row[name] for name in columns} == {name: expected[name] for name in columns}
            assert row["dataset"] == (known.datasets[row["our_dataset"]].paper or row["our_dataset"])
            seen += 1
    assert seen == 11


def test_every_experiment_on_every_dataset_stands_in_some_table(known, tables):
    rows = [row for table in tables.values() for row in known.table(table)]
    assert {(row["our_dataset"], row["experiment"]) for row in rows if row["ours"]} == set(known.right)


def test_a_cell_that_was_not_run_is_empty_but_names_the_dataset_that_stands_for_it(known, tables):
    (row,) = [row for row in known.table(tables["table2"]) if row["method"] == "FFNet"]
    assert (row["our_dataset"], row["our_data"]) == ("demo", "synthetic")
    assert {row[name] for name in ("experiment", "ours", "interval_low", "runs")} == {""}
    line = next(line for line in known.lines(tables["table2"]) if line[0] == "FFNet")
    assert line == ("FFNet", "2D+3D", "Deep learning", "demo (synthetic)", "86.64", "", "", "")


def test_no_figure_on_generated_faces_stands_anywhere_without_its_mark(known, tables):
    synthetic = {f"{known.scores(*key).mean():.2f}" for key in known.right if key[0] == "demo"}
    real = {f"{known.scores(*key).mean():.2f}" for key in known.right if key[0] != "demo"}
    for table in tables.values():
        for text in (markdown_text(table.view), latex_text(table.view)):
            for figure in synthetic - real:
                assert all(text[match.end()] == "*" for match in re.finditer(re.escape(figure), text))
            for figure in real - synthetic - {row.accuracy for row in read_paper()}:
                assert all(text[match.end()] != "*" for match in re.finditer(re.escape(figure), text))
            assert ("*: synthetic: generated faces" in text) == ("*" in text.replace("*: synthetic", ""))
    assert "*" in markdown_text(tables["table4"].view) and "*" not in latex_text(tables["table1"].view)


def test_the_ablation_shows_each_model_as_printed_and_ours_with_its_runs(known, tables):
    lines = {line[:2]: line[2:] for line in known.lines(tables["table4"])}
    assert len(lines) == 12
    assert lines["F3DNet-M", "paper"] == ("79.17", "81.39", "81.67", "83.06")
    assert lines["F3DNet-M", "demo (synthetic)"] == ("", "", f"{known.scores('demo', 'mine').mean():.2f}* (1 x 4)", "")
    assert lines["FFNet-M", "paper"] == ("-", "-", "-", "87.65")
    ours = f"{known.scores('demo', 'FFNet-M').mean():.2f}* (2 x 4)"
    assert lines["FFNet-M", "demo (synthetic)"] == ("-", "-", "-", ours)


def test_an_architecture_is_known_by_what_it_is_not_by_its_name(known):
    experiments = [one for one in known.experiments() if one.dataset == "faces"]
    wrong = [one._replace(architecture=Architecture("vgg16_bn", "none", "f3dnet", True)) for one in experiments]
    table = paper_tables(paper_frame(wrong, known.datasets))[0]
    rows = [row for row in known.table(table) if row["ours"]]
    assert [(row["method"], row["paper"]) for row in rows] == [("FFNet", ""), ("FFNet-M", "")]


def test_of_two_experiments_with_one_architecture_that_with_the_papers_name_has_the_cell_and_both_are_shown(known):
    one = next(one for one in known.experiments() if (one.dataset, one.name) == ("faces", "FFNet-M"))
    for order in ([one, one._replace(name="again")], [one._replace(name="again"), one]):
        rows = [row for row in known.table(paper_tables(paper_frame(order, known.datasets))[0]) if row["ours"]]
        assert [(row["method"], row["experiment"]) for row in rows] == [("FFNet-M", "FFNet-M"), ("again", "again")]


def test_two_datasets_that_stand_for_the_same_collection_have_a_line_each(known):
    datasets = known.datasets | {"more": known.datasets["faces"]}
    rows = known.table(paper_tables(paper_frame(known.experiments(), datasets))[0])
    assert [row["our_dataset"] for row in rows if row["method"] == "FFNet-M"] == ["faces", "more"]
    assert len([row for row in rows if row["method"].startswith("Soyel")]) == 1


def test_without_any_dataset_the_papers_numbers_stand_alone(known):
    for table in paper_tables(paper_frame([], {})):
        assert not any(row["ours"] or row["our_dataset"] for row in known.table(table))
        assert "synthetic" not in markdown_text(table.view)
