"""Rows that are not the paper's as final models: predictions, ONNX, saliency."""

import numpy as np
import pytest
import torch
import yaml

from ffnet.config import read_config
from ffnet.networks.settings import CONTROLS
from ffnet.predict import load
from ffnet.predict.onnx_file import write_onnx
from ffnet.predict.saliency import saliency
from ffnet.workflow.provenance import ROOT

CONFIG = read_config(yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8")))
PIECES = [
    name
    for name, row in CONFIG.experiments.items()
    if not row.is_ridge and row.masks not in CONTROLS and (row.pieces or row.masks == "curvature")
]
ONE_OF_EACH = {"AMDFN", "CMANet-like"}


def slow_but(names):
    return [pytest.param(name, marks=() if name in names else pytest.mark.slow) for name in PIECES]


@pytest.mark.parametrize("name", slow_but(ONE_OF_EACH))
def test_a_final_model_predicts_a_scan_and_each_pixels_share_in_it(write_final_model, wrl, columns, name):
    model = load(write_final_model(name))
    found = model(wrl)
    assert list(found) == list(model.classes) and sum(found.values()) == pytest.approx(1)
    np.testing.assert_allclose(model.probabilities(columns)[0], list(found.values()), atol=1e-5)
    shares = saliency(model.network, model.inputs(columns), 0, steps=4)
    assert set(shares.maps) == set(model.network.senses.maps)
    moved = abs(shares.lead - shares.baseline) > 1e-6  # so narrow, a network may see nothing
    assert all(np.isfinite(values).all() and values.any() == moved for values in shares.maps.values())


@pytest.mark.slow
@pytest.mark.parametrize("name", PIECES)
def test_its_onnx_file_gives_the_same_probabilities(write_final_model, tmp_path, name):
    assert write_onnx(tmp_path / "m.onnx", load(write_final_model(name))) < 1e-4


def test_what_only_training_needs_is_kept_but_gives_no_other_scores(write_final_model, columns):
    model = load(write_final_model("OGF2-like"))
    assert any(name.startswith("alone.") for name in model.network.state_dict())
    scores = model.network(model.inputs(columns))
    assert isinstance(scores, torch.Tensor) and scores.shape == (1, 6)
