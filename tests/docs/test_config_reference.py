"""The config reference says of every key of every settings dataclass what it is."""

import dataclasses
import typing

import pytest

from docs.config_reference import list_keys, page_text, read_comments
from ffnet.config import Config
from ffnet.workflow.provenance import ROOT

TEXT = (ROOT / "config.yaml").read_text(encoding="utf-8")
KEYS = [key for _, keys in list_keys(Config, TEXT).values() for key in keys]


def count_fields(cls):
    """How many settings a dataclass holds, those of its sections among them."""
    count = 0
    for hint in typing.get_type_hints(cls).values():
        inner = typing.get_args(hint)[1] if typing.get_origin(hint) is dict else hint
        count += count_fields(inner) if dataclasses.is_dataclass(inner) else 1
    return count


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.path)
def test_a_key_has_a_comment_a_type_and_a_value(key):
    assert key.comment, f"{key.path}: write a comment behind it in config.yaml"
    assert key.kind and (key.value or key.path == "experiments.NAME.networks")


def test_no_key_of_a_dataclass_is_left_out_and_every_section_has_a_comment():
    sections = list_keys(Config, TEXT)
    assert len(KEYS) == count_fields(Config) and list(sections) == [one.name for one in dataclasses.fields(Config)]
    assert all(comment for comment, _ in sections.values())
    page = page_text(sections)
    assert all(f"## {name}\n" in page for name in sections) and page.count("\n| `") == len(KEYS)


def test_comments_behind_below_and_above_are_read():
    text = "# about rows\n#   a, b: both\nrows:\n  one: {a: 1, b: 2}\nmaps:  # of maps\n  size: 3  # pixels;\n"
    text += " " * 20 + "# and more\n  bare: 1\n"
    expected = {
        "rows": "about rows",
        "rows/a": "both",
        "rows/b": "both",
        "maps": "of maps",
        "maps.size": "pixels; and more",
    }
    assert read_comments(text) == expected
