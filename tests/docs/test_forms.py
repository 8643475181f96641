"""CITATION.cff and the issue forms are complete."""

import re
import tomllib

import pytest
import yaml

from ffnet.workflow.provenance import ROOT

FORMS = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml"))
KINDS = {"textarea", "input", "dropdown", "checkboxes", "markdown"}


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.name)
def test_a_form_has_a_name_and_valid_parts(path):
    form = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert form["name"] and form["description"] and form["body"]
    names = [part["id"] for part in form["body"]]
    assert len(names) == len(set(names))
    for part in form["body"]:
        assert part["type"] in KINDS and part["attributes"]["label"]
        for option in part["attributes"].get("options", ()):
            assert option["label"]


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.name)
def test_a_form_asks_for_the_output_of_check_and_for_no_licensed_picture(path):
    parts = {part["id"]: part for part in yaml.safe_load(path.read_text(encoding="utf-8"))["body"]}
    assert "`ffnet check`" in parts["check"]["attributes"]["label"]
    assert parts["check"]["validations"]["required"]
    assert parts["people"]["attributes"]["options"][0]["required"]


def test_there_is_a_form_for_problems_and_one_for_scans():
    assert [path.name for path in FORMS] == ["bug.yml", "own_scans.yml"]


def test_citation_names_this_version_and_the_paper():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert {"cff-version", "message", "title", "authors", "version", "license"} <= set(citation)
    assert citation["license"] == "MIT" and (ROOT / "LICENSE").read_text(encoding="utf-8").startswith("MIT License")
    version = re.search(r'^version = "(.*)"', (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE)
    assert citation["version"] == version[1]
    readme = re.sub(r"\s+", " ", (ROOT / "README.md").read_text(encoding="utf-8"))
    paper = citation["preferred-citation"]
    assert f"*{paper['title']}*" in readme
    assert [author["family-names"] for author in paper["authors"]] == ["Sui", "Zhu", "Zhao", "Wu"]


def test_readme_and_contributing_name_the_python_versions_of_the_package():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    least, beyond = re.fullmatch(r">=3\.(\d+),<3\.(\d+)", project["requires-python"]).groups()
    for page in ("README.md", "CONTRIBUTING.md"):
        text = " ".join((ROOT / page).read_text(encoding="utf-8").split())
        assert f"with Python 3.{least} to 3.{int(beyond) - 1}" in text, page
