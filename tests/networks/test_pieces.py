"""Every row of config.yaml that is not the paper's, and every combination of pieces that is allowed."""

import dataclasses
import functools
import itertools
import random

import pytest
import torch
import yaml

from ffnet.config import read_config
from ffnet.errors import InputError
from ffnet.expressions import EXPRESSIONS
from ffnet.networks.combinations import check_experiments
from ffnet.networks.fusion import Outputs, build_network
from ffnet.networks.settings import ExperimentSettings, LossSettings, networks_of
from ffnet.results.tables.paper import read_paper
from ffnet.training.losses import make_loss
from ffnet.workflow.provenance import ROOT

CONFIG = read_config(yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8")))
PAPERS = {row.experiment for row in read_paper() if row.experiment}
ROWS = {name: row for name, row in CONFIG.experiments.items() if name not in PAPERS and not row.is_ridge}
HEAVY = {name for name, row in ROWS.items() if "vgg16_bn" in row.streams.values()}
STEP, CPU = 0.01, torch.device("cpu")
LABELS = torch.tensor([0, 5, 3, 1])
FFNET_M = CONFIG.experiments["FFNet-M"]


@pytest.fixture
def four(inputs):
    """Four scans with smooth normals, as faces have."""
    torch.manual_seed(2)
    coarse = torch.randn(4, 3, 14, 14) * 0.3 + torch.tensor([0.0, 0.0, 1.0])[:, None, None]
    normals = torch.nn.functional.interpolate(coarse, size=112, mode="bicubic")
    more = {name: torch.cat([values, values.flip(-1)]) for name, values in inputs.items()}
    return more | {"normals": torch.nn.functional.normalize(normals, dim=1)}


def slow_if(heavy):
    return [pytest.param(name, marks=pytest.mark.slow if heavy(name) else ()) for name in ROWS]


def one_step_learns(row, settings, given):
    """The loss is finite, every weight gets a gradient, and a small step against it lowers the loss on the batch."""
    torch.manual_seed(7)
    network = build_network(row, networks_of(row, settings), 6).train()
    for parameter in network.parameters():
        if not parameter.any() and parameter.ndim > 1:
            torch.nn.init.normal_(parameter, std=0.1)  # a layer that starts at 0 lets no gradient through
    loss = make_loss(row.loss, EXPRESSIONS, CPU)

    def loss_of():
        torch.manual_seed(0)  # the same dropout
        value, scores = loss(network(given), LABELS)
        assert scores.shape == (4, 6)
        return value

    before = loss_of()
    before.backward()
    gradients = {name: parameter.grad for name, parameter in network.named_parameters()}
    assert [name for name, gradient in gradients.items() if gradient is None or not gradient.isfinite().all()] == []
    assert [name for name, gradient in gradients.items() if name.endswith("weight") and not gradient.any()] == []
    norm = sum(gradient.square().sum() for gradient in gradients.values()).sqrt()
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            parameter -= STEP * gradients[name] / norm
        after = loss_of()
    assert before.isfinite() and after < before


@pytest.mark.parametrize("name", slow_if(lambda name: "VGG" in name or "DA-CNN" in name or "Tian" in name))
def test_every_row_runs_forward_and_backward_at_a_quarter_width(paper, four, name):
    one_step_learns(ROWS[name], dataclasses.replace(paper, width=0.25), four)


@pytest.mark.slow
@pytest.mark.parametrize("name", ROWS)
def test_every_row_runs_forward_and_backward_at_full_width(paper, four, name):
    one_step_learns(ROWS[name], paper, four)


@pytest.mark.parametrize("name", ROWS)
def test_only_what_a_row_reads_needs_to_be_there(paper, four, name):
    row = ROWS[name]
    torch.manual_seed(1)
    network = build_network(row, dataclasses.replace(networks_of(row, paper), width=0.12), 6).eval()
    reads = {*row.maps, *(("mask1", "mask2") if row.reads_masks else ())}
    assert reads == {*network.senses.maps, *(("mask1", "mask2") if network.senses.reads_masks else ())}
    scores = network({name: four[name] for name in reads})
    for one in reads:
        changed = four | {one: four[one].flip(0)}
        assert not torch.equal(network(changed), scores), one


@pytest.mark.parametrize("name", ROWS)
def test_the_scores_of_a_scan_depend_on_its_own_inputs_alone(paper, four, name):
    row = ROWS[name]
    network = build_network(row, dataclasses.replace(networks_of(row, paper), width=0.06), 6).eval()
    together = network(four)
    for scan in range(2):
        alone = network({name: values[scan : scan + 1] for name, values in four.items()})
        torch.testing.assert_close(together[scan], alone[0], rtol=1e-3, atol=1e-5)


def rows():
    """Every row that can be written, but few of the choices of backbones and of masks."""
    kinds = [
        *(("f3dnet", "none", "none"), ("none", "resnet18", "none"), ("f3dnet", "f3dnet", "vgg16_bn")),
        *(("resnet18", "resnet18", "resnet18"), ("f3dnet", "none", "vgg16_bn"), ("vgg16_bn", "vgg16_bn", "none")),
        *(("f3dnet", "f3dnet", "f3dnet"), ("resnet18", "f3dnet", "vgg16_bn"), ("none", "none", "vgg16_bn")),
    ]
    masks, fusions = ("none", "own", "identity", "curvature"), ("concat", "geometry", "early", "deep", "adaptive")
    attentions = ("none", "learned", "layer", "mask_modulation", "cross")
    losses = (LossSettings(), LossSettings(orthogonal=0.1, subcentres=2))
    for kind, *rest in itertools.product(
        kinds, masks, ("none", "shape_index"), fusions, attentions, ("joint", "apart"), losses
    ):
        mask, curvature, *pieces = rest
        yield ExperimentSettings(*kind, mask, 0, {}, curvature, *pieces)


def allowed(row):
    try:
        check_experiments({"x": row}, "experiments")
    except InputError:
        return False
    return True


@functools.cache
def allowed_rows():
    return [row for row in rows() if allowed(row)]


def runs_on_shapes_alone(row, paper, given):
    with torch.device("meta"):
        network = build_network(row, paper, 6).train()
    found = network({name: values.to("meta") for name, values in given.items()})
    scores = found.scores if isinstance(found, Outputs) else found
    assert scores.shape == (4, 6)
    assert isinstance(found, Outputs) == (row.learning == "apart" or row.loss.orthogonal > 0)
    rest = (*found.features, *found.parts) if isinstance(found, Outputs) else ()
    (scores.sum() + sum(one.sum() for one in rest)).backward()
    assert all(parameter.grad is not None for parameter in network.parameters())


def test_any_combination_that_is_allowed_can_be_built_and_trained(paper, four):
    for row in random.Random(3).sample(allowed_rows(), 10):
        runs_on_shapes_alone(row, paper, four)


@pytest.mark.slow
def test_combinations_of_every_piece_can_be_built_and_trained(paper, four):
    for row in random.Random(5).sample(allowed_rows(), 150):
        runs_on_shapes_alone(row, dataclasses.replace(paper, width=0.25), four)


@pytest.mark.slow
def test_combinations_that_are_allowed_give_finite_gradients(paper, four):
    for row in random.Random(4).sample(allowed_rows(), 60):
        torch.manual_seed(0)
        network = build_network(row, dataclasses.replace(paper, width=0.06), 6).train()
        loss, _ = make_loss(row.loss, EXPRESSIONS, CPU)(network(four), LABELS)
        loss.backward()
        assert all(parameter.grad.isfinite().all() for parameter in network.parameters()), row


def test_rows_of_the_paper_have_no_pieces_and_their_networks_no_other_parameters(paper):
    for name in PAPERS:
        assert CONFIG.experiments[name].pieces == ()
    with torch.device("meta"):
        network = build_network(FFNET_M, paper, 6)
    assert {name.partition(".")[0] for name in network.state_dict()} == {"backbones", "heads", "classifier"}


def test_a_row_with_pieces_is_another_architecture_than_the_papers():
    assert FFNET_M.architecture == ("f3dnet", "f3dnet", "vgg16_bn", "own")
    for change in ({"loss": LossSettings(focal=1.0)}, {"fusion": "adaptive"}, {"attention": "learned"}):
        assert dataclasses.replace(FFNET_M, **change).architecture != FFNET_M.architecture
    assert ROWS["OGF2-like"].pieces == ("fusion geometry", "learning apart", "orthogonal 1.0")
    assert len({row.architecture for row in CONFIG.experiments.values()}) == len(CONFIG.experiments)


def test_attention_at_the_places_of_masks_sees_maps_of_their_sizes(paper, four):
    network, seen = build_network(ROWS["FFNet-RA"], paper, 6).eval(), {}
    for stream, sites in network.attention.items():
        for site, module in sites.items():
            module.register_forward_hook(lambda _, g, o, k=(stream, site): seen.update({k: tuple(g[0].shape[1:])}))
    network({key: values[:1] for key, values in four.items()})
    for stream, (first, second) in {"depth": (64, 128), "normals": (64, 128), "texture": (128, 256)}.items():
        assert seen[stream, "mask1"] == (first, 56, 56) and seen[stream, "mask2"] == (second, 28, 28)


def test_curvature_masks_take_the_places_of_landmark_masks(paper, four):
    """FFNet-C with the masks that it computes is FFNet-M with the same masks."""
    from ffnet.networks.curvature import curvature_masks

    networks = []
    for row in (ROWS["FFNet-C"], FFNET_M):
        torch.manual_seed(5)
        networks.append(build_network(row, dataclasses.replace(paper, width=0.25), 6).eval())
    computed, read = networks
    assert torch.equal(computed(four), read(four | curvature_masks(four["normals"])))


def test_streams_that_learn_apart_get_no_gradient_from_the_fused_scores(paper, four):
    row = ROWS["OGF2-like-0"]
    torch.manual_seed(0)
    network = build_network(row, dataclasses.replace(paper, width=0.1), 6).train()
    outputs = network(four)
    outputs.scores.sum().backward(retain_graph=True)
    assert all(parameter.grad is None for parameter in network.backbones.parameters())
    assert all(parameter.grad is not None for parameter in network.heads.parameters())
    network.zero_grad()
    outputs.parts[0].sum().backward()
    assert all(parameter.grad is not None for parameter in network.backbones["geometry"].parameters())
    assert all(parameter.grad is None for parameter in network.backbones["texture"].parameters())
    assert all(parameter.grad is None for parameter in network.heads.parameters())


def test_features_are_those_before_the_last_relu(paper, four):
    network = build_network(ROWS["FFNet-M-orthogonal"], dataclasses.replace(paper, width=0.25), 6).train()
    seen = []
    network.classifier.register_forward_hook(lambda layer, given, output: seen.append(given[0]))
    outputs = network(four)
    assert len(outputs.features) == 3 and min(one.min() for one in outputs.features) < 0
    assert torch.equal(torch.cat([one.relu() for one in outputs.features], dim=1), seen[0])
    assert isinstance(network.eval()(four), torch.Tensor)


def test_crossing_streams_meet_where_their_maps_are_14x14(paper, four):
    network, seen = build_network(ROWS["CMANet-like"], paper, 6).eval(), {}
    exchange = network.meeting.exchange
    exchange.register_forward_hook(
        lambda _, given, out: seen.update({k: tuple(v.shape[1:]) for k, v in given[0].items()})
    )
    one = {name: values[:1] for name, values in four.items()}
    network(one)
    assert seen == {"depth": (128, 14, 14), "normals": (128, 14, 14), "texture": (256, 14, 14)}
    for pair in exchange.pairs.values():
        torch.nn.init.zeros_(pair.back.weight)
        torch.nn.init.zeros_(pair.back.bias)
    plain = build_network(ROWS["FFNet-C"], paper, 6).eval()
    plain.load_state_dict({k: v for k, v in network.state_dict().items() if not k.startswith("meeting")})
    assert torch.equal(network(one), plain(one))


def test_attention_of_ones_is_the_plain_network(paper, four):
    """A learned mask of 0 in (1 + M) x, and a last unit that passes everything: FFNet-RA is FFNet."""
    torch.manual_seed(0)
    settings = dataclasses.replace(paper, width=0.25)
    network, plain = build_network(ROWS["FFNet-RA"], settings, 6).eval(), None
    for sites in network.attention.values():
        for module in sites.values():
            torch.nn.init.zeros_(module.last.change[-1].weight)
            module.mask = torch.zeros_like
    plain = build_network(CONFIG.experiments["FFNet"], settings, 6).eval()
    plain.load_state_dict({k: v for k, v in network.state_dict().items() if not k.startswith("attention")})
    assert torch.equal(network(four), plain(four))
