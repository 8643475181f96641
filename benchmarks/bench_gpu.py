"""Training FFNet-M on a GPU: this project's jobs against a plain loop, on noise.

    python benchmarks/bench_gpu.py [--minutes M] [--rows NAME ...]

Full width, 720 scans of 60 people in ten folds (648 train), batches of 32, 70 epochs, half precision unless a row says
otherwise. Every row is a process of its own, printed as soon as it is measured; rows come in the order of what they
tell, and none begins after M minutes. --cpu tries all rows out, tiny and without a GPU.

scans/s: scans trained, by this bench's clock from the start of the first training to the end of the last. s a run: the
whole process, from its start to its last predictions, over its runs: imports, reading, compiling, capturing, training,
testing. fixed: what of that is before the first training and after the last. A plain loop's run is worked out from its
rate. of card: the share of what the same card does in a product of two 8192 x 8192 bfloat16 matrices; an FFNet-M step
counts 6 operations for each multiply-add of its forward pass. The first row that compiles takes some 20 s more than
those after it.
"""

import argparse
import dataclasses
import json
import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import time
from typing import NamedTuple

ROOT = pathlib.Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

ROWS = {  # name -> (what runs, its options)
    "card": ("card", {}),
    "plain loop, float32 as torch sets it": ("plain", {}),
    "by repeat": ("job", {"folds": 10}),
    "by fold": ("job", {"folds": 1}),
    "by repeat, three epochs": ("job", {"folds": 10, "epochs": 3}),
    "by fold, the same bits": ("job", {"folds": 1, "epochs": 3}),
    "plain loop, compiled": ("plain", {"compiled": True}),
    "1, 2, 3, 5, 10 side by side": ("steps", {"side": [1, 2, 3, 5, 10]}),
    "kernels of a step": ("kernels", {}),
    "the same, cudnn.benchmark": ("steps", {"side": [1, 5], "cudnn_benchmark": True}),
    "the same, plain graphs": ("steps", {"side": [1, 5], "compiled": False}),
    "by repeat, again": ("job", {"folds": 10}),
    "the same, channels not padded": ("steps", {"side": [1, 5], "multiple": 1}),
    "plain loop, half": ("plain", {"half": True}),
    "the same, tf32": ("steps", {"side": [1, 5], "precision": "tf32"}),
    "the same, float32": ("steps", {"side": [1], "precision": "float32"}),
    "the same, not deterministic": ("steps", {"side": [1, 5], "deterministic": False}),
    "by fold, eager": ("job", {"folds": 1, "epochs": 3, "gpu_step": "eager"}),
}
FOLDS, SUBJECTS, EPOCHS, BATCH = 10, 60, 70, 32


def write_data(folder, subjects):
    """Shards of noise with twelve scans a subject, shards.csv, and a split into ten folds."""
    import numpy as np

    from ffnet.expressions import EXPRESSIONS
    from ffnet.storage import write_stage
    from ffnet.training.splits import split_table, subject_folds

    random, names, paths = np.random.default_rng(0), [f"S{number:04d}" for number in range(subjects)], []
    maps = {"depth": (112, 112), "normals": (112, 112, 3), "texture": (112, 112, 3)}
    maps |= {"mask1": (56, 56), "mask2": (28, 28)}
    for start in range(0, subjects, 10):
        subject = np.repeat(names[start : start + 10], 12)
        columns = {name: random.random((len(subject), *shape), np.float32) for name, shape in maps.items()}
        label = np.arange(len(subject)) % len(EXPRESSIONS)
        scan = np.array([f"{name}_{number:02d}" for number, name in enumerate(subject)])
        paths.append(f"{folder}/{start}.h5")
        write_stage(paths[-1], {"scan": scan, "subject": subject, "label": label, "intensity": label, **columns})
    pathlib.Path(folder, "shards.csv").write_text("file,sha256\n" + "".join(f"{path},0\n" for path in paths))
    pathlib.Path(folder, "split.csv").write_text(split_table(subject_folds(names, FOLDS, 0, 0)))


def read_config():
    """config.yaml of the project."""
    import yaml

    return yaml.safe_load((ROOT / "config.yaml").read_text("utf-8"))


