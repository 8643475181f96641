import csv

import numpy as np
import pytest

from ffnet.errors import InputError
from ffnet.results.audit.leakage import (
    COLUMNS,
    Evidence,
    ScanHash,
    audit,
    audit_cross,
    check_leakage,
    hash_scans,
    hash_text,
    leak_warnings,
    leakage_frame,
    leakage_table,
    read_evidence,
)
from ffnet.results.cross_runs import read_crosses
from ffnet.results.predictions import Predictions, take
from ffnet.results.tables.formatters import csv_text, markdown_text
from tests.results.test_cross_runs import write_crosses


@pytest.fixture
def columns():
    """Four scans of two subjects: their maps as a shard holds them, all different."""
    random = np.random.default_rng(0)
    return {
        "scan": np.array(["a", "b", "c", "d"]),
        "subject": np.array(["s0", "s0", "s1", "s1"]),
        "depth": random.random((4, 5, 5), np.float32),
        "normals": random.random((4, 5, 5, 3), np.float32),
        "texture": random.random((4, 5, 5, 3), np.float32),
        "label": np.arange(4),
    }


@pytest.fixture
def hashes(known):
    """ScanHashes of the collection demo, all different."""
    scans = {(row["scan"], row["subject"]) for row in known.tested("demo", "ridge")}
    return [ScanHash(scan, subject, f"hash of {scan}") for scan, subject in sorted(scans)]


def splits_of(known):
    splits = {}
    for row in known.tested("demo", "ridge"):
        splits.setdefault(row["repeat"], {})[row["subject"]] = row["fold"]
    return splits


@pytest.fixture
def ridge(known):
    return known.experiments()[0].predictions


def test_equal_maps_have_equal_hashes_whatever_their_names_and_one_pixel_makes_another(columns):
    for name in ("depth", "normals", "texture"):
        columns[name][3] = columns[name][0]
    a, b, c, d = hash_scans(columns)
    assert (a.scan, a.subject, d.scan, d.subject) == ("a", "s0", "d", "s1")
    assert a.sha256 == d.sha256 and len({a.sha256, b.sha256, c.sha256}) == 3 and len(a.sha256) == 64
    for name in ("depth", "normals", "texture"):
        before = columns[name][3].copy()
        columns[name][3].flat[7] += 1e-3
        assert hash_scans(columns)[3].sha256 != a.sha256
        columns[name][3] = before


def test_hashes_are_written_sorted_with_their_columns():
    text = hash_text([ScanHash("b", "s1", "2"), ScanHash("a", "s0", "1")])
    assert text == "scan,subject,sha256\na,s0,1\nb,s1,2\n"


def test_known_runs_leak_nothing(known, ridge, hashes):
    found = audit(ridge, Evidence(splits_of(known), hashes, 3))
    assert found == (8, [], [], 0, 3)


def test_an_identical_scan_of_another_subject_is_a_leak_in_every_run_that_parts_them(known, ridge, hashes):
    splits = splits_of(known)
    one, other = "s00_fear", "s05_anger"
    same = [row._replace(sha256="same") if row.scan in (one, other) else row for row in hashes]
    parted = [repeat for repeat, split in splits.items() if split["s00"] != split["s05"]]
    found = audit(ridge, Evidence(splits, same, 0))
    assert parted and found.subjects == [] and found.identical == 2
    wanted = set()
    for repeat in parted:
        for tested, trains in ((one, other), (other, one)):
            fold = splits[repeat][tested.split("_")[0]]
            wanted.add(f"repeat {repeat}, fold {fold}: scan {tested} is tested, {trains} trains")
    assert set(found.scans) == wanted and len(found.scans) == 2 * len(parted)


def test_identical_scans_of_one_subject_or_of_one_outside_the_split_are_no_leak(known, ridge, hashes):
    extra = [ScanHash("x_fear", "nobody", "hash of s00_fear"), ScanHash("s00_more", "s00", "hash of s00_joy")]
    same = [row._replace(sha256="hash of s00_fear") if row.scan == "s00_anger" else row for row in hashes]
    found = audit(ridge, Evidence(splits_of(known), [*same, *extra], 0))
    assert found.scans == [] and found.subjects == [] and found.identical == 3


def test_a_subject_tested_in_a_fold_that_is_not_its_own_is_a_leak(known, ridge, hashes):
    splits = splits_of(known)
    right = splits[1]["s03"]
    splits[1]["s03"] = (right + 1) % 4
    found = audit(ridge, Evidence(splits, hashes, 0))
    assert found.subjects == [f"repeat 1, fold {right}: subject s03"]
    assert len(found.scans) == 6 and all("s03" in leak for leak in found.scans)


