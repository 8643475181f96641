"""What a row minimises: the cross-entropy, changes of it, and terms beside it."""

import functools
import itertools
from collections.abc import Callable, Sequence

import torch
from torch.nn import functional

from ffnet.errors import InputError
from ffnet.networks.fusion import Outputs
from ffnet.networks.settings import PLAIN_LOSS, LossSettings

Loss = Callable[[torch.Tensor | Outputs, torch.Tensor], tuple[torch.Tensor, torch.Tensor]]
"""(what the network gave, labels (n,)) to the mean loss, a 0-d tensor, and the scores (n, classes)."""

PLEASURE_AROUSAL = {  # Russell and Mehrabian (1977), as others quote their table; see docs/methods.md
    "anger": (-0.51, 0.59),
    "disgust": (-0.60, 0.35),
    "fear": (-0.64, 0.60),
    "happiness": (0.81, 0.51),
    "sadness": (-0.63, -0.27),
    "surprise": (0.40, 0.67),
    "neutral": (0.0, 0.0),
}


def cross_entropy(outputs: torch.Tensor | Outputs, labels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The paper's loss; see Loss."""
    scores = outputs.scores if isinstance(outputs, Outputs) else outputs
    loss = functional.cross_entropy(scores.float(), labels)
    for part in outputs.parts if isinstance(outputs, Outputs) else ():
        loss = loss + functional.cross_entropy(part.float(), labels)
    return loss, scores


def make_loss(settings: LossSettings, classes: Sequence[str], device: torch.device) -> Loss:
    """The Loss of a row. classes: their names in the order of labels. device: of its constants.

    Raises InputError if loss.dimensional does not know the place of a class.
    """
    if settings == PLAIN_LOSS:
        return cross_entropy
    targets = dimensional_labels(classes, settings.sigma).to(device) if settings.dimensional else None
    return functools.partial(weighted_loss, settings, targets)


def weighted_loss(
    settings: LossSettings, targets: torch.Tensor | None, outputs: torch.Tensor | Outputs, labels: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """The sum of a row's terms; see Loss. targets: (classes, classes), see dimensional_labels."""
    scores = outputs.scores if isinstance(outputs, Outputs) else outputs
    loss = focal_loss(scores.float(), labels, settings.focal, settings.smoothing)
    if targets is not None:
        divergence = functional.kl_div(scores.float().log_softmax(1), targets[labels], reduction="batchmean")
        loss = loss + settings.dimensional * divergence
    if isinstance(outputs, Outputs):
        for part in outputs.parts:
            loss = loss + focal_loss(part.float(), labels, settings.focal, settings.smoothing)
        if settings.orthogonal:
            term = {"cosine": cosine_overlap, "gram": gram_overlap}[settings.form]
            pairs = list(itertools.combinations([one.float() for one in outputs.features], 2))
            loss = loss + settings.orthogonal * torch.stack([term(*pair) for pair in pairs]).mean()
    return loss, scores


def focal_loss(scores: torch.Tensor, labels: torch.Tensor, gamma: float, smoothing: float = 0.0) -> torch.Tensor:
    """The mean of -(1 - p)^gamma log p, p being the probability of the right class (Lin et al., 2017); for gamma 0 the
    cross-entropy, with labels smoothed by `smoothing`."""
    if not gamma:
        return functional.cross_entropy(scores, labels, label_smoothing=smoothing)
    entropy = functional.cross_entropy(scores, labels, reduction="none")
    return ((1 - torch.exp(-entropy)).clamp(min=1e-6) ** gamma * entropy).mean()


def cosine_overlap(first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
    """The mean squared cosine between the features of two streams, scan by scan; 0 if they are orthogonal, 1 if
    parallel. first, second: (n, k) each."""
    return functional.cosine_similarity(first, second, dim=1).square().mean()


def gram_overlap(first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
    """|U^T V|^2 / n^2 of the streams' features over a batch, centred, each scan's of length 1; 0 if no feature of the
    first varies with one of the second. first, second: (n, k) each."""
    u, v = (functional.normalize(one - one.mean(dim=0), dim=1) for one in (first, second))
    return (u.T @ v).square().sum() / len(u) ** 2


def dimensional_labels(classes: Sequence[str], sigma: float) -> torch.Tensor:
    """Soft labels of each class, rows that add up to 1: exp(-d^2 / (2 sigma^2)), d being the distance between two
    expressions in the plane of pleasure and arousal. Raises InputError that names a class that has no place there."""
    for name in classes:
        if name not in PLEASURE_AROUSAL:
            raise InputError(
                f"loss.dimensional: the plane of pleasure and arousal has no place for the class '{name}'; it knows"
                f" {', '.join(PLEASURE_AROUSAL)}; leave out loss.dimensional"
            )
    places = torch.tensor([PLEASURE_AROUSAL[name] for name in classes])
    distance = (places[:, None] - places[None]).square().sum(dim=2)
    return (-distance / (2 * sigma**2)).softmax(dim=1)
