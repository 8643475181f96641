import pytest

from ffnet.results.report.ablation import MAPS, ablation_grids, argument_grids, arguments, difference

PAIR = {"dataset": "d", "first": "a", "second": "b", "difference": "-1.50", "p": "0.2", "runs": "10"}
PAIR |= {"interval_low": "-4.00", "interval_high": "1.00"}


def row(grid, first):
    return next(row for group in grid.groups for row in group.rows if row[0].text == first)


@pytest.fixture
def sources(folder):
    return folder.sources()


def test_the_papers_differences_are_those_of_its_printed_tables(sources, folder):
    bu3dfe, bosphorus = argument_grids(sources, folder.collections)
    gains = {  # by hand from Tables 3 to 5
        "F3DNet-M against F3DNet, depth": ("+0.97", "+0.84"),
        "VGG16-BN-M against VGG16-BN, all three": ("+1.11", "+0.83"),
        "FFNet-M against FFNet, all three": ("+0.81", "+1.01"),
        "F3DNet against VGG16-BN, normals": ("+1.39", "+2.23"),
        "VGG16-BN-M against F3DNet-M, texture": ("+1.25", "+1.66"),
        "F3DNet-M: all three maps against the best single one": ("+2.24", "+1.39"),
        "FFNet-M: 2D+3D against 3D alone": ("+2.54", "+4.79"),
    }
    for claim, (first, second) in gains.items():
        assert (row(bu3dfe, claim)[1].text, row(bosphorus, claim)[1].text) == (first, second)
    assert sum(len(claims) for _, claims in arguments()) == 9 + 6 + 5


def test_ours_is_the_paired_difference_where_both_were_run_and_missing_elsewhere(sources, folder):
    bu3dfe, bosphorus = argument_grids(sources, folder.collections)
    (pair,) = [one for one in sources.tables["comparisons"] if one["dataset"] == "faces"]
    assert (pair["first"], pair["second"], pair["difference"]) == ("FFNet", "FFNet-M", "-4.17")
    cell = row(bu3dfe, "FFNet-M against FFNet, all three")[2]
    assert cell.text == "+4.17" and not cell.missing
    low, high = (-float(pair[end]) for end in ("interval_high", "interval_low"))
    assert cell.sub.replace("−", "-") == f"{low:+.2f} to {high:+.2f}" and low < 4.17 < high
    assert row(bosphorus, "FFNet-M against FFNet, all three")[2].missing
    assert row(bu3dfe, "F3DNet-M against F3DNet, depth")[2].missing


def test_a_difference_turns_its_sign_and_its_interval_with_its_order():
    assert difference([PAIR], "d", "a", "b")[:2] == ("−1.50", "−4.00 to +1.00")
    assert difference([PAIR], "d", "b", "a")[:2] == ("+1.50", "−1.00 to +4.00")
    assert difference([PAIR], "other", "a", "b").missing
    equal = PAIR | {"difference": "0.00", "interval_low": "", "interval_high": "", "p": ""}
    assert difference([equal], "d", "b", "a")[:2] == ("0.00", "")


def test_tables_3_to_5_show_the_paper_first_and_ours_below(sources, folder):
    table3, table4, table5 = ablation_grids(sources, folder.collections)
    assert [group.title for group in table3.groups] == ["BU-3DFE, the paper's own figures", "faces, ours"]
    assert [cell.text for cell in table3.groups[0].rows[-1]] == ["FFNet-M", "–", "–", "–", "89.82"]
    ours = table3.groups[1].rows[-1][1 + MAPS.index("I_dnt")]
    assert ours.text == next(
        line["accuracy"]
        for line in sources.tables["accuracy"]
        if (line["dataset"], line["experiment"]) == ("faces", "FFNet-M")
    )
    assert [group.kind for group in table4.groups] == ["", "synthetic"] and len(table5.groups) == 4
    assert table5.groups[1].rows[0][1].missing and not table5.groups[1].rows[0][2].missing
