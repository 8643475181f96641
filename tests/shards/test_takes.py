import numpy as np

from ffnet.shards.takes import keep_takes

SCANS = ["a_FEAR_10", "a_FEAR_2", "a_JOY_1", "b_FEAR_3", "b_FEAR_0"]
COLUMNS = {
    "scan": np.array(SCANS),
    "subject": np.array(["a", "a", "a", "b", "b"]),
    "label": np.array([2, 2, 3, 2, 2]),
    "intensity": np.ones(5, int),
    "depth": np.arange(5.0)[:, None, None],
}


def test_the_first_take_of_each_subject_expression_and_level_is_kept_in_the_order_of_numbers():
    kept = keep_takes(COLUMNS, "first")
    assert kept["scan"].tolist() == ["a_FEAR_2", "a_JOY_1", "b_FEAR_0"]
    assert kept["depth"].ravel().tolist() == [1.0, 2.0, 4.0]


def test_levels_are_no_takes():
    kept = keep_takes(COLUMNS | {"intensity": np.array([3, 4, 3, 3, 4])}, "first")
    assert kept["scan"].tolist() == SCANS


def test_all_takes_are_kept_where_all_are_asked_for():
    assert keep_takes(COLUMNS, "all") is COLUMNS


def test_a_shard_without_scans_stays_empty():
    empty = {name: values[:0] for name, values in COLUMNS.items()}
    assert len(keep_takes(empty, "first")["depth"]) == 0
