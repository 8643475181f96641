"""Changed scans through the stages and networks."""

import dataclasses
import shutil

import numpy as np
import pytest

from ffnet.predict.predictor import load
from ffnet.robustness.condition import prepare_changed, run_condition
from ffnet.robustness.settings import UNCHANGED, Condition
from ffnet.scans.formats.readers import find_texture
from ffnet.scans.index import ScanRow


@pytest.fixture(scope="module")
def preprocessing(config):
    return config.preprocessing("mm", "splat")


@pytest.fixture(scope="module")
def predictors(write_final_model):
    return {name: load(write_final_model(name)) for name in ("F3DNet-M-d", "FFNet-M")}


@pytest.fixture(scope="module")
def rows(bnt, tmp_path_factory):
    """A good scan, one whose file is cut, and one more good one."""
    broken = tmp_path_factory.mktemp("broken") / "bs001_E_FEAR_0.bnt"
    broken.write_bytes(bnt.read_bytes()[:3000])
    shutil.copy(find_texture(str(bnt)), broken.with_suffix(".png"))
    paths = {"a": bnt, "broken": broken, "c": bnt}
    return [ScanRow(name, name, "happiness", 1, str(path), find_texture(str(path)), "") for name, path in paths.items()]


def test_an_unchanged_scan_is_predicted_as_ever(rows, predictors, preprocessing, config, bnt):
    outcomes = run_condition(rows[:1], UNCHANGED, predictors, preprocessing, config.robustness.change)
    for one in outcomes:
        predictor = dataclasses.replace(predictors[one.experiment], preprocessing=preprocessing)
        np.testing.assert_allclose(one.probabilities, list(predictor(bnt).values()), atol=1e-6)


def test_one_bad_scan_is_lost_with_its_reason_and_the_others_are_tested(rows, predictors, preprocessing, config):
    condition = Condition("noise", 1.0)
    outcomes = run_condition(rows, condition, predictors, preprocessing, config.robustness.change)
    assert [bool(one.predicted) for one in outcomes] == [True, False, True] * 2
    lost = outcomes[1]
    assert lost.scan == "broken" and lost.stage == "scans" and "cut short" in lost.reason
    assert outcomes[0].probabilities != outcomes[2].probabilities  # each scan has noise of its own


def test_where_every_scan_is_lost_all_are_listed(rows, predictors, preprocessing, config):
    condition = Condition("yaw", 90.0)
    outcomes = run_condition(rows[:1], condition, predictors, preprocessing, config.robustness.change)
    assert [(one.predicted, one.stage) for one in outcomes] == [("", "scans")] * 2
    assert "no face was found on the mesh" in outcomes[0].reason


def test_a_scan_that_a_later_stage_leaves_out_is_lost_by_that_stage(rows, preprocessing, config, predictors):
    strict = dataclasses.replace(preprocessing, masks=dataclasses.replace(preprocessing.masks, least_plausibility=1.0))
    outcomes = run_condition(rows[:1], UNCHANGED, predictors, strict, config.robustness.change)
    assert outcomes[0].stage == "masks" and not outcomes[0].predicted


def test_the_pose_is_found_again_and_no_landmark_file_is_used(rows, preprocessing, config, bnt):
    listed = [rows[0]._replace(landmarks=str(bnt.with_suffix(".lm3")))]
    given = (("happiness",), preprocessing, config.robustness.change)
    with_file, without = (prepare_changed(of, UNCHANGED, *given)[0]["depth"] for of in (listed, rows[:1]))
    np.testing.assert_array_equal(with_file, without)
    turned = prepare_changed(rows[:1], Condition("yaw", 20.0), *given)[0]["depth"]
    both = (turned > 0) & (without > 0)
    assert np.median(np.abs(turned - without)[both]) < 0.05  # turned back to the camera
