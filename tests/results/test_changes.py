import json
import shutil

import numpy as np
import pytest
import scipy.stats

from ffnet.errors import InputError
from ffnet.results.changes import compare_folders, differing_keys
from tests.training.conftest import record_values


@pytest.fixture
def two(own_known, tmp_path):
    """(Known, a copy of its folder): in the copy FFNet-M on demo holds the predictions of ridge."""
    other = tmp_path / "other"
    shutil.copytree(own_known.folder, other)
    for folder, suffix in (("predictions", ".csv"), ("runs", "")):
        target = other / "demo" / folder / f"FFNet-M{suffix}"
        shutil.rmtree(target) if target.is_dir() else target.unlink()
        source = other / "demo" / folder / f"ridge{suffix}"
        (shutil.copytree if source.is_dir() else shutil.copy)(source, target)
    return own_known, other


def changes_of(two):
    found = compare_folders(two[0].folder, two[1], 0.95)
    return {(change.dataset, change.experiment): change for change in found.both}, found


def test_a_folder_is_the_same_as_itself(known):
    found = compare_folders(known.folder, known.folder, 0.95)
    assert len(found.both) == 6 and all(change.same and change.causes == [] for change in found.both)
    assert found.only_a == found.only_b == []


def test_the_cell_that_differs_is_found_with_the_difference_from_a_to_b_by_hand(two):
    by_name, _ = changes_of(two)
    assert [key for key, change in by_name.items() if not change.same] == [("demo", "FFNet-M")]
    change, known = by_name["demo", "FFNet-M"], two[0]
    a, b = (known.scores("demo", name).ravel() / 100 for name in ("FFNet-M", "ridge"))
    assert (change.row["A"], change.row["B"]) == pytest.approx((100 * a.mean(), 100 * b.mean()))
    error = np.std(b - a, ddof=1) * np.sqrt(1 / 8 + 1 / 3)
    assert change.row["difference"] == pytest.approx(100 * np.mean(b - a)) and change.row["difference"] < 0
    assert change.row["p"] == pytest.approx(2 * scipy.stats.t.sf(-np.mean(b - a) / error, 7))
    assert change.row["p_holm"] == change.row["p"]  # the only test that could be made: equal predictions give none
    assert change.causes == [("settings.of", "FFNet-M", "ridge")]


def test_what_is_in_one_folder_alone_is_named(two):
    (two[1] / "faces" / "predictions" / "FFNet.csv").unlink()
    (two[0].folder / "own" / "predictions" / "ridge.csv").unlink()
    _, found = changes_of(two)
    assert (found.only_a, found.only_b) == (["FFNet on faces"], ["ridge on own"])


def test_other_splits_or_other_classes_cannot_be_paired_and_say_so(two):
    path = two[1] / "demo" / "predictions" / "FFNet-M.csv"
    path.write_text(path.read_text().replace("s03", "s93"))
    own = two[1] / "own" / "predictions" / "ridge.csv"
    own.write_text(own.read_text().replace("calm", "quiet"))
    by_name, _ = changes_of(two)
    change = by_name["demo", "FFNet-M"]
    assert (
        np.isnan(change.row["difference"]) and "did not test the same scans: the column scan differs" in change.reason
    )
    assert not change.same and np.isfinite([change.row["A"], change.row["B"]]).all()
    assert np.isnan(change.row["p_holm"])
    assert by_name["own", "ridge"].reason == "they have other classes" and not by_name["own", "ridge"].same


def test_causes_are_the_values_of_the_record_that_explain_a_difference(two):
    record = two[1] / "demo" / "runs" / "mine" / "0" / "0.json"
    record.write_text(json.dumps(record_values(settings={"of": "mine", "epochs": 4}, python="3.12")))
    by_name, _ = changes_of(two)
    assert by_name["demo", "mine"].causes == [("settings.epochs", None, 4), ("python", "3.11", "3.12")]
    record.unlink()
    assert changes_of(two)[0]["demo", "mine"].causes is None


def test_differing_keys_of_nested_settings():
    a, b = {"x": {"y": 1, "z": [1, 2]}, "same": 0}, {"x": {"y": 2, "z": [1, 2], "new": None}, "same": 0, "w": {"k": 1}}
    assert differing_keys(a, b) == [("x.y", 1, 2), ("w", None, {"k": 1})]


def test_a_folder_without_predictions_is_named(tmp_path, known):
    with pytest.raises(InputError, match=f"{tmp_path}: found no DATASET/predictions/EXPERIMENT.csv in it"):
        compare_folders(known.folder, tmp_path, 0.95)
