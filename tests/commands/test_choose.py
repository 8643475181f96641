"""choose: on whom, among what, in which order, what is written, and that a killed one goes on."""

import csv
import dataclasses
import pathlib
import re

import pytest
import yaml

from ffnet.__main__ import main
from ffnet.commands.choose_grid import grid_points, parse_grid
from ffnet.commands.config_file import read_config_file
from ffnet.config import read_config
from ffnet.errors import InputError
from ffnet.results.audit.leakage import hash_scans, hash_text
from ffnet.storage import write_stage
from ffnet.training.participants import Participant, choose_participants, draw_subjects, participants_text
from ffnet.training.record import read_record
from ffnet.training.trainer import EagerWorker
from tests.training.conftest import pattern_collection

FOLDER = pathlib.Path("results/demo-bu3dfe")
CHOICE = FOLDER / "choice" / "F3DNet-M-d"
TWO = ("--grid", "training.learning_rate=0.0,0.01")  # one that learns nothing, and one that learns
PEOPLE = 10


@pytest.fixture
def choose(tmp_path, monkeypatch, settings_file, capsys):
    """A function: runs the command on a collection of ten people, of whom the protocol tests six; its exit code and
    output."""
    monkeypatch.chdir(tmp_path)
    collection = pattern_collection(subjects=PEOPLE)
    FOLDER.mkdir(parents=True)
    write_stage(FOLDER / "a.h5", collection._asdict())
    (FOLDER / "shards.csv").write_text(f"file,sha256\n{FOLDER}/a.h5,0\n")
    (FOLDER / "hashes.csv").write_text(hash_text(hash_scans(collection._asdict())))

    def small(mapping):
        mapping["networks"]["width"] = 0.03
        mapping["training"] |= {"epochs": 2, "learning_rate": 0.01}
        mapping["protocol"] |= {"folds": 3, "subjects": 6}

    everyone = [Participant(name, 6, 6, "", "yes") for name in sorted(set(collection.subject.tolist()))]
    protocol = read_config_file(settings_file(small)).protocol
    chosen = choose_participants(everyone, "demo-bu3dfe", protocol)
    (FOLDER / "subjects.csv").write_text(participants_text(chosen))

    def run(*arguments, change=lambda mapping: None):
        def changed(mapping):
            small(mapping)
            change(mapping)

        words = ("demo-bu3dfe", "F3DNet-M-d", *arguments) if arguments[0].startswith("--") else arguments
        code = main(["choose", "--folds", "2", *words, "--config", settings_file(changed)])
        return code, capsys.readouterr()

    run.tested = {one.subject for one in chosen if one.chosen == "yes"}
    run.others = {one.subject for one in chosen if one.chosen == "no"}
    return run


def rows(path):
    return list(csv.DictReader(path.read_text().splitlines()))


def test_the_best_settings_are_written_with_how_they_were_chosen_and_a_config_takes_them(choose, settings_file):
    code, output = choose(*TWO, "--grid", "training.batch=8")
    assert code == 0, output.err
    ranking = rows(CHOICE / "ranking.csv")
    assert [row["rank"] for row in ranking] == ["1", "2"]
    by_rate = {row["training.learning_rate"]: float(row["accuracy"]) for row in ranking}
    assert by_rate["0.0"] == pytest.approx(100 / 6, abs=15) and float(ranking[0]["accuracy"]) == max(by_rate.values())
    text = (CHOICE / "chosen.yaml").read_text()
    best = float(ranking[0]["training.learning_rate"])
    assert yaml.safe_load(text) == {"training": {"learning_rate": best, "batch": 8}}
    comment = re.sub(r"\n# ", " ", text)
    assert "among 2 settings: training.learning_rate 0.0, 0.01; training.batch 8." in comment
    assert "People: 4 of demo-bu3dfe who do not take part in the protocol (protocol.subjects 6, protocol" in comment
    assert ", ".join(sorted(choose.others)) in comment
    assert f"Accuracy on them: {float(ranking[0]['accuracy']):.2f}%" in comment
    assert all(line.startswith("# ") for line in text.splitlines()[:-1])
    config = read_config_file(settings_file(lambda mapping: None), CHOICE / "chosen.yaml")
    assert config.training.learning_rate == best
    assert "audit: 4 runs on 4 people, none of the 6 that the protocol tests" in output.out
    assert output.out.splitlines()[-1] == f"{CHOICE / 'chosen.yaml'}: written"


def test_nobody_who_is_tested_is_in_any_array_that_training_or_prediction_gets(choose, monkeypatch):
    given = []
    monkeypatch.setattr("ffnet.training.run.fold_scans", watching(given))
    code, _ = choose(*TWO)
    assert code == 0 and len(given) == 4
    for subjects in given:
        assert subjects == choose.others and not subjects & choose.tested
    for path in CHOICE.glob("*/*/*.csv"):
        assert {row["subject"] for row in rows(path)} <= choose.others
        assert read_record(path.with_suffix(".json")).scans == {"training": 12, "test": 12}
    assert {row["subject"] for row in rows(CHOICE / "subjects.csv")} == choose.others


