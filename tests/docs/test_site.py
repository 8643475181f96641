"""make docs: the tour shows the scan's true numbers, and the site is complete and loads nothing."""

import os
import re
import subprocess
import sys
from html.parser import HTMLParser

import cv2
import numpy as np
import pytest

from docs import tour
from ffnet.workflow.provenance import ROOT

pytestmark = pytest.mark.slow
LOADED = {"script": "src", "img": "src", "link": "href", "iframe": "src", "source": "src"}


class Addresses(HTMLParser):
    """What a page loads, where its links lead, and the anchors in it."""

    def __init__(self, text):
        super().__init__()
        self.loaded, self.linked, self.names = [], [], set()
        self.feed(text)

    def handle_starttag(self, tag, pairs):
        attributes = dict(pairs)
        self.names.add(attributes.get("id"))
        if tag in LOADED and attributes.get(LOADED[tag]):
            self.loaded.append(attributes[LOADED[tag]])
        elif tag == "a" and attributes.get("href"):
            self.linked.append(attributes["href"])


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A folder with the tour's page and pictures, and the Walk behind them."""
    folder = tmp_path_factory.mktemp("made")
    return folder, tour.make_tour(folder)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The folder of the site, made as make docs makes it, with its pages: name -> Addresses."""
    copy = tmp_path_factory.mktemp("site")
    for part in ("docs", "ffnet", "README.md", "CONTRIBUTING.md", "CHANGELOG.md", "config.yaml"):
        subprocess.run(["cp", "-r", str(ROOT / part), str(copy / part)], check=True)
    subprocess.run(["rm", "-rf", str(copy / "docs/_made"), str(copy / "docs/_build")], check=True)
    for command in (
        ("docs/config_reference.py", "docs/_made/config.md"),
        ("-m", "docs.tour", "docs/_made"),
        ("-m", "sphinx", "--quiet", "--fail-on-warning", "--keep-going", "docs", "docs/_build"),
    ):
        done = subprocess.run([sys.executable, *command], cwd=copy, capture_output=True, text=True, env=bare())
        assert done.returncode == 0 and not done.stderr, done.stderr
    built = copy / "docs" / "_build"
    return built, {path.name: Addresses(path.read_text(encoding="utf-8")) for path in built.glob("*.html")}


def bare():
    return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}


def test_the_scan_of_the_tour_comes_through_close_to_its_truth(made):
    _, walk = made
    assert walk.left < walk.turned / 2 and walk.left < 5 and walk.nose < 4
    assert walk.frontal.rotation_degrees == pytest.approx(walk.turned, abs=walk.left + 0.1)


def test_the_numbers_of_the_tour_are_those_of_the_scan(made):
    folder, walk = made
    page = re.sub(r"\s+", " ", (folder / "tour.md").read_text(encoding="utf-8"))
    assert f"{len(walk.raw.vertices):,} vertices, {len(walk.raw.triangles):,} triangles" in page
    assert f"had turned this head by {walk.turned:.1f} degrees" in page
    assert f"{walk.maps['filled_share'][0]:.2%}" in page and "{" not in page
    for name in tour_columns(page):
        shape = " x ".join(map(str, walk.shard[name][0].shape))
        assert f"| `{name}` | {shape} | {walk.shard[name][0].min():.2f} | {walk.shard[name][0].max():.2f} |" in page


def tour_columns(page):
    names = re.findall(r"\| `(\w+)` \|", page)
    assert {"depth", "normals", "texture", "mask1", "mask2"} <= set(names)
    return names


def test_every_picture_of_the_tour_is_there_and_shows_something(made):
    folder, _ = made
    named = re.findall(r"\]\((tour/\w+\.png)\)", (folder / "tour.md").read_text(encoding="utf-8"))
    assert len(named) == 6 and sorted(named) == sorted(f"tour/{path.name}" for path in folder.glob("tour/*"))
    for name in named:
        picture = cv2.imread(str(folder / name))
        assert min(picture.shape[:2]) > 300 and np.std(picture) > 20, name


def test_the_mask_of_the_tour_lies_on_its_landmarks(made):
    _, walk = made
    for x, y in np.round(walk.masks["landmarks"][0]).astype(int):
        assert walk.masks["mask1"][0][y, x] == 1


def test_the_site_has_a_page_for_every_file_of_docs(site):
    built, pages = site
    sources = {path.stem for path in (ROOT / "docs").glob("*.md")} - {"tour_template"}
    assert {f"{name}.html" for name in sources} <= set(pages) and len(sources) > 10
    assert "eye corners" in (built / "tour.html").read_text(encoding="utf-8")
    assert "expression_strength" in (built / "config.html").read_text(encoding="utf-8")
    assert "<strong>spacing</strong>: mm per pixel." in (built / "api.html").read_text(encoding="utf-8")


def test_a_page_loads_nothing_from_elsewhere_and_everything_it_loads_exists(site):
    built, pages = site
    for name, page in pages.items():
        assert page.loaded, name
        for address in page.loaded:
            assert not re.match(r"(\w+:)?//", address), f"{name} loads {address}"
            assert address.startswith(("data:", "#")) or (built / address.partition("?")[0]).exists(), (
                f"{name}: {address}"
            )
    for style in built.glob("_static/**/*.css"):
        assert not re.search(r"(@import|url\()\W*(https?:)?//", style.read_text(encoding="utf-8")), style


def test_links_within_the_site_lead_somewhere(site):
    built, pages = site
    for name, page in pages.items():
        for address in page.linked:
            file, _, anchor = address.partition("#")
            if "://" not in address:
                assert not file or (built / file).exists(), f"{name} links to {address}"
                assert not anchor or anchor in pages[file or name].names, f"{name}: {address} names nothing there"
