"""Each repeat draws its own subjects: from the settings to the tables, and what runs again."""

import csv

import pytest

from tests.workflow.test_reruns import ONE_EXPERIMENT, jobs_of, key

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1500)]
SPLITS = [f"results/demo-{layout}/splits/{repeat}.csv" for layout in ("bosphorus", "bu3dfe") for repeat in (0, 1)]
REDRAWN = ONE_EXPERIMENT | {"split_subjects": 2, "check_quarantine": 2}  # ridge's second repeat, its people, its tables


def fixed(config):
    """Three of four people take part; ridge has two repeats and FFNet-M one."""
    config["protocol"]["subjects"] = 3
    config["experiments"]["ridge"]["repeats"] = 2


def rows(project, path):
    return list(csv.DictReader(project.read(path).splitlines()))


def test_the_second_repeat_tests_other_people_and_only_it_is_trained_again(project):
    project.configure(fixed)
    assert project.run().returncode == 0
    before = {path: project.read(path) for path in SPLITS}
    first = project.read("results/demo-bu3dfe/runs/ridge/0/1.csv")
    assert project.planned() == {}

    key("protocol", redraw=True)(project)
    assert project.planned() == jobs_of(REDRAWN, "repeat")
    done = project.run()
    assert done.returncode == 0, done.stdout[-5000:]
    after = {path: {row["subject"] for row in rows(project, path)} for path in SPLITS}
    assert [before[path] == project.read(path) for path in SPLITS] == [True, False, True, False]
    assert all(len(people) == 3 for people in after.values())
    assert len(after[SPLITS[0]] | after[SPLITS[1]]) == len(after[SPLITS[2]] | after[SPLITS[3]]) == 4
    assert project.read("results/demo-bu3dfe/runs/ridge/0/1.csv") == first

    accuracy = {(row["dataset"], row["experiment"]): row for row in rows(project, "results/tables/accuracy.csv")}
    for layout in ("bosphorus", "bu3dfe"):
        people = [after[f"results/demo-{layout}/splits/{repeat}.csv"] for repeat in (0, 1)]
        tested = [row for row in rows(project, "results/tables/subjects.csv") if row["dataset"] == f"demo-{layout}"]
        tests = {row["subject"]: int(row["tests"]) for row in tested if row["experiment"] == "ridge"}
        assert tests == {name: 6 * sum(name in of for of in people) for name in people[0] | people[1]}
        of_ridge = accuracy[f"demo-{layout}", "ridge"]
        assert int(of_ridge["subjects"]) == len(people[0] | people[1]) and of_ridge["left_out"] == "0"
        of_network = accuracy[f"demo-{layout}", "FFNet-M"]
        assert of_network["subjects"] == "3"
        assert "people of the repeats drawn again instead of fixed" in of_network["differs"]
    assert project.planned() == {}

    key("protocol", redraw=False)(project)
    assert project.planned() == jobs_of(REDRAWN, "repeat")
