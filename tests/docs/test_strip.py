"""The strip at the top of README."""

import cv2
import numpy as np
import pytest

from docs.strip import SCAN, Strip, scores
from docs.strip_figure import strip_figure
from ffnet.expressions import EXPRESSIONS
from ffnet.figures.saving import save_figure
from ffnet.workflow.provenance import ROOT


def row(scan, label, fold, predicted):
    shares = {name: "0.75" if name == predicted else "0.05" for name in EXPRESSIONS}
    return {"scan": scan, "label": label, "repeat": "0", "fold": fold} | shares


def test_accuracy_is_the_mean_over_runs_and_the_matrix_has_true_classes_in_rows():
    rows = [row(SCAN, "fear", "0", "sadness"), row("b", "fear", "1", "fear"), row("c", "anger", "1", "anger")]
    rows += [row(name, name, "2", name) for name in EXPRESSIONS]
    found = scores(rows)
    assert found["accuracy"] == pytest.approx(100 * (0 + 1 + 1) / 3)
    fear, sadness = EXPRESSIONS.index("fear"), EXPRESSIONS.index("sadness")
    assert found["matrix"][fear, sadness] == pytest.approx(100 / 3) and found["matrix"][sadness, fear] == 0
    assert found["probabilities"].argmax() == sadness and np.allclose(found["matrix"].sum(axis=1), 100)


def test_the_figure_is_wide_and_its_corners_are_transparent(tmp_path):
    maps, masks = np.ones((112, 112, 3)), (np.ones((56, 56)), np.ones((28, 28)))
    strip = Strip(
        np.ones((9, 9, 4)),
        maps[..., 0],
        maps,
        maps,
        np.ones((51, 2)),
        *masks,
        np.full(6, 1 / 6),
        100 * np.eye(6),
        100.0,
    )
    save_figure(strip_figure(strip), [tmp_path / "strip.png"], 90)
    picture = cv2.imread(str(tmp_path / "strip.png"), cv2.IMREAD_UNCHANGED)
    assert picture.shape[1] > 2 * picture.shape[0] and picture.shape[2] == 4
    assert picture[0, 0, 3] == 0 and (picture[10, 300] == 255).all()


def test_readme_shows_the_strip_at_twice_the_width_of_a_page():
    picture = cv2.imread(str(ROOT / "docs" / "strip.png"))
    assert "](docs/strip.png)" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert picture.shape[1] > 1800 and picture.shape[1] > 2 * picture.shape[0]
