import numpy as np
import pytest

from ffnet.commands.predict import DPI
from ffnet.figures.prediction_figure import explanation, prediction_figure, scale_bound
from ffnet.predict.saliency import Saliency

CLASSES = ("anger", "disgust", "fear", "happiness", "sadness", "surprise")
ROW = np.array([0.02, 0.03, 0.05, 0.8, 0.06, 0.04])


@pytest.fixture
def moved():
    generator = np.random.default_rng(0)
    maps = {name: generator.normal(0.01, 1, (112, 112)) for name in ("depth", "normals", "texture")}
    return Saliency(maps, lead=3.5, baseline=-0.25)


def texts(figure):
    return [text.get_text() for axes in figure.axes for text in (axes.title, *axes.texts, axes._left_title)]


def images(figure):
    return {axes.title.get_text(): axes.images[0] for axes in figure.axes if axes.images}


def test_three_maps_with_landmarks_stand_over_what_their_pixels_did(columns, moved):
    figure = prediction_figure(columns, ROW, CLASSES, moved, "the title")
    drawn = images(figure)
    sums = [f"effect of {name}: {moved.maps[name].sum():+.2f}" for name in ("texture", "depth", "normals")]
    assert set(drawn) == {"texture", "depth", "normals", *sums}
    for axes in (image.axes for image in drawn.values()):
        x, y = axes.lines[0].get_data()
        np.testing.assert_allclose(np.stack([x, y], 1), columns["landmarks"][0] * 2 + 0.5, atol=1e-4)
    above = {name: drawn[name].axes.get_position().y0 for name in drawn}
    assert min(above[name] for name in ("texture", "depth", "normals")) > max(above[name] for name in sums)


def test_the_colours_of_for_and_against_are_one_scale_around_0_for_all_modalities(columns, moved):
    strong = moved._replace(maps=moved.maps | {"depth": moved.maps["depth"] * 9})
    bound = scale_bound(strong.maps)
    shown = [
        image
        for name, image in images(prediction_figure(columns, ROW, CLASSES, strong, "title")).items()
        if ":" in name
    ]
    assert len(shown) == 3 and {image.get_clim() for image in shown} == {(-bound, bound)}
    assert bound > 3 * scale_bound(moved.maps)
    assert scale_bound({"depth": np.zeros((4, 4))}) > 0  # a network that looks at nothing


def test_a_pixel_keeps_its_place_and_its_sign(columns, moved):
    maps = {name: np.zeros((112, 112)) for name in moved.maps}
    maps["depth"][20, 70] = -5.0
    (shown,) = (
        image.get_array()
        for name, image in images(prediction_figure(columns, ROW, CLASSES, moved._replace(maps=maps), "title")).items()
        if name.startswith("effect of depth")
    )
    assert np.unravel_index(np.argmin(shown), shown.shape) == (20, 70) and shown.max() <= 0


def test_maps_that_are_all_face_have_no_outline_and_no_warning(columns, moved):
    full = columns | {"normals": np.ones_like(columns["normals"])}
    assert len(images(prediction_figure(full, ROW, CLASSES, moved, "title"))) == 6


def test_a_modality_that_is_not_used_is_named_so(columns, moved):
    alone = moved._replace(maps={"depth": moved.maps["depth"]})
    assert {"texture: not used", "normals: not used"} <= set(
        texts(prediction_figure(columns, ROW, CLASSES, alone, "title"))
    )


def test_each_class_has_a_bar_as_long_as_it_is_probable_and_the_first_stands_out(columns, moved):
    figure = prediction_figure(columns, ROW, CLASSES, moved, "title")
    (bars,) = (axes for axes in figure.axes if len(axes.patches) == 6)
    assert [bar.get_width() for bar in bars.patches] == ROW.tolist()
    assert [label.get_text() for label in bars.get_yticklabels()] == list(CLASSES)
    assert [text.get_text() for text in bars.texts] == ["2.0%", "3.0%", "5.0%", "80.0%", "6.0%", "4.0%"]
    colours = [bar.get_facecolor() for bar in bars.patches]
    assert colours.count(colours[3]) == 1 and len(set(colours)) == 2
    low, high = bars.get_ylim()
    assert low > high  # the first class on top


@pytest.mark.parametrize(
    ("classes", "name", "modalities"),
    [
        (CLASSES, "F0001_AN03WH_F3D.wrl", ("depth", "normals", "texture")),
        (("a", "b"), r"a $\frac$ long name " * 12, ("depth", "texture")),
        ((r"$\frac$", "a$b_$c"), "x", ("depth",)),
        (tuple(f"lip_corner_puller_of_kind_{n}" for n in range(20)), "x" * 250, ("depth",)),
        (tuple(f"{'m' * 30}{n:02}" for n in range(25)), "W" * 250, ("depth", "normals", "texture")),
        (tuple(f"class_{n}" for n in range(80)), "x", ("texture",)),
    ],
    ids=["six", "two", "dollars", "twenty", "wide", "eighty"],
)
def test_no_word_leaves_the_picture_or_lies_on_another(classes, name, modalities, columns, moved):
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    row = np.eye(len(classes))[0]  # 100.0% is the widest number
    moved = moved._replace(maps={modality: moved.maps[modality] for modality in modalities})
    figure = prediction_figure(columns, row, classes, moved, f"{name}: FFNet-M predicts {classes[0]}")
    figure.set_dpi(DPI)
    renderer = FigureCanvasAgg(figure).get_renderer()
    figure.draw(renderer)
    words = [*figure.texts]
    for axes in figure.axes:
        assert figure.bbox.contains(*axes.bbox.min) and figure.bbox.contains(*axes.bbox.max)
        words += [axes.title, axes._left_title, *axes.texts, *axes.get_xticklabels(), *axes.get_yticklabels()]
    boxes = [word.get_window_extent(renderer) for word in words if word.get_text()]
    assert all(figure.bbox.contains(*corner) for box in boxes for corner in (box.min, box.max))
    for number, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[:number])


def test_the_words_below_say_between_which_leads_the_numbers_go(moved):
    words = explanation("fear", moved)
    assert "the lead of fear" in words and "-0.25 without any map and +3.50 with all" in words
