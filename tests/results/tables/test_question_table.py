import math

import pytest

from ffnet.networks.settings import IDENTITY, MEAN, NONE, OTHER, OWN
from ffnet.results.report.html_table import html_table
from ffnet.results.statistics.paired import holm
from ffnet.results.tables.comparison_table import UNKNOWN, comparison_frame
from ffnet.results.tables.paper import architecture_of
from ffnet.results.tables.question_table import (
    CONTROL,
    MASKS,
    claims,
    difference,
    own_names,
    question_frame,
    question_table,
    turned,
)
from ffnet.results.tables.table import rows_of

PAIR = UNKNOWN | {"first": "a", "second": "b", "difference": -1.5, "t": -2.0, "p": 0.2, "runs": 10, "cohens_d": -0.6}
PAIR |= {"interval_low": -4.0, "interval_high": 1.0, "naive_low": -3.0, "naive_high": 0.0, "cohens_g": 0.1}
PAIR |= {"first_only": 6, "second_only": 4, "subject_p": 0.3}


def frame_of(known, names=("demo", "faces", "own"), **renamed):
    """question_frame of experiments of known results. renamed: experiment -> another Architecture."""
    datasets = {name: known.datasets[name] for name in names}
    experiments = [one for name in names for one in known.experiments_on(name)]
    experiments = [one._replace(architecture=renamed.get(one.name, one.architecture)) for one in experiments]
    return question_frame(experiments, comparison_frame(experiments, known.confidence), datasets)


def row_of(frame, dataset, comparison):
    (row,) = [row for row in rows_of(frame) if (row["dataset"], row["comparison"]) == (dataset, comparison)]
    return row


def test_the_papers_differences_are_those_of_its_printed_tables(known):
    frame = frame_of(known)
    gains = {  # by hand from Tables 3 to 5
        "F3DNet-M against F3DNet, depth": (0.97, 0.84),
        "VGG16-BN-M against VGG16-BN, all three": (1.11, 0.83),
        "FFNet-M against FFNet, all three": (0.81, 1.01),
        "F3DNet against VGG16-BN, normals": (1.39, 2.23),
        "VGG16-BN-M against F3DNet-M, texture": (1.25, 1.66),
        "F3DNet-M: all three maps against normals": (2.24, 1.67),
        "FFNet-M: all three maps against depth and normals": (2.54, 4.79),
    }
    for claim, both in gains.items():
        found = [row["printed"] for row in rows_of(frame) if row["comparison"].startswith(claim)]
        assert (found[1], found[0]) == pytest.approx(both), claim
        assert math.isnan(found[2])  # own is none of the paper's collections


def test_each_question_has_its_comparisons():
    questions = [claim.question for claim in claims()]
    assert [questions.count(name) for name in dict.fromkeys(questions)] == [9, 6, 6, 13]
    texts = [claim.text for claim in claims()]
    assert len(set(texts)) == len(texts) == len({(claim.first, claim.second) for claim in claims()})


def test_masks_are_compared_with_none_and_with_the_controls_all_else_alike():
    for claim in claims():
        if claim.question in (MASKS, CONTROL):
            assert claim.first._replace(masks=NONE) == claim.second._replace(masks=NONE) and claim.first.masks == OWN
            assert (claim.second.masks == NONE) == (claim.question == MASKS)
    controls = [claim.second for claim in claims() if claim.question == CONTROL]
    assert [one.masks for one in controls] == 2 * [OTHER, MEAN, IDENTITY]
    assert {one._replace(masks=OWN) for one in controls} == {
        architecture_of("F3DNet-M", "I_d"),
        architecture_of("FFNet-M", "I_dnt"),
    }


