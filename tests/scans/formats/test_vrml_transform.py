"""Transform nodes of a .wrl, against their definition in VRML97, 6.52."""

import numpy as np
import pytest

from ffnet.errors import ScanError
from ffnet.scans.formats.bu3dfe import read_bu3dfe
from ffnet.scans.formats.vrml_transform import MOST_NODES, transformed

POINTS = np.array([[0, 0, 0], [10, 0, 0], [10, 20, 5]], float)
SHAPE = (
    "Shape { geometry IndexedFaceSet { coord Coordinate { point [ 0 0 0, 10 0 0, 10 20 5 ] } coordIndex [ 0 1 2 -1 ] "
    "texCoord TextureCoordinate { point [ 0 0, 1 0, 1 1 ] } } }"
)


def node(fields, children=SHAPE, behind=""):
    return f"Transform {{ {fields} children [ {children} ] {behind} }}"


def placed(text):
    return transformed(POINTS, text.encode(), text.index("coordIndex"), "a.wrl")


@pytest.mark.parametrize(
    ("fields", "wanted"),
    [
        ("", POINTS),
        ("translation 0 0 0 rotation 0 0 1 0 scale 1 1 1", POINTS),
        ("translation 1 -2 3.5", POINTS + [1, -2, 3.5]),
        ("scale 2 3, 4", POINTS * [2, 3, 4]),
        ("rotation 0 0 1 1.5707963267948966", POINTS[:, [1, 0, 2]] * [-1, 1, 1]),
        ("rotation 0 9e-9 0 -1.5707963267948966", POINTS[:, [2, 1, 0]] * [-1, 1, 1]),  # the axis has any length
        ("rotation 0 0 0 1", POINTS),
        ("scale 2 2 2 center 10 0 0", POINTS * 2 - [10, 0, 0]),
        ("scale 2 1 1 scaleOrientation 0 0 1 1.5707963267948966", POINTS * [1, 2, 1]),
        (
            "center 1 2 3 translation 5 6 7 rotation 1 0 0 1.5707963267948966 scale 2 1 3",
            (((POINTS - [1, 2, 3]) * [2, 1, 3])[:, [0, 2, 1]] * [1, -1, 1]) + [6, 8, 10],
        ),
    ],
)
def test_one_transform_scales_then_turns_then_moves(fields, wanted):
    np.testing.assert_allclose(placed(node(fields)), wanted, atol=1e-12)


def test_the_innermost_comes_first_and_fields_may_follow_the_children():
    text = node("translation 1 0 0", node("scale 2 2 2"))
    np.testing.assert_allclose(placed(text), POINTS * 2 + [1, 0, 0])
    np.testing.assert_allclose(
        placed(node("", node("", SHAPE, "translation 1 0 0"), "scale 2 2 2")), POINTS * 2 + [2, 0, 0]
    )


def test_transforms_beside_the_mesh_and_fields_of_other_nodes_do_not_count():
    aside = node("scale 9 9 9", "Viewpoint { }")
    light = "PointLight { scale 7 7 7 }"
    np.testing.assert_array_equal(placed(f"{aside} {node('', f'{light} {SHAPE} {aside}')} {aside}"), POINTS)


def test_a_mesh_file_is_read_with_its_transform(tmp_path):
    import cv2

    cv2.imwrite(str(tmp_path / "a.bmp"), np.zeros((2, 2, 3), np.uint8))
    (tmp_path / "a.wrl").write_text("#VRML V2.0 utf8\n# Transform { scale 5 5 5\n" + node("translation 1 2 3"))
    mesh = read_bu3dfe(tmp_path / "a.wrl", tmp_path / "a.bmp")
    np.testing.assert_array_equal(mesh.vertices, POINTS + [1, 2, 3])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (node("translation 1 2"), "'translation 1 2 children'; expected 3 finite numbers"),
        (node("rotation IS turn"), "'rotation IS turn children"),
        (node("translation nan 0 0"), "3 finite numbers"),
        (node("scale 1 0 1"), "for a scale greater than 0: export it without Transform"),
        (node("scale -1 1 1"), "for a scale greater than 0"),
        (node("scale 1e308 1 1", node("scale 1e308 1 1")), "move vertices infinitely far"),
        ("Transform { } " * (MOST_NODES + 1) + SHAPE, "more than 20 'Transform' nodes"),
        (node("scale " * 1001), "too many fields"),
    ],
)
def test_a_transform_that_cannot_be_followed_is_never_passed_over(text, message):
    with pytest.raises(ScanError, match=f"a.wrl: .*{message}"):
        placed(text)
