"""What Snakemake costs: planning the paper's 38,000 runs by repeat and by fold, a start with nothing to do, a run's
overhead.

    python benchmarks/bench_workflow.py

Dry runs of configs/paper.yaml with fewer repeats, each a process of its own, in a copy of the project without results;
training jobs are repeats (execution.job), then folds. Then one demo of ridge runs alone is run with one repeat and
again with more: what the added runs take beyond their own work, which their records tell, is the overhead. A start
with nothing to do follows.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

import yaml

ROOT = pathlib.Path(__file__).parents[1]
PARTS = ("Snakefile", "rules", "workflow_scripts", "ffnet", "envs", "profiles", "requirements.lock", "config.yaml")
SIZES = (1_000, 4_000, 12_000, 38_000)  # runs; the last is the paper's matrix
FOLDS, DATASETS, REPEATS = 10, 2, 11


def copy_project(folder):
    for part in PARTS:
        copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy
        copy(ROOT / part, folder / part)


def snakemake(folder, *arguments):
    """(seconds, seconds of a core, MiB at the peak) of one snakemake in a folder."""
    command = [sys.executable, "-m", "snakemake", "--cores", "2", "--quiet", "all", *arguments]
    start = time.perf_counter()
    with open(folder / "terminal.log", "w+", encoding="utf-8") as terminal:
        process = subprocess.Popen(command, cwd=folder, stdout=terminal, stderr=terminal)
        _, status, usage = os.wait4(process.pid, 0)
        terminal.seek(0)
        assert status == 0, terminal.read()[-3000:]
    return time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 2**10


def paper_of(runs):
    """configs/paper.yaml with fewer repeats, so that it asks for so many runs, and its exact number of them."""
    paper = yaml.safe_load((ROOT / "configs" / "paper.yaml").read_text(encoding="utf-8"))
    rows = [row for row in paper["experiments"].values() if row["repeats"]]
    repeats = round(runs / (FOLDS * DATASETS * len(rows)))
    for row in rows:
        row["repeats"] = repeats
    return paper, repeats * FOLDS * DATASETS * len(rows)


def bench_plans(folder):
    for job, runs_each in (("repeat", FOLDS), ("fold", 1)):
        print(f"dry run of the paper's matrix, execution.job: {job}")
        least = None
        for size in SIZES:
            paper, runs = paper_of(size)
            paper["execution"] = {"job": job}
            (folder / "paper.yaml").write_text(yaml.safe_dump(paper, sort_keys=False), encoding="utf-8")
            seconds, core, memory = snakemake(folder, "--dry-run", "--configfile", "paper.yaml")
            least = least or (runs, core)
            print(
                f"  {runs:6d} runs in {runs // runs_each:5d} jobs: {seconds:5.1f} s, {core:5.1f} s of a core, "
                f"{memory:5.0f} MiB; {runs / least[0]:.1f} times the runs, {core / least[1]:.1f} times the core's time",
                flush=True,
            )


def only_ridge(config, repeats):
    """The demo of four people with ridge alone."""
    config["demo"] |= {"subjects": 4, "intensities": [4], "takes": 1}
    config["datasets"]["demo-bu3dfe"]["intensities"] = [4]
    config["protocol"] |= {"subjects": 4, "folds": 4}
    for name, row in config["experiments"].items():
        row["repeats"] = repeats * (name == "ridge")


def bench_runs(folder):
    path = folder / "config.yaml"
    text = path.read_text(encoding="utf-8")
    took = []
    for repeats in (1, REPEATS):
        config = yaml.safe_load(text)
        only_ridge(config, repeats)
        path.write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")
        took.append(snakemake(folder)[0])
    nothing = snakemake(folder)[0]
    records = [record for record in folder.glob("results/*/runs/ridge/*/*.json") if record.parent.name != "0"]
    own = sum(json.loads(record.read_text(encoding="utf-8"))["seconds"]["all"] for record in records)
    each, work = (took[1] - nothing) / len(records), own / len(records)
    print(f"the demo of 4 people, ridge alone, --cores 2: {took[0]:.1f} s; nothing to do: {nothing:.1f} s")
    print(
        f"  {len(records)} more runs and the tables again: {took[1]:.1f} s, {each:.2f} s a run by the clock;"
        f" its own work is {work:.2f} s, {each * 2 - work:.2f} s of a core are start, log and tables"
    )


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        copy_project(folder)
        bench_plans(folder)
        bench_runs(folder)


if __name__ == "__main__":
    main()
