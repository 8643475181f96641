import numpy as np
import pytest
import torch

from ffnet.predict import load
from ffnet.predict.saliency import integrated_gradients, saliency

STEPS = (1, 5, 40)  # one, less than a chunk, more than one


@pytest.fixture
def points():
    generator = torch.Generator().manual_seed(0)
    a, b, c, d = (torch.randn(1, 2, 3, 3, generator=generator, dtype=torch.float64) for _ in range(4))
    return {"depth": a, "texture": b}, {"depth": c, "texture": d}


@pytest.mark.parametrize("steps", STEPS)
def test_of_a_weighted_sum_each_value_has_its_weight_times_its_way(points, steps):
    inputs, baselines = points
    weights = {name: torch.randn_like(values) for name, values in inputs.items()}

    def score(maps):
        return sum((weights[name] * values).flatten(1).sum(1) for name, values in maps.items())

    moved = integrated_gradients(score, inputs, baselines, steps)
    for name, values in moved.items():
        torch.testing.assert_close(values, weights[name] * (inputs[name] - baselines[name]))


@pytest.mark.parametrize("steps", STEPS)
def test_of_a_product_the_parts_sum_to_what_the_score_rose_by_exactly(points, steps):
    inputs, baselines = points

    def score(maps):
        return (maps["depth"] * maps["texture"] + maps["depth"] ** 2).flatten(1).sum(1)

    moved = integrated_gradients(score, inputs, baselines, steps)
    torch.testing.assert_close(sum(values.sum() for values in moved.values()), (score(inputs) - score(baselines))[0])


@pytest.mark.parametrize("steps", STEPS)
def test_of_a_cube_the_midpoint_rule_leaves_out_a_known_share(steps):
    inputs = {"depth": torch.tensor([[2.0, -3.0]], dtype=torch.float64)}
    moved = integrated_gradients(
        lambda maps: (maps["depth"] ** 3).sum(1), inputs, {"depth": torch.zeros(1, 2, dtype=torch.float64)}, steps
    )
    torch.testing.assert_close(moved["depth"], inputs["depth"] ** 3 * (1 - 1 / (4 * steps**2)))


def test_what_the_score_does_not_look_at_gets_nothing(points):
    moved = integrated_gradients(lambda maps: maps["depth"].flatten(1).sum(1) + 0 * maps["texture"].sum(), *points, 3)
    assert not moved["texture"].any() and moved["depth"].any()


def test_a_networks_pixels_sum_to_the_lead_that_they_made(predictor, columns):
    inputs = predictor.inputs(columns)
    for label in range(len(predictor.classes)):
        found = saliency(predictor.network, inputs, label)
        total, moved = (sum(of(values).sum() for values in found.maps.values()) for of in (np.asarray, np.abs))
        assert abs(total - (found.lead - found.baseline)) < 0.002 * moved


def test_the_lead_is_over_the_mean_of_all_classes_with_the_scans_masks_and_without_maps(predictor, columns):
    inputs = predictor.inputs(columns)
    found = saliency(predictor.network, inputs, 2, steps=1)
    empty = {name: values if name.startswith("mask") else values * 0 for name, values in inputs.items()}
    with torch.no_grad():
        for lead, what in ((found.lead, inputs), (found.baseline, empty)):
            scores = predictor.network(what)[0]
            assert lead == pytest.approx(float(scores[2] - scores.mean()), abs=1e-5)
    assert abs(found.lead - found.baseline) > 0.01


def test_there_is_a_map_for_each_modality_in_use_and_none_else(write_final_model, columns):
    for experiment, used in (("FFNet-M-dn", ["depth", "normals"]), ("F3DNet-t", ["texture"])):
        other = load(write_final_model(experiment))
        found = saliency(other.network, other.inputs(columns), 0, steps=2)
        assert list(found.maps) == used
        assert all(values.shape == (112, 112) and values.any() for values in found.maps.values())


def test_off_the_face_where_maps_are_0_no_pixel_moves_anything(predictor, columns):
    off = (columns["normals"][0] == 0).all(axis=-1) & (columns["depth"][0] == 0)
    found = saliency(predictor.network, predictor.inputs(columns), 0, steps=2)
    assert off.any() and all(not values[off].any() for values in found.maps.values())