def recipe_of(options):
    """The NetworkRecipe of FFNet-M that a row asks for."""
    from ffnet.expressions import EXPRESSIONS
    from ffnet.networks.settings import ExperimentSettings, NetworkSettings
    from ffnet.settings import read_settings
    from ffnet.training.recipe import NOBODY, NetworkRecipe
    from ffnet.training.settings import TrainingSettings

    config = read_config()
    networks = read_settings(NetworkSettings, config["networks"], "networks")
    training = read_settings(TrainingSettings, config["training"], "training")
    return NetworkRecipe(
        EXPRESSIONS,
        read_settings(ExperimentSettings, config["experiments"]["FFNet-M"], "FFNet-M"),
        dataclasses.replace(networks, width=options["width"], pretrained="none", dropout=0.0),
        "plain",
        dataclasses.replace(
            training,
            epochs=options.get("epochs", options["all_epochs"]),
            batch=BATCH,
            learning_rate=1e-4,
            schedule="constant",
            precision=options.get("precision", "half"),
        ),
        NOBODY,
        "cpu" if options["cpu"] else "cuda",
        threads=1 if options["cpu"] else 4,
        gpu_step=options.get("gpu_step", "compiled"),
    )


def card(options):
    """Name, torch and the rate of the matrix product."""
    import torch

    device = "cpu" if options["cpu"] else "cuda"
    size = 512 if options["cpu"] else 8192
    one, other = (torch.randn(size, size, device=device, dtype=torch.bfloat16) for _ in range(2))
    for _ in range(3):
        one @ other
    synchronize(options)
    began = time.perf_counter()
    for _ in range(20):
        one @ other
    synchronize(options)
    rate = 20 * 2 * size**3 / (time.perf_counter() - began)
    name = "a CPU" if options["cpu"] else torch.cuda.get_device_name()
    return {"text": f"{name}, torch {torch.__version__}, matrix product {rate / 1e12:.0f} TFLOP/s", "matrix": rate}


def synchronize(options):
    import torch

    if not options["cpu"]:
        torch.cuda.synchronize()


class Training(NamedTuple):
    """One call of Trainer.train by this bench's clock. scans: trained, over all epochs."""

    began: float
    ended: float
    scans: int


def time_trainings():
    """A list that from now on gets a Training for each call of Trainer.train."""
    from ffnet.training.trainer import Trainer

    trainings, real = [], Trainer.train

    def train(self, worker, scans, *arguments):
        began = time.time()
        state = real(self, worker, scans, *arguments)
        trainings.append(Training(began, time.time(), len(scans) * len(state.history)))
        return state

    Trainer.train = train
    return trainings


def rate_and_rest(trainings, process_began, process_ended):
    """Scans a second while runs were trained, whether side by side or one after another, and the seconds of the process
    before and after that."""
    window = max(one.ended for one in trainings) - min(one.began for one in trainings)
    return sum(one.scans for one in trainings) / window, process_ended - process_began - window


def job(options):
    """A job of the workflow: everything, from the start of this process."""
    import hashlib

    from ffnet.settings import read_settings
    from ffnet.training.run import train_runs
    from ffnet.training.session import Run, Session, read_data
    from ffnet.training.settings import ExecutionSettings

    recipe, folder, trainings = recipe_of(options), options["folder"], time_trainings()
    execution = read_settings(ExecutionSettings, read_config()["execution"], "execution")
    runs = [Run("FFNet-M", 0, fold) for fold in range(options["folds"])]
    texts = {}
    with tempfile.TemporaryDirectory() as resume:
        session = Session(execution, recipe.threads, "bench", resume, "bench")
        data = f"{folder}/shards.csv", f"{folder}/split.csv"
        for run, predictions, text in train_runs(runs, lambda: read_data(*data), recipe, session):
            texts[run.fold], record = predictions, json.loads(text)
    ended = time.time()
    rate, rest = rate_and_rest(trainings, options["began"], ended)
    each, host = (ended - options["began"]) / len(runs), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    text = (
        f"{max(1, len(options['opened']))} side by side, {record['computed_in']}, {record.get('gpu_step')}, first "
        f"training after {min(one.began for one in trainings) - options['began']:.1f} s, {host:.1f} GiB of the host, "
        f"1,000 runs in {each / 3.6:.2f} h, fold 0 {hashlib.sha256(texts[0].encode()).hexdigest()[:12]}"
    )
    return {"rate": rate, "run": each, "fixed": rest / len(runs), "memory": memory(options), "text": text}


def memory(options):
    import torch

    return 0 if options["cpu"] else torch.cuda.max_memory_reserved()


def collection_of(options):
    from ffnet.training.session import fold_scans, read_data

    collection, split = read_data(f"{options['folder']}/shards.csv", f"{options['folder']}/split.csv")
    return collection, fold_scans(collection, split, 0).train


