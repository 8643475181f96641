"""Docstrings of ffnet as reStructuredText, for the Python reference.

They are plain text: a first line, prose, and sentences such as "depth: (H, W) float, mm. spacing: mm per pixel." about
arguments. Here every argument becomes an item of a list, and what follows "Returns" or "Raises" a paragraph.
"""

import inspect
import re
from collections.abc import Callable, Collection

CODE = re.compile(r"`([^`\n]+)`")
MARKUP = re.compile(r"([\\*|_`])")
WORDS = re.compile(r"(?<=[.)\]]) (?=(?:Returns|Raises) )")


def rewrite(lines: list[str], names: Collection[str]) -> list[str]:
    """The lines of a docstring as lines of reStructuredText. names: the arguments, or the fields of a class."""
    text = escape("\n".join(lines).strip())
    escaped = list(map(escape, names))
    paragraphs = []
    for paragraph in re.split(r"\n\s*\n", text):
        for part in WORDS.split(" ".join(paragraph.split())):
            paragraphs += split_arguments(part, escaped)
    return "\n\n".join(paragraphs).splitlines()


def escape(text: str) -> str:
    """Plain text without markup, but with `code` as such."""
    parts = CODE.split(text)  # every second one is code
    return "".join(f"``{part}``" if at % 2 else MARKUP.sub(r"\\\1", part) for at, part in enumerate(parts))


def split_arguments(text: str, names: Collection[str]) -> list[str]:
    """A paragraph as its prose and an item "- **name**: text" for each argument that it describes."""
    if not names:
        return [text]
    name = "|".join(map(re.escape, names))
    prose, *parts = re.split(rf"(?:^|(?<=[.:;)]) )((?:(?:{name}), )*(?:{name})): ", text)
    items = [f"- **{found}**: {described}" for found, described in zip(parts[::2], parts[1::2], strict=True)]
    return [paragraph for paragraph in (prose.strip(), *items) if paragraph]


def names_of(item: Callable | property) -> list[str]:
    """The arguments of a function, or the fields of a dataclass or a named tuple."""
    if isinstance(item, property) or (inspect.isclass(item) and issubclass(item, Exception)):
        return []
    return [name for name in inspect.signature(item).parameters if name != "self"]


def process_docstring(app, what, name, item, options, lines):
    """Rewrites a docstring in place; Sphinx calls this for each one."""
    lines[:] = rewrite(lines, names_of(item))