def test_whoever_a_repeat_draws_does_not_choose(choose, settings_mapping):
    from ffnet.commands.choose import choosing_people

    def people(redraw, repeats):
        mapping = settings_mapping()
        mapping["protocol"] |= {"folds": 3, "subjects": 3, "redraw": redraw}
        mapping["experiments"]["ridge"]["repeats"] = repeats
        return choosing_people(read_config(mapping), "demo-bu3dfe", 2)

    names = choose.tested | choose.others
    protocol = dataclasses.replace(read_config(settings_mapping()).protocol, subjects=3)
    everyone = [Participant(name, 6, 6, "", "yes") for name in sorted(names)]
    chosen = choose_participants(everyone, "demo-bu3dfe", protocol)
    (FOLDER / "subjects.csv").write_text(participants_text(chosen))
    tested = {one.subject for one in chosen if one.chosen == "yes"}
    assert set(people(False, 2).tested) == set(people(True, 1).tested) == tested
    both = people(True, 2)
    second = draw_subjects(everyone, 3, "demo-bu3dfe", protocol.seed, 1)
    assert set(both.tested) == tested | second > tested and set(both.split) == names - tested - second
    with pytest.raises(InputError, match="demo-bu3dfe: 0 people with a usable scan of every class do not take part"):
        people(True, 50)


def watching(given):
    """fold_scans, with the subjects of the collection that it divides, and that training then has, noted."""
    from ffnet.training.session import fold_scans

    def watch(collection, *arguments):
        given.append(set(collection.subject.tolist()))
        return fold_scans(collection, *arguments)

    return watch


def test_a_killed_choice_goes_on_and_finds_the_same(choose, monkeypatch):
    code, _ = choose(*TWO)
    whole = {path.name: path.read_bytes() for path in CHOICE.glob("*.*")}
    for path in CHOICE.glob("*.*"):
        path.unlink()
    pathlib.Path("resume").rename("elsewhere")
    calls, real = [], EagerWorker.step

    def step(*arguments):
        calls.append(None)
        if len(calls) == 7:  # in the second run: each has four steps
            raise KeyboardInterrupt
        return real(*arguments)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(EagerWorker, "step", step)
        choose(*TWO)
    assert not list(CHOICE.glob("*.yaml"))
    code, output = choose(*TWO)
    assert code == 0 and output.out.count("finished before") == 1
    assert {path.name: path.read_bytes() for path in CHOICE.glob("*.*")} == whole


def test_a_larger_grid_trains_only_what_is_new_and_other_people_or_folds_train_all(choose):
    choose(*TWO)
    _, output = choose("--grid", "training.learning_rate=0.0,0.01,0.001")
    assert output.out.count("finished before") == 4 and "6 of 6 runs" in output.out
    _, output = choose(*TWO, "--folds", "4")
    assert "finished before" not in output.out and "8 of 8 runs" in output.out


def test_the_estimate_is_in_proportion_to_epochs(choose, monkeypatch):
    from ffnet.commands.choose import Progress

    now = [0.0]
    monkeypatch.setattr("ffnet.commands.choose.time.monotonic", lambda: now[0])
    progress, lines = Progress({"short": 1, "long": 9}, folds=2), []
    monkeypatch.setattr("builtins.print", lambda line, **_: lines.append(line))
    for name, fold, was_kept, now[0] in (("short", 0, True, 1.0), ("short", 1, False, 10.0), ("long", 0, False, 100.0)):
        progress.report(name, fold, was_kept)
    assert lines == [
        "1 of 4 runs: short, fold 0 finished before",
        "2 of 4 runs, about 3 min left: short, fold 1 finished",
        "3 of 4 runs, about 90 s left: long, fold 0 finished",
    ]


@pytest.mark.parametrize(
    ("grid", "message"),
    [
        ("training.epoch=1,2", "config.yaml: training: unknown key 'epoch'; did you mean 'epochs'?"),
        ("networks.dropouts=0.1", "config.yaml: networks: unknown key 'dropouts'; did you mean 'dropout'?"),
        ("training.schedule=cosin", "'cosin' is not one of constant | cosine; did you mean 'cosine'?"),
        ("training.epochs=0", "training.epochs: expected at least 1, found 0"),
        ("training.epochs=6,six", "training.epochs: expected a whole number, found 'six'"),
        ("epochs=6", "--grid epochs=6: expected SECTION.KEY=VALUE,VALUE, such as training.epochs=6,12"),
        ("training.epochs", "expected SECTION.KEY=VALUE,VALUE"),
        ("training.epochs=", "--grid training.epochs=: expected values separated by commas"),
        ("training.betas=[0.9", "expected values separated by commas"),
        (
            "protocol.folds=5",
            "expected a key of training, networks or loss, such as training.epochs=6,12, found protocol",
        ),
        ("training.epochs=6,6", "--grid training.epochs=6,6: 6 occurs twice"),
        ("training.learning_rate=0.5", "training.learning_rate occurs twice; give all its values at once"),
        ("training.seed=1,2", "--grid training.seed: the best of several seeds is luck"),
        ("training.watch_test=true", "--grid training.watch_test: it only records the test fold after each epoch, and"),
        ("training.keep=best_validation", "training.keep is 'best_validation', but protocol.validation is 0"),
    ],
)
def test_a_grid_that_is_no_grid_is_refused_before_anything_is_trained(choose, grid, message):
    code, output = choose(*TWO, "--grid", grid)
    assert code == 2 and message in output.err and not CHOICE.exists()


