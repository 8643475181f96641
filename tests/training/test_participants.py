import dataclasses
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ffnet.errors import InputError
from ffnet.expressions import EXPRESSIONS
from ffnet.quarantine import Share
from ffnet.scans.index import ScanRow
from ffnet.scans.settings import DatasetSettings
from ffnet.training.participants import (
    Participant,
    choose_participants,
    chosen_subjects,
    draw_subjects,
    left_out_shares,
    list_participants,
    participants_text,
    read_participants,
    repeat_subjects,
    subjects_of_repeats,
)
from ffnet.training.settings import ProtocolSettings
from ffnet.training.splits import split_table, subject_folds

PROTOCOL = ProtocolSettings(subjects=4, subject_lists={}, redraw=False, folds=2, validation=0, seed=0)
DATASET = DatasetSettings("bu3dfe", "d", "mm", EXPRESSIONS, (3, 4), "all", "gridfit")
TAKES = dataclasses.replace(DATASET, layout="bosphorus", intensities=(1,), takes="first")


def names(count):
    return [f"F{number:04d}" for number in range(count)]


def rows_of(subjects, levels=(3, 4), takes=1):
    return [
        ScanRow(f"{subject}_{expression}{level}_{take}", subject, expression, level, "m.wrl", "t.bmp", "shard-00")
        for subject in subjects
        for expression in EXPRESSIONS
        for level in levels
        for take in range(takes)
    ]


def everyone(count, left_out=(), dataset=DATASET):
    return list_participants(rows_of(names(count)), left_out, dataset)


def chosen(participants, protocol=PROTOCOL, dataset="bu3dfe"):
    return chosen_subjects(choose_participants(participants, dataset, protocol))


def test_draws_stay_what_they_were_in_the_first_version():
    """Golden: another hash or order would silently make every published run another one."""
    assert draw_subjects(everyone(20), 3, "bu3dfe", seed=0) == {"F0003", "F0005", "F0017"}


def test_a_subject_has_all_its_scans_unless_some_are_left_out():
    first, second = everyone(2, {"F0001_fear4_0", "F0001_fear3_0"})
    assert first == Participant("F0000", 12, 12, "", "yes")
    assert second == Participant("F0001", 12, 10, "fear", "no")


def test_a_level_that_the_collection_lacks_makes_a_subject_incomplete_but_able():
    rows = [row for row in rows_of(["F0000"]) if row.scan != "F0000_fear4_0"]
    assert list_participants(rows, (), DATASET) == [Participant("F0000", 11, 11, "", "no")]


def test_several_takes_count_as_one_where_the_first_is_taken():
    rows = rows_of(["F0000"], levels=(1,), takes=3)
    left_out = {"F0000_fear1_0", "F0000_fear1_1"}
    assert list_participants(rows, left_out, TAKES) == [Participant("F0000", 6, 6, "", "yes")]
    assert list_participants(rows, left_out | {"F0000_fear1_2"}, TAKES) == [Participant("F0000", 6, 5, "fear", "no")]
    everything = dataclasses.replace(TAKES, takes="all")
    assert list_participants(rows, left_out, everything) == [Participant("F0000", 18, 16, "", "no")]


def test_a_neutral_face_counts_at_any_intensity():
    dataset = dataclasses.replace(DATASET, classes=("anger", "neutral"), intensities=(3,))
    rows = [ScanRow(name, "F0000", name, level, "", "", "") for name, level in (("anger", 3), ("neutral", 0))]
    assert list_participants(rows, (), dataset)[0].complete == "yes"
    assert list_participants(rows[:1], (), dataset)[0] == Participant("F0000", 1, 1, "neutral", "no")


def test_complete_subjects_come_first_whatever_the_seed():
    """63 people of whom 3 had no photo: the 60 usable ones take part."""
    lost = {row.scan for row in rows_of(["F0007", "F0020", "F0041"])}
    for seed in range(5):
        protocol = dataclasses.replace(PROTOCOL, subjects=60, seed=seed)
        assert chosen(everyone(63, lost), protocol) == sorted({*names(63)} - {"F0007", "F0020", "F0041"})


