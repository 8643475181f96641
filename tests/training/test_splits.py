import collections

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ffnet.errors import InputError
from ffnet.training.splits import (
    check_disjoint,
    fold_masks,
    read_split,
    split_table,
    subject_folds,
)


def names(count):
    return [f"F{number:04d}" for number in range(count)]


@given(st.integers(2, 12), st.integers(0, 80), st.integers(0, 10**9), st.integers(0, 99))
def test_folds_are_a_partition_of_sizes_that_differ_by_at_most_one(folds, more, seed, repeat):
    subjects = names(folds + more)
    split = subject_folds(subjects, folds, seed, repeat)
    assert sorted(split) == subjects
    sizes = collections.Counter(split.values())
    assert sorted(sizes) == list(range(folds))
    assert max(sizes.values()) - min(sizes.values()) <= 1


@given(st.integers(2, 10), st.integers(0, 40), st.integers(0, 10**6))
def test_no_subject_is_in_both_halves_and_every_scan_is_tested_once(folds, more, seed):
    subject = np.repeat(names(folds + more), 3)
    split = subject_folds(names(folds + more), folds, seed, 0)
    times = np.zeros(len(subject), int)
    for fold in range(folds):
        trained, tested = fold_masks(subject, split, fold)
        assert not set(subject[trained]) & set(subject[tested])
        assert (trained ^ tested).all()
        times += tested
    assert (times == 1).all()


def test_a_split_depends_on_seed_and_repeat_and_not_on_the_order_of_subjects():
    first = subject_folds(names(60), 10, seed=0, repeat=0)
    assert first == subject_folds(names(60)[::-1], 10, seed=0, repeat=0)
    assert first != subject_folds(names(60), 10, seed=0, repeat=1)
    assert first != subject_folds(names(60), 10, seed=1, repeat=0)


def test_splits_stay_what_they_were_in_the_first_version():
    """Golden: another hash or order would silently make every published run another one."""
    split = subject_folds(names(12), 5, seed=0, repeat=0)
    assert [split[name] for name in names(12)] == [1, 3, 4, 0, 0, 1, 1, 4, 2, 0, 3, 2]


def test_more_folds_than_subjects_are_refused():
    with pytest.raises(InputError, match="protocol.folds is 5, but there are 4 subjects"):
        subject_folds(names(4), 5, 0, 0)


@given(st.integers(2, 9), st.integers(0, 30), st.integers(0, 10**9))
def test_a_split_file_reads_back(tmp_path_factory, folds, more, seed):
    split = subject_folds(names(folds + more), folds, seed, 0)
    path = tmp_path_factory.mktemp("split") / "0.csv"
    path.write_text(split_table(split))
    assert read_split(path) == split


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("subject,fold\na,0\nb,x\n", "line 3: expected a whole number as fold, found 'x'"),
        ("subject,fold\na,0\na,1\n", "line 3: subject a occurs a second time"),
        ("subject,fold\na,0\nb", "line 3: expected 2 values, found 1; is it cut"),
        ("subject,part\na,0\n", "line 1: expected the columns subject,fold"),
    ],
)
def test_a_damaged_split_is_an_error_with_its_line(tmp_path, text, message):
    (tmp_path / "0.csv").write_text(text)
    with pytest.raises(InputError, match=message):
        read_split(tmp_path / "0.csv")


@given(st.integers(2, 8), st.integers(0, 20), st.integers(0, 10**9), st.integers(1, 6), st.integers(1, 6))
def test_a_split_depends_on_seed_and_repeat_alone_not_on_how_many_repeats_there_are(folds, more, seed, few, extra):
    subjects = names(folds + more)
    before = [subject_folds(subjects, folds, seed, repeat) for repeat in range(few)]
    after = [subject_folds(subjects[::-1], folds, seed, repeat) for repeat in range(few + extra)]
    assert after[:few] == before


def test_a_subject_in_both_halves_is_an_error():
    subject = np.array(["a", "b", "c"])
    with pytest.raises(
        InputError, match="in the training half and in the test half at once: b, c; nothing was trained"
    ):
        check_disjoint({"training half": subject, "test half": subject[1:]})


def test_an_empty_half_is_an_error():
    subject = np.array(["a", "b"])
    with pytest.raises(InputError, match="fold 7: 2 scans to train on and 0 to test"):
        fold_masks(subject, {"a": 0, "b": 1}, fold=7)
