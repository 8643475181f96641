"""Training on a GPU: a batch's step is captured once as a CUDA graph and replayed for every batch of every run, and
several networks are trained side by side.

A step of FFNet-M launches some 1,400 short operations, and the host is slower at that than the GPU at computing them.
A graph launches them as one. It reads and writes fixed places in memory, so a worker keeps one network, one optimiser
and one set of sums for good, and a run starts by copying its first weights there.
"""

import contextlib
import functools
import importlib.util
import math
import os
import shutil
import subprocess
import threading
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence

import torch
from torch.nn import functional

from ffnet.networks.fusion import FusionNet, build_network
from ffnet.networks.settings import CONTROLS, ExperimentSettings
from ffnet.networks.vgg16_bn import IN_CHANNELS
from ffnet.shards.samples import Samples
from ffnet.training.checkpoint import FOLDER
from ffnet.training.loop import DeviceData, adam_step, epoch_batches, mask_inputs, move_to_device
from ffnet.training.losses import make_loss
from ffnet.training.mask_choice import OWN_MASKS, Masks
from ffnet.training.precision import Precision
from ffnet.training.recipe import NetworkRecipe
from ffnet.training.side_by_side import Stopped
from ffnet.training.state import TrainingState

CHANNELS = 8  # the first convolutions' maps have a multiple of so many channels, as tensor cores take them
SIDE_BY_SIDE = 5  # networks at a time, where memory allows: more gain little, and ten folds are done in two turns
SHARE = 0.9  # of the free memory that the networks may take
WARM_UP = 3  # steps before a graph is captured: libraries choose their algorithms, Adam makes its state
COMPILED = os.path.join(FOLDER, "compiled")  # what torch.compile makes, for the jobs after this one
COMPILERS = ("gcc", "clang", "cc")

Capture = Callable[[Callable[[], None], "torch.cuda.Stream | None"], Callable[[], None]]
"""(compute, stream) to a function that does again what compute() did, in the same memory."""


def gpu_data(
    collection: Samples,
    experiment: ExperimentSettings,
    precision: Precision,
    multiple: int = CHANNELS,
    augments: bool = False,
) -> DeviceData:
    """The DeviceData of an experiment; see prepare_inputs and move_to_device. augments: whether training changes scans,
    which then are on the device twice."""
    data = move_to_device(collection, precision.device)
    prepare = functools.partial(prepare_inputs, experiment=experiment, precision=precision, multiple=multiple)
    return DeviceData(prepare(data.inputs), data.labels, data.inputs if augments else {}, prepare)


def prepare_inputs(
    inputs: dict[str, torch.Tensor], experiment: ExperimentSettings, precision: Precision, multiple: int = CHANNELS
) -> dict[str, torch.Tensor]:
    """What an experiment looks at, in the type it computes in, channels last in memory.

    inputs: see network_inputs. A single channel is repeated for a network that takes three, then channels of zeros
    follow, up to a multiple; see FirstConvolution.
    """
    prepared = {}
    for name in (*experiment.maps, *(("mask1", "mask2") if experiment.reads_masks else ())):
        maps = inputs[name]
        if name in experiment.maps:
            channels = IN_CHANNELS if experiment.streams.get(name) == "vgg16_bn" else maps.shape[1]
            maps = functional.pad(maps.expand(-1, channels, -1, -1), (0, 0, 0, 0, 0, -channels % multiple))
        kind = maps.dtype if name == "normals" and experiment.needs_normals else precision.type  # curvature: float32
        prepared[name] = maps.to(kind).contiguous(memory_format=torch.channels_last)
    return prepared


def batch_sizes(counts: Iterable[int], batch: int) -> list[int]:
    """The sizes of all batches of epochs of so many scans, largest first."""
    return sorted({len(part) for count in set(counts) for part in epoch_batches(torch.arange(count), batch)})[::-1]


def capture_graph(compute: Callable[[], None], stream: "torch.cuda.Stream | None") -> Callable[[], None]:
    """Captures what compute() does on a stream; see Capture."""
    torch.cuda.synchronize()
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph, stream=stream):
        compute()
    return graph.replay


class GraphedBatch:
    """The captured step on batches of one size. scans: (size,) the numbers that it reads. loss, correct: what it
    writes; see Step."""

    def __init__(self, size: int, device: torch.device) -> None:
        self.scans = torch.arange(size, device=device)
        self.loss, self.correct = torch.zeros((), device=device), torch.zeros((), dtype=torch.int64, device=device)
        self.replay: Callable[[], None] | None = None


