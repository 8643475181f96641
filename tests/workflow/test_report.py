"""The report is made again alone, and Snakemake's own holds the same results."""

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1500)]


def test_a_deleted_report_comes_back_the_same_and_nothing_else_is_made(project):
    before = (project.folder / "results" / "report.html").read_bytes()
    assert len(before) < 5e6
    (project.folder / "results" / "report.html").unlink()
    assert project.planned() == {"make_report": 1}
    done = project.run()
    assert done.returncode == 0, done.stdout[-3000:]
    assert (project.folder / "results" / "report.html").read_bytes() == before


def test_another_style_makes_the_report_alone(project):
    path = project.folder / "ffnet" / "results" / "report" / "page.css"
    path.write_text(path.read_text() + "\np { color: red; }\n")
    assert project.planned() == {"make_report": 1}


def test_snakemakes_own_report_holds_tables_and_figures(project):
    done = project.run("--report", "own.html")
    assert done.returncode == 0, done.stdout[-3000:]
    own = project.read("own.html")
    for name in ("accuracy.csv", "table3.csv", "demo-bu3dfe_FFNet-M_confusion.png", "demo-bosphorus_maps.png"):
        assert name in own
