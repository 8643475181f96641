"""Identities and expressions."""

import dataclasses

import numpy as np
import pytest

from ffnet.demo import roster
from ffnet.demo.face_units import MIXTURES, unit_weights
from ffnet.demo.identity import macro_weights, make_identity, unit_of
from ffnet.expressions import EXPRESSIONS, NEUTRAL


def weights_of(model, settings, expression, intensity, number=0, seed=0):
    identity = make_identity(model.head, roster.list_subjects(settings, "bu3dfe")[number], settings)
    scan = roster.Scan("any", expression, intensity, 0)
    return unit_weights(model.head.names, identity, scan, settings, np.random.default_rng(seed))


def test_macro_weights_of_a_kind_add_up_to_one():
    weights = macro_weights((0.2, 0.5, 0.3), "M", 0.4, 0.3, -0.6)
    for kind in ("universal", "(caucasian|asian|african)"):
        assert sum(
            w for name, w in weights.items() if kind.startswith("uni") == ("universal" in name)
        ) == pytest.approx(1)
    assert all("female" not in name for name in weights)


def test_two_subjects_differ_by_millimetres_and_the_same_one_not_at_all(model, settings):
    first, second = (make_identity(model.head, s, settings) for s in roster.list_subjects(settings, "bu3dfe"))
    again = make_identity(model.head, roster.list_subjects(settings, "bu3dfe")[0], settings)
    landmarks = model.head.landmarks

    def inner(identity):
        return identity.shape[landmarks] - identity.shape[landmarks[30]]

    assert np.linalg.norm(inner(first) - inner(second), axis=1).mean() > 2
    assert np.array_equal(first.shape, again.shape) and first.habits == again.habits


def test_ethnicity_codes_steer_the_skin(model, settings):
    subject = roster.list_subjects(settings, "bu3dfe")[0]
    tones = {code: make_identity(model.head, subject._replace(ethnicity=code), settings).tone for code in ("WH", "BL")}
    assert tones["BL"] > tones["WH"] + 0.3


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_a_higher_intensity_is_a_stronger_expression(model, settings, expression):
    calm = dataclasses.replace(settings, expression_variation=0.0)
    low, high = (weights_of(model, calm, expression, level) for level in (1, 4))
    used = [name for name in low if unit_of(name) in MIXTURES[expression]]
    assert used and all(high[name] > low[name] for name in used)


def test_a_neutral_face_uses_units_only_by_stray(model, settings):
    assert max(weights_of(model, settings, NEUTRAL, 0).values()) < 0.2
    assert max(weights_of(model, dataclasses.replace(settings, expression_variation=0.0), NEUTRAL, 0).values()) == 0


def test_people_and_scans_express_in_their_own_way(model, settings):
    mine = weights_of(model, settings, "happiness", 4)
    assert mine != weights_of(model, settings, "happiness", 4, seed=1)
    assert mine != weights_of(model, settings, "happiness", 4, number=1)
    assert mine["unit/mouthSmileLeft"] != mine["unit/mouthSmileRight"]


def test_every_unit_of_a_mixture_exists(model):
    units = {unit_of(name) for name in model.head.names if name.startswith("unit/")}
    assert all(set(mixture) <= units for mixture in MIXTURES.values())