class GraphWorker:
    """Trains one network at a time, on a stream of its own, by replaying graphs: one for each size of a batch."""

    capture: Capture = staticmethod(capture_graph)

    def __init__(
        self,
        recipe: NetworkRecipe,
        data: DeviceData,
        precision: Precision,
        sizes: Sequence[int],
        compiled: bool,
    ) -> None:
        device = precision.device
        network = build_network(recipe.experiment, recipe.networks, len(recipe.classes))
        network.to(device).to(memory_format=torch.channels_last).train()
        self.data, self.stopped = data, threading.Event()
        self.state = TrainingState(network, recipe.training, precision, seed=0)
        self.state.loss = make_loss(recipe.experiment.loss, recipe.classes, device)
        if recipe.experiment.masks in CONTROLS:  # each run copies its own there
            self.state.masks = {name: data.inputs[name].clone() for name in ("mask1", "mask2")}
        if recipe.training.augments:
            self.state.augmented = {name: values.clone() for name, values in data.inputs.items()}
        for group in self.state.optimiser.param_groups:
            group["capturable"] = device.type == "cuda"
        self.forward = functools.partial(compiled_scores(), network) if compiled else network
        self.stream = torch.cuda.Stream(device) if device.type == "cuda" else None
        self.batches = {size: self._capture(GraphedBatch(size, device)) for size in sizes}

    def _capture(self, batch: GraphedBatch) -> GraphedBatch:
        def compute() -> None:
            loss, correct = adam_step(self.data, self.state, batch.scans, self.forward)
            batch.loss.copy_(loss)
            batch.correct.copy_(correct)

        if self.stream:
            self.stream.wait_stream(torch.cuda.current_stream())
        with self.turn(), warnings.catch_warnings():
            warnings.filterwarnings("ignore", ".*TensorFloat32")  # float32 is what was asked for
            warnings.filterwarnings("ignore", ".*capturable=True")  # these steps are not captured yet
            for _ in range(WARM_UP):
                compute()
        batch.replay = self.capture(compute, self.stream)
        return batch

    @contextlib.contextmanager
    def turn(self) -> Iterator[None]:
        """The context in which a thread works with this worker."""
        if self.stream is None:
            yield
            return
        with torch.cuda.device(self.stream.device), torch.cuda.stream(self.stream):
            yield

    def start(self, network: FusionNet, seed: int, masks: Masks = OWN_MASKS) -> TrainingState:
        """The state of a new training of a network; it is valid until the next start."""
        with self.turn():
            self.state.restart(network, seed)
            for name, values in mask_inputs(masks, self.data).items():
                self.state.masks[name].copy_(values)
        return self.state

    def step(self, state: TrainingState, scans: torch.Tensor, rate: float) -> tuple[torch.Tensor, torch.Tensor]:
        """One step of the training that was started last; see Step."""
        assert state is self.state
        if self.stopped.is_set():
            raise Stopped
        batch = self.batches[len(scans)]
        state.set_rate(rate)
        batch.scans.copy_(scans)
        assert batch.replay is not None
        batch.replay()
        return batch.loss, batch.correct

    def stop(self) -> None:
        """Ends the training at its next step, from another thread."""
        self.stopped.set()


def network_scores(network: FusionNet, inputs: dict[str, torch.Tensor]) -> torch.Tensor:
    """The network's scores, as a function that is compiled once for all networks of one shape."""
    return network(inputs)


@functools.cache
def compiled_scores() -> Callable[[FusionNet, dict[str, torch.Tensor]], torch.Tensor]:
    """network_scores, compiled once for each shape of network and batch; what is made is kept in COMPILED."""
    os.environ.setdefault("TORCHINDUCTOR_CACHE_DIR", os.path.abspath(COMPILED))
    torch._dynamo.config.recompile_limit = torch._dynamo.config.accumulated_recompile_limit = 10_000
    return torch.compile(network_scores, dynamic=False)


def why_not_compiled() -> str | None:
    """Why torch.compile cannot work on this machine's GPU, None where it seems to."""
    if importlib.util.find_spec("triton") is None:
        return "Triton is not installed"
    if not any(shutil.which(name) for name in (os.environ.get("CC", ""), *COMPILERS) if name):
        return f"there is no C compiler ({', '.join(COMPILERS)})"
    return None


def open_graph_workers(
    make: Callable[[bool], GraphWorker], compiled: bool, wanted: int, runs: int, device: torch.device
) -> tuple[list[GraphWorker], bool]:
    """As many GraphWorkers as train side by side, and whether their steps are compiled.

    make: function from `compiled` to a GraphWorker. wanted: execution.networks_per_gpu. runs: of the job.
    Raises torch.OutOfMemoryError if there is no room for one.
    """
    problem = why_not_compiled() if compiled else None
    before = free_memory(device)
    if compiled and problem is None:
        from torch._dynamo.exc import TorchDynamoException  # takes seconds to import

        try:
            first = make(True)
        except (TorchDynamoException, subprocess.CalledProcessError, ImportError, OSError) as error:
            problem = (str(error).strip() or type(error).__name__).partition("\n")[0]
    if problem is not None:
        print(f"not compiled: {problem}; training goes on with plain graphs, slower", flush=True)
        compiled = False
    if not compiled:
        first = make(False)
    workers, each = [first], before - free_memory(device)
    count = networks_that_fit(each, free_memory(device), wanted, 1 if first.state.uses_dropout else runs)
    with contextlib.suppress(torch.OutOfMemoryError):
        while len(workers) < count:
            workers.append(make(compiled))
    print(f"{len(workers)} networks side by side, {each / 2**30:.2f} GiB each", flush=True)
    return workers, compiled


def networks_that_fit(each: int, free: int, wanted: int, runs: int) -> int:
    """How many networks are trained side by side: those wanted (0: SIDE_BY_SIDE), but no more than fit the memory, and
    than it takes to finish the runs in as few turns. each: bytes that the first has taken. free: bytes left beside
    it."""
    most = max(1, min(wanted or SIDE_BY_SIDE, runs, 1 + int(free * SHARE) // max(1, each)))
    return math.ceil(runs / math.ceil(runs / most))


def free_memory(device: torch.device) -> int:
    """Bytes of a GPU that nobody has taken; 0 for a CPU."""
    if device.type != "cuda":
        return 0
    torch.cuda.synchronize(device)
    torch.cuda.empty_cache()
    return torch.cuda.mem_get_info(device)[0]
