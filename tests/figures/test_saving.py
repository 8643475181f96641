import io
import re
from dataclasses import asdict

import matplotlib
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from ffnet.errors import InputError
from ffnet.expressions import EXPRESSIONS
from ffnet.figures.confusion_figure import confusion_figure, confusion_title
from ffnet.figures.maps_figure import choose_scans, maps_figure, maps_title, plain_columns
from ffnet.figures.saving import save_figure
from ffnet.results.statistics.accuracy import Accuracy
from ffnet.shards.scaling import scale_texture
from ffnet.shards.settings import ShardSettings
from ffnet.storage import read_stage, write_stage

MATRIX = np.array([[90.0 if i == j else i + 2.0 * j / 10 for j in range(6)] for i in range(6)])


def texts(figure):
    return [text.get_text() for text in [*figure.texts, *(text for axes in figure.axes for text in axes.texts)]]


def words_as_drawn(figure):
    """The texts of an SVG of a figure; what is laid out as mathematics is none of them."""
    svg = io.StringIO()
    with matplotlib.rc_context({"svg.fonttype": "none"}):
        figure.savefig(svg, format="svg")
    return re.findall(r">([^<>]*)</text>", svg.getvalue())


def test_confusion_cells_stand_at_their_row_and_column_with_their_value():
    axes = confusion_figure(MATRIX, "title").axes[0]
    cells = {tuple(text.get_position()): text.get_text() for text in axes.texts}
    assert len(cells) == 36 and cells[3, 1] == "1.6" and cells[1, 3] == "3.2" and cells[2, 2] == "90.0"
    np.testing.assert_array_equal(axes.images[0].get_array(), MATRIX)
    top, bottom = axes.transData.transform([[0, 0], [0, 5]])[:, 1]
    assert top > bottom


def test_confusion_has_the_names_of_all_expressions_on_both_axes_and_says_which_is_which():
    figure = confusion_figure(MATRIX, "a title")
    axes = figure.axes[0]
    assert tuple(label.get_text() for label in axes.get_xticklabels()) == EXPRESSIONS
    assert tuple(label.get_text() for label in axes.get_yticklabels()) == EXPRESSIONS
    assert axes.get_xlabel().startswith("predicted") and axes.get_ylabel().startswith("true")
    assert "a title" in texts(figure)


def test_confusion_ink_switches_with_the_cells_darkness():
    axes = confusion_figure(MATRIX, "").axes[0]
    inks = {tuple(text.get_position()): text.get_color() for text in axes.texts}
    assert inks[0, 0] == "white" and inks[1, 0] == "black"


def test_an_expression_that_no_scan_shows_has_empty_cells():
    matrix = MATRIX.copy()
    matrix[2] = np.nan
    rows = [text.get_position()[1] for text in confusion_figure(matrix, "").axes[0].texts]
    assert len(rows) == 30 and 2 not in rows


def test_no_label_of_the_confusion_matrix_leaves_the_picture_or_lies_on_another():
    figure = confusion_figure(MATRIX, "VGG16-BN-M-dnt on demo_bosphorus, synthetic data\naccuracy 1%, 1000 runs")
    FigureCanvasAgg(figure).draw()
    axes = figure.axes[0]
    parts = [*axes.get_xticklabels(), *axes.get_yticklabels(), axes.xaxis.label, axes.yaxis.label, *figure.texts]
    boxes = [part.get_window_extent() for part in parts]
    assert all(figure.bbox.x0 <= b.x0 and b.x1 <= figure.bbox.x1 for b in boxes)
    assert all(figure.bbox.y0 <= b.y0 and b.y1 <= figure.bbox.y1 for b in boxes)
    assert not boxes[-1].overlaps(axes.get_window_extent())
    assert not any(axes.yaxis.label.get_window_extent().overlaps(b.get_window_extent()) for b in axes.get_yticklabels())
    assert not any(axes.xaxis.label.get_window_extent().overlaps(b.get_window_extent()) for b in axes.get_xticklabels())