def test_a_scan_that_the_shards_say_is_someone_elses_is_a_leak(known, ridge, hashes):
    splits = splits_of(known)
    away = next(subject for subject in splits[0] if splits[0][subject] != splits[0]["s03"])
    wrong = [row._replace(subject=away) if row.scan == "s03_fear" else row for row in hashes]
    found = audit(ridge, Evidence(splits, wrong, 0))
    assert f"repeat 0, fold {splits[0]['s03']}: subject {away}" in found.subjects


def test_a_scan_that_the_predictions_say_is_someone_elses_is_a_leak(known, ridge, hashes):
    split = splits_of(known)[0]
    away = next(subject for subject in split if split[subject] != split["s03"])
    wrong = ridge.subject.copy()
    wrong[(ridge.scan == "s03_fear") & (ridge.repeat == 0)] = away
    found = audit(ridge._replace(subject=wrong), Evidence(splits_of(known), hashes, 0))
    assert found.subjects == [f"repeat 0, fold {split['s03']}: subject {away}"]


def test_a_tested_scan_that_is_in_no_shard_is_named(known, ridge, hashes):
    with pytest.raises(InputError, match="scan s03_fear was tested and is in no shard"):
        audit(ridge, Evidence(splits_of(known), [row for row in hashes if row.scan != "s03_fear"], 0))


@pytest.fixture
def redrawn(ridge):
    """(Predictions, splits) where repeat 0 does not have s00, and repeat 1 not s07."""
    absent = ((ridge.repeat == 0) & (ridge.subject == "s00")) | ((ridge.repeat == 1) & (ridge.subject == "s07"))
    tested = take(ridge, ~absent)
    splits = {0: {}, 1: {}}
    for repeat, fold, subject in zip(
        tested.repeat.tolist(), tested.fold.tolist(), tested.subject.tolist(), strict=True
    ):
        splits[repeat][subject] = fold
    assert "s00" not in splits[0] and "s07" not in splits[1]
    return tested, splits


def test_where_each_repeat_draws_its_own_people_each_is_audited_against_its_own(redrawn, hashes):
    tested, splits = redrawn
    assert audit(tested, Evidence(splits, hashes, 0)) == (8, [], [], 0, 0)
    assert audit(tested, Evidence({0: splits[1], 1: splits[0]}, hashes, 0)).subjects  # folds of the other repeat


def test_a_copy_of_someones_scan_leaks_only_in_the_repeats_that_drew_both(redrawn, hashes):
    tested, splits = redrawn
    one = next(name for name in splits[1] if name not in ("s00", "s07") and splits[1][name] != splits[1]["s00"])
    same = [row._replace(sha256="same") if row.scan in ("s00_fear", f"{one}_fear") else row for row in hashes]
    fold_of = splits[1]
    assert sorted(audit(tested, Evidence(splits, same, 0)).scans) == sorted(
        f"repeat 1, fold {fold_of[a]}: scan {a}_fear is tested, {b}_fear trains"
        for a, b in (("s00", one), (one, "s00"))
    )
    never = [row._replace(sha256="same") if row.scan in ("s00_fear", "s07_fear") else row for row in hashes]
    found = audit(tested, Evidence(splits, never, 0))
    assert found.scans == [] and found.identical == 2  # no repeat has both


def cross_predictions(people, repeats=1):
    """Predictions of two scans of each of some people, tested once per repeat."""
    names = [(repeat, f"{name}_{n}", name) for repeat in range(repeats) for name in people for n in range(2)]
    repeat, scan, subject = map(np.array, zip(*names, strict=True))
    return Predictions(repeat, np.zeros_like(repeat), scan, subject, np.zeros_like(repeat), np.ones((len(scan), 1)))


def evidence_of(collection, people, split=None):
    """The Evidence of a collection with two scans of each of some people, all different, of whom split takes part."""
    hashes = [ScanHash(f"{name}_{n}", name, f"{collection} {name} {n}") for name in people for n in range(2)]
    return Evidence({0: dict.fromkeys(people if split is None else split, 0)}, hashes, 2)


def test_two_collections_of_other_people_leak_nothing():
    train, test = evidence_of("a", ["s0", "s1", "s2"]), evidence_of("b", ["s3", "s4"])
    assert audit_cross(cross_predictions(["s3", "s4"], repeats=3), train, test, True) == (3, [], [], 0, 2)


def test_a_person_who_trains_in_one_collection_and_is_tested_in_the_other_is_a_leak_in_one_layout():
    train, test = evidence_of("a", ["s0", "s1"]), evidence_of("b", ["s1", "s4"])
    tested = cross_predictions(["s1", "s4"], repeats=2)
    assert audit_cross(tested, train, test, True).subjects == ["repeat 0: subject s1", "repeat 1: subject s1"]
    assert audit_cross(tested, train, test, False).subjects == []
    outside = evidence_of("a", ["s0", "s1"], split=["s0"])  # s1 takes no part
    assert audit_cross(tested, outside, test, True).subjects == []