def test_a_weight_of_the_rows_loss_is_chosen_and_written_into_the_row(settings_mapping):
    mapping, name = settings_mapping(), "FFNet-M-orthogonal"
    mapping["experiments"][name]["loss"] = {"orthogonal": 0.1}
    points = grid_points(mapping, parse_grid(["loss.orthogonal=0.1,1.0", "loss.form=gram"]), name)
    assert [point.name for point in points] == [
        "loss.orthogonal 0.1, loss.form gram",
        "loss.orthogonal 1.0, loss.form gram",
    ]
    assert points[1].overrides == {"experiments": {name: {"loss": {"orthogonal": 1.0, "form": "gram"}}}}
    assert [point.config.experiments[name].loss.orthogonal for point in points] == [0.1, 1.0]
    assert points[0].config.experiments["FFNet-M"] == read_config(mapping).experiments["FFNet-M"]
    assert [point.own for point in grid_points(mapping, parse_grid(["loss.orthogonal=0.1,1.0"]), name)] == [True, False]


def test_a_key_that_the_experiments_row_sets_itself_is_refused(choose):
    def own(mapping):
        mapping["experiments"]["F3DNet-M-d"]["networks"] = {"dropout": 0.5}

    code, output = choose("--grid", "networks.dropout=0.1,0.2", change=own)
    assert code == 2 and "experiments.F3DNet-M-d.networks sets dropout itself" in output.err


def test_lists_are_values_too():
    from ffnet.commands.choose_grid import parse_grid

    assert parse_grid(["training.betas=[0.9, 0.99],[0.8, 0.99]", "training.mirror=true,false"]) == {
        ("training", "betas"): [[0.9, 0.99], [0.8, 0.99]],
        ("training", "mirror"): [True, False],
    }


def test_the_linear_floor_has_nothing_to_choose(choose):
    code, output = choose("demo-bu3dfe", "ridge", *TWO)
    assert code == 2 and "ridge is the linear floor; only networks have settings" in output.err


def test_too_few_people_who_are_not_tested_are_an_error_that_says_what_to_do(choose):
    path = FOLDER / "subjects.csv"
    everyone = [line for line in path.read_text().splitlines() if line.endswith(("chosen", "yes"))]
    one = next(line for line in path.read_text().splitlines() if line.endswith("no"))
    path.write_text("\n".join([*everyone, one]) + "\n")
    code, output = choose(*TWO)
    assert code == 2 and "demo-bu3dfe: 1 people with a usable scan of every class do not take part" in output.err
    assert "demo.subjects" in output.err and "training.keep: best_validation" in output.err


def test_subjects_of_other_settings_are_an_error(choose):
    code, output = choose(*TWO, change=lambda mapping: mapping["protocol"].update(seed=9))
    assert code == 2 and "subjects.csv: made with other settings of protocol; make it again" in output.err


def test_a_copy_of_a_tested_scan_among_those_who_choose_stops_the_choice(choose):
    path = FOLDER / "hashes.csv"
    table = rows(path)
    first = next(row for row in table if row["subject"] in choose.others)
    copy = next(row for row in table if row["subject"] in choose.tested)
    path.write_text(path.read_text().replace(first["sha256"], copy["sha256"]))
    code, output = choose(*TWO)
    assert code == 2 and "the people of this choice are not apart; nothing was chosen" in output.err
    assert "is in validation, its copy" in output.err or "is in training, its copy" in output.err
    assert not (CHOICE / "chosen.yaml").exists()


def test_a_person_whom_the_protocol_tests_among_those_who_choose_stops_the_choice(choose, monkeypatch):
    from ffnet.commands import choose as module

    real = module.choosing_people

    def leaking(*arguments):
        people = real(*arguments)
        return people._replace(split=people.split | {people.tested[0]: 0})

    monkeypatch.setattr(module, "choosing_people", leaking)
    code, output = choose(*TWO)
    assert code == 2 and re.search(r"subject s\d\d is in validation and the test of the protocol", output.err)
    assert not (CHOICE / "chosen.yaml").exists()