def plain(options):
    """What one writes first: the collection on the GPU, torch.optim.Adam, one operation after another."""
    import torch

    from ffnet.networks.fusion import build_network
    from ffnet.training.loop import network_inputs

    collection, train = collection_of(options)
    recipe = recipe_of(options)
    device = torch.device(recipe.device)
    network = build_network(recipe.experiment, recipe.networks, 6).to(device).train()
    forward = (
        torch.compile(network, backend="eager" if options["cpu"] else "inductor")
        if options.get("compiled")
        else network
    )
    inputs = {name: maps.contiguous() for name, maps in network_inputs(collection, device).items()}
    labels, optimiser = torch.from_numpy(collection.label).to(device), torch.optim.Adam(network.parameters(), 1e-4)

    def steps(count):
        for start in range(count):
            batch = torch.from_numpy(train).to(device).roll(start * BATCH)[:BATCH]
            with torch.autocast(device.type, torch.bfloat16, enabled=options.get("half", False)):
                scores = forward({name: maps[batch] for name, maps in inputs.items()})
            optimiser.zero_grad()
            torch.nn.functional.cross_entropy(scores.float(), labels[batch]).backward()
            optimiser.step()
        synchronize(options)

    count = 2 if options["cpu"] else 60
    steps(max(2, count // 6))
    began = time.perf_counter()
    steps(count)
    rate = count * BATCH / (time.perf_counter() - began)
    return {"rate": rate, "run": len(train) * options["all_epochs"] / rate, "memory": memory(options), "text": ""}


def open_worker(options, collection, count):
    """Function from `compiled` to a GraphWorker with a row's options."""
    import functools

    import torch

    from ffnet.training.gpu import GraphWorker, batch_sizes, gpu_data
    from ffnet.training.precision import Precision
    from ffnet.training.trainer import make_deterministic

    recipe = recipe_of(options)
    make_deterministic(recipe.threads)
    torch.use_deterministic_algorithms(options.get("deterministic", True))
    torch.backends.cudnn.benchmark = options.get("cudnn_benchmark", False)
    precision = Precision(torch.device(recipe.device, None if options["cpu"] else 0), recipe.training.precision)
    precision.apply()
    data = gpu_data(collection, recipe.experiment, precision, options.get("multiple", 8))
    if options["cpu"]:
        GraphWorker.capture = staticmethod(lambda compute, stream: compute)
    sizes = batch_sizes([count], BATCH)
    return functools.partial(GraphWorker, recipe, data, precision, sizes), recipe


def steps(options):
    """Epochs of several networks side by side, without what is before and after them."""
    import torch

    from ffnet.networks.fusion import build_network
    from ffnet.training.loop import train
    from ffnet.training.side_by_side import side_by_side

    collection, half = collection_of(options)
    make, recipe = open_worker(options, collection, len(half))
    compiled, workers = options.get("compiled", True) and not options["cpu"], []
    settings, rates = dataclasses.replace(recipe.training, epochs=1 if options["cpu"] else 4), {}

    def fit(worker):
        with worker.turn():
            train(worker.state, torch.from_numpy(half), settings, worker.step)

    began = time.perf_counter()
    for side in options["side"]:
        workers += [make(compiled) for _ in range(side - len(workers))]
        opened = time.perf_counter() - began
        network = build_network(recipe.experiment, recipe.networks, 6)
        for seed, worker in enumerate(workers):
            worker.start(network, seed)
        synchronize(options)
        start = time.perf_counter()
        list(side_by_side(range(side), workers, lambda worker, _: fit(worker)))
        rates[side] = side * len(half) * settings.epochs / (time.perf_counter() - start)
        print(f"  {side}: {rates[side]:.0f} scans/s, opened after {opened:.1f} s", flush=True)
    text = ", ".join(f"{side}: {rate:.0f}" for side, rate in rates.items())
    return {"rate": max(rates.values()), "memory": memory(options), "text": f"scans/s by networks side by side: {text}"}


def kernels(options):
    """What one step spends its time in, the longest kernels first."""
    import torch

    from ffnet.networks.fusion import build_network

    collection, half = collection_of(options)
    make, recipe = open_worker(options, collection, len(half))
    worker = make(not options["cpu"])
    state = worker.start(build_network(recipe.experiment, recipe.networks, 6), 0)
    batch = torch.arange(max(worker.batches), device=recipe.device)
    with worker.turn():
        worker.step(state, batch, 1e-4)
        synchronize(options)
        with torch.profiler.profile() as profile:
            for _ in range(2 if options["cpu"] else 10):
                worker.step(state, batch, 1e-4)
            synchronize(options)
    key = "self_cpu_time_total" if options["cpu"] else "self_device_time_total"
    table = profile.key_averages()
    total = sum(getattr(row, key) for row in table)
    for row in sorted(table, key=lambda row: -getattr(row, key))[:40]:
        print(f"  {getattr(row, key) / total:6.1%} {row.count:6d} x  {row.key[:110]}", flush=True)
    return {"text": f"{total / 1e4:.2f} ms of kernels a step", "memory": memory(options)}


def run_row(name, options):
    """Measures one row in this process and prints its result as the last line."""
    what, own = ROWS[name]
    options |= own
    options["opened"] = set()
    if what == "job" and not options["cpu"]:
        from ffnet.training import gpu

        real = gpu.GraphWorker._capture  # counts the workers that the job opened
        gpu.GraphWorker._capture = lambda self, *rest: options["opened"].add(id(self)) or real(self, *rest)
    result = globals()[what](options)
    print("RESULT " + json.dumps(result), flush=True)


def line(name, result, per_scan, matrix):
    """One line of the table."""
    rate = result.get("rate")
    values = {
        "8.0f": rate,
        "8.2f": result.get("run"),
        "7.2f": result.get("fixed"),
        "7.1%": rate * per_scan / matrix if rate and matrix else None,
        "7.3f": result["memory"] / 2**30 if "memory" in result else None,
    }
    cells = [" " * int(form[0]) if value is None else format(value, form) for form, value in values.items()]
    return " ".join([f"{name:38s}", *cells, "", result["text"]])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=30.0, help="no row begins or goes on after so many")
    parser.add_argument("--rows", nargs="*", help="names of rows, or parts of them; default: all")
    parser.add_argument("--cpu", action="store_true", help="tiny and without a GPU, to try the rows out")
    parser.add_argument("--row", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.row:
        run_row(*json.loads(arguments.row))
        return
    import torch

    if not (arguments.cpu or torch.cuda.is_available()):
        print("no GPU here: nothing is measured")
        return
    wanted = [name for name in ROWS if not arguments.rows or any(part in name for part in arguments.rows)]
    if "card" not in wanted:
        wanted.insert(0, "card")
    measure(wanted, arguments.minutes * 60, arguments.cpu)


def measure(names, seconds, cpu):
    """Runs rows one after another and prints each."""
    end, matrix = time.monotonic() + seconds, 0.0
    sizes = {"cpu": cpu, "width": 0.03 if cpu else 1.0, "all_epochs": 2 if cpu else EPOCHS}
    with tempfile.TemporaryDirectory() as folder:
        write_data(folder, 10 if cpu else SUBJECTS)
        per_scan = operations(sizes["width"])
        print(
            f"{per_scan / 1e9:.1f} GFLOP a scan and step\n{'':38s}  scans/s  s a run   fixed of card     GiB",
            flush=True,
        )
        for name in names:
            left = end - time.monotonic()
            if left < 5:
                print(f"{name:38s} not begun: out of time", flush=True)
                continue
            result = run_child([name, sizes | {"folder": folder, "began": time.time()}], left)
            matrix = result.get("matrix", matrix)
            print(line(name, result, per_scan, matrix), flush=True)


def run_child(row, seconds):
    """The result of a row, measured in a process of its own; its text says what went wrong if something did."""
    environment = os.environ | {"TORCHINDUCTOR_CACHE_DIR": str(ROOT / "resume" / "compiled")}
    command = [sys.executable, __file__, "--row", json.dumps(row)]
    child = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=ROOT,
        env=environment,
        errors="replace",
    )
    try:
        output, _ = child.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        child.kill()
        output, _ = child.communicate()
        print("".join(f"  {text}\n" for text in output.splitlines()[-3:]), end="")
        return {"text": "stopped: out of time"}
    lines = output.splitlines()
    for text in lines:
        if text.startswith(("  ", "not compiled")):
            print(text)
    if child.returncode or not lines or not lines[-1].startswith("RESULT "):
        print("".join(f"  {text}\n" for text in lines[-25:]), end="")
        return {"text": f"failed with exit code {child.returncode}"}
    return json.loads(lines[-1].removeprefix("RESULT "))


def operations(width):
    """Floating-point operations of one scan in one step of FFNet-M."""
    import torch

    from ffnet.networks.cost import network_cost
    from ffnet.networks.fusion import build_network

    recipe = recipe_of({"width": width, "cpu": True, "all_epochs": 1})
    with torch.device("meta"):
        network = build_network(recipe.experiment, recipe.networks, 6)
        shapes = {"depth": (1, 112), "normals": (3, 112), "texture": (3, 112), "mask1": (1, 56), "mask2": (1, 28)}
        inputs = {name: torch.empty(1, count, side, side) for name, (count, side) in shapes.items()}
        return 6 * network_cost(network.eval(), inputs)[1]


if __name__ == "__main__":
    main()
