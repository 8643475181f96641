import csv
import io

import numpy as np
import pytest
import scipy.stats
import sklearn.metrics

from ffnet.errors import InputError
from ffnet.origin import OWN, PAPERS, SYNTHETIC
from ffnet.results.predictions import gather_runs, take, write_predictions
from ffnet.results.tables.accuracy_table import accuracy_frame, accuracy_table, interval_table
from ffnet.results.tables.formatters import csv_text, markdown_text
from ffnet.results.tables.paper import Architecture
from ffnet.results.tables.table import cells_of
from ffnet.results.tested_experiments import DatasetInfo, check_same_scans, read_experiments

PRINTED = "paper, on the real collection"
DATASETS = {
    "demo": DatasetInfo(SYNTHETIC, paper="Bosphorus"),
    "mine": DatasetInfo(OWN, paper=None),
}
ARCHITECTURES = {
    "FFNet-M": Architecture("f3dnet", "f3dnet", "vgg16_bn", "own"),
    "FFNet": Architecture("f3dnet", "f3dnet", "vgg16_bn", "none"),
    "ridge": Architecture("ridge", "none", "ridge", "none"),
}


@pytest.fixture
def gathered(write_runs, tmp_path):
    """Three gathered files: FFNet-M (3 x 4) and ridge (1 x 4) on demo, FFNet-M (2 x 5) on mine."""

    def make(dataset, experiment, **protocol):
        paths, _ = write_runs(dataset=dataset, experiment=experiment, **protocol)
        path = tmp_path / "results" / dataset / "predictions" / f"{experiment}.csv"
        write_predictions(path, gather_runs(paths))
        return path

    return [
        make("demo", "FFNet-M", repeats=3, folds=4, seed=1),
        make("demo", "ridge", repeats=1, folds=4, seed=2),
        make("mine", "FFNet-M", repeats=2, folds=5, subjects=10, seed=3),
    ]


def read(paths, confidence=0.95):
    """The Experiments of gathered files, whose datasets may have different ones."""
    found = []
    for dataset in dict.fromkeys(path.parents[1].name for path in paths):
        own = {path.stem: path for path in paths if path.parents[1].name == dataset}
        architectures = {name: ARCHITECTURES[name] for name in own}
        found += read_experiments({dataset: [*own.values()]}, {dataset: DATASETS[dataset]}, architectures, confidence)
    return found


def csv_rows(paths, confidence=0.95, table=accuracy_table):
    found = table(accuracy_frame(read(paths, confidence), confidence))
    return list(csv.DictReader(io.StringIO(csv_text(found))))


def markdown(paths, confidence=0.95):
    return markdown_text(accuracy_table(accuracy_frame(read(paths, confidence), confidence)).view)


def test_every_number_of_the_csv_agrees_with_scikit_learn_and_scipy(gathered):
    protocols = [(3, 4, 8), (1, 4, 8), (2, 5, 10)]
    for path, row, (repeats, folds, subjects) in zip(gathered, csv_rows(gathered), protocols, strict=True):
        with open(path, newline="") as file:
            tested = list(csv.DictReader(file))
        scores = np.empty((repeats, folds))
        names = ["anger", "disgust", "fear", "happiness", "sadness", "surprise"]
        for repeat, fold in np.ndindex(repeats, folds):
            run = [r for r in tested if (r["repeat"], r["fold"]) == (str(repeat), str(fold))]
            predicted = [max(names, key=lambda name, r=r: float(r[name])) for r in run]
            scores[repeat, fold] = 100 * sklearn.metrics.accuracy_score([r["label"] for r in run], predicted)
        error = scores.std(ddof=1) * np.sqrt(1 / scores.size + 1 / (folds - 1))
        low, high = scipy.stats.t.interval(0.95, scores.size - 1, loc=scores.mean(), scale=error)
        assert row["accuracy"] == f"{scores.mean():.2f}" and row["sd_over_runs"] == f"{scores.std(ddof=1):.2f}"
        over_repeats = "" if repeats == 1 else f"{scores.mean(axis=1).std(ddof=1):.2f}"
        assert row["sd_over_repeats"] == over_repeats
        assert (row["interval_low"], row["interval_high"]) == (f"{max(low, 0):.2f}", f"{min(high, 100):.2f}")
        counts = [row[name] for name in ("subjects", "scans", "repeats", "folds", "runs")]
        assert counts == [str(n) for n in (subjects, 6 * subjects, repeats, folds, repeats * folds)]


