"""The whole size of the paper's protocol: 1000 runs of each of 19 experiments."""

import resource
import subprocess
import sys

import numpy as np
import pytest

from ffnet.expressions import EXPRESSIONS
from ffnet.provenance import ROOT
from ffnet.results.leakage import ScanHash, hash_text

EXPERIMENTS, REPEATS, FOLDS = 19, 100, 10
GATHER = """
import pathlib, sys
from ffnet.results.partition import check_partition, read_splits
from ffnet.results.predictions import gather_runs, write_predictions
place, name = pathlib.Path(sys.argv[1]), sys.argv[2]
found = gather_runs(sorted((place / "runs" / name).glob("*/*.csv")))
check_partition(found, read_splits(sorted((place / "splits").glob("*.csv"))), name)
write_predictions(place / "predictions" / f"{name}.csv", found)
"""
TABLES = """
import pathlib, sys
from ffnet.results.experiments import Collection, read_experiments
from ffnet.results.leakage import audit_experiments, leakage_table
from ffnet.results.paper import Network
from ffnet.results.tables import all_tables, write_tables
place = pathlib.Path(sys.argv[1])
paths, networks = sorted((place / "predictions").glob("*.csv")), {}
for path in paths:
    networks[path.stem] = Network("f3dnet", path.stem, "none", False)
collections = {"faces": Collection(False, "BU-3DFE")}
found = read_experiments(paths, collections, networks, 0.95)
tables = [*all_tables(found, collections, 0.95), leakage_table(found, audit_experiments(found, place.parent))]
write_tables(place.parent / "tables", tables)
"""


def write_all_runs(place):
    """60 subjects with 12 scans each."""
    random = np.random.default_rng(0)
    scans = [
        (f"s{s:02d}_{name}_{level}", f"s{s:02d}", name) for s in range(60) for name in EXPRESSIONS for level in (3, 4)
    ]
    rows = [[f"{','.join(scan)},{','.join(f'{0.05 + 0.7 * (i == j):.8f}' for j in range(6))}\n" for i in range(6)]
            for scan in scans]  # fmt: skip
    labels, of_subject = np.tile(np.repeat(np.arange(6), 2), 60), np.repeat(np.arange(60), 12)
    (place / "splits").mkdir(parents=True)
    (place / "hashes.csv").write_text(hash_text([ScanHash(scan, subject, scan) for scan, subject, _ in scans]))
    (place / "quarantine.csv").write_text("scan,stage,reason\n")
    for repeat in range(REPEATS):
        fold_of = random.permutation(60) % FOLDS
        split = "".join(f"s{subject:02d},{fold}\n" for subject, fold in enumerate(fold_of))
        (place / "splits" / f"{repeat}.csv").write_text("subject,fold\n" + split)
        for experiment in range(EXPERIMENTS):
            folder = place / "runs" / f"net{experiment:02d}" / str(repeat)
            folder.mkdir(parents=True)
            chosen = np.where(random.random(720) < 0.8 + experiment / 200, labels, random.integers(6, size=720))
            for fold in range(FOLDS):
                tested = np.flatnonzero(fold_of[of_subject] == fold)
                header = f"scan,subject,label,{','.join(EXPRESSIONS)}\n"
                (folder / f"{fold}.csv").write_text(header + "".join(rows[i][chosen[i]] for i in tested))


@pytest.mark.full
@pytest.mark.timeout(3600)
def test_19000_runs_become_all_tables_in_four_minutes_of_one_core_and_two_gibibytes(tmp_path):
    place = tmp_path / "results" / "faces"
    write_all_runs(place)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    for experiment in range(EXPERIMENTS):
        subprocess.run([sys.executable, "-c", GATHER, place, f"net{experiment:02d}"], cwd=ROOT, check=True)
    subprocess.run([sys.executable, "-c", TABLES, place], cwd=ROOT, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(f"{seconds:.0f} s of processor time, {after.ru_maxrss / 2**10:.0f} MiB")
    assert seconds < 240 and after.ru_maxrss < 2 * 2**20  # two cores: under two minutes
    tables = place.parent / "tables"
    assert (tables / "comparisons.csv").read_text().count("\n") == 1 + 19 * 18 // 2
    assert (tables / "accuracy.csv").read_text().count(",100,10,1000,") == EXPERIMENTS
