import json
import math
import statistics

import pytest

from ffnet.errors import InputError
from ffnet.results.run_records import best_epoch_gain, gather_records
from ffnet.training.record import read_records
from tests.training.conftest import record_values


@pytest.fixture
def write(tmp_path):
    """A function that writes records and returns them as they are read."""

    def write(*records):
        paths = [tmp_path / f"{number}.json" for number in range(len(records))]
        for path, record in zip(paths, records, strict=True):
            path.write_text(json.dumps(record_values(**record)))
        return read_records(paths)

    return write


def epochs(*losses):
    return [{"epoch": e + 1, "loss": loss, "accuracy": loss / 10, "seconds": 1.0} for e, loss in enumerate(losses)]


def test_curves_are_mean_and_standard_deviation_over_the_runs_that_have_the_epoch(write):
    runs = [[3.0, 2.0, 1.0], [2.5, 1.0], [2.0, 1.5]]
    found = gather_records(write(*({"epochs": epochs(*run)} for run in runs)))["epochs"]
    assert [row["epoch"] for row in found] == [1, 2, 3] and [row["runs"] for row in found] == [3, 3, 1]
    for number in (0, 1):
        values = [run[number] for run in runs]
        assert found[number]["loss"]["mean"] == pytest.approx(statistics.mean(values))
        assert found[number]["loss"]["sd"] == pytest.approx(statistics.stdev(values))
        assert found[number]["accuracy"]["sd"] == pytest.approx(statistics.stdev(values) / 10)
    assert found[2]["loss"] == {"mean": 1.0, "sd": None}


def test_times_are_added_and_versions_counted(write):
    told = [
        {"seconds": {"all": 2.5}, "torch": "2.0", "threads": 1},
        {"seconds": {"all": 4.0}, "torch": "2.1", "threads": 1},
    ]
    found = gather_records(write(*told, {"seconds": {"all": 1.0}, "pretrained_sha256": None}))
    assert found["runs"] == 3 and found["seconds"] == {"all": 7.5, "longest": 4.0} and found["epochs"] == []
    assert found["made_with"]["torch"] == {"2.0": 1, "2.1": 1} and found["made_with"]["threads"] == {"1": 3}
    assert found["made_with"]["pretrained_sha256"] == {}


def test_the_data_hash_changes_with_the_data_of_any_run(write):
    one = gather_records(write({"data_sha256": "a"}, {"data_sha256": "b"}))["data"]
    assert one == gather_records(write({"data_sha256": "a"}, {"data_sha256": "b"}))["data"]
    assert one != gather_records(write({"data_sha256": "a"}, {"data_sha256": "c"}))["data"]


def test_a_loss_that_is_no_number_any_more_stays_so(write):
    assert math.isnan(gather_records(write({"epochs": epochs(1.0, math.nan)}))["epochs"][1]["loss"]["mean"])


def test_epochs_of_another_shape_stop_with_the_name_of_the_record(write):
    records = write({"epochs": epochs(1.0)}, {"epochs": [{"loss": 1.0}]})
    with pytest.raises(
        InputError, match=r"1\.json: its epochs are not as a run writes them \(KeyError\('accuracy'\)\)"
    ):
        gather_records(records)


def test_of_watched_runs_the_curves_on_validation_and_the_people_are_gathered(write):
    people = {"training": ["a", "b"], "validation": ["c"]}
    runs = [
        {"fold": fold, "people": people, "epochs": [row | {"validation_loss": loss, "validation_accuracy": 0.5}]}
        for fold, (row, loss) in enumerate(zip([epochs(1.0)[0], epochs(2.0)[0]], (3.0, 5.0), strict=True))
    ]
    found = gather_records(write(*runs))
    assert found["epochs"][0]["validation_loss"] == {"mean": 4.0, "sd": pytest.approx(2**0.5)}
    assert found["epochs"][0]["validation_accuracy"]["mean"] == 0.5
    assert found["people"] == [{"repeat": 0, "fold": fold, **people} for fold in range(2)]
    assert "people" not in gather_records(write({"epochs": epochs(1.0)}))


def test_a_watched_run_without_scores_on_validation_is_named(write):
    records = write({"epochs": epochs(1.0), "people": {"training": ["a"], "validation": ["b"]}})
    with pytest.raises(InputError, match=r"0\.json: its epochs are not as a run writes them .*validation_loss"):
        gather_records(records)


def watched(*accuracies, **changes):
    """The values of a record with these accuracies on the test half after its epochs."""
    rows = [
        row | {"test_loss": 1.0, "test_accuracy": a} for row, a in zip(epochs(*accuracies), accuracies, strict=True)
    ]
    return {"epochs": rows, "settings": {"training": {"watch_test": True}}} | changes


@pytest.mark.parametrize(
    ("accuracies", "kept", "gain"),
    [
        ((0.5, 0.75, 0.625), None, 0.125),  # the last epoch was tested
        ((0.5, 0.75, 0.625), 1, 0.25),
        ((0.5, 0.75, 0.625), 2, 0.0),
        ((0.25, 0.5, 0.75), None, 0.0),
        ((0.75,), None, 0.0),
    ],
)
def test_the_gain_of_the_best_test_epoch_is_its_accuracy_minus_that_of_the_tested_weights(
    write, accuracies, kept, gain
):
    (record,) = write(watched(*accuracies, kept_epoch=kept)).values()
    assert best_epoch_gain(record) == gain


def test_the_gain_is_the_mean_over_the_runs_each_with_a_best_epoch_of_its_own(write):
    found = gather_records(write(watched(0.5, 0.75, 0.625), watched(1.0, 0.5, 0.5), watched(0.0, 0.0, 1.0)))
    assert found["best_epoch_gain"] == pytest.approx((0.125 + 0.5 + 0.0) / 3)
    assert [row["test_accuracy"]["mean"] for row in found["epochs"]] == pytest.approx([1.5 / 3, 1.25 / 3, 2.125 / 3])


def test_there_is_no_gain_unless_all_runs_were_watched_on_the_test_half(write):
    for records in ([{"epochs": epochs(1.0)}], [{}], [watched(0.5), {"epochs": epochs(1.0)}], [watched()]):
        found = gather_records(write(*records))
        assert "best_epoch_gain" not in found and not any("test_accuracy" in row for row in found["epochs"])


def test_a_run_watched_on_the_test_half_without_its_scores_is_named(write):
    records = write(watched(0.5), watched(0.5, epochs=epochs(1.0)))
    with pytest.raises(InputError, match=r"1\.json: its epochs are not as a run writes them .*test_loss"):
        gather_records(records)
