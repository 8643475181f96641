import csv
import io
import json

import numpy as np
import pytest
import scipy.stats

from ffnet.expressions import EXPRESSIONS
from ffnet.origin import OWN, PAPERS, SYNTHETIC
from ffnet.results.predictions import gather_runs, write_predictions
from ffnet.results.tables.formatters import csv_text
from ffnet.results.tables.paper import Architecture
from ffnet.results.tables.table import cells_of
from ffnet.results.tested_experiments import DatasetInfo, read_experiments
from ffnet.storage import sha256_of
from tests.training.conftest import record_values


@pytest.fixture
def write_runs(tmp_path):
    """A function that writes splits and runs of known predictions and returns (paths of runs, paths of splits)."""

    def write(experiment="FFNet-M", dataset="demo", repeats=3, folds=4, subjects=8, accuracy=0.7, seed=1):
        random = np.random.default_rng(seed)
        folder = tmp_path / "results" / dataset
        (folder / "splits").mkdir(parents=True, exist_ok=True)
        runs, splits = [], []
        for repeat in range(repeats):
            fold_of = np.random.default_rng(100 + repeat).permutation(subjects) % folds
            splits.append(folder / "splits" / f"{repeat}.csv")
            lines = [f"s{subject:02d},{fold}" for subject, fold in enumerate(fold_of)]
            splits[-1].write_text("\n".join(["subject,fold", *lines]) + "\n")
            for fold in range(folds):
                runs.append(folder / "runs" / experiment / str(repeat) / f"{fold}.csv")
                runs[-1].parent.mkdir(parents=True, exist_ok=True)
                tested = np.flatnonzero(fold_of == fold)
                lines = [_line(random, s, label, accuracy) for s in tested for label in range(6)]
                runs[-1].write_text("\n".join([f"scan,subject,label,{','.join(EXPRESSIONS)}", *sorted(lines)]) + "\n")
        return runs, splits

    return write


def _line(random, subject, label, accuracy):
    chosen = label if random.random() < accuracy else random.integers(6)
    values = random.dirichlet(np.ones(6)) * 0.4 + 0.6 * (np.arange(6) == chosen)
    texts = ",".join(f"{value:.8f}" for value in values)
    return f"s{subject:02d}_{EXPRESSIONS[label]},s{subject:02d},{EXPRESSIONS[label]},{texts}"


@pytest.fixture
def edit():
    """A function that replaces the first place where a piece of text stands in a file."""

    def replace(path, old, new):
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new, 1))

    return replace


ARCHITECTURES = {
    "ridge": Architecture("ridge", "none", "ridge", "none"),
    "FFNet": Architecture("f3dnet", "f3dnet", "vgg16_bn", "none"),
    "FFNet-M": Architecture("f3dnet", "f3dnet", "vgg16_bn", "own"),
    "mine": Architecture("none", "none", "f3dnet", "own"),
}
DATASETS = {
    "demo": DatasetInfo(SYNTHETIC, paper="Bosphorus"),
    "faces": DatasetInfo(PAPERS, paper="BU-3DFE"),
    "own": DatasetInfo(OWN, paper=None, classes=("calm", "cross", "glad")),
}
RIGHT = {  # how many scans of each run are classified correctly: repeats down, folds across; two subjects to a fold
    ("demo", "ridge"): [[6, 5, 7, 4], [5, 6, 6, 6]],
    ("demo", "FFNet-M"): [[9, 10, 8, 11], [10, 10, 9, 7]],
    ("demo", "mine"): [[9, 9, 8, 10]],
    ("faces", "FFNet"): [[11, 12, 10, 9], [12, 12, 11, 8], [10, 9, 12, 12]],
    ("faces", "FFNet-M"): [[12, 12, 11, 9], [12, 12, 11, 10], [11, 10, 12, 12]],
    ("own", "ridge"): [[3, 4, 2, 5], [6, 5, 4, 3]],
}


