"""Parsed pages of the documentation: blocks of code, inline code, links and headings."""

import functools
import re
from typing import NamedTuple

from markdown_it import MarkdownIt

from ffnet.workflow.provenance import ROOT

PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md"]
PAGES += sorted(path for path in (ROOT / "docs").glob("*.md") if path.name != "tour_template.md")


class Block(NamedTuple):
    """A block of code: the page's name, its line there, its kind (the word after the fence) and its text."""

    page: str
    line: int
    kind: str
    text: str

    def __str__(self):
        return f"{self.page}:{self.line}"


@functools.cache
def tokens(path):
    """All tokens of a page, inline ones included."""
    top = MarkdownIt("commonmark").enable("table").parse(path.read_text(encoding="utf-8"))
    return [*top, *(inner for token in top for inner in token.children or ())]


def name_of(path):
    return str(path.relative_to(ROOT))


def blocks():
    """Every Block of every page."""
    found = []
    for path in PAGES:
        for token in tokens(path):
            if token.type in ("fence", "code_block"):
                kind = token.info.split()[0] if token.info else ""
                found.append(Block(name_of(path), token.map[0] + 1, kind, token.content))
                if kind.startswith("{"):
                    target = token.info.removeprefix(kind).strip()
                    found[-1] = found[-1]._replace(text=f"{target}\n{token.content}")
    return found


def inline_code():
    """(page, text) of every inline code."""
    return [(name_of(path), token.content) for path in PAGES for token in tokens(path) if token.type == "code_inline"]


def links(path):
    """The targets of a page's links and pictures."""
    return [token.attrs.get("href") or token.attrs.get("src") for token in tokens(path) if token.type in LINKS]


LINKS = ("link_open", "image")


def anchors(path):
    """The anchors of a page's headings, as the site and GitHub name them."""
    top = tokens(path)
    titles = [top[at + 1].content for at, token in enumerate(top) if token.type == "heading_open"]
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
