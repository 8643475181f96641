"""From finished runs to tables and report through Snakemake on two cores, at the size of the paper's matrix.

    python benchmarks/bench_results.py [--repeats 100] [--datasets 1] [--keep FOLDER]

Makes up 19 experiments of 100 x 10 runs with 60 subjects (not timed; benchmarks/finished_runs.py) and lets
snakemake --cores 2 do the rest: gather, hash, audit, tables, figures, report. Prints Snakemake's own planning and the
work behind it apart, for every rule the seconds of its jobs and the memory of its largest, the memory of all
processes together at its highest, and the size of the page. Beside it pandas.read_csv over the same files, which
checks nothing, and this project's reader in the same process.
"""

import argparse
import itertools
import pathlib
import re
import subprocess
import sys
import tempfile
import threading
import time

import psutil
from finished_runs import make_project
from rounds import print_times, time_in_turn

from ffnet.results.predictions import gather_runs

CORES, STEP = 2, 0.05  # seconds between two looks at the processes
SCRIPT = re.compile(r"\.snakemake/scripts/tmp\w+\.(\w+)\.py")


class Watch(threading.Thread):
    """Looks at a process and all below it until it ends.

    jobs: process -> (rule, began, last seen, seconds of the processor). memory: rule -> largest resident set of one
    process, MiB. most: of all processes together, MiB; what they share counts once (proportional set size). planning:
    seconds of the processor that the process itself had used when its first job was seen.
    """

    def __init__(self, process):
        super().__init__(daemon=True)
        self.process, self.jobs, self.memory, self.most, self.planning = process, {}, {}, 0.0, 0.0

    def run(self):
        top = psutil.Process(self.process.pid)
        for number in itertools.count():
            if self.process.poll() is not None:
                break
            try:
                processes = [top, *top.children(recursive=True)]
            except psutil.NoSuchProcess:
                break
            self.look(processes)
            if number % 5 == 0:  # it costs more to ask
                self.most = max(self.most, sum(map(share, processes)))
            time.sleep(STEP)

    def look(self, processes):
        for one in processes:
            try:
                size, command = one.memory_info().rss / 2**20, " ".join(one.cmdline())
                began, processor = one.create_time(), sum(one.cpu_times()[:2])
            except psutil.Error:
                continue
            found = SCRIPT.search(command)
            rule = found[1] if found else "snakemake"
            self.memory[rule] = max(self.memory.get(rule, 0.0), size)
            if one.pid == self.process.pid and len(self.jobs) < 2:
                self.planning = processor
            if rule != "snakemake" or one.pid == self.process.pid:
                self.jobs[one.pid, began] = rule, began, time.time(), processor


def share(process):
    """A process's memory in MiB, of pages that several have its part; 0 if it has ended."""
    try:
        return process.memory_full_info().pss / 2**20
    except psutil.Error:
        return 0.0


def snakemake(folder, *arguments):
    """Runs snakemake in a folder. Returns (seconds until its first job began, seconds in all, Watch)."""
    command = [sys.executable, "-m", "snakemake", *arguments, "--cores", str(CORES), "--quiet", "all"]
    start = time.time()
    process = subprocess.Popen(command, cwd=folder)
    watch = Watch(process)
    watch.start()
    code = process.wait()
    end = time.time()
    watch.join()
    if code:
        raise SystemExit(f"snakemake ended with {code}")
    first = min((began for rule, began, *_ in watch.jobs.values() if rule != "snakemake"), default=end)
    return first - start, end - start, watch


def print_jobs(watch):
    """A line for each rule: jobs, their seconds together, the longest, those of the processor, the largest's memory."""
    print(f"  {'rule':22}{'jobs':>5}{'seconds':>9}{'longest':>9}{'processor':>11}{'MiB':>6}")
    times = {}
    for rule, began, end, processor in watch.jobs.values():
        times.setdefault(rule, []).append((end - began, processor))
    for rule, rows in sorted(times.items(), key=lambda row: -sum(seconds for seconds, _ in row[1])):
        seconds, processor = zip(*rows, strict=True)
        each = f"{sum(seconds):9.1f}{max(seconds):9.1f}{sum(processor):11.1f}"
        print(f"  {rule:22}{len(rows):5}{each}{watch.memory[rule]:6.0f}")


def compare_readers(folder, experiment):
    """Reading one experiment's runs: ours, checked line by line, and pandas, unchecked."""
    import pandas

    paths = sorted((folder / "results").glob(f"*/runs/{experiment}/*/*.csv"))
    readers = {
        "ffnet gather_runs": lambda: gather_runs(paths),
        "pandas.read_csv, concat": lambda: pandas.concat([pandas.read_csv(path) for path in paths]),
    }
    print(f"reading the {len(paths)} files of {experiment}")
    print_times(time_in_turn(readers, 3), "ffnet gather_runs")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=100)
    parser.add_argument("--datasets", type=int, choices=(1, 2), default=1, help="collections, 19 experiments on each")
    parser.add_argument("--keep", type=pathlib.Path, help="an empty folder for the project, which is kept")
    arguments = parser.parse_args()

    def change(mapping):
        mapping["datasets"] = dict(list(mapping["datasets"].items())[: arguments.datasets])
        for row in mapping["experiments"].values():
            row["repeats"] = min(row["repeats"], arguments.repeats)

    with tempfile.TemporaryDirectory() as name:
        folder = arguments.keep or pathlib.Path(name)
        config = make_project(folder, change)
        runs = len(config.datasets) * config.protocol.folds * sum(row.repeats for row in config.experiments.values())
        print(f"{runs} finished runs of {config.protocol.subjects} subjects are made up", flush=True)
        planning, seconds, watch = snakemake(folder)
        size = (folder / "results/report.html").stat().st_size
        print(f"Snakemake's planning: {planning:.1f} s, {watch.planning:.1f} s of the processor")
        print(f"from the first job to the end: {seconds - planning:.1f} s")
        print(f"most memory of all processes together: {watch.most:.0f} MiB, Snakemake {watch.memory['snakemake']:.0f}")
        print_jobs(watch)
        print(f"report.html: {size / 1e6:.2f} MB")
        compare_readers(folder, next(name for name, row in config.experiments.items() if row.repeats))


if __name__ == "__main__":
    main()
