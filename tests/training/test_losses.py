import dataclasses
import math

import pytest
import torch
from torch.nn import functional

from ffnet.errors import InputError
from ffnet.expressions import EXPRESSIONS
from ffnet.networks.fusion import Outputs
from ffnet.networks.settings import PLAIN_LOSS, LossSettings
from ffnet.training.losses import (
    PLEASURE_AROUSAL,
    cosine_overlap,
    cross_entropy,
    dimensional_labels,
    focal_loss,
    gram_overlap,
    make_loss,
)

CPU = torch.device("cpu")


@pytest.fixture
def scores():
    torch.manual_seed(0)
    return torch.randn(8, 6, requires_grad=True), torch.arange(8) % 6


def test_a_plain_row_minimises_the_cross_entropy_and_nothing_else(scores):
    assert make_loss(PLAIN_LOSS, EXPRESSIONS, CPU) is cross_entropy
    loss, same = cross_entropy(*scores)
    assert loss == functional.cross_entropy(*scores) and same is scores[0]


def test_orthogonal_features_overlap_by_0_and_parallel_ones_by_1():
    u, v = torch.tensor([[1.0, 0, 2], [0, 3, 0]]), torch.tensor([[-2.0, 5, 1], [4, 0, 1]])
    assert cosine_overlap(u, v) == 0
    torch.testing.assert_close(cosine_overlap(u, -3 * u), torch.tensor(1.0))
    angle = torch.tensor([[1.0, 0]]), torch.tensor([[math.cos(1.0), math.sin(1.0)]])
    torch.testing.assert_close(cosine_overlap(*angle), torch.tensor(math.cos(1.0) ** 2))


def test_features_that_vary_apart_have_no_gram_overlap():
    """Scan by scan the first has a sign, the second another that is uncorrelated to it."""
    u, v = torch.tensor([[1.0], [1], [-1], [-1]]), torch.tensor([[1.0], [-1], [1], [-1]])
    assert gram_overlap(u, v) == 0
    assert gram_overlap(u, u) == 1  # |4|^2 / 4^2
    assert gram_overlap(u + 5, u - 7) == 1  # centred before
    torch.manual_seed(0)
    u, v = torch.randn(9, 4), torch.randn(9, 6)  # widths may differ
    centred = [functional.normalize(one - one.mean(0), dim=1) for one in (u, v)]
    torch.testing.assert_close(gram_overlap(u, v), torch.linalg.matrix_norm(centred[0].T @ centred[1]) ** 2 / 81)


@pytest.mark.parametrize("form", ["cosine", "gram"])
def test_overlaps_are_weighed_and_averaged_over_the_pairs_of_streams(scores, form):
    torch.manual_seed(1)
    features = tuple(torch.randn(8, 5) for _ in range(3))
    outputs = Outputs(scores[0], features, ())
    loss, _ = make_loss(LossSettings(orthogonal=0.3, form=form), EXPRESSIONS, CPU)(outputs, scores[1])
    overlap = {"cosine": cosine_overlap, "gram": gram_overlap}[form]
    pairs = [overlap(features[i], features[k]) for i, k in ((0, 1), (0, 2), (1, 2))]
    torch.testing.assert_close(loss, functional.cross_entropy(*scores) + 0.3 * sum(pairs) / 3)


def test_parts_are_added_as_losses_of_their_own(scores):
    outputs = Outputs(scores[0], (), (2 * scores[0], -scores[0]))
    expected = sum(functional.cross_entropy(k * scores[0], scores[1]) for k in (1, 2, -1))
    torch.testing.assert_close(cross_entropy(outputs, scores[1])[0], expected)
    weighted = make_loss(dataclasses.replace(PLAIN_LOSS, subcentres=2), EXPRESSIONS, CPU)
    torch.testing.assert_close(weighted(outputs, scores[1])[0], expected)


def test_focal_loss_without_power_is_the_cross_entropy_and_with_it_that_of_the_paper(scores):
    assert focal_loss(*scores, 0.0) == functional.cross_entropy(*scores)
    p = scores[0].softmax(1)[torch.arange(8), scores[1]]
    torch.testing.assert_close(focal_loss(*scores, 2.0), (-((1 - p) ** 2) * p.log()).mean())
    sure = torch.tensor([[200.0, 0, 0]], requires_grad=True)
    focal_loss(sure, torch.tensor([0]), 0.5).backward()
    assert sure.grad.isfinite().all()


def test_smoothing_is_torchs(scores):
    loss, _ = make_loss(LossSettings(smoothing=0.2), EXPRESSIONS, CPU)(*scores)
    assert loss == functional.cross_entropy(*scores, label_smoothing=0.2)


def test_soft_labels_add_up_to_1_and_favour_the_right_and_the_near():
    labels = dimensional_labels(EXPRESSIONS, 0.5)
    torch.testing.assert_close(labels.sum(1), torch.ones(6))
    assert labels.argmax(1).tolist() == list(range(6))
    anger = dict(zip(EXPRESSIONS, labels[EXPRESSIONS.index("anger")].tolist(), strict=True))
    assert anger["fear"] > anger["surprise"] > anger["happiness"]
    torch.testing.assert_close(dimensional_labels(EXPRESSIONS, 0.01), torch.eye(6), atol=1e-3, rtol=0)
    between = [PLEASURE_AROUSAL[name] for name in ("anger", "sadness")]
    ratio = math.exp(-(math.dist(*between) ** 2) / 0.5)
    assert anger["sadness"] / anger["anger"] == pytest.approx(ratio, rel=1e-5)


def test_the_dimensional_term_is_the_divergence_from_soft_labels(scores):
    loss, _ = make_loss(LossSettings(dimensional=0.5, sigma=0.4), EXPRESSIONS, CPU)(*scores)
    targets, logs = dimensional_labels(EXPRESSIONS, 0.4)[scores[1]], scores[0].log_softmax(1)
    divergence = (targets * (targets.log() - logs)).sum(1).mean()
    torch.testing.assert_close(loss, functional.cross_entropy(*scores) + 0.5 * divergence)


def test_a_class_without_a_place_is_named():
    with pytest.raises(InputError, match="no place for the class 'contempt'; it knows anger, .*leave out"):
        make_loss(LossSettings(dimensional=0.5), ("anger", "contempt"), CPU)