def test_ours_is_the_paired_difference_where_both_were_run_and_unknown_elsewhere(known):
    frame = frame_of(known)
    row = row_of(frame, "faces", "FFNet-M against FFNet, all three")
    (pair,) = rows_of(comparison_frame(known.experiments_on("faces"), known.confidence))
    assert (pair["first"], pair["second"]) == ("FFNet", "FFNet-M")
    assert row["difference"] == -pair["difference"] == pytest.approx(100 / 24)
    assert (row["interval_low"], row["interval_high"]) == (-pair["interval_high"], -pair["interval_low"])
    assert row["p"] == pair["p"] and (row["first"], row["second"]) == ("FFNet-M", "FFNet")
    missing = row_of(frame, "faces", "F3DNet-M against F3DNet, depth")
    assert math.isnan(missing["difference"]) and (missing["first"], missing["second"]) == ("", "")
    half = row_of(frame, "demo", "FFNet-M against FFNet, all three")
    assert (half["first"], half["second"]) == ("FFNet-M", "") and math.isnan(half["p"])


def test_holms_correction_is_for_the_comparisons_of_one_question_on_one_dataset(known):
    """Four experiments of demo as masks: two comparisons with controls, one with none."""
    full = architecture_of("FFNet-M", "I_dnt")
    renamed = {"ridge": full._replace(masks=OTHER), "mine": full._replace(masks=MEAN)}
    frame = frame_of(known, ["demo"], **renamed)
    rows = [row for row in rows_of(frame) if row["question"] == CONTROL and not math.isnan(row["p"])]
    assert [row["comparison"] for row in rows] == [
        "FFNet-M against those of another person's scan, all three (FFNet-M, ridge)",
        "FFNet-M against one mean mask for all, all three (FFNet-M, mine)",
    ]
    for name in ("p", "subject_p"):
        assert [row[f"{name}_holm"] for row in rows] == holm([row[name] for row in rows]).tolist()
    pairs = comparison_frame(known.experiments_on("demo"), known.confidence)
    assert pairs["p_holm"].max() > max(row["p_holm"] for row in rows) or len(pairs) == 3


def test_names_are_shown_where_they_are_not_the_papers():
    assert own_names("FFNet-M", "FFNet", ["FFNet-M", "FFNet"]) == ""
    assert own_names("", "FFNet", ["FFNet-M", "FFNet"]) == ""
    assert own_names("tiny", "", ["FFNet-M", "FFNet"]) == " (tiny, -)"
    assert own_names("FFNet-M", "FFNet-M-mean", ["FFNet-M", None]) == " (FFNet-M, FFNet-M-mean)"
    assert own_names("FFNet-M", "", ["FFNet-M", None]) == ""


def test_a_pair_is_found_whichever_way_round_and_turned():
    assert difference([PAIR], "a", "b") == {name: PAIR[name] for name in UNKNOWN}
    found = difference([PAIR], "b", "a")
    assert (found["difference"], found["t"], found["cohens_d"], found["cohens_g"]) == (1.5, 2.0, 0.6, -0.1)
    assert (found["interval_low"], found["interval_high"]) == (-1.0, 4.0)
    assert (found["naive_low"], found["naive_high"]) == (0.0, 3.0)
    assert (found["first_only"], found["second_only"]) == (4, 6)
    assert (found["p"], found["subject_p"], found["runs"]) == (0.2, 0.3, 10)
    once = {name: PAIR[name] for name in UNKNOWN}
    again = turned(dict(turned(dict(once))))
    assert {name: again[name] for name in ("difference", "interval_low", "first_only")} == {
        name: once[name] for name in ("difference", "interval_low", "first_only")
    }
    assert all(math.isnan(value) for value in difference([PAIR], "a", "c").values())


def test_rows_are_grouped_by_dataset_and_question_and_hatched_where_not_run(known):
    table = html_table(question_table(frame_of(known)).view, known.datasets)
    titles = [group.title for group in table.groups]
    assert len(titles) == 12 and titles[0] == "demo, laid out as Bosphorus: masks help"
    rows = {row[0].text: row for group in table.groups[4:8] for row in group.rows}
    assert not any(cell.missing for cell in rows["FFNet-M against FFNet, all three"])
    assert any(cell.missing for cell in rows["F3DNet-M against F3DNet, depth"])
