"""A results folder of known accuracy with everything the report reads, made without a workflow."""

import html.parser
import json
import shutil

import numpy as np
import pytest

from ffnet.results.audit.leakage import leakage_frame, read_evidence
from ffnet.results.report.page import contents, render
from ffnet.results.report.sources import read_sources
from ffnet.results.run_records import gather_records, read_gathered_records
from ffnet.results.tables.all_tables import all_frames, read_frames, write_tables
from ffnet.scans.index import ScanRow, manifest_text
from ffnet.training.record import read_records
from tests.training.conftest import record_values

EXPERIMENTS = ["ridge", "FFNet", "FFNet-M", "mine"]
QUALITY = "a,0.0010,0.0200,0.4000\nb,0.0030,0.0500,0.1000\nc,0.0000,0.0100,0.2000\nlost,,,\n"
CONFIG = {"experiments": dict.fromkeys([*EXPERIMENTS, "F3DNet-d"], {"repeats": 1}), "training": {"epochs": 3}}
NOTES = {
    "torch": "2.0",
    "numpy": "2.1",
    "device": "cpu",
    "code": "abc",
    "parameters": 7,
    "multiply_adds": 9,
    "seconds": {"all": 2.0},
}


class Folder:
    """The folders results and logs, and the page that is made from them."""

    def __init__(self, folder, known):
        self.results, self.logs, self.datasets = folder / "results", folder / "logs", known.datasets
        self.config = CONFIG
        shutil.copytree(known.folder, self.results)
        self.names = {name: [e for d, e in known.right if d == name] for name in self.datasets}
        for dataset in self.datasets:
            self.fill(dataset)
        experiments = known.experiments()
        evidence = {name: self.evidence(self.results / name) for name in self.datasets}
        frames = all_frames(experiments, self.datasets, known.confidence)
        write_tables(self.results / "tables", frames | {"leakage": leakage_frame(experiments, evidence, {})})

    def evidence(self, place):
        return read_evidence(sorted(place.glob("splits/*.csv")), place / "hashes.csv", place / "quarantine.csv")

    def fill(self, dataset):
        """Everything beside predictions and tables."""
        from PIL import Image

        place = self.results / dataset
        scans = sorted({line.split(",")[0] for path in place.glob("runs/*/*/*.csv") for line in lines(path)})
        rows = [f"{scan},{scan.split('_')[0]},{scan}" for scan in scans]
        (place / "hashes.csv").write_text("\n".join(["scan,subject,sha256", *rows]) + "\n")
        rows = [ScanRow(scan, "s00", "fear", 1, f"{scan}.bnt", "", "shard-00") for scan in [*scans, "lost"]]
        (place / "manifest.csv").write_text(manifest_text(rows))
        (place / "quarantine.csv").write_text("scan,stage,reason\nlost,masks,no face found\n")
        (place / "quality.csv").write_text("scan,spike_share,removed_share,filled_share\n" + QUALITY)
        (place / "records").mkdir()
        for name in EXPERIMENTS:
            paths = sorted((place / "runs" / name).glob("*/*.json")) or self.stand_in(place, name)
            for number, path in enumerate(paths):
                epochs = [{"loss": 2.0 - number / 10 - e / 2, "accuracy": 0.2 + e / 10} for e in range(3)]
                of = NOTES | ({"epochs": epochs} if name != "ridge" else {})
                path.write_text(json.dumps(record_values(data_sha256=f"{number}", **of)))
            (place / "records" / f"{name}.json").write_text(json.dumps(gather_records(read_records(paths))))
        figures = self.results / "figures"
        figures.mkdir(exist_ok=True)
        noise = np.random.default_rng(3).integers(0, 255, (60, 90, 3), np.uint8)
        for kind in ("maps", "contact_sheet"):
            Image.fromarray(noise).save(figures / f"{dataset}_{kind}.png")
        stage = self.logs / "benchmarks" / dataset / "load_scans"
        stage.mkdir(parents=True)
        (stage / "shard-00.tsv").write_text("s\th:m:s\tmax_rss\tcpu_time\n75.5\t0:01:15\t321.4\t70.1\n")

    def stand_in(self, place, name):
        """A record for an experiment that this dataset has no runs of."""
        path = place / "runs" / name / "0" / "0.json"
        path.parent.mkdir(parents=True)
        return [path]

    def files(self):
        """DatasetFiles of all datasets."""
        figures = {name: self.results / "figures" / name for name in self.datasets}
        return {
            name: {
                "manifest": self.results / name / "manifest.csv",
                "quarantine": self.results / name / "quarantine.csv",
                "quality": self.results / name / "quality.csv",
                "pictures": {kind: f"{figures[name]}_{kind}.png" for kind in ("maps", "contact_sheet")},
                "benchmarks": {
                    stage: [self.logs / "benchmarks" / name / stage / "shard-00.tsv"]
                    for stage in ("load_scans", "make_masks")
                },
            }
            for name in self.datasets
        }

    def sources(self, experiments=EXPERIMENTS):
        paths = {
            name: [self.results / name / "records" / f"{one}.json" for one in experiments] for name in self.datasets
        }
        records = read_gathered_records(paths, experiments)
        frames = read_frames(self.results / "tables" / "unrounded.json")
        return read_sources(frames, records, self.datasets, self.files())

    def page(self, robustness=None):
        return render(contents(self.sources(), EXPERIMENTS, self.config, robustness))


def lines(path):
    return path.read_text().splitlines()[1:]


class Page(html.parser.HTMLParser):
    """Rows of all tables: (section, dataset of the last group, cells as text, their classes); all tags with attributes;
    all text outside of script and style, joined."""

    def __init__(self, text):
        super().__init__()
        self.rows, self.tags, self.words = [], [], []
        self.section, self.group, self.stack, self.row = "", "", [], None
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.tags.append((tag, attributes))
        if tag not in ("meta", "link", "img", "br", "line", "circle", "path", "polygon", "polyline"):
            self.stack.append(tag)
        if tag == "section":
            self.section = attributes["id"]
        if tag == "tr":
            self.row = (self.section, [], [], attributes.get("class") == "group")
        if tag in ("td", "th") and self.row:
            self.row[1].append("")
            self.row[2].append(attributes.get("class", ""))

    def handle_endtag(self, tag):
        if self.stack and self.stack[-1] == tag:
            self.stack.pop()
        if tag == "tr":
            section, cells, classes, group = self.row
            if group:
                self.group = cells[0].strip()
            else:
                self.rows.append((section, self.group, [cell.strip() for cell in cells], classes))
            self.row = None

    def handle_data(self, data):
        if not self.stack or self.stack[-1] not in ("script", "style"):
            self.words.append(data)
            if self.row and self.row[1]:
                self.row[1][-1] += data

    def find(self, section, group, first):
        """(cells, classes) of the only row of a section whose group starts with a name and whose first cell is so."""
        found = [
            (cells, classes)
            for where, of, cells, classes in self.rows
            if where == section and of.startswith(group) and cells[0] == first
        ]
        assert len(found) == 1, found
        return found[0]

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())


@pytest.fixture(scope="session")
def parse():
    return Page


@pytest.fixture(scope="session")
def folder(tmp_path_factory, known):
    """A Folder that no test may change."""
    return Folder(tmp_path_factory.mktemp("report"), known)


@pytest.fixture
def own_folder(tmp_path, known):
    """A Folder that a test may spoil."""
    return Folder(tmp_path / "own", known)


@pytest.fixture(scope="session")
def text(folder):
    """The page as HTML."""
    return folder.page()


@pytest.fixture(scope="session")
def page(text):
    """The page, parsed."""
    return Page(text)
