"""Memory that training jobs need, from the sizes of their collection and networks.

The numbers are what benchmarks/bench_training.py measured as the peak of such jobs on cores.
"""

from collections import Counter

from ffnet.config import Config
from ffnet.networks.settings import CROSS, LEARNED, ExperimentSettings, networks_of
from ffnet.workflow.planning import PlannedDataset

CHANNELS = 7  # of depth, normals and texture together
RIDGE, RIDGE_COLLECTIONS = 100, 3.0  # MB beside, and how often the collection is held: as maps, halves and features
SCATTERED_COLLECTIONS = 8.0  # with the scattering coefficients of four maps, in both halves
NETWORK = 850  # MB of Python, torch and its libraries
CUDA = 3000  # MB that a job takes more where it trains on a GPU, for CUDA's libraries and torch.compile
STREAMS = {
    "f3dnet": 230,
    "vgg16_bn": 1200,
    "resnet18": 600,
}  # MB of one of the paper's width, in batches of BATCH scans
ATTENDING = {"f3dnet": 900, "vgg16_bn": 1450, "resnet18": 900}  # MB more with learned attention
CROSSING, FUSIONS = 160, {"adaptive": 500, "deep": 400}  # MB more: of a stream in cross-attention, and of a fusion
BATCH = 32


def training_memory(config: Config, plan: PlannedDataset, experiment: str, gpu: bool) -> int:
    """MB that a job needs which trains an experiment on a dataset. gpu: whether networks train on a GPU."""
    row, collection = config.experiments[experiment], collection_memory(config, plan)
    if row.is_ridge:
        return round(RIDGE + collections_held(row) * collection)
    width = networks_of(row, config.networks).width
    collection *= 2 if config.training.augments else 1
    return round(NETWORK + CUDA * gpu + collection + network_memory(row) * width * config.training.batch / BATCH)


def collections_held(row: ExperimentSettings) -> float:
    """How often a job of a linear floor holds its collection."""
    return SCATTERED_COLLECTIONS if row.scatters else RIDGE_COLLECTIONS


def network_memory(row: ExperimentSettings) -> int:
    """MB of the maps and weights of a row's network of the paper's width, in batches of BATCH scans."""
    kinds = [row.streams[names[0]] for names in row.joined.values()]
    more = FUSIONS.get(row.fusion, 0) + CROSSING * (len(kinds) if row.attention == CROSS else 0)
    return more + sum(STREAMS[kind] + (ATTENDING[kind] if row.attention == LEARNED else 0) for kind in kinds)


def evaluation_memory(config: Config, train: PlannedDataset, test: PlannedDataset, experiment: str) -> int:
    """MB that a job needs which tests on one dataset what was trained on another: at most what training on it takes.
    The linear floor is fitted there, too, so that it holds both."""
    needed = training_memory(config, test, experiment, gpu=False)
    if config.experiments[experiment].is_ridge:
        needed += round(collections_held(config.experiments[experiment]) * collection_memory(config, train))
    return needed


def collection_memory(config: Config, plan: PlannedDataset) -> float:
    """MB of the scans of the subjects that take part: as many subjects as the protocol has, those with most scans,
    which no repeat exceeds, whomever it draws."""
    pixels = CHANNELS * config.maps.size**2 + config.masks.size**2 + (config.masks.size // 2) ** 2
    scans = Counter(row.subject for row in plan.rows).most_common(config.protocol.subjects)
    return sum(count for _, count in scans) * pixels * 4 / 2**20
