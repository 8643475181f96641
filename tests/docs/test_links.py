"""Links within the pages lead somewhere."""

import pytest

from tests.docs.conftest import PAGES, anchors, links, name_of


def lost(path, target):
    """What is wrong with a relative link of a page, or ""."""
    name, _, anchor = target.partition("#")
    file = (path.parent / name).resolve() if name else path
    if not file.exists():
        return f"{target}: there is no such file"
    return "" if not anchor or anchor in anchors(file) else f"{target}: no such heading there"


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_every_relative_link_and_anchor_leads_somewhere(path):
    inner = [target for target in links(path) if "://" not in target]
    assert not [problem for problem in (lost(path, target) for target in inner) if problem]


def test_a_lost_file_and_a_lost_heading_are_noticed():
    readme = PAGES[0]
    assert lost(readme, "docs/nothing.md") and lost(readme, "docs/own-scans.md#nothing") and lost(readme, "#nothing")
    assert not lost(readme, "docs/own-scans.md#bu-3dfe-or-bosphorus") and sum(len(links(path)) for path in PAGES) > 15
