import dataclasses

import pytest

from ffnet.workflow.memory import collection_memory, network_memory, training_memory
from ffnet.workflow.planning import plan_dataset

MEASURED = {  # MB at the peak of jobs on 720 scans at the paper's width and batch
    "ridge": 788,
    "F3DNet-d": 1292,
    "F3DNet-M-dnt": 1742,
    "VGG16-BN-d": 2249,
    "FFNet-M": 2731,
}

PIECES = {  # MB of the network's maps and weights alone, at the paper's width, in batches of 32
    **{"AMDFN": 577, "FFNet-RA": 4854, "DA-CNN-like": 7898, "CMANet-like": 2124, "AFNet-M-like": 1889},
    "DF-CNN-like": 1245,
}


@pytest.fixture
def paper_config(config):
    """The paper's sizes on 60 generated people: 720 scans."""
    return dataclasses.replace(
        config,
        demo=dataclasses.replace(config.demo, subjects=60),
        protocol=dataclasses.replace(config.protocol, subjects=60),
        networks=dataclasses.replace(config.networks, width=1.0),
        training=dataclasses.replace(config.training, batch=32),
    )


@pytest.mark.parametrize("experiment", MEASURED)
def test_a_job_asks_for_little_more_than_what_was_measured(paper_config, experiment):
    plan = plan_dataset("demo-bu3dfe", paper_config)
    asked = training_memory(paper_config, plan, experiment, gpu=False)
    assert MEASURED[experiment] <= asked <= 1.1 * MEASURED[experiment]


@pytest.mark.parametrize("experiment", PIECES)
def test_a_row_with_pieces_asks_for_little_more_than_its_network_took(config, experiment):
    asked = network_memory(config.experiments[experiment])
    assert PIECES[experiment] <= asked <= 1.1 * PIECES[experiment]


def test_scattering_asks_for_its_coefficients_in_both_halves(paper_config):
    plan = plan_dataset("demo-bu3dfe", paper_config)
    coefficients = 720 * 4 * 217 * 7 * 7 * 8 / 2**20  # float64
    asked = training_memory(paper_config, plan, "Scattering-n", gpu=True)
    assert training_memory(paper_config, plan, "ridge", gpu=False) + 2 * coefficients < asked < 3000


def test_the_collection_is_that_of_the_subjects_that_take_part(paper_config):
    plan = plan_dataset("demo-bu3dfe", paper_config)
    whole = collection_memory(paper_config, plan)
    assert whole == pytest.approx(720 * (7 * 112**2 + 56**2 + 28**2) * 4 / 2**20)
    half = dataclasses.replace(paper_config, protocol=dataclasses.replace(paper_config.protocol, subjects=30))
    assert collection_memory(half, plan) == pytest.approx(whole / 2)


def test_a_network_on_a_gpu_needs_more_and_ridge_does_not(paper_config):
    plan = plan_dataset("demo-bu3dfe", paper_config)
    more = {name: training_memory(paper_config, plan, name, gpu=True) for name in ("FFNet-M", "ridge")}
    assert more["FFNet-M"] > training_memory(paper_config, plan, "FFNet-M", gpu=False) + 1000
    assert more["ridge"] == training_memory(paper_config, plan, "ridge", gpu=False)