def test_whose_a_tested_scan_is_the_shards_say_too():
    train, test = evidence_of("a", ["s0"]), evidence_of("b", ["s3"])
    stolen = test._replace(hashes=[row._replace(subject="s0") for row in test.hashes])
    assert audit_cross(cross_predictions(["s3"]), train, stolen, True).subjects == ["repeat 0: subject s0"]


def test_a_scan_that_trains_under_another_name_is_a_leak_whatever_the_layouts():
    train, test = evidence_of("a", ["s0", "s1"]), evidence_of("b", ["bs3", "bs4"])
    copied = [row._replace(sha256="a s1 0") if row.scan == "bs4_1" else row for row in test.hashes]
    tested = cross_predictions(["bs3", "bs4"])
    found = audit_cross(tested, train, test._replace(hashes=copied), False)
    assert found.scans == ["repeat 0: scan bs4_1 is tested, s1_0 trains"] and found.identical == 1
    outside = train._replace(splits={0: {"s0": 0}})
    assert audit_cross(tested, outside, test._replace(hashes=copied), False).scans == []


def test_a_scan_of_a_pair_that_is_in_no_shard_is_named():
    with pytest.raises(InputError, match="scan s4_0 was tested and is in no shard"):
        audit_cross(cross_predictions(["s3", "s4"]), evidence_of("a", ["s0"]), evidence_of("b", ["s3"]), True)


def test_a_leak_across_collections_stops_the_run_and_is_above_every_table(known, tmp_path):
    planned = write_crosses(tmp_path)
    crosses = read_crosses(planned, known.datasets, known.confidence)
    people = [f"p{n}" for n in range(4)]
    scans = [ScanHash(f"{name}_{n}", name, f"{name} {n}") for name in people for n in range(6)]
    evidence = {
        "demo": Evidence({0: dict.fromkeys(["d0"], 0)}, scans, 0),
        "faces": Evidence({0: {"f0": 0}}, [*scans, ScanHash("f0_0", "f0", "p2 3")], 0),
    }
    frame = leakage_frame([], evidence, {}, crosses)
    assert leak_warnings(frame) == [
        f"{name} trained on faces on demo leaks: 0 subjects and {count} identical scans are in both halves of a run."
        " Its accuracy cannot be trusted; see leakage.csv."
        for name, count in (("FFNet-M", 2), ("ridge", 1))
    ]
    (tmp_path / "leakage.csv").write_text(csv_text(leakage_table(frame)))
    with pytest.raises(InputError, match="ridge trained on faces on demo: .*scan p2_3 is tested, f0_0 trains"):
        check_leakage(tmp_path / "leakage.csv")


@pytest.fixture
def audited(own_known):
    """(Known, a function that audits the experiments of demo on disk after replacing a text in hashes.csv)."""
    folder = own_known.folder / "demo"
    scans = sorted({(row["scan"], row["subject"]) for row in own_known.tested("demo", "ridge")})
    (folder / "hashes.csv").write_text(hash_text([ScanHash(*scan, f"hash-{scan[0]}") for scan in scans]))
    (folder / "quarantine.csv").write_text("scan,stage,reason\ns99_fear,scans,cut short\n")

    def run(old="", new="", records=()):
        path = folder / "hashes.csv"
        path.write_text(path.read_text().replace(old, new) if old else path.read_text())
        experiments = [one for one in own_known.experiments() if one.dataset == "demo"]
        splits = [folder / "splits" / f"{repeat}.csv" for repeat in range(2)]
        evidence = read_evidence(splits, path, folder / "quarantine.csv")
        return leakage_frame(experiments, {"demo": evidence}, dict(records))

    return own_known, run


def test_the_table_counts_what_was_audited_and_warns_of_nothing_where_nothing_leaks(audited, tmp_path):
    known, run = audited
    frame = run()
    table = leakage_table(frame)
    assert [tuple(row.values()) for row in known.table(table)] == [
        ("demo", "ridge", "synthetic", "8", "0", "0", "0", "1", ""),
        ("demo", "FFNet-M", "synthetic", "8", "0", "0", "0", "1", ""),
        ("demo", "mine", "synthetic", "4", "0", "0", "0", "1", ""),
    ]
    assert leak_warnings(frame) == []
    (tmp_path / "leakage.csv").write_text(csv_text(table))
    assert check_leakage(tmp_path / "leakage.csv") == "no leak in 20 runs"