def test_the_csv_says_what_is_synthetic_and_that_it_is_not_the_papers_experiment(gathered):
    rows = csv_rows(gathered)
    assert {row[PRINTED] for row in rows} == {""}
    assert [(row["dataset"], row["experiment"], row["data"], row["differs"]) for row in rows] == [
        ("demo", "FFNet-M", "synthetic", "generated faces"),
        ("demo", "ridge", "synthetic", ""),
        ("mine", "FFNet-M", "own", ""),
    ]
    assert {row["chance"] for row in rows} == {"16.67"} and {row["confidence"] for row in rows} == {"0.95"}


def test_a_lower_confidence_gives_a_narrower_interval(gathered):
    wide, narrow = csv_rows(gathered, 0.95)[0], csv_rows(gathered, 0.8)[0]
    assert float(wide["interval_low"]) < float(narrow["interval_low"]) < float(narrow["interval_high"])


def test_markdown_has_the_csvs_numbers_in_aligned_columns(gathered):
    text = markdown(gathered)
    lines = [line for line in text.splitlines() if line.startswith("|")]
    bars = {tuple(i for i, character in enumerate(line) if character == "|") for line in lines}
    assert len(lines) == 5 and len(bars) == 1
    heading, _, *body = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert heading[-4:] == ["runs", "accuracy %", "sd", "95% interval"]
    for cells, row in zip(body, csv_rows(gathered), strict=True):
        found = dict(zip(heading, cells, strict=True))
        assert (found["accuracy %"], found["sd"]) == (row["accuracy"], row["sd_over_runs"])
        assert found["runs"] == f"{row['repeats']} x {row['folds']}"
        ends = [float(end) for end in found["95% interval"].split(" to ")]
        np.testing.assert_allclose(ends, [float(row["interval_low"]), float(row["interval_high"])], atol=0.0501)
    assert "- Chance is 16.67%, the share of the most frequent class.\n" in text
    assert "synthetic: generated faces" in text
    assert "- not the paper's experiment: FFNet-M on demo (generated faces).\n" in text


def test_what_was_left_out_and_what_the_paper_prints_are_shown_where_there_is_any(known):
    def shown(experiments):
        view = accuracy_table(accuracy_frame(experiments, 0.95)).view
        return [column.heading for column in view.columns if column.heading], "\n".join(view.notes)

    unknown = known.experiments_on("demo")
    headings, notes = shown(unknown)
    assert headings[-1] == "95% interval" and "left out" not in notes and PRINTED not in notes
    none = [one._replace(accuracy=one.accuracy._replace(left_out=0, mean_of_expected=0.5)) for one in unknown]
    headings, notes = shown(none)
    assert headings[-1] == "95% interval" and "No scan of these subjects was left out." in notes
    some = [none[0]._replace(accuracy=none[0].accuracy._replace(left_out=2)), *none[1:]]
    headings, notes = shown(some)
    assert headings[-2:] == ["left out", "if wrong %"] and "see quarantine.csv" in notes
    headings, notes = shown(known.experiments_on("faces"))
    assert headings[-1] == PRINTED and f"{PRINTED}: as printed" in notes


def test_what_the_best_test_epoch_would_add_is_shown_as_a_leak_where_it_was_recorded(known):
    experiments, heading = known.experiments_on("demo"), "best test epoch would add (leak)"
    plain = accuracy_table(accuracy_frame(experiments, 0.95))
    assert heading not in [column.heading for column in plain.view.columns] and heading not in "".join(plain.notes)
    table = accuracy_table(accuracy_frame(experiments, 0.95, {("demo", "mine"): {"best_epoch_gain": 0.03125}}))
    assert {row["experiment"]: row["best_epoch_gain"] for row in known.table(table)} == {
        "ridge": "",
        "FFNet-M": "",
        "mine": "3.12",
    }
    assert [column.heading for column in table.view.columns][-1] == heading
    assert [line[-1] for line in known.lines(table)] == ["", "", "3.12"]
    assert any(note.startswith(f"{heading}: percentage points, mean over all runs") for note in table.notes)


def test_markdown_speaks_of_synthetic_data_only_where_there_are_some(gathered):
    text = markdown(gathered[2:], 0.9)
    assert "synthetic" not in text and "90% interval" in text


def test_equal_runs_leave_the_interval_empty(write_runs, tmp_path):
    paths, _ = write_runs(accuracy=2.0)
    path = tmp_path / "results" / "demo" / "predictions" / "FFNet.csv"
    write_predictions(path, gather_runs(paths))
    row = csv_rows([path])[0]
    assert (row["accuracy"], row["sd_over_runs"], row["interval_low"], row["interval_high"]) == (
        "100.00",
        "0.00",
        "",
        "",
    )
    text = markdown([path])
    cells = [cell.strip() for cell in text.splitlines()[4].strip("|").split("|")]
    assert cells[6:] == ["100.00", "0.00", ""]


