"""The Python reference: docstrings as reStructuredText."""

import pytest

from docs.api_docstrings import names_of, rewrite
from ffnet.errors import InputError
from ffnet.geometry.mesh import Mesh
from ffnet.normals.depth import normals_from_depth
from ffnet.predict import Predictor


@pytest.mark.parametrize(
    ("text", "rewritten"),
    [
        ("A plane.", ["A plane."]),
        (
            "A plane.\n\nx: (N,) mm. y: (N,) mm,\nor none.",
            ["A plane.", "- **x**: (N,) mm.", "- **y**: (N,) mm, or none."],
        ),
        (
            "x, y: (N,) mm. Returns (N,).\nRaises ValueError for z.",
            ["- **x, y**: (N,) mm.", "Returns (N,).", "Raises ValueError for z."],
        ),
        ("Prose goes first. y: a thing: of 2 parts.", ["Prose goes first.", "- **y**: a thing: of 2 parts."]),
        ("z: is no argument. a * b, `c_d`, d_, |e|", [r"z: is no argument. a \* b, ``c_d``, d\_, \|e\|"]),
    ],
)
def test_arguments_become_a_list_and_markup_is_escaped(text, rewritten):
    assert "\n".join(rewrite(text.splitlines(), ["x", "y"])).split("\n\n") == rewritten


def test_names_are_those_of_arguments_and_fields():
    assert names_of(normals_from_depth) == ["depth", "spacing"]
    assert names_of(Mesh) == ["vertices", "triangles", "uv", "texture"]
    assert names_of(Predictor) == ["network", "header", "preprocessing"]
    assert names_of(Predictor.turn) == ["scan"] and names_of(Predictor.classes) == names_of(InputError) == []
