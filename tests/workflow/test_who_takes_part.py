"""Scans that cannot be used and the choice of subjects, from the files to the tables."""

import csv

import pytest

from tests.workflow.conftest import Project, make_tiny

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1500)]
PEOPLE = 6


def rows(project, path):
    return list(csv.DictReader(project.read(path).splitlines()))


def configure(config):
    """Ridge alone, on a folder in the layout of Bosphorus that nobody generates."""
    config["datasets"] = {"own": config["datasets"]["demo-bosphorus"] | {"folder": "data/own", "takes": "first"}}
    config["experiments"] = {"ridge": config["experiments"]["ridge"]}
    config["models"] = []
    config["quarantine"]["max_share"] = 0.3
    config["protocol"]["subjects"] = 4


@pytest.fixture(scope="module")
def collection(tmp_path_factory):
    """A project whose data/own holds six people with two takes of every expression."""
    project = Project(tmp_path_factory.mktemp("people"))

    def change(config):
        make_tiny(config)
        config["demo"] |= {"subjects": PEOPLE, "takes": 2}
        del config["datasets"]["demo-bu3dfe"]

    project.configure(change)
    people = [f"bs{number:03d}" for number in range(PEOPLE)]
    last = "E_SURPRISE_1.bnt"
    done = project.run(*(f"data/demo/bosphorus/{person}/{person}_{last}" for person in people))
    assert done.returncode == 0, done.stdout[-3000:]
    (project.folder / "data/demo/bosphorus").rename(project.folder / "data/own")
    project.configure(configure)
    return project


@pytest.fixture
def project(collection, tmp_path):
    return collection.copy_to(tmp_path / "project")


def lose_photos(project, pattern):
    photos = list((project.folder / "data/own").glob(pattern))
    assert photos
    for photo in photos:
        photo.unlink()


def test_a_person_without_photos_is_not_drawn_and_the_tables_are_made(project):
    """Whether the seed would draw them or not: two of six have no photo, the other four take part."""
    lose_photos(project, "bs00[13]/*.png")
    project.configure(lambda config: config["quarantine"].update(max_share=0.4))
    done = project.run()
    assert done.returncode == 0, done.stdout[-5000:]
    subjects = {row["subject"]: row for row in rows(project, "results/own/subjects.csv")}
    assert [name for name, row in subjects.items() if row["chosen"] == "yes"] == ["bs000", "bs002", "bs004", "bs005"]
    assert subjects["bs001"]["missing"] == "anger disgust fear happiness sadness surprise"
    (row,) = rows(project, "results/tables/accuracy.csv")
    assert (row["subjects"], row["scans"]) == ("4", "24")  # the first of two takes each


def test_of_several_takes_the_first_that_can_be_used_is_tested(project):
    lose_photos(project, "bs000/bs000_E_FEAR_0.png")
    done = project.run()
    assert done.returncode == 0, done.stdout[-5000:]
    assert [row["scan"] for row in rows(project, "results/own/quarantine.csv")] == ["bs000_E_FEAR_0"]
    first = rows(project, "results/own/subjects.csv")[0]
    assert (first["scans"], first["usable"], first["complete"]) == ("6", "6", "yes")
    tested = {row["scan"] for row in rows(project, "results/own/predictions/ridge.csv") if row["subject"] == "bs000"}
    assert not tested or {"bs000_E_FEAR_1", "bs000_E_ANGER_0"} <= tested


def test_where_too_few_people_are_left_nothing_is_trained_and_the_reason_is_given(project):
    lose_photos(project, "bs00[123]/*FEAR*.png")
    done = project.run()
    assert done.returncode != 0 and "Traceback" not in done.stdout
    assert "protocol.subjects is 4, but own has 3 subjects with a usable scan of every class (3 of them" in done.stdout
    assert "Without a usable scan of a class: bs001 (fear), bs002 (fear), bs003 (fear)" in done.stdout
    assert not list((project.folder / "results/own").rglob("runs/*"))


def test_a_person_with_some_scans_takes_part_only_where_the_complete_ones_do_not_suffice(project):
    def all_takes(config):
        config["datasets"]["own"]["takes"] = "all"
        config["protocol"]["subjects"] = 5

    lose_photos(project, "bs00[12]/*FEAR_0.png")
    project.configure(all_takes)
    done = project.run()
    assert done.returncode == 0, done.stdout[-5000:]
    subjects = rows(project, "results/own/subjects.csv")
    chosen = [row for row in subjects if row["chosen"] == "yes"]
    assert len(chosen) == 5 and sum(row["complete"] == "no" for row in chosen) == 1
    (row,) = rows(project, "results/tables/accuracy.csv")
    assert (row["subjects"], row["scans"]) == ("5", "59")


def test_scans_of_whoever_any_repeat_draws_count_in_max_share(project):
    """Three people are complete, so that each repeat draws one of the others too: first bs002, then bs000."""

    def redraw(config):
        config["datasets"]["own"]["takes"] = "all"
        config["experiments"]["ridge"]["repeats"] = 2
        config["protocol"]["redraw"] = True
        config["quarantine"]["max_share"] = 0.115

    lose_photos(project, "bs000/*_0.png")
    lose_photos(project, "bs00[24]/*FEAR_0.png")  # 8 of 72 scans, of the five who are drawn 7 of 60
    project.configure(redraw)
    done = project.run("results/own/shards.csv")
    assert done.returncode != 0 and "error: too many scans were left out, so nothing is trained" in done.stdout
    done = project.run("results/own/quarantine.txt")
    assert done.returncode != 0
    assert "7 of 60 scans of the subjects that take part were left out (11.7%), more than quarantine" in done.stdout
    project.configure(lambda config: config["experiments"]["ridge"].update(repeats=1))
    assert project.run("results/own/shards.csv", "results/own/quarantine.txt").returncode == 0
    project.configure(lambda config: config["experiments"]["ridge"].update(repeats=2))
    assert project.planned("results/own/quarantine.txt", "results/own/shards.csv") == {"check_quarantine": 1}