class Known:
    """Runs and gathered files of known accuracy, and their rows as the csv module reads them."""

    architectures, datasets, right, confidence = ARCHITECTURES, DATASETS, RIGHT, 0.95

    def __init__(self, folder):
        self.folder, self.paths = folder, {}
        for (dataset, experiment), counts in RIGHT.items():
            classes = DATASETS[dataset].classes
            runs = write_known(folder / dataset, experiment, counts, classes)
            self.paths[dataset, experiment] = folder / dataset / "predictions" / f"{experiment}.csv"
            write_predictions(self.paths[dataset, experiment], gather_runs(runs, classes), classes)

    def experiments(self):
        return [one for name in DATASETS for one in self.experiments_on(name)]

    def experiments_on(self, dataset):
        """Of those that RIGHT has on one dataset."""
        architectures = {name: ARCHITECTURES[name] for of, name in RIGHT if of == dataset}
        paths = {dataset: [self.paths[dataset, name] for name in architectures]}
        return read_experiments(paths, {dataset: DATASETS[dataset]}, architectures, self.confidence)

    def shards(self, dataset):
        """The file that every run of a dataset has as its input, beside its split."""
        return self.folder / dataset / "shards.csv"

    def table(self, table):
        """The rows of a Table's CSV as dicts."""
        return list(csv.DictReader(io.StringIO(csv_text(table))))

    def lines(self, table):
        """What people see of a Table's rows, as tuples of text."""
        return [tuple(cell.text for cell in row) for row in cells_of(table.view)]

    def tested(self, dataset, experiment):
        """Dicts of every tested scan: repeat, fold, scan, subject, true, predicted."""
        classes, rows = DATASETS[dataset].classes, []
        for path in sorted((self.folder / dataset / "runs" / experiment).glob("*/*.csv")):
            with open(path, newline="") as file:
                for row in csv.DictReader(file):
                    predicted = max(classes, key=lambda name, row=row: float(row[name]))
                    rows.append(row | {"true": row["label"], "predicted": predicted, "repeat": int(path.parent.name)})
                    rows[-1]["fold"] = int(path.stem)
        return rows

    def scores(self, dataset, experiment):
        """(T, K) percent: known, not computed from any file."""
        return 100 * np.array(RIGHT[dataset, experiment]) / (2 * len(DATASETS[dataset].classes))

    def expected(self, dataset, experiment):
        """What every table must say of an experiment, as text, by numpy and scipy from the scores."""
        scores = self.scores(dataset, experiment)
        (repeats, folds), runs = scores.shape, scores.ravel()
        error = runs.std(ddof=1) * np.sqrt(1 / runs.size + 1 / (folds - 1))
        low, high = scipy.stats.t.interval(self.confidence, runs.size - 1, loc=runs.mean(), scale=error)
        naive = scipy.stats.ttest_1samp(runs, 0).confidence_interval(self.confidence)
        return {
            "accuracy": f"{runs.mean():.2f}",
            "sd_over_runs": f"{runs.std(ddof=1):.2f}",
            "sd_over_repeats": "" if repeats == 1 else f"{scores.mean(axis=1).std(ddof=1):.2f}",
            "interval_low": f"{max(low, 0):.2f}",
            "interval_high": f"{min(high, 100):.2f}",
            "naive_low": f"{max(naive.low, 0):.2f}",
            "naive_high": f"{min(naive.high, 100):.2f}",
            "repeats": str(repeats),
            "folds": str(folds),
            "runs": str(runs.size),
            "data": {"demo": "synthetic", "faces": "paper's", "own": "own"}[dataset],
        }


def write_known(folder, experiment, counts, classes):
    """Two subjects in each fold; of a run's scans, sorted, those are right that a fixed shuffle puts first."""
    paths, subjects = [], 2 * len(counts[0])
    (folder / "splits").mkdir(parents=True, exist_ok=True)
    (folder / "shards.csv").write_text("file,sha256\nshard-00.h5,0\n")
    for repeat, line in enumerate(counts):
        fold_of = np.random.default_rng(repeat).permutation(subjects) // 2
        split = [f"s{subject:02d},{fold}" for subject, fold in enumerate(fold_of)]
        (folder / "splits" / f"{repeat}.csv").write_text("\n".join(["subject,fold", *split]) + "\n")
        for fold, right in enumerate(line):
            scans = [(subject, label) for subject in np.flatnonzero(fold_of == fold) for label in range(len(classes))]
            order = np.random.default_rng([repeat, fold, len(experiment)]).permutation(len(scans))
            lines = [f"scan,subject,label,{','.join(classes)}"]
            for place, (subject, label) in zip(order, scans, strict=True):
                chosen = label if place < right else (label + 1 + (subject + place) % 2) % len(classes)
                values = [0.05 + (1 - 0.05 * len(classes)) * (name == chosen) for name in range(len(classes))]
                name = classes[label]
                lines.append(f"s{subject:02d}_{name},s{subject:02d},{name}," + ",".join(f"{v:.8f}" for v in values))
            paths.append(folder / "runs" / experiment / str(repeat) / f"{fold}.csv")
            paths[-1].parent.mkdir(parents=True, exist_ok=True)
            paths[-1].write_text("\n".join(lines) + "\n")
            inputs = [sha256_of(folder / name) for name in ("shards.csv", f"splits/{repeat}.csv")]
            scans = {"training": 60, "test": len(scans)}
            record = record_values(code="abc", inputs=inputs, settings={"of": experiment}, scans=scans)
            paths[-1].with_suffix(".json").write_text(json.dumps(record))
    return paths


@pytest.fixture(scope="session")
def known(tmp_path_factory):
    """Known results that no test may change."""
    return Known(tmp_path_factory.mktemp("known") / "results")


@pytest.fixture
def own_known(tmp_path):
    """Known results that a test may spoil."""
    return Known(tmp_path / "known" / "results")
