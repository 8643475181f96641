"""docs/choices.md: the numbers that it lists are those of the code, and what it says of the mean face is so."""

import ast
import importlib
import re

import numpy as np
import pytest

from ffnet.landmarks.mean_face import mean_face
from ffnet.masks.plausibility import fit_similarity
from ffnet.workflow.provenance import ROOT

TEXT = (ROOT / "docs" / "choices.md").read_text(encoding="utf-8")
NUMBERS = re.findall(r"^\| `(ffnet\.[\w.]+)\.(\w+)` \| ([^|]+) \|", TEXT, re.MULTILINE)


@pytest.mark.parametrize(("module", "name", "value"), NUMBERS, ids=lambda value: value)
def test_a_number_of_the_method_is_as_the_page_says(module, name, value):
    assert getattr(importlib.import_module(module), name) == ast.literal_eval(value)


def test_the_page_has_the_width_of_the_mean_face_and_what_wider_ones_lose():
    left, right = mean_face()[0][[36, 45]]
    width = np.linalg.norm(left - right)
    men, women = 93.0, 88.4
    assert f"are {width:.1f} mm apart on the mean face" in TEXT
    assert f"{men} mm apart in men and {women} mm in women" in " ".join(TEXT.split())
    salient = mean_face()[0][17:, :2]
    scales = [fit_similarity(salient * width_of / width, salient)[1] for width_of in (men, women)]
    losses = [f"{np.log(scale):.0%}" for scale in scales]
    assert "loses {} and {},".format(*losses) in " ".join(TEXT.split())