def test_others_fill_up_only_where_complete_ones_do_not_suffice():
    lost = {"F0001_fear3_0", "F0002_anger4_0", "F0003_anger3_0", "F0003_anger4_0"}  # the last lacks all anger
    assert chosen(everyone(5, lost), dataclasses.replace(PROTOCOL, subjects=2)) == ["F0000", "F0004"]
    assert chosen(everyone(5, lost)) == ["F0000", "F0001", "F0002", "F0004"]


@given(st.integers(1, 59), st.integers(0, 1000))
def test_one_subject_fewer_on_disk_changes_at_most_one_that_is_drawn(count, seed):
    drawn = draw_subjects(everyone(60), count, "bu3dfe", seed)
    assert len(drawn) == count
    assert len(drawn - draw_subjects(everyone(60)[1:], count, "bu3dfe", seed)) <= 1


@given(st.integers(1, 12), st.sets(st.integers(0, 13)), st.integers(0, 13), st.integers(0, 1000))
def test_a_scan_that_is_repaired_changes_the_choice_by_at_most_its_subject(count, broken, repaired, seed):
    def draw(subjects):
        return draw_subjects(everyone(14, {f"F{n:04d}_fear3_0" for n in subjects}), count, "bu3dfe", seed)

    before, after = draw(broken | {repaired}), draw(broken - {repaired})
    assert after - before <= {f"F{repaired:04d}"} and len(before - after) == len(after - before)


def test_too_few_subjects_stop_with_how_many_there_are_and_why():
    lost = {row.scan for row in rows_of(["F0001"])} | {"F0002_fear3_0"}
    message = (
        r"protocol.subjects is 4, but demo has 3 subjects with a usable scan of every class \(2 of them complete\); "
        r"lower protocol.subjects, .*results/demo/quarantine.csv. Without a usable scan of a class: F0001 \(anger, "
    )
    with pytest.raises(InputError, match=message):
        choose_participants(everyone(4, lost), "demo", PROTOCOL)
    with pytest.raises(InputError, match="There are 3 subjects in all."):
        choose_participants(everyone(3), "demo", PROTOCOL)


def test_a_list_of_subjects_replaces_the_draw():
    protocol = dataclasses.replace(PROTOCOL, subject_lists={"bu3dfe": ("F0004", "F0001")})
    assert chosen(everyone(6), protocol) == ["F0001", "F0004"]
    assert len(chosen(everyone(6), protocol, "other")) == 4


@pytest.mark.parametrize(
    ("listed", "message"),
    [
        (("F0001", "F0009"), "subject_lists.bu3dfe: there is no subject F0009 among the 6 of bu3dfe"),
        (("F0001", "F0001"), "subject_lists.bu3dfe: F0001 is named twice"),
        (("F0001", "F0002"), "subject_lists.bu3dfe: F0002 has no usable scan of fear; take it off the list"),
    ],
)
def test_a_listed_subject_must_be_there_once_and_have_every_class(listed, message):
    protocol = dataclasses.replace(PROTOCOL, subject_lists={"bu3dfe": listed})
    with pytest.raises(InputError, match=message):
        choose_participants(everyone(6, {"F0002_fear3_0", "F0002_fear4_0"}), "bu3dfe", protocol)


def split_of(people, protocol, repeat):
    """The text of splits/{repeat}.csv, as workflow_scripts/split_subjects.py writes it."""
    everyone = choose_participants(people, "d", protocol)
    subjects = repeat_subjects(everyone, protocol.redrawn(repeat), "d", protocol.seed, repeat)
    return split_table(subject_folds(subjects, protocol.folds, protocol.seed, repeat))


def people_of(split):
    return [line.split(",")[0] for line in split.splitlines()[1:]]


SPLITS = "533081b5f2904685"
REDRAWN = dataclasses.replace(PROTOCOL, redraw=True)


def test_splits_without_redraw_stay_what_they_were_in_the_first_version():
    """Golden: made by choose_participants and subject_folds before there was protocol.redraw."""
    protocol = dataclasses.replace(PROTOCOL, subjects=12, folds=5, seed=2021)
    text = "".join(split_of(everyone(20), protocol, repeat) for repeat in range(4))
    assert hashlib.sha256(text.encode()).hexdigest()[:16] == SPLITS


