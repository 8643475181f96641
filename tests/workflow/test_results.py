"""Tables are made again without training, from what there is, and say what leaks."""

import csv
import shutil

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1500)]


def texts(project, folder):
    return {path.name: path.read_bytes() for path in (project.folder / folder).iterdir()}


def rows(project, path):
    return list(csv.DictReader(project.read(path).splitlines()))


def test_deleted_tables_figures_and_report_come_back_the_same_and_nothing_is_trained(project):
    folders = ("results/tables", "results/figures")
    before = {folder: texts(project, folder) for folder in folders}
    assert {"table1.tex", "table5.csv", "comparisons.md", "leakage.csv", "columns.md"} <= set(before[folders[0]])
    report = (project.folder / "results" / "report.html").read_bytes()
    for folder in folders:
        shutil.rmtree(project.folder / folder)
    (project.folder / "results" / "report.html").unlink()
    planned = project.planned()
    drawn = {"draw_confusion", "draw_maps", "draw_contact_sheet"}
    assert planned.keys() == {"make_tables", "check_leakage", "make_report"} | drawn
    done = project.run()
    assert done.returncode == 0, done.stdout[-3000:]
    assert {folder: texts(project, folder) for folder in folders} == before
    assert (project.folder / "results" / "report.html").read_bytes() == report


def test_tables_and_report_so_far_come_from_the_runs_that_exist_and_plan_no_training(project):
    for path in ("FFNet-M/0/1.csv", "ridge/0/0.csv", "ridge/0/1.csv"):
        (project.folder / "results" / "demo-bu3dfe" / "runs" / path).unlink()
    project.configure(lambda config: config["experiments"]["FFNet"].update(repeats=1))
    assert project.planned("tables_so_far") == {"tables_so_far": 1}
    done = project.run("tables_so_far")
    assert done.returncode == 0, done.stdout[-3000:]
    found = {
        (row["dataset"], row["experiment"]): row["runs"] for row in rows(project, "results/tables_so_far/accuracy.csv")
    }
    assert found == {
        ("demo-bu3dfe", "FFNet-M"): "1",
        ("demo-bosphorus", "ridge"): "2",
        ("demo-bosphorus", "FFNet-M"): "2",
    }
    missing = rows(project, "results/tables_so_far/missing.csv")
    assert len(missing) == 3 + 4 and {row["state"] for row in missing} == {"not made"}
    assert "**WARNING: so far; 5 of 12 runs are made" in project.read("results/tables_so_far/table1.md")
    assert "7 of 12 runs are <a" in project.read("results/tables_so_far/report.html")
    project.configure(lambda config: config["training"].update(epochs=2))
    assert project.run("tables_so_far").returncode == 0
    missing = rows(project, "results/tables_so_far/missing.csv")
    assert [row["experiment"] for row in missing if row["state"] == "other settings"] == ["FFNet-M"] * 3
    assert project.planned("results/tables/accuracy.csv")["train_repeat"] == 2 + 2  # ridge's are still gathered


def test_a_scan_under_two_names_is_found_in_every_table_and_stops_the_run(project):
    own = project.folder / "own"
    (project.folder / "data" / "demo" / "bosphorus").rename(own)

    def change(config):
        config["datasets"] = {"own": config["datasets"]["demo-bosphorus"] | {"folder": "own"}}
        config["experiments"] = {"ridge": config["experiments"]["ridge"]}
        config["models"] = []

    project.configure(change)
    assert project.run("results/own/splits/0.csv").returncode == 0
    fold = {row["subject"]: row["fold"] for row in rows(project, "results/own/splits/0.csv")}
    one = next(iter(fold))
    other = next(subject for subject in fold if fold[subject] != fold[one])
    (scan,), (twin,) = ([*(own / name).glob("*_E_FEAR_0.bnt")] for name in (one, other))
    for suffix in (".bnt", ".png"):
        shutil.copy(scan.with_suffix(suffix), twin.with_suffix(suffix))
    done = project.run()
    assert done.returncode != 0 and "leakage.csv: what was tested is also in the training half" in done.stdout
    assert f"fold {fold[one]}: scan {scan.stem} is tested, {twin.stem} trains" in done.stdout
    (row,) = rows(project, "results/tables/leakage.csv")
    assert (row["identical_scans_in_both_halves"], row["identical_scans"]) == ("2", "2")
    assert "**WARNING: ridge on own leaks: " in project.read("results/tables/accuracy.md")


def cut(text):
    """Without its last line, so that it ends whole."""
    return "".join(text.splitlines(keepends=True)[:-1])


def twice(text):
    return text + text.splitlines(keepends=True)[1]


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda text: text[:-40], "is it cut"),
        (cut, "scans, but its record says"),
        (twice, "occurs a second time"),
        (lambda text: text.replace(",fear,0", ",fera,0", 1), "label 'fera' is not one of"),
    ],
)
def test_a_damaged_run_stops_the_tables_and_is_named(project, damage, message):
    path = project.folder / "results" / "demo-bu3dfe" / "runs" / "FFNet-M" / "0" / "1.csv"
    path.write_text(damage(path.read_text()))
    before = project.read("results/tables/accuracy.csv")
    done = project.run("--rerun-triggers", "mtime")
    assert done.returncode != 0 and message in done.stdout and "runs/FFNet-M/0/1.csv" in done.stdout
    assert project.read("results/tables/accuracy.csv") == before
    done = project.run("tables_so_far")
    assert done.returncode != 0 and message in done.stdout and "runs/FFNet-M/0/1.csv" in done.stdout
