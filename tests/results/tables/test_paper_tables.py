import re

import pandas as pd
import pytest

from ffnet.results.tables.columns import departure_notes
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
    mine = ("demo", "mine", scores["demo", "mine"])
    assert found == {
        ("table1", "BU-3DFE", "FFNet", "2D+3D"): faces,
        ("table1", "BU-3DFE", "FFNet-M", "2D+3D"): faces_m,
        ("table2", "Bosphorus", "FFNet-M", "2D+3D"): ffnet_m,
        ("table2", "Bosphorus", "ridge", "2D+3D"): ("demo", "ridge", scores["demo", "ridge"]),
        ("table3", "BU-3DFE", "FFNet", "I_dnt"): faces,
        ("table3", "BU-3DFE", "FFNet-M", "I_dnt"): faces_m,
        ("table4", "Bosphorus", "FFNet-M", "I_dnt"): ffnet_m,
        ("table4", "Bosphorus", "mine", "I_t"): mine,
        ("table5", "BU-3DFE", "FFNet-M", "2D+3D"): faces_m,
        ("table5", "Bosphorus", "FFNet-M", "2D+3D"): ffnet_m,
        ("table5", "own", "ridge", "2D+3D"): ("own", "ridge", scores["own", "ridge"]),
    }


def test_every_column_of_ours_for_known_scores(known, tables):
    columns = ("sd_over_runs", "interval_low", "interval_high", "repeats", "folds", "runs")
    unknown = ("left_out", "ours_of_expected")  # it is not known how many scans the subjects have
    seen = 0
    for table in tables.values():
        for row in known.table(table):
            if not row["experiment"]:
                assert {row[name] for name in ("ours", *columns, *unknown, "differs")} == {""}
                continue
            expected = known.expected(row["our_dataset"], row["experiment"])
            assert (row["ours"], row["our_data"]) == (expected["accuracy"], expected["data"])
            assert {name: row[name] for name in columns} == {name: expected[name] for name in columns}
            of_demo = row["our_dataset"] == "demo" and row["experiment"] != "ridge"
            assert row["differs"] == ("generated faces" if of_demo else "") and {row[name] for name in unknown} == {""}
            assert row["dataset"] == (known.datasets[row["our_dataset"]].paper or row["our_dataset"])
            seen += 1
    assert seen == 11


def test_other_networks_are_a_third_part_below_those_of_the_paper(known, tables):
    parts = {
        (row["method"], row["our_dataset"]): row["part"]
        for table in tables.values()
        for row in known.table(table)
        if not row["paper"]
    }
    settings, others = "the paper's networks, other settings", "here, same people and folds"
    assert parts == {
        **{("FFNet-M", "demo"): settings, ("mine", "demo"): settings},
        **{("ridge", "demo"): others, ("ridge", "own"): others},
    }
    assert all(
        (row["part"] == "printed") == bool(row["paper"]) for table in tables.values() for row in known.table(table)
    )
    rebuilt = known.experiments()[0]._replace(
        name="X-like", architecture=Architecture("f3dnet", "f3dnet", "vgg16_bn", "own, focal 2.0")
    )
    (row,) = [row for row in known.table(paper_tables(paper_frame([rebuilt], known.datasets))[1]) if row["ours"]]
    assert (row["part"], row["method"], row["paper"]) == (others, "X-like", "")


def test_every_experiment_on_every_dataset_stands_in_some_table(known, tables):
    rows = [row for table in tables.values() for row in known.table(table)]
    assert {(row["our_dataset"], row["experiment"]) for row in rows if row["ours"]} == set(known.right)


def test_a_cell_that_was_not_run_is_empty_but_names_the_dataset_that_it_would_be_on(known, tables):
    (row,) = [row for row in known.table(tables["table5"]) if (row["dataset"], row["modality"]) == ("BU-3DFE", "3D")]
    assert (row["our_dataset"], row["our_data"]) == ("faces", "paper's")
    assert {row[name] for name in ("experiment", "ours", "interval_low", "runs")} == {""}
    line = next(line for line in known.lines(tables["table5"]) if line[:3] == ("BU-3DFE", "FFNet-M", "3D"))
    assert line == ("BU-3DFE", "FFNet-M", "3D", "faces (paper's)", "87.28", "", "", "", "", "", "printed")


def test_no_figure_on_generated_faces_is_in_a_printed_line(known, tables):
    rows = [row for table in tables.values() for row in known.table(table) if row["our_dataset"] == "demo"]
    assert len(rows) == 5 and {row["paper"] for row in rows} == {""}


