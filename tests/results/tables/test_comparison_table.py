import itertools

import numpy as np
import pytest
import scipy.stats

from ffnet.errors import InputError
from ffnet.results.predictions import take
from ffnet.results.tables.comparison_table import comparison_frame, comparison_table
from ffnet.results.tables.formatters import markdown_text


def holm_by_hand(values):
    order, corrected, largest = sorted(range(len(values)), key=values.__getitem__), [0] * len(values), 0
    for place, i in enumerate(order):
        largest = max(largest, min(1, values[i] * (len(values) - place)))
        corrected[i] = largest
    return corrected


def by_all_signs(gains):
    """The share of all choices of signs whose sum is at least as far from 0."""
    sums = [abs(sum(chosen)) for chosen in itertools.product(*([gain, -gain] for gain in gains))]
    return sum(one >= abs(sum(gains)) for one in sums) / len(sums)


def test_every_number_of_comparisons_csv_by_scipy_and_by_hand(known):
    rows = known.table(comparison_table(comparison_frame(known.experiments(), 0.95)))
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
        answers = [
            {
                (test["repeat"], test["subject"], test["scan"]): test["true"] == test["predicted"]
                for test in known.tested(dataset, name)
                if test["repeat"] < repeats
            }
            for name in (first, second)
        ]
        only = [sum(answers[i][key] and not answers[1 - i][key] for key in answers[0]) for i in (0, 1)]
        gains = {subject: 0 for _, subject, _ in answers[0]}
        for key in answers[0]:
            gains[key[1]] += int(answers[0][key]) - int(answers[1][key])
        p = scipy.stats.ttest_1samp(a - b, 0)
        t = p.statistic * np.std(a - b, ddof=1) / np.sqrt(a.size) / error
        found.append((2 * scipy.stats.t.sf(abs(t), a.size - 1), by_all_signs([*gains.values()])))
        assert (row["data"], row["confidence"]) == (known.expected(dataset, first)["data"], "0.95")
        assert row["runs"] == str(a.size) and row["difference"] == f"{np.mean(a - b):.2f}"
        ends = [float(row[name]) for name in ("interval_low", "interval_high", "naive_low", "naive_high")]
        assert ends == pytest.approx([*interval, *naive], abs=0.00501)
        assert float(row["t"]) == pytest.approx(t, abs=0.000501)
        assert float(row["cohens_d"]) == pytest.approx(np.mean(a - b) / np.std(a - b, ddof=1), abs=0.000501)
        assert [row["first_only"], row["second_only"]] == [*map(str, only)]
        assert float(row["cohens_g"]) == pytest.approx(only[0] / sum(only) - 0.5, abs=0.000501)
    for family in (slice(0, 3), slice(3, 4)):
        for place, name in ((0, "p"), (1, "subject_p")):
            values = [pair[place] for pair in found[family]]
            assert [float(row[name]) for row in rows[family]] == pytest.approx(values, rel=1e-5)
            corrected = [float(row[f"{name}_holm"]) for row in rows[family]]
            assert corrected == pytest.approx(holm_by_hand(values), rel=1e-5)


def test_markdown_says_what_differs_and_what_is_not_shown(known):
    table = comparison_table(comparison_frame(known.experiments(), 0.95))
    first, *others = known.lines(table)
    assert [line[-1] for line in (first, *others)] == ["not shown"] * 4
    (alone,) = known.lines(comparison_table(comparison_frame(known.experiments()[:2], 0.95)))
    assert alone[-1] == "yes" and alone[7] == "0.036" and first[7] == "0.036"
    assert (alone[8], first[8]) == ("0.036", "0.108")
    text = markdown_text(table.view)
    assert "Nadeau and Bengio" in text and "synthetic: generated faces" in text and "95% interval" in text


def test_an_experiment_compared_with_itself_differs_by_nothing_and_nothing_is_claimed(known):
    one = known.experiments()[0]
    (row,) = known.table(comparison_table(comparison_frame([one, one._replace(name="twin")], 0.95)))
    assert row["difference"] == "0.00" and row["subject_p"] == "1"
    assert {row[name] for name in ("p", "p_holm", "t", "interval_low", "cohens_d", "cohens_g")} == {""}


def test_a_pair_is_compared_on_its_common_runs_and_one_without_any_has_no_line(known):
    one, other = known.experiments()[:2]
    some = one._replace(predictions=take(one.predictions, one.predictions.fold != 2))
    (row,) = known.table(comparison_table(comparison_frame([some, other], 0.95)))
    cut = other._replace(predictions=take(other.predictions, other.predictions.fold != 2))
    assert row["runs"] == "6" and [row] == known.table(comparison_table(comparison_frame([some, cut], 0.95)))
    rest = other._replace(predictions=take(other.predictions, other.predictions.fold == 2))
    assert comparison_frame([some, rest], 0.95).empty


def test_experiments_that_cannot_be_compared_are_named(known):
    one, other = known.experiments()[:2]
    wrong = other._replace(predictions=other.predictions._replace(subject=np.roll(other.predictions.subject, 1)))
    with pytest.raises(InputError, match="ridge and FFNet-M on demo cannot be compared: .*the column subject differs"):
        comparison_frame([one, wrong], 0.95)