def test_a_leak_is_in_the_table_and_above_every_table_and_stops_the_run_with_the_list(audited, tmp_path):
    known, run = audited
    with open(known.folder / "demo" / "splits" / "0.csv", newline="") as file:
        fold = {row["subject"]: row["fold"] for row in csv.DictReader(file)}
    away = next(subject for subject in fold if fold[subject] != fold["s00"])
    frame = run(f"hash-{away}_anger\n", "hash-s00_fear\n")
    table = leakage_table(frame)
    rows = known.table(table)
    assert all(int(row["identical_scans_in_both_halves"]) >= 2 and row["identical_scans"] == "2" for row in rows)
    assert f"repeat 0, fold {fold['s00']}: scan s00_fear is tested, {away}_anger trains" in rows[0]["leaks"]
    warnings = leak_warnings(frame)
    assert len(warnings) == 3 and "ridge on demo leaks: 0 subjects and" in warnings[0]
    assert markdown_text(table.view, warnings).count("**WARNING: ") == 3
    (tmp_path / "leakage.csv").write_text(csv_text(table))
    with pytest.raises(InputError, match="(?s)leakage.csv: what was tested is also in .* FFNet-M on demo: 0 subj"):
        check_leakage(tmp_path / "leakage.csv")


def test_where_everything_leaks_the_message_names_the_first_and_counts_the_rest(tmp_path):
    leaks = "; ".join(f"repeat 0, fold 0: subject s{number}" for number in range(8))
    names = [column.name for column in COLUMNS]
    row = dict.fromkeys(names, "0") | {"dataset": "demo", "subjects_in_both_halves": "60", "leaks": leaks}
    with open(tmp_path / "leakage.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows(row | {"experiment": f"e{number}"} for number in range(19))
    with pytest.raises(
        InputError, match="(?s)e2 on demo: 60 .* s0; .* s2; and more.* and 16 more experiments"
    ) as raised:
        check_leakage(tmp_path / "leakage.csv")
    assert "s3" not in str(raised.value) and "e3" not in str(raised.value) and len(str(raised.value)) < 1000


@pytest.fixture
def watched(known):
    """(splits, people) of the runs of ridge, as if in each the first of those that train were validation subjects."""
    splits, people = splits_of(known), []
    for repeat, split in splits.items():
        for fold in range(4):
            first, *others = sorted(subject for subject in split if split[subject] != fold)
            people.append({"repeat": repeat, "fold": fold, "training": others, "validation": [first]})
    return splits, people


def test_watched_runs_whose_parts_are_apart_leak_nothing(watched, ridge, hashes):
    splits, people = watched
    assert audit(ridge, Evidence(splits, hashes, 0), people) == (8, [], [], 0, 0)


@pytest.mark.parametrize(("one", "other"), [("training", "validation"), ("training", "test"), ("validation", "test")])
def test_a_subject_in_two_of_training_validation_and_test_is_a_leak_of_that_run(watched, ridge, hashes, one, other):
    splits, people = watched
    tested = sorted(subject for subject, fold in splits[0].items() if fold == people[1]["fold"])
    subject = tested[0] if other == "test" else people[1][other][0]
    people[1][one] = [*people[1][one], subject]
    found = audit(ridge, Evidence(splits, hashes, 0), people)
    assert found.subjects == [f"repeat 0, fold 1: subject {subject} is in {one} and {other}"]
    assert found.scans == []


@pytest.mark.parametrize(("one", "other"), [("training", "validation"), ("training", "test"), ("validation", "test")])
def test_a_copy_of_a_scan_in_another_part_is_a_leak_of_the_runs_that_part_them(watched, ridge, hashes, one, other):
    splits, people = watched
    row = people[1]
    tested = sorted(subject for subject, fold in splits[0].items() if fold == row["fold"])
    subjects = {"test": tested, **row}
    first, second = f"{subjects[one][-1]}_fear", f"{subjects[other][0]}_anger"
    same = [hashed._replace(sha256="same") if hashed.scan in (first, second) else hashed for hashed in hashes]
    found = audit(ridge, Evidence(splits, same, 0), people)
    assert f"repeat 0, fold 1: scan {first} is in {one}, its copy {second} in {other}" in found.scans
    assert found.subjects == [] and found.identical == 2


def test_the_people_of_an_experiments_records_are_audited_and_a_leak_stops_the_run(audited, tmp_path, watched):
    known, run = audited
    _, people = watched
    people[2]["validation"] += people[2]["training"][:1]
    frame = run(records={("demo", "ridge"): {"people": people}})
    rows = known.table(leakage_table(frame))
    assert [row["subjects_in_both_halves"] for row in rows] == ["1", "0", "0"]
    (tmp_path / "leakage.csv").write_text(csv_text(leakage_table(frame)))
    with pytest.raises(InputError, match="ridge on demo: 1 subjects, .* is in training and validation"):
        check_leakage(tmp_path / "leakage.csv")