def test_an_experiment_that_differs_keeps_its_name_below_the_printed_lines_and_a_note_says_in_what(known):
    info = known.datasets["faces"]._replace(departures={"FFNet-M": ["width 0.05 instead of 1.0"]})
    experiments = [one._replace(info=info) for one in known.experiments_on("faces")]
    tables = {table.name: table for table in paper_tables(paper_frame(experiments, {"faces": info}))}
    ours = known.expected("faces", "FFNet-M")["accuracy"]
    for name in ("table1", "table3", "table5"):
        rows = [row for row in known.table(tables[name]) if row["experiment"] == "FFNet-M"]
        assert [(row["paper"], row["ours"], row["differs"]) for row in rows] == [
            ("", ours, "width 0.05 instead of 1.0")
        ]
        assert "- not the paper's experiment: FFNet-M on faces (width 0.05 instead of 1.0).\n" in (
            markdown_text(tables[name].view)
        )
    lines = known.lines(tables["table3"])
    assert lines[-1] == ("FFNet-M", "faces (paper's; other settings)", "", "", "", f"{ours} (3 x 4)")
    assert [line[2:] for line in lines if line[0] == "FFNet-M"][1] == ("-", "-", "-", "")  # not run


def test_parameters_and_multiply_adds_are_those_of_the_records_and_empty_for_the_linear_floor(known):
    costs = {"FFNet-M": ({"1234567": 8}, {"89012345": 8}), "ridge": ({}, {}), "mine": ({"7": 3, "8": 1}, {"9": 4})}
    records = {
        ("demo", name): {"made_with": {"parameters": parameters, "multiply_adds": multiply_adds}}
        for name, (parameters, multiply_adds) in costs.items()
    }
    tables = paper_tables(paper_frame(known.experiments(), known.datasets, records))
    table2, table4 = known.table(tables[1]), known.table(tables[3])
    found = {row["experiment"]: (row["parameters"], row["multiply_adds"]) for row in (*table2, *table4)}
    assert found == {"": ("", ""), "FFNet-M": ("1234567", "89012345"), "ridge": ("", ""), "mine": ("", "9")}
    (line,) = [line for line in known.lines(tables[1]) if line[0] == "FFNet-M" and line[3] == "demo (synthetic)"]
    assert line[-3:-1] == ("1,234,567", "89,012,345")
    assert {row["parameters"] for row in known.table(tables[0])} == {""}  # of faces there is no record


def test_what_was_left_out_is_in_the_row_of_ours(known):
    one = known.experiments_on("faces")[1]
    one = one._replace(accuracy=one.accuracy._replace(left_out=2, mean_of_expected=0.5))
    (row,) = [row for row in known.table(paper_tables(paper_frame([one], known.datasets))[0]) if row["ours"]]
    assert (row["left_out"], row["ours_of_expected"]) == ("2", "50.00")


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
    assert len(lines) == 8
    assert lines["F3DNet-M", "paper"] == ("79.17", "81.39", "81.67", "83.06")
    assert lines["mine", "demo (synthetic)"] == ("", "", f"{known.scores('demo', 'mine').mean():.2f}* (1 x 4)", "")
    assert lines["FFNet-M", "paper"] == ("-", "-", "-", "87.65")
    ours = f"{known.scores('demo', 'FFNet-M').mean():.2f}* (2 x 4)"
    assert lines["FFNet-M", "demo (synthetic)"] == ("", "", "", ours)
    lines = {line[:2]: line[2:] for line in known.lines(tables["table3"])}
    ours = f"{known.scores('faces', 'FFNet-M').mean():.2f} (3 x 4)"
    assert len(lines) == 12 and lines["FFNet-M", "faces (paper's)"] == ("-", "-", "-", ours)


def test_experiments_that_are_not_the_papers_but_have_its_names_share_the_line_of_their_model(known):
    one, other = known.experiments_on("demo")[1:]
    one = one._replace(name="F3DNet-M-d", architecture=Architecture("f3dnet", "none", "none", "own"))
    table = paper_tables(paper_frame([one, other._replace(name="F3DNet-M-t")], known.datasets))[3]
    texts = (f"{known.scores('demo', name).mean():.2f}*" for name in ("FFNet-M", "mine"))
    depth, texture = (f"{text} ({runs} x 4)" for text, runs in zip(texts, (2, 1), strict=True))
    assert [line for line in known.lines(table) if line[1] != "paper"] == [
        ("F3DNet-M", "demo (synthetic)", depth, "", texture, "")
    ]


def test_an_architecture_is_known_by_what_it_is_not_by_its_name(known):
    experiments = [one for one in known.experiments() if one.dataset == "faces"]
    wrong = [one._replace(architecture=Architecture("vgg16_bn", "none", "f3dnet", "own")) for one in experiments]
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


def test_what_all_experiments_of_a_dataset_differ_in_is_said_once():
    frame = pd.DataFrame(
        [
            ("a", "FFNet-M", "width 0.5 instead of 1.0; epochs 4 instead of 70"),
            ("a", "F3DNet-M-d", "epochs 4 instead of 70"),
            ("a", "ridge", ""),
            ("a", "tiny", "width 0.05 instead of 1.0; epochs 4 instead of 70"),
            ("b", "FFNet-M", "epochs 4 instead of 70"),
        ],
        columns=["dataset", "experiment", "differs"],
    )
    assert departure_notes(frame) == [
        "not the paper's experiment: FFNet-M, F3DNet-M-d, tiny on a (epochs 4 instead of 70."
        " FFNet-M: width 0.5 instead of 1.0. tiny: width 0.05 instead of 1.0).",
        "not the paper's experiment: FFNet-M on b (epochs 4 instead of 70).",
    ]
    assert departure_notes(frame[:0]) == []