def test_repeats_may_test_other_people_but_all_experiments_the_same_in_a_repeat(known):
    """Two of them have two repeats, of which the second did not draw s00; the third has the first alone."""

    def without(one):
        tested = one.predictions
        return one._replace(predictions=take(tested, (tested.repeat == 0) | (tested.subject != "s00")))

    first, second, third = known.experiments_on("demo")
    check_same_scans([without(first), without(second), third], ["a.csv", "b.csv", "c.csv"])
    with pytest.raises(InputError, match="b.csv: 48 scans were tested, 42 in a.csv, in repeat 1; .* is s00_anger"):
        check_same_scans([without(first), second, third], ["a.csv", "b.csv", "c.csv"])


def test_experiments_of_one_dataset_that_tested_different_scans_are_named(gathered):
    lines = gathered[1].read_text().splitlines(keepends=True)
    gathered[1].write_text("".join(line for line in lines if "s03_fear" not in line))
    with pytest.raises(InputError, match=f"{gathered[1]}: 47 scans were tested, 48 in {gathered[0]}.*is s03_fear"):
        read(gathered)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("_fear,s00,fear,", "_fear,s00,fera,", "label 'fera'"),
        ("repeat,fold,scan", "repeat,fold,name", "line 1: expected the columns"),
    ],
)
def test_a_damaged_file_stops_the_table_and_is_named(gathered, edit, old, new, message):
    edit(gathered[1], old, new)
    with pytest.raises(InputError, match=f"{gathered[1]}.*{message}"):
        read(gathered)


def test_a_cut_file_stops_the_table_and_is_named(gathered):
    gathered[2].write_bytes(gathered[2].read_bytes()[:-30])
    with pytest.raises(InputError, match=f"{gathered[2]}, line .*cut"):
        read(gathered)


def test_chance_follows_the_classes_of_each_dataset(tmp_path):
    classes = ("anger", "contempt", "fear", "neutral")
    path = tmp_path / "results" / "mine" / "predictions" / "ridge.csv"
    path.parent.mkdir(parents=True)
    rows = ["0,0,a,p,fear,0.1,0.2,0.3,0.4", "0,1,b,q,anger,0.7,0.1,0.1,0.1", "0,1,c,q,anger,0.7,0.1,0.1,0.1"]
    path.write_text("\n".join([f"repeat,fold,scan,subject,label,{','.join(classes)}", *rows]) + "\n")
    datasets, architectures = {"mine": DatasetInfo(OWN, None, classes)}, {"ridge": ARCHITECTURES["ridge"]}
    table = accuracy_table(accuracy_frame(read_experiments({"mine": [path]}, datasets, architectures, 0.95), 0.95))
    assert next(csv.DictReader(io.StringIO(csv_text(table))))["chance"] == "66.67"
    assert "- Chance is 66.67%, the share of the most frequent class." in markdown_text(table.view)


def test_datasets_with_other_chances_have_a_sentence_each(known):
    notes = accuracy_table(accuracy_frame(known.experiments(), 0.95)).notes
    assert notes[:3] == (
        "Chance on demo is 16.67%, the share of the most frequent class.",
        "Chance on faces is 16.67%, the share of the most frequent class.",
        "Chance on own is 33.33%, the share of the most frequent class.",
    )


def test_runs_that_tested_other_scans_have_a_chance_each_and_the_note_has_both_ends(known):
    frame = accuracy_frame(known.experiments_on("demo"), 0.95)
    frame["chance"] = [16.67, 18.5, 17.0]
    assert accuracy_table(frame).notes[0] == "Chance is 16.67 to 18.50%, the share of the most frequent class."


def test_scans_that_were_left_out_are_counted_and_make_the_accuracy_with_them_lower(known):
    info = DatasetInfo(PAPERS, "BU-3DFE", expected={f"s{number:02d}": 6 for number in range(8)} | {"s03": 8})
    architectures = {name: known.architectures[name] for name in ("FFNet", "FFNet-M")}
    paths = {"faces": [known.paths["faces", name] for name in architectures]}
    experiments = read_experiments(paths, {"faces": info}, architectures, 0.95)
    row = known.table(accuracy_table(accuracy_frame(experiments, 0.95)))[0]
    assert row["left_out"] == "2" and row["accuracy"] == known.expected("faces", "FFNet")["accuracy"]
    tests = known.tested("faces", "FFNet")
    shares = []
    for repeat, fold in np.ndindex(3, 4):
        run = [test for test in tests if (test["repeat"], test["fold"]) == (repeat, fold)]
        right = sum(test["true"] == test["predicted"] for test in run)
        shares.append(100 * right / (len(run) + 2 * any(test["subject"] == "s03" for test in run)))
    assert float(row["accuracy_of_expected"]) == pytest.approx(np.mean(shares), abs=0.00501)
    assert float(row["accuracy_of_expected"]) < float(row["accuracy"])


