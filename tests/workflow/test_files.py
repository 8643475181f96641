"""ffnet/workflow/files.py and the paths that the rules write out."""

import re

import pytest

from ffnet.workflow import files
from ffnet.workflow.provenance import ROOT

SOURCES = [ROOT / "Snakefile", *sorted((ROOT / "rules").glob("*.smk"))]
PATTERNS = {name: value for name, value in vars(files).items() if name.isupper() and isinstance(value, str)}
NOT_IN_RULES = {"CHOICE", "PARTIAL", "TABLE"}  # a folder that no rule declares; the rules take TABLES
LITERAL = re.compile(r'"((?:results|logs)/[^"]*)"')


def spelt_out(pattern, rule):
    """A pattern as a rule may write it, every stage, form and rule filled in."""
    found = {pattern.replace("{rule}", rule)}
    for name, values in (("stage", files.STAGES), ("form", files.FIGURE_FORMS), ("layout", ("bu3dfe", "bosphorus"))):
        found = {path.replace(f"{{{name}}}", value) for path in found for value in values}
    found |= {path.replace("{repeat}", "0") for path in found}  # a final model takes the people of the first split
    # a subject of BU-3DFE has its ethnicity in the name of its files
    return found | {path.replace("{subject}", "{subject}_{ethnicity}") for path in found}


def rules_of(path):
    """(rule, text) for every rule of a file, and ("", text) for what comes before the first."""
    parts = re.split(r"^(?:use rule \w+ as|rule) (\w+)(?: with)?:$", path.read_text(encoding="utf-8"), flags=re.M)
    return [("", parts[0]), *zip(parts[1::2], parts[2::2], strict=True)]


def written():
    """(file, rule, path) of every literal in the Snakefile and the rules."""
    for source in SOURCES:
        for rule, text in rules_of(source):
            for path in LITERAL.findall(text.replace("{{", "{").replace("}}", "}")):
                yield source.name, rule, path


@pytest.mark.parametrize(("source", "rule", "path"), [*written()])
def test_every_path_in_a_rule_is_one_of_the_patterns(source, rule, path):
    known = {one for pattern in PATTERNS.values() for one in spelt_out(pattern, rule)} | set(files.TABLES)
    assert path in known, f"{source}, rule {rule}"


def test_every_pattern_is_used_by_a_rule():
    literals = {(rule, path) for _, rule, path in written()}
    for name in PATTERNS.keys() - NOT_IN_RULES:
        assert any(path in spelt_out(PATTERNS[name], rule) for rule, path in literals), name


def test_a_figure_has_a_file_of_each_form():
    drawn = files.figure_files(files.MAPS_FIGURE, dataset="demo-bu3dfe")
    assert drawn == ("results/figures/demo-bu3dfe_maps.png", "results/figures/demo-bu3dfe_maps.svg")
