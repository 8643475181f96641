"""The page's part on optimal transport, where features were moved."""

from ffnet.results.report.page import contents, render
from ffnet.results.tables.all_tables import all_frames
from ffnet.results.transported import read_transports
from tests.results.report.conftest import EXPERIMENTS, Page
from tests.results.test_transported import DUE, write_transports


def test_the_page_has_a_part_that_says_what_it_sees(folder, known, tmp_path):
    assert not any(name == "a" and of.get("href") == "#transport" for name, of in Page(folder.page()).tags)
    transports = read_transports(write_transports(tmp_path), known.experiments(), known.confidence)
    frames = all_frames(known.experiments(), known.datasets, known.confidence, transports=transports)
    sources = folder.sources()
    page = Page(render(contents(sources._replace(frames=sources.frames | frames), EXPERIMENTS, folder.config)))
    assert any(name == "a" and of.get("href") == "#transport" for name, of in page.tags)
    assert "Transductive: it sees all test scans." in page.text
    rows = [cells for where, _, cells, _ in page.rows if where == "transport" and cells[0] == "FFNet-M"]
    assert [cells[1] for cells in rows] == [f"{line}: TRANSDUCTIVE" if "moved" in line else line for line in DUE]
