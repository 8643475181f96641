"""The config reference: every key of config.yaml with its value, its type, its bounds and its comment.

Types and bounds come from the settings dataclasses of ffnet, values and comments from config.yaml itself, so that the
page says what the code reads. usage: python docs/config_reference.py OUT.md
"""

import dataclasses
import itertools
import pathlib
import re
import sys
import types
import typing
from typing import NamedTuple

import yaml

ROOT = pathlib.Path(__file__).resolve().parent.parent
KINDS = {str: "text", int: "whole number", float: "number", bool: "true or false", object: "as in that section"}
MANY = {str: "texts", int: "whole numbers", float: "numbers"}
EXAMPLES = {"datasets": "demo-bu3dfe", "experiments": "FFNet-M"}  # entries whose values are shown
HEADING = re.compile(r"#   ([a-z][a-z_]*(?:, [a-z_]+)*): (.*)")


class Key(NamedTuple):
    """One line of the reference. path: section and names, as "maps.gridfit.smoothness". value: as YAML, "" where the
    key is left out. kind: its type, choices and bounds in words. comment: what config.yaml says of it."""

    path: str
    value: str
    kind: str
    comment: str


def list_keys(cls, text):
    """The Keys of every section, in the order of the dataclass: section -> (its own comment, Keys).

    cls: the dataclass of the whole of config.yaml. text: config.yaml.
    """
    comments, sections = read_comments(text), {}
    for field, hint in _fields(cls):
        entry = EXAMPLES.get(field.name)
        inner = typing.get_args(hint)[1] if entry else hint
        path = f"{field.name}.{entry}" if entry else field.name
        node = yaml.safe_load(text)[field.name]
        if dataclasses.is_dataclass(inner):
            keys = _list_keys(inner, node[entry] if entry else node, path, comments)
        else:
            keys = [Key(field.name, yaml_text(node), kind_text(hint, field.metadata), comments.get(field.name, ""))]
        shown = [key._replace(path=key.path.replace(f".{entry}.", ".NAME.")) for key in keys] if entry else keys
        sections[field.name] = comments.get(field.name, ""), shown
    return sections


def _list_keys(cls, values, section, comments):
    keys = []
    for field, hint in _fields(cls):
        path = f"{section}.{field.name}"
        if dataclasses.is_dataclass(hint):
            keys += _list_keys(hint, values.get(field.name, {}), path, comments)
        else:
            value = yaml_text(values[field.name] if field.name in values else field.default_factory())
            comment = comments.get(path) or comments.get(f"{section.partition('.')[0]}/{field.name}", "")
            keys.append(Key(path, value, kind_text(hint, field.metadata), comment))
    return keys


def _fields(cls):
    hints = typing.get_type_hints(cls)
    return [(field, hints[field.name]) for field in dataclasses.fields(cls)]


def kind_text(hint, metadata):
    """A type, its choices and its bounds in words."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return f"{kind_text(arguments[0], metadata)}, or null"
    if origin is typing.Literal:
        return f"one of {_choices(arguments)}"
    if origin is tuple and typing.get_origin(arguments[0]) is typing.Literal:
        return f"any of {_choices(typing.get_args(arguments[0]))}"
    if origin is dict:
        return "names with values"
    if origin is tuple and dataclasses.is_dataclass(arguments[0]):
        return f"a list of `{{{', '.join(field.name for field in dataclasses.fields(arguments[0]))}}}`"
    if origin is tuple:
        count = "a list of" if arguments[-1] is Ellipsis else f"{len(arguments)}"
        return f"{count} {MANY[arguments[0]]}{_bounds(metadata)}"
    return KINDS[hint] + _bounds(metadata)


def _choices(choices):
    return ", ".join(f"`{choice}`" for choice in choices)


def _bounds(metadata):
    least, most = metadata.get("least"), metadata.get("most")
    if least is not None and most is not None:
        return f", {least:g} to {most:g}"
    return "" if least is None else f", {least:g} or more"


def yaml_text(value):
    """A value on one line, as in config.yaml."""
    return yaml.safe_dump(value, default_flow_style=True, width=1000).removesuffix("\n...\n").strip()


def read_comments(text):
    """Path -> comment of every key of config.yaml that has one.

    A comment is behind its key, or behind it and on the lines below, which contain nothing else and begin far to the
    right. A section's may also be above it, from the margin; lines in it of the form "#   key: text" are about
    keys of every entry of the section and are found at "section/key".
    """
    lines, comments = text.splitlines(), {}
    for path, line, column in _key_positions(yaml.compose(text), ""):
        behind = lines[line][column:].strip()
        comment = [behind.removeprefix("#").strip()] if behind.startswith("#") else []
        comment += _run(lines[line + 1 :], lambda below: re.match(r" {12,}#", below)) if comment else []
        if "." not in path:
            above = _run(lines[line - 1 :: -1] if line else [], lambda upper: upper.startswith("#"))[::-1]
            comment = [*_headings(path, above, comments), *comment]
        comments |= {path: " ".join(comment)} if comment else {}
    return comments


def _key_positions(node, path):
    """(path, line, column behind key and value) of every key below a YAML node."""
    for key, value in node.value:
        inner_path = f"{path}.{key.value}".strip(".")
        inner = isinstance(value, yaml.MappingNode) and not value.flow_style
        end = key.end_mark if inner else value.end_mark
        yield inner_path, end.line, end.column + inner  # behind the colon
        if isinstance(value, yaml.MappingNode):
            yield from _key_positions(value, inner_path)


def _run(lines, belongs):
    """The comments at the head of lines, as long as they belong; headings keep their indent."""
    kept = itertools.takewhile(belongs, lines)
    return [line if HEADING.fullmatch(line) else line.strip().removeprefix("#").strip() for line in kept]


def _headings(section, above, comments):
    """The lines of a block above a section that are about the section; those about keys go into comments."""
    kept = []
    for line in above:
        heading = HEADING.fullmatch(line)
        if heading:
            comments |= {f"{section}/{name}": heading[2] for name in heading[1].split(", ")}
        else:
            kept.append(line)
    return kept


def page_text(sections):
    """The reference as Markdown."""
    parts = []
    for name, (comment, keys) in sections.items():
        entry = f" The values are those of the entry `{EXAMPLES[name]}`." if name in EXAMPLES else ""
        head = ["| key | value | meaning | allowed values |", "| --- | --- | --- | --- |"]
        rows = [_row(key._replace(path=key.path.removeprefix(f"{name}."))) for key in keys]
        parts.append("\n".join([f"## {name}", "", _sentence(comment) + entry, "", *head, *rows, ""]))
    return "\n".join(parts)


def _row(key):
    cells = f"`{key.path}`", f"`{key.value}`" if key.value else "not set", key.comment, key.kind
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _sentence(text):
    return f"{text[:1].upper()}{text[1:].removesuffix('.')}."


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    from ffnet.config import Config

    page = page_text(list_keys(Config, (ROOT / "config.yaml").read_text(encoding="utf-8")))
    pathlib.Path(sys.argv[1]).parent.mkdir(parents=True, exist_ok=True)
    pathlib.Path(sys.argv[1]).write_text(page, encoding="utf-8")
