import dataclasses
import itertools

import pytest
import torch
import yaml
from torch.nn import functional

from ffnet.config import read_config
from ffnet.networks.fusion import CHANNELS, build_network
from ffnet.networks.settings import ExperimentSettings
from ffnet.results.tables.paper import read_paper
from ffnet.workflow.provenance import ROOT

CONFIG = read_config(yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8")))
PAPERS = {row.experiment for row in read_paper() if row.experiment}
EXPERIMENTS = {name: row for name, row in CONFIG.experiments.items() if name in PAPERS}
FULL = EXPERIMENTS["FFNet-M"]
STEP = 0.01  # length of a step in the space of all parameters


def sizes_and_masks(network, inputs):
    """Per modality: the stack's output size, and the sizes that each mask's convolution turned into what."""
    out, met = {}, {}

    def seen(modality, number, mask):
        def hook(layer, arguments, output):
            met[modality, mask] = (number, tuple(arguments[0].shape[1:]), tuple(output.shape[1:]))

        return hook

    for modality, stack in network.backbones.items():
        convolutions = [i for i, layer in enumerate(stack) if isinstance(layer, torch.nn.Conv2d)]
        for place, (mask, _) in stack.skips.items():
            stack[place].register_forward_hook(seen(modality, convolutions.index(place) + 1, mask))
        stack.register_forward_hook(lambda stack, given, output, m=modality: out.update({m: tuple(output.shape[1:])}))
    fused = []
    network.classifier.register_forward_hook(lambda layer, given, output: fused.append(given[0].shape[1]))
    network(inputs)
    return out, met, fused[0]


@pytest.mark.parametrize("plan", ["stride", "pool"])
def test_streams_end_in_the_papers_sizes_and_masks_meet_the_convolutions_it_names(paper, inputs, plan):
    network = build_network(FULL, dataclasses.replace(paper, f3dnet_plan=plan), 6)
    out, met, fused = sizes_and_masks(network, inputs)
    assert out == {"depth": (512, 4, 4), "normals": (512, 4, 4), "texture": (512, 3, 3)}
    assert fused == 384
    for modality in ("depth", "normals"):
        assert met[modality, "mask1"] == (2, (64, 56, 56), (64, 56, 56))
        assert met[modality, "mask2"] == (4, (128, 28, 28), (128, 28, 28))
    assert met["texture", "mask1"] == (4, (128, 56, 56), (128, 56, 56))
    assert met["texture", "mask2"] == (6, (256, 28, 28), (256, 28, 28))


def test_f3dnet_has_two_5x5_and_four_3x3_convolutions_and_four_pools(paper):
    for plan in ("stride", "pool"):
        stack = build_network(FULL, dataclasses.replace(paper, f3dnet_plan=plan), 6).backbones["depth"]
        kernels = [layer.kernel_size[0] for layer in stack if isinstance(layer, torch.nn.Conv2d)]
        assert kernels == [5, 5, 3, 3, 3, 3]
        assert sum(isinstance(layer, torch.nn.MaxPool2d) for layer in stack) == 4


def test_f3dnet_starts_from_the_papers_distributions(paper):
    torch.manual_seed(1)
    for layer in build_network(FULL, paper, 6).backbones["normals"]:
        if isinstance(layer, (torch.nn.Conv2d, torch.nn.BatchNorm2d)):
            count = layer.weight.numel()
            mean = 0.0 if isinstance(layer, torch.nn.Conv2d) else 1.0
            assert layer.weight.mean().item() == pytest.approx(mean, abs=5 * 0.02 / count**0.5)
            assert layer.weight.std().item() == pytest.approx(0.02, rel=5 / (2 * count) ** 0.5)
            assert (layer.bias == 0).all()


def test_there_are_nineteen_networks_in_the_papers_tables():
    assert len(EXPERIMENTS) == 19


def one_step_learns(experiment, settings, inputs):
    """Every parameter gets a gradient, and a small step against it lowers the loss on the batch."""
    torch.manual_seed(7)
    network = build_network(experiment, settings, 6)
    assert network.classifier.in_features == 128 * settings.width * len(experiment.streams)
    given = {name: inputs[name] for name in (*experiment.streams, "mask1", "mask2")}

    def loss_of():
        scores = network(given)
        assert scores.shape == (2, 6)
        return functional.cross_entropy(scores, torch.tensor([0, 5]))

    before = loss_of()
    before.backward()
    gradients = {name: parameter.grad for name, parameter in network.named_parameters()}
    assert all(gradient is not None and gradient.isfinite().all() for gradient in gradients.values())
    assert all(gradient.any() for name, gradient in gradients.items() if name.endswith("weight"))
    norm = sum(gradient.square().sum() for gradient in gradients.values()).sqrt()
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            parameter -= STEP * gradients[name] / norm
        after = loss_of()
    assert before.isfinite() and after < before - 0.2 * STEP * norm


def slow_unless(fast):
    return [pytest.param(name, marks=() if fast(name) else pytest.mark.slow) for name in EXPERIMENTS]


@pytest.mark.parametrize("name", slow_unless(lambda name: not ("VGG" in name and "dnt" in name)))
def test_every_experiment_runs_forward_and_backward_at_a_quarter_width(paper, inputs, name):
    one_step_learns(EXPERIMENTS[name], dataclasses.replace(paper, width=0.25), inputs)


@pytest.mark.parametrize("name", slow_unless(lambda name: name == "F3DNet-d"))
def test_every_experiment_runs_forward_and_backward_at_full_width(paper, inputs, name):
    one_step_learns(EXPERIMENTS[name], paper, inputs)


def test_fully_connected_layers_start_at_random_within_torchs_bounds(paper):
    """Uniform within 1 / sqrt(inputs), weights and biases (the paper: random initialisation)."""
    torch.manual_seed(1)
    network = build_network(FULL, paper, 6)
    layers = [network.classifier, *(head[place] for head in network.heads.values() for place in (0, 3))]
    assert [layer.out_features for layer in layers] == [6, 256, 128, 256, 128, 256, 128]
    for layer in layers:
        bound = layer.in_features**-0.5
        assert 0.95 * bound < layer.weight.abs().max() <= bound and layer.bias.abs().max() <= bound
        assert layer.weight.std().item() == pytest.approx(bound / 3**0.5, rel=0.05)
    assert not torch.equal(network.heads["depth"][0].weight, network.heads["normals"][0].weight)


def test_each_modality_may_have_another_backbone_and_the_classifier_follows_their_number(paper, inputs):
    kinds = ("none", "f3dnet", "vgg16_bn")
    inputs = {name: values.to("meta") for name, values in inputs.items()}  # shapes alone
    for row in itertools.product(kinds, kinds, kinds):
        experiment = ExperimentSettings(*row, masks="own", repeats=0)
        if experiment.streams:
            with torch.device("meta"):
                network = build_network(experiment, paper, 4)
            assert network(inputs).shape == (2, 4)
            assert network.classifier.in_features == 128 * (3 - row.count("none"))
            sides = {m: network.backbones[m](inputs[m], inputs).shape[-1] for m in experiment.streams}
            assert sides == {m: {"f3dnet": 4, "vgg16_bn": 3}[kind] for m, kind in experiment.streams.items()}


def scores_with_same_weights(settings, masks, inputs):
    torch.manual_seed(5)
    network = build_network(dataclasses.replace(FULL, masks=masks), dataclasses.replace(settings, width=0.25), 6)
    return network.eval()(inputs)


def test_masks_of_zeros_equal_the_network_without_masks(paper, inputs):
    zeros = inputs | {name: torch.zeros_like(inputs[name]) for name in ("mask1", "mask2")}
    assert torch.equal(scores_with_same_weights(paper, "own", zeros), scores_with_same_weights(paper, "none", inputs))


@pytest.mark.parametrize("mask", ["mask1", "mask2"])
def test_each_mask_matters_in_each_stream(paper, inputs, mask):
    torch.manual_seed(5)
    network = build_network(FULL, dataclasses.replace(paper, width=0.25), 6).eval()
    masks = {name: inputs[name] for name in ("mask1", "mask2")}
    without = masks | {mask: torch.zeros_like(masks[mask])}
    for modality, stack in network.backbones.items():
        assert not torch.allclose(stack(inputs[modality], masks), stack(inputs[modality], without)), modality


def test_masks_of_ones_equal_the_identity_skip(paper, inputs):
    ones = inputs | {name: torch.ones_like(inputs[name]) for name in ("mask1", "mask2")}
    maps = {name: inputs[name] for name in CHANNELS}  # no masks at all
    assert torch.equal(scores_with_same_weights(paper, "own", ones), scores_with_same_weights(paper, "identity", maps))


def test_a_one_channel_map_is_repeated_for_vgg16_bn(paper, inputs):
    torch.manual_seed(2)
    one = ExperimentSettings("vgg16_bn", "none", "none", masks="own", repeats=1)
    network = build_network(one, dataclasses.replace(paper, width=0.25), 6).eval()
    three = inputs | {"depth": inputs["depth"].repeat(1, 3, 1, 1)}
    assert torch.equal(network(inputs), network(three))


def test_features_are_fused_behind_a_last_relu(paper, inputs):
    """FC2 ends in a ReLU: no fused feature is negative, and some are cut to 0."""
    network, fused = build_network(FULL, dataclasses.replace(paper, width=0.25), 6).eval(), []
    network.classifier.register_forward_hook(lambda layer, given, output: fused.append(given[0]))
    network(inputs)
    assert fused[0].min() == 0 and 0.1 < (fused[0] > 0).float().mean() < 0.9
    for head in network.heads.values():
        kinds = [type(layer).__name__ for layer in head]
        assert kinds == ["Linear", "ReLU", "Dropout", "Linear", "ReLU"]


def test_the_scores_of_a_scan_depend_on_its_own_maps_and_masks_alone(paper, inputs):
    network = build_network(FULL, dataclasses.replace(paper, width=0.25), 6).eval()
    together = network(inputs)
    for scan in range(2):
        alone = network({name: values[scan : scan + 1] for name, values in inputs.items()})
        torch.testing.assert_close(together[scan], alone[0], rtol=1e-4, atol=1e-5)
    exchanged = inputs | {name: inputs[name].flip(0) for name in ("mask1", "mask2")}
    assert not torch.allclose(network(exchanged), together, rtol=1e-3)


def test_dropout_acts_in_training_only(paper, inputs):
    network = build_network(FULL, dataclasses.replace(paper, width=0.25, dropout=0.5), 6).eval()
    assert torch.equal(network(inputs), network(inputs))
    head = network.heads["depth"].train()
    features = torch.ones(4, head[0].in_features)
    assert not torch.equal(head(features), head(features))
