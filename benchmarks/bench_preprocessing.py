"""From raw scans to shards through Snakemake on two cores, against one process per scan with scipy's griddata.

    python benchmarks/bench_preprocessing.py [--subjects 60] [--sample 24]

Generates a demo collection of 12 scans a subject (not timed), preprocesses it with snakemake --cores 2, and a sample
of it the straightforward way (benchmarks/straightforward.py), two processes at a time. Prints scans per second of
both, what share of two cores' time went into scans, and the memory of the largest job.
"""

import argparse
import concurrent.futures
import csv
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

import yaml

ROOT = pathlib.Path(__file__).parents[1]
PARTS = ("Snakefile", "rules", "workflow_scripts", "ffnet", "envs", "profiles", "requirements.lock")
DATASET, CORES = "demo-bu3dfe", 2
PASSED = re.compile(r"\((\d+\.\d) s, \d+ s to go\)\n")  # ends a stage's line about a scan: the time since the first


def make_project(folder, subjects):
    """A copy of the project in a folder, whose demo collection has this many subjects."""
    for part in PARTS:
        copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy
        copy(ROOT / part, folder / part)
    config = yaml.safe_load((ROOT / "config.yaml").read_text("utf-8"))
    config["demo"]["subjects"] = config["protocol"]["subjects"] = subjects
    (folder / "config.yaml").write_text(yaml.safe_dump(config, sort_keys=False), "utf-8")


def snakemake(folder, *arguments):
    """Runs snakemake in a folder; returns the seconds it took."""
    start = time.perf_counter()
    command = [sys.executable, "-m", "snakemake", *arguments, "--cores", str(CORES), "--quiet", "all"]
    subprocess.run(command, cwd=folder, check=True)
    return time.perf_counter() - start


def straightforward(folder, sample):
    """Seconds for a sample of the scans, a process each, CORES of them at a time."""
    scans = sorted((folder / "data/demo/bu3dfe").glob("*/*0[34]??_F3D.wrl"))
    chosen = scans[:: max(1, len(scans) // sample)][:sample]
    environment = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}

    def work(scan):
        command = [sys.executable, ROOT / "benchmarks/straightforward.py", scan, scan.with_suffix(".bmp")]
        output = folder / f"{scan.stem}.npz"
        subprocess.run([*command, output], cwd=folder, check=True, env=environment, capture_output=True)

    start = time.perf_counter()
    with concurrent.futures.ThreadPoolExecutor(CORES) as pool:
        list(pool.map(work, chosen))
    return (time.perf_counter() - start) / len(chosen)


def spent_on_scans(folder):
    """Seconds that all jobs together spent inside scans, by their logs."""
    logs = (folder / "logs" / DATASET).glob("*/shard-*.log")
    passed = [PASSED.findall(log.read_text("utf-8")) for log in logs]
    return sum(float(seconds[-1]) for seconds in passed if seconds)


def largest_job(folder):
    """Memory of the largest job in MiB, and which it was, by Snakemake's benchmark files."""
    found = []
    for path in (folder / "logs/benchmarks" / DATASET).glob("*/*.tsv"):
        row = next(csv.DictReader(path.open(encoding="utf-8"), delimiter="\t"))
        found.append((float(row["max_rss"]), path.parent.name))
    return max(found)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--subjects", type=int, default=60)
    parser.add_argument("--sample", type=int, default=24, help="scans that are preprocessed the straightforward way")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        make_project(folder, arguments.subjects)
        print(f"generating {arguments.subjects} subjects", flush=True)
        snakemake(folder, f"results/{DATASET}/quarantine.csv", "--until", "make_demo_bu3dfe")
        scans = 12 * arguments.subjects
        ours = snakemake(folder, f"results/{DATASET}/quarantine.csv")
        peer = straightforward(folder, arguments.sample)
        memory, largest = largest_job(folder)
        print(f"{scans} scans through Snakemake: {ours:.1f} s, {scans / ours:.2f} scans a second")
        print(f"one process per scan, {arguments.sample} scans: {1 / peer:.2f} scans a second")
        print(f"ratio: {peer * scans / ours:.1f}")
        print(f"share of {CORES} cores' time outside scans: {1 - spent_on_scans(folder) / CORES / ours:.1%}")
        print("  (process start, imports, Snakemake, files read and written, normals, a core that waits at the end)")
        print(f"largest job: {largest}, {memory:.0f} MiB")


if __name__ == "__main__":
    main()
