"""Entropic optimal transport with sparsity by class (Courty et al., 2017), computed by POT."""

import os
import warnings

import numpy as np

from ffnet.errors import InputError
from ffnet.transport.settings import MoveSettings

ROUNDS = 10  # of majorisation and minimisation
STEPS = 10_000  # at most, of Sinkhorn's iteration in each
STOP = 1e-9  # its violation of the test scans' masses, as a Euclidean norm
MISPLACED = 0.01  # share of the mass that may be at other scans than it should


def cost_matrix(trained: np.ndarray, tested: np.ndarray) -> np.ndarray:
    """Squared distances between the features of both halves, (n, m) float64, divided by the largest: no unit, so that
    the weights of a coupling's terms have none. trained: (n, k). tested: (m, k)."""
    from scipy.spatial.distance import cdist

    squared = cdist(trained.astype(np.float64), tested.astype(np.float64), "sqeuclidean")
    return squared / (squared.max() or 1.0)


def couple(cost: np.ndarray, labels: np.ndarray, settings: MoveSettings) -> np.ndarray:
    """How much of each training scan goes to each test scan, (n, m) float64 that adds up to 1.

    cost: (n, m), see cost_matrix. labels: (n,) int, of the training scans.
    It minimises sum G C + entropy * sum G log G + classes * sum over test scans j and classes c of (mass of c in j)^½
    where every training scan gives 1 / n and every test scan gets 1 / m. The last term is smaller the fewer classes a
    test scan gets its mass from. It is concave, so that POT finds a local minimum, by majorisation and minimisation
    from the coupling without it: N. Courty, R. Flamary, D. Tuia and A. Rakotomamonjy, Optimal Transport for Domain
    Adaptation, IEEE TPAMI 39, 2017. Their convex group lasso in place of the root would not do: where a class's mass is
    spread evenly over its k scans it is mass / √k, whichever classes it comes from.
    Raises InputError if none is found.
    """
    os.environ.setdefault("POT_BACKEND_DISABLE_PYTORCH", "1")  # arrays are numpy's, and torch takes seconds to import
    from ot.da import sinkhorn_lpl1_mm

    count, tested = cost.shape
    given, taken = np.full(count, 1 / count), np.full(tested, 1 / tested)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # of steps that end early or overflow, which the check below judges
        weights = settings.entropy, settings.classes
        coupling = sinkhorn_lpl1_mm(given, labels, taken, cost, *weights, ROUNDS, STEPS, STOP)
    misplaced = np.max([np.abs(coupling.sum(axis) - due).sum() / 2 for axis, due in ((1, given), (0, taken))])
    if not misplaced <= MISPLACED:
        raise InputError(
            f"config.yaml: transport: no coupling was found of {count} training and {tested} test scans with entropy"
            f" {settings.entropy:g} and classes {settings.classes:g} ({misplaced:.2%} of the mass is misplaced); raise"
            " entropy or lower classes"
        )
    return coupling


def move(coupling: np.ndarray, tested: np.ndarray) -> np.ndarray:
    """The training scans' features among those of the test scans, (n, k): for each the mean of the test scans, weighted
    by how much of it goes there (the barycentric map of Ferradans et al., SIAM Journal on Imaging Sciences 7, 2014)."""
    return coupling @ tested / coupling.sum(axis=1, keepdims=True)
