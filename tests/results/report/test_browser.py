"""The page in a real browser: Debian's chromium without a window."""

import csv
import os
import re
import shutil
import subprocess

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

FIRST = """<script>
window.problems = [];
addEventListener("error", event => problems.push("error: " + event.message));
</script>"""
LAST = """<script>
const root = document.documentElement;
const name = one => (one.id || one.className || one.tagName) + " " + (one.textContent || "").trim().slice(0, 30);
const meet = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1
  && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1;
const parents = "body, header, main, section, .cards, .bar, .panels, .panel, figure, tr";
for (const parent of document.querySelectorAll(parents)) {
  const children = [...parent.children].filter(child => !["SCRIPT", "STYLE"].includes(child.tagName));
  children.forEach((child, at) => {
    const other = children[at + 1];
    if (other && meet(child.getBoundingClientRect(), other.getBoundingClientRect())) {
      problems.push("overlap: " + name(child) + " / " + name(other));
    }
  });
}
for (const cell of document.querySelectorAll("td, th, figcaption, p, li, .bar span, .panel em")) {
  if (cell.scrollWidth > cell.clientWidth + 1 && cell.clientWidth) problems.push("too wide: " + name(cell));
}
root.dataset.inner = innerWidth;
root.dataset.wide = Math.max(root.scrollWidth, document.body.scrollWidth);
root.dataset.dark = matchMedia("(prefers-color-scheme: dark)").matches;
root.dataset.ground = getComputedStyle(document.body).backgroundColor;
root.dataset.problems = JSON.stringify(problems);
const outer = window.parent.document;
outer.replaceChild(outer.importNode(root, true), outer.documentElement);
</script></body>"""
FRAME = """<!doctype html><html style="color-scheme: light dark"><body>
<iframe src="page.html" style="border: 0; width: {width}px; height: 1000px"></iframe></body></html>"""


@pytest.fixture(scope="session")
def chromium():
    """The path of chromium, installed where that may be done."""
    if not shutil.which("chromium") and os.geteuid() == 0 and shutil.which("apt-get"):
        for command in (["update"], ["install", "--yes", "--no-install-recommends", "chromium"]):
            subprocess.run(["apt-get", "-qq", *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    path = shutil.which("chromium")
    if not path:
        pytest.skip("there is no chromium, and it cannot be installed here; as root: apt-get install chromium")
    return path


@pytest.fixture
def open_page(chromium, tmp_path):
    """A function that opens HTML in a frame of a width and returns (HTML once the page has run, lines of its console).

    A frame, as chromium's windows are never narrower than 500 pixels.
    """

    def open_page(text, width, dark=False):
        path = tmp_path / "page.html"
        path.write_text(text.replace("<head>", "<head>" + FIRST, 1).replace("</body>", LAST, 1), encoding="utf-8")
        (tmp_path / "frame.html").write_text(FRAME.format(width=width))
        options = [
            "--allow-file-access-from-files",
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--enable-logging=stderr",
            "--hide-scrollbars",
        ]
        options += [f"--user-data-dir={tmp_path / 'profile'}", f"--window-size={width + 100},1100"]
        options += ["--blink-settings=preferredColorScheme=0"] if dark else []
        command = [chromium, *options, "--virtual-time-budget=3000", "--dump-dom", (tmp_path / "frame.html").as_uri()]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
        return done.stdout, [line for line in done.stderr.splitlines() if "CONSOLE" in line]

    return open_page


def told(dom, name):
    return re.search(rf'<html[^>]* data-{name}="([^"]*)"', dom)[1]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [400, 1000, 1600])
def test_nothing_overlaps_or_leaves_the_window_and_the_console_stays_empty(open_page, text, width, dark):
    dom, console = open_page(text, width, dark)
    assert told(dom, "inner") == str(width) and told(dom, "dark") == str(dark).lower()
    assert int(told(dom, "wide")) <= width
    assert told(dom, "problems") == "[]" and console == []
    light = sum(map(int, re.findall(r"\d+", told(dom, "ground")))) > 3 * 128
    assert light != dark


@pytest.mark.parametrize("width", [400, 1000, 1600])
def test_long_names_and_opened_folds_leave_the_page_in_order(open_page, text, width):
    long = re.sub(r"\bFFNet-M\b", "FFNet-M-with-dropout-and-a-name-that-says-all-of-it", text)
    long = re.sub(r"\bdemo\b", "our-own-collection-of-spring-and-autumn", long).replace("<details>", "<details open>")
    assert "<details open>" in long
    dom, console = open_page(long, width)
    assert int(told(dom, "wide")) <= width and told(dom, "problems") == "[]" and console == []


def test_the_headline_in_the_browser_is_that_of_the_csv(open_page, text, parse, folder):
    page = parse(open_page(text, 1000)[0])
    with open(folder.results / "tables" / "accuracy.csv", newline="") as file:
        for row in csv.DictReader(file):
            cells, _ = page.find("accuracy", row["dataset"], row["experiment"])
            assert cells[1:3] == [row["subjects"], row["scans"]]
            assert cells[4:6] == [row["accuracy"], row["sd_over_runs"]]
            ends = [float(row[name]) for name in ("interval_low", "interval_high") if row[name]]
            assert [float(end) for end in cells[6].split(" to ") if end] == pytest.approx(ends, abs=0.051)
            assert cells[7] == row["paper, on the real collection"]


def test_a_click_on_a_heading_sorts_within_each_dataset_up_and_then_down(open_page, text, parse):
    click = '<script>document.querySelectorAll("#accuracy th button")[4].click();</script>'

    def accuracies(clicks):
        page = parse(open_page(text.replace("</body>", click * clicks + "</body>"), 1000)[0])
        rows = [(of, cells[4]) for where, of, cells, _ in page.rows if where == "accuracy" and of]
        return [float(value) for of, value in rows if of.startswith("demo") and value != "not run"]

    known = accuracies(0)
    assert known != sorted(known) or known != sorted(known, reverse=True)
    assert accuracies(1) == sorted(known) and accuracies(2) == sorted(known, reverse=True)


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ("<script>null.nothing</script>", "error: "),
        ("<style>.bar span { margin-right: -60px; }</style>", "overlap: "),
        ("<style>#intervals p { width: 3000px; max-width: none; }</style>", "wide"),
        ("<script>console.error('heard')</script>", "heard"),
    ],
)
def test_these_checks_see_what_they_look_for(open_page, text, change, found):
    dom, console = open_page(text.replace("</body>", change + "</body>"), 400)
    if found == "wide":
        assert int(told(dom, "wide")) > 3000
    else:
        assert found in told(dom, "problems") + "".join(console)