def test_confusion_title_names_dataset_experiment_runs_accuracy_and_synthetic_data():
    accuracy = Accuracy(12, 144, 3, 10, 30, 0.87654, 0.1, 0.1, 0.8, 0.9, 0.85, 0.88, 2, 0.86)
    title = confusion_title("demo_bu3dfe", "FFNet-M", True, accuracy)
    assert all(part in title for part in ("demo_bu3dfe", "FFNet-M", "synthetic data", "87.65%", "30 runs", "3 x 10"))
    assert "synthetic" not in confusion_title("bu3dfe", "FFNet-M", False, accuracy)


@pytest.fixture
def shard():
    """Columns of four scans of two subjects; the landmarks are the only bright spots of texture and mask-1."""
    spots = np.random.default_rng(0).integers(4, 52, (4, 51, 2))
    mask1, texture = np.zeros((4, 56, 56), np.float32), np.full((4, 112, 112, 3), -0.5, np.float32)
    for scan, (x, y) in ((i // 51, spot) for i, spot in enumerate(spots.reshape(-1, 2))):
        mask1[scan, y, x] = 1
        texture[scan, 2 * y : 2 * y + 2, 2 * x : 2 * x + 2] = 1
    depth, normals = np.full((4, 112, 112), 0.5, np.float32), np.zeros((4, 112, 112, 3), np.float32)
    normals[..., 2] = 1
    for channel in (depth, texture, normals):
        channel[:, :6] = 0  # off the face
    depth[:, 8, 8] = 0  # the deepest point of the face
    normals[:, 9, 9] = 0  # a point of the face without a normal
    return {
        **{"texture": texture, "depth": depth, "normals": normals, "mask1": mask1},
        **{
            "mask2": np.zeros((4, 28, 28), np.float32),
            "landmarks": spots.astype(np.float32),
            "label": np.array([3, 3, 5, 0]),
        },
        **{"subject": np.array(["b", "b", "b", "a"]), "intensity": np.array([3, 4, 4, 4])},
    }


def drawn(axes):
    return np.column_stack(axes.lines[0].get_data())


def test_drawn_landmarks_lie_on_the_peaks_of_mask_1_and_on_the_same_spots_of_the_112_pixel_maps(shard):
    axes = maps_figure(shard, [1], "").axes
    for panel in axes[:3]:
        back = np.rint((drawn(panel) - 0.5) / 2).astype(int)
        peaks = np.argwhere(axes[3].images[0].get_array() == 1)[:, ::-1]
        assert len(back) == 51 and set(map(tuple, back)) == set(map(tuple, peaks))
    picture = np.asarray(axes[0].images[0].get_array())
    for x, y in drawn(axes[0]):
        rows, columns = slice(int(y - 0.5), int(y + 1.5)), slice(int(x - 0.5), int(x + 1.5))
        assert (y % 1, x % 1) == (0.5, 0.5) and (picture[rows, columns] == 1).all()
    assert not axes[3].lines and not axes[4].lines


def test_maps_are_white_off_the_face_and_scaled_on_it(shard):
    texture, depth, normals, *_ = (axes.images[0].get_array() for axes in maps_figure(shard, [0], "").axes)
    assert (texture[:6] == 1).all() and (depth[:6] == 1).all() and (normals[:6] == 1).all()
    assert depth[20, 1] == 0.5 and depth[8, 8] == 0 and depth[9, 9] == 0.5
    np.testing.assert_allclose(texture[20, 1], 0.25)
    np.testing.assert_allclose(normals[20, 1], [0.5, 0.5, 1])


@pytest.mark.parametrize("kind", ["plain", "imagenet"])
def test_textures_are_drawn_in_their_colours_however_they_are_scaled_for_the_networks(kind, shard, tmp_path):
    settings = ShardSettings(depth="face", depth_range=100.0, texture=kind)
    colours = np.array([20, 120, 230], np.uint8)
    face = np.ones((112, 112), bool)
    scaled = scale_texture(np.broadcast_to(colours, (112, 112, 3)), face, settings)
    write_stage(tmp_path / "s.h5", shard | {"texture": scaled[None]}, attributes={"shards": asdict(settings)})
    columns = plain_columns(read_stage(tmp_path / "s.h5"))
    assert set(columns) == set(shard)
    texture = maps_figure(columns, [0], "title").axes[0].images[0].get_array()
    np.testing.assert_allclose(texture[20, 20] * 255, colours, atol=0.01)


def test_every_chosen_scan_has_a_line_of_five_maps_top_down_with_its_expression_and_captions_below(shard):
    figure = maps_figure(shard, [2, 3], "the title")
    assert len(figure.axes) == 10
    np.testing.assert_array_equal(drawn(figure.axes[0]), 2 * shard["landmarks"][2] + 0.5)
    np.testing.assert_array_equal(drawn(figure.axes[5]), 2 * shard["landmarks"][3] + 0.5)
    assert figure.axes[0].get_position().y0 > figure.axes[5].get_position().y1
    height = {text.get_text(): text.get_position()[1] for text in figure.texts}
    assert height["surprise"] > height["anger"] > height["(d) mask-1"] and height["the title"] > height["surprise"]
    assert {"(a) texture $I_t$", "(b) depth $I_d$", "(c) normals $I_n$", "(e) mask-2"} <= set(height)


@pytest.mark.parametrize("name", ["a$b_$c.wrl", r"$\frac$.wrl"])
def test_dollars_in_a_title_or_beside_a_line_are_letters_and_no_mathematics(name, shard):
    words = words_as_drawn(maps_figure(shard, [2, 3], name, ["anger", name]))
    assert words.count(name) == 2 and "anger" in words
    assert "(d) mask-1" in words and not any("$I_" in word for word in words)  # the maps' symbols are mathematics


def test_scans_are_the_highest_intensity_of_each_expression_in_the_order_asked_for(shard):
    assert choose_scans(shard, "b", ("surprise", "happiness")) == [2, 1]
    assert choose_scans(shard, "b", ("surprise", "anger")) == [2]


def test_without_a_name_the_subject_with_most_of_the_expressions_is_taken(shard):
    assert choose_scans(shard, None, ("happiness", "surprise", "anger")) == [1, 2]
    assert choose_scans(shard, None, ("anger",)) == [3]


def test_a_subject_without_any_such_scan_is_named(shard):
    with pytest.raises(InputError, match="no scan of subject a shows any of fear, surprise"):
        choose_scans(shard, "a", ("fear", "surprise"))


def test_maps_title_says_when_data_are_synthetic():
    assert maps_title("demo", "F01", True) == "demo, subject F01, synthetic data"
    assert maps_title("mine", "F01", False) == "mine, subject F01"


def test_pictures_are_written_in_both_formats_with_the_same_bytes_each_time(shard, tmp_path):
    for name in ("first", "second"):
        figure = maps_figure(shard, [0], "title")
        save_figure(figure, [tmp_path / f"{name}.png", tmp_path / f"{name}.svg"], dpi=50)
    assert (tmp_path / "first.png").read_bytes() == (tmp_path / "second.png").read_bytes()
    assert (tmp_path / "first.svg").read_bytes() == (tmp_path / "second.svg").read_bytes()
    assert (tmp_path / "first.png").read_bytes().startswith(b"\x89PNG") and "<svg" in (
        tmp_path / "first.svg"
    ).read_text()
    assert b"Matplotlib" not in (tmp_path / "first.svg").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["first.png", "first.svg", "second.png", "second.svg"]


def test_dots_per_inch_set_the_size_of_the_picture(tmp_path):
    for dpi in (50, 100):
        save_figure(confusion_figure(MATRIX, ""), [tmp_path / f"{dpi}.png"], dpi)
    small, large = (int.from_bytes((tmp_path / f"{dpi}.png").read_bytes()[16:20]) for dpi in (50, 100))
    assert large == 2 * small


def test_figures_take_other_classes(shard):
    axes = confusion_figure(MATRIX[:3, :3], "", ("anger", "contempt", "neutral")).axes[0]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["anger", "contempt", "neutral"]
    classes = ("anger", "disgust", "fear", "happiness", "contempt", "awe")
    assert choose_scans(shard, "b", ("surprise", "happiness"), classes) == [1]
    assert set(choose_scans(shard, "b", ("none",), classes)) >= {1, 2}