@given(st.integers(2, 14), st.integers(0, 1000), st.integers(0, 99))
def test_each_repeat_draws_as_many_subjects_as_the_protocol_has_and_divides_all_of_them(count, seed, repeat):
    protocol = dataclasses.replace(REDRAWN, subjects=count, seed=seed)
    split = split_of(everyone(15), protocol, repeat)
    folds = [int(line.split(",")[1]) for line in split.splitlines()[1:]]
    assert len(set(people_of(split))) == count == len(people_of(split)) and set(people_of(split)) <= set(names(15))
    assert abs(folds.count(0) - folds.count(1)) <= 1 and set(folds) == {0, 1}
    assert split == split_of(everyone(15)[::-1], protocol, repeat)


def test_repeats_draw_other_subjects_and_the_first_has_those_of_subjects_csv():
    splits = [split_of(everyone(20), REDRAWN, repeat) for repeat in range(100)]
    assert splits[0] == split_of(everyone(20), PROTOCOL, 0)
    assert people_of(splits[1]) != people_of(split_of(everyone(20), PROTOCOL, 1))
    assert len({tuple(people_of(split)) for split in splits}) > 95
    times = [sum(name in people_of(split) for split in splits) for name in names(20)]
    assert sum(times) == 4 * 100 and min(times) >= 8 and max(times) <= 34  # of each 20 are expected, sd 4


def test_another_seed_redraws_others_and_more_repeats_leave_the_first_as_they_were():
    other = dataclasses.replace(REDRAWN, seed=1)
    assert people_of(split_of(everyone(20), REDRAWN, 1)) != people_of(split_of(everyone(20), other, 1))
    drawn = [draw_subjects(everyone(20), 4, "d", 0, repeat) for repeat in (3, 1, 3)]
    assert drawn[0] == drawn[2] != drawn[1]


@given(st.integers(0, 50), st.integers(0, 1000))
def test_each_repeat_draws_complete_subjects_first_and_nobody_who_lacks_a_class(repeat, seed):
    lost = {"F0001_fear3_0", "F0002_anger4_0", "F0003_anger3_0", "F0003_anger4_0"}  # the last lacks all anger
    for subjects, wanted in ((3, {"F0000", "F0004", "F0005"}), (5, set(names(6)) - {"F0003"})):
        protocol = dataclasses.replace(REDRAWN, subjects=subjects, seed=seed)
        assert set(people_of(split_of(everyone(6, lost), protocol, repeat))) == wanted


def test_subjects_csv_reads_back(tmp_path):
    participants = choose_participants(everyone(6, {"F0001_fear3_0", "F0002_fear3_0", "F0002_fear4_0"}), "b", PROTOCOL)
    (tmp_path / "subjects.csv").write_text(participants_text(participants))
    assert read_participants(tmp_path / "subjects.csv") == participants


def test_a_damaged_subjects_csv_is_an_error_with_its_line(tmp_path):
    path = tmp_path / "subjects.csv"
    path.write_text("subject,scans,usable,missing,complete,chosen\na,12,x,,yes,yes\n")
    with pytest.raises(InputError, match="subjects.csv, line 2: expected two whole numbers, found 12 and x"):
        read_participants(path)


def test_shares_are_those_of_all_scans_and_of_the_subjects_that_take_part():
    participants = [Participant("a", 12, 11, "", "no", "yes"), Participant("b", 12, 0, "fear", "no")]
    assert left_out_shares(participants, {"a"}, 13, 24) == [
        Share("scans", 13, 24),
        Share("scans of the subjects that take part", 1, 12),
    ]


def test_those_of_all_repeats_are_tested_and_without_redraw_those_of_subjects_csv():
    of_all = choose_participants(everyone(12), "bu3dfe", PROTOCOL)
    first = set(chosen_subjects(of_all))
    for protocol, repeats in ((PROTOCOL, 3), (REDRAWN, 0), (REDRAWN, 1)):
        assert subjects_of_repeats(of_all, "bu3dfe", protocol, repeats) == first
    second, third = (draw_subjects(of_all, 4, "bu3dfe", 0, repeat) for repeat in (1, 2))
    assert subjects_of_repeats(of_all, "bu3dfe", REDRAWN, 3) == first | second | third
    assert len(first | second) > 4 and len(first | second | third) > len(first | second)
