import numpy as np
import pytest
import scipy.stats

from ffnet.errors import InputError
from ffnet.results.predictions import Predictions
from ffnet.results.tables.comparisons import common_runs, compare_pair, comparison_table
from ffnet.results.tables.rendering import markdown_text


def cut(predictions, kept):
    return Predictions(*(column[kept] for column in predictions))


@pytest.fixture
def demo(known):
    """Predictions of ridge and FFNet-M, two repeats of four folds of the same scans each."""
    return [one.predictions for one in known.experiments()[:2]]


def holm_by_hand(values):
    order, corrected, largest = sorted(range(len(values)), key=values.__getitem__), [0] * len(values), 0
    for place, i in enumerate(order):
        largest = max(largest, min(1, values[i] * (len(values) - place)))
        corrected[i] = largest
    return corrected


def test_every_number_of_comparisons_csv_by_scipy_and_by_hand(known):
    rows = known.table(comparison_table(known.experiments(), 0.95))
    pairs = [
        *(("demo", "ridge", "FFNet-M"), ("demo", "ridge", "mine"), ("demo", "FFNet-M", "mine")),
        ("faces", "FFNet", "FFNet-M"),
    ]
    assert [(row["dataset"], row["first"], row["second"]) for row in rows] == pairs
    found = []
    for (dataset, first, second), row in zip(pairs, rows, strict=True):
        repeats = min(len(known.right[dataset, first]), len(known.right[dataset, second]))
        a, b = known.scores(dataset, first)[:repeats].ravel(), known.scores(dataset, second)[:repeats].ravel()
        error = np.std(a - b, ddof=1) * np.sqrt(1 / a.size + 1 / 3)
        interval = scipy.stats.t.interval(0.95, a.size - 1, loc=np.mean(a - b), scale=error)
        naive = scipy.stats.ttest_rel(a, b).confidence_interval(0.95)
        answers = [{r["scan"]: r["true"] == r["predicted"] for r in known.tested(dataset, name) if r["repeat"] == 0}
                   for name in (first, second)]  # fmt: skip
        only = [sum(answers[i][scan] and not answers[1 - i][scan] for scan in answers[0]) for i in (0, 1)]
        p = scipy.stats.ttest_1samp(a - b, 0)
        t = p.statistic * np.std(a - b, ddof=1) / np.sqrt(a.size) / error
        found.append((2 * scipy.stats.t.sf(abs(t), a.size - 1), scipy.stats.binomtest(only[0], sum(only)).pvalue))
        assert (row["data"], row["confidence"]) == (known.told(dataset, first)["data"], "0.95")
        assert row["runs"] == str(a.size) and row["difference"] == f"{np.mean(a - b):.2f}"
        ends = [float(row[name]) for name in ("interval_low", "interval_high", "naive_low", "naive_high")]
        assert ends == pytest.approx([*interval, *naive], abs=0.00501)
        assert float(row["t"]) == pytest.approx(t, abs=0.000501)
        assert float(row["cohens_d"]) == pytest.approx(np.mean(a - b) / np.std(a - b, ddof=1), abs=0.000501)
        assert [row["mcnemar_repeat"], row["first_only"], row["second_only"]] == ["0", *map(str, only)]
        assert float(row["cohens_g"]) == pytest.approx(only[0] / sum(only) - 0.5, abs=0.000501)
    for family in (slice(0, 3), slice(3, 4)):
        for place, name in ((0, "p"), (1, "mcnemar_p")):
            values = [pair[place] for pair in found[family]]
            assert [float(row[name]) for row in rows[family]] == pytest.approx(values, rel=1e-5)
            corrected = [float(row[f"{name}_holm"]) for row in rows[family]]
            assert corrected == pytest.approx(holm_by_hand(values), rel=1e-5)


def test_markdown_says_what_differs_and_what_is_not_shown(known):
    table = comparison_table(known.experiments(), 0.95)
    assert [line[-1] for line in table.lines] == ["not shown"] * 4
    (alone,) = comparison_table(known.experiments()[:2], 0.95).lines
    assert alone[-1] == "yes" and alone[7] == "0.036" and table.lines[0][7] == "0.036"
    assert (alone[8], table.lines[0][8]) == ("0.036", "0.108")
    text = markdown_text(table)
    assert "Nadeau and Bengio" in text and "synthetic: generated faces" in text and "95% interval" in text


def test_an_experiment_compared_with_itself_differs_by_nothing_and_nothing_is_claimed(known):
    one = known.experiments()[0]
    (row,) = known.table(comparison_table([one, one._replace(name="twin")], 0.95))
    assert row["difference"] == "0.00" and row["mcnemar_p"] == "1"
    assert {row[name] for name in ("p", "p_holm", "t", "interval_low", "cohens_d", "cohens_g")} == {""}


def test_only_common_runs_are_compared_row_by_row(demo):
    first, second = demo
    kept = (first.repeat == 1) | (first.fold != 2)
    a, b = common_runs(cut(first, kept), cut(second, second.repeat == 0))
    assert set(a.repeat.tolist()) == {0} and set(a.fold.tolist()) == {0, 1, 3}
    assert a.scan.tolist() == b.scan.tolist()


def test_mcnemars_repeat_is_the_first_that_both_have_whole(demo):
    first, second = demo
    some = cut(first, (first.repeat == 1) | (first.fold != 2))
    assert compare_pair(some, second, (2, 4), 0.95).repeat == 1
    assert compare_pair(some, second, (2, 4), 0.95).test.runs == 7
    none = cut(first, first.fold != 2)
    found = compare_pair(none, second, (2, 4), 0.95)
    assert found.repeat is None and found.mcnemar is None and found.test.runs == 6


def test_a_pair_without_a_whole_repeat_has_empty_cells_and_one_without_a_common_run_no_line(known):
    one, other = known.experiments()[:2]
    some = one._replace(predictions=cut(one.predictions, one.predictions.fold != 2))
    (row,) = known.table(comparison_table([some, other], 0.95))
    assert row["runs"] == "6" and row["mcnemar_p"] == row["mcnemar_repeat"] == ""
    rest = other._replace(predictions=cut(other.predictions, other.predictions.fold == 2))
    assert comparison_table([some, rest], 0.95).rows == []


def test_predictions_that_cannot_be_paired_say_why(known, demo):
    first, second = demo
    with pytest.raises(InputError, match="no run in common"):
        common_runs(cut(first, first.repeat == 0), cut(second, second.repeat == 1))
    with pytest.raises(InputError, match="did not test the same scans: the column scan differs"):
        common_runs(first, second._replace(scan=np.roll(second.scan, 1)))
    with pytest.raises(InputError, match="the column label differs"):
        common_runs(first, second._replace(label=np.roll(second.label, 1)))
    with pytest.raises(InputError, match="the column repeat differs"):
        common_runs(first, cut(second, np.arange(len(second.scan)) != 3))
    one, other = known.experiments()[:2]
    wrong = other._replace(predictions=second._replace(subject=np.roll(second.subject, 1)))
    with pytest.raises(InputError, match="ridge and FFNet-M on demo cannot be compared: .*the column subject differs"):
        comparison_table([one, wrong], 0.95)