def test_the_papers_figure_is_beside_the_same_experiment_only(known):
    tiny = {"FFNet": ["width 0.05 instead of 1.0", "epochs 4 instead of 70"]}
    info = known.datasets["faces"]._replace(departures=tiny)
    experiments = [one._replace(info=info) for one in known.experiments_on("faces")]
    table = accuracy_table(accuracy_frame(experiments, 0.95))
    assert [(row["experiment"], row[PRINTED], row["differs"]) for row in known.table(table)] == [
        ("FFNet", "", "width 0.05 instead of 1.0; epochs 4 instead of 70"),
        ("FFNet-M", "89.82", ""),
    ]
    note = "not the paper's experiment: FFNet on faces (width 0.05 instead of 1.0; epochs 4 instead of 70)."
    assert [one for one in table.notes if one.startswith("not the paper's")] == [note]


def test_experiments_that_differ_in_the_same_share_a_note(known):
    info = known.datasets["faces"]._replace(departures=dict.fromkeys(("FFNet", "FFNet-M"), ["folds 5 instead of 10"]))
    experiments = [one._replace(info=info) for one in known.experiments_on("faces")]
    notes = accuracy_table(accuracy_frame(experiments, 0.95)).notes
    assert "not the paper's experiment: FFNet, FFNet-M on faces (folds 5 instead of 10)." in notes


def test_both_intervals_stand_beside_each_other_and_the_factor_between_them_is_that_of_the_formula(gathered):
    (row, _, _), accuracy = csv_rows(gathered, table=interval_table), csv_rows(gathered)[0]
    for name in ("accuracy", "sd_over_runs", "sd_over_repeats", "runs"):
        assert row[name] == accuracy[name]
    assert (row["corrected_low"], row["corrected_high"]) == (accuracy["interval_low"], accuracy["interval_high"])
    mean, spread = float(row["accuracy"]), float(row["sd_over_runs"])
    low, high = scipy.stats.t.interval(0.95, 11, loc=mean, scale=spread / 12**0.5)
    np.testing.assert_allclose([float(row["naive_low"]), float(row["naive_high"])], [low, high], atol=0.02)
    wide, narrow = (float(row["corrected_high"]) - float(row["corrected_low"])), high - low
    table = interval_table(accuracy_frame(read(gathered), 0.95))
    assert cells_of(table.view)[0][-1].text == "2.2 x" and wide / narrow == pytest.approx((1 + 12 / 3) ** 0.5, rel=0.01)


def test_every_column_of_accuracy_csv_for_known_scores(known):
    printed = {("faces", "FFNet"): "89.01", ("faces", "FFNet-M"): "89.82"}
    generated = {("demo", "FFNet-M"), ("demo", "mine")}
    for (dataset, name), row in zip(
        known.right, known.table(accuracy_table(accuracy_frame(known.experiments(), 0.95))), strict=True
    ):
        expected, classes = known.expected(dataset, name), len(known.datasets[dataset].classes)
        wanted = {key: value for key, value in expected.items() if not key.startswith("naive")}
        wanted |= {"dataset": dataset, "experiment": name, "confidence": "0.95", "subjects": "8"}
        wanted |= {
            "scans": str(8 * classes),
            "chance": f"{100 / classes:.2f}",
            "left_out": "",
            "accuracy_of_expected": "",
            PRINTED: printed.get((dataset, name), ""),
            "best_epoch_gain": "",
            "differs": "generated faces" if (dataset, name) in generated else "",
        }
        assert row == wanted


def test_every_column_of_intervals_csv_for_known_scores(known):
    for (dataset, name), row in zip(
        known.right, known.table(interval_table(accuracy_frame(known.experiments(), 0.95))), strict=True
    ):
        wanted = known.expected(dataset, name) | {"dataset": dataset, "experiment": name, "confidence": "0.95"}
        wanted |= {"corrected_low": wanted.pop("interval_low"), "corrected_high": wanted.pop("interval_high")}
        assert row == wanted


def test_an_experiment_with_missing_runs_says_so(known):
    one = known.experiments()[0]
    partly = one._replace(accuracy=one.accuracy._replace(runs=7))
    lines = known.lines(accuracy_table(accuracy_frame([partly, one], 0.95)))
    assert [line[5] for line in lines] == ["7 of 2 x 4", "2 x 4"]
