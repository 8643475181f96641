import math

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from ffnet.figures.contact_sheet import (
    COLUMNS,
    DPI,
    FRAME,
    HEIGHT,
    PANEL,
    WIDTH,
    Entry,
    caption,
    contact_sheet,
    enlarge,
    fit_text,
    read_entries,
    sheet_title,
    shown,
)
from ffnet.figures.saving import save_figure
from ffnet.storage import write_stage

VERMILION = np.array([213, 94, 0])


def quality(scan, stage=None, plausibility=0.8):
    row = {"scan": scan, "expression": "fear", "intensity": 3, "landmark_route": "detector"}
    return row | {"plausibility": plausibility, "quarantined": stage}


def maps(n, seed=0):
    """Columns of the stages maps, normals and masks for scans p0, p1, ...; the last one's landmarks are implausible."""
    random = np.random.default_rng(seed)
    scans = np.array([f"p{i}" for i in range(n)])
    texture = random.integers(1, 255, (n, 112, 112, 3)).astype(np.uint8)
    depth = random.uniform(-50, 0, (n, 112, 112)).astype(np.float32)
    depth[:, :, :20] = np.nan
    normals = np.zeros((n, 112, 112, 3), np.float32)
    normals[..., 2] = 1
    normals[np.isnan(depth)] = np.nan
    landmarks = random.uniform(10, 46, (n, 51, 2)).astype(np.float32)
    masks = {
        "scan": scans[:-1],
        "landmarks": landmarks[:-1],
        "mask1": random.choice([0, 0.6, 1], (n - 1, 56, 56)).astype(np.float32),
        "mask2": random.choice([0, 0.8, 1], (n - 1, 28, 28)).astype(np.float32),
        "implausible": scans[-1:],
        "implausible_landmarks": landmarks[-1:],
    }
    return {"scan": scans, "texture": texture, "depth": depth}, {"scan": scans, "normals": normals}, masks


@pytest.fixture
def entries(tmp_path):
    """One implausible scan, one without any picture, three good ones."""
    paths = []
    for name, columns in zip(("maps", "normals", "masks"), maps(4), strict=True):
        write_stage(tmp_path / f"{name}.h5", columns)
        paths.append([tmp_path / f"{name}.h5"])
    rows = [quality("p3", "masks", 0.1), quality("q", "scans", math.nan), *(quality(f"p{i}") for i in range(3))]
    return read_entries(rows, {"p3": "the landmarks do not form a face", "q": "cut short"}, *paths, 56)


def drawn(figure):
    """The picture (height, width, 3) uint8 that a figure becomes."""
    figure.set_dpi(DPI)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3]


def corner(number):
    """Row and column of the first pixel of a scan's first picture."""
    line, column = divmod(number, COLUMNS)
    return 66 + line * (HEIGHT + 10) + FRAME + 20, 10 + column * (WIDTH + 10) + FRAME


def words(figure):
    return [text.get_text() for text in figure.axes[0].texts]


def test_cells_keep_the_order_and_have_the_pictures_that_there_are(entries):
    assert [entry.quality["scan"] for entry in entries] == ["p3", "q", "p0", "p1", "p2"]
    assert [len(entry.pictures) for entry in entries] == [3, 0, 5, 5, 5]
    texture, normals, masks = maps(4)
    np.testing.assert_array_equal(entries[3].pictures[0], texture["texture"][1])
    np.testing.assert_array_equal(entries[3].pictures[4], masks["mask2"][1])
    np.testing.assert_array_equal(entries[3].landmarks, masks["landmarks"][1])
    np.testing.assert_array_equal(entries[0].landmarks, masks["implausible_landmarks"][0])
    np.testing.assert_array_equal(entries[0].pictures[1], texture["depth"][3])
    assert entries[1].landmarks is None and entries[1].reason == "cut short" and entries[2].reason is None


def test_pictures_are_white_off_the_face_and_scaled_on_it(entries):
    texture, depth, normals, mask1, mask2 = shown(entries[2])
    for picture in (texture, depth, normals):
        assert picture.shape == (112, 112, 3) and (picture[:, :20] == 1).all()
    np.testing.assert_allclose(texture[:, 20:], entries[2].pictures[0][:, 20:] / 255)
    assert depth[:, 20:].min() == 0 and depth.max() == 1
    assert (normals[:, 20:] == [0.5, 0.5, 1]).all()
    np.testing.assert_allclose(np.unique(mask1), [0, 1 / 3, 1], atol=1e-6)
    assert mask2.shape == (28, 28, 3)
    assert shown(entries[1]) == []


def test_small_pictures_are_enlarged_pixel_by_pixel_and_large_ones_sampled():
    small = np.arange(28 * 28 * 3.0).reshape(28, 28, 3)
    np.testing.assert_array_equal(enlarge(small), small.repeat(4, axis=0).repeat(4, axis=1))
    assert enlarge(np.zeros((224, 224, 3))).shape == (PANEL, PANEL, 3)


def test_every_pixel_of_a_mask_stands_where_it_belongs_on_the_sheet(entries):
    sheet = drawn(contact_sheet(entries, "title"))
    assert sheet.shape[1] == COLUMNS * (WIDTH + 10) + 10 <= 2000
    for number in (2, 3, 4):
        top, left = corner(number)
        for panel, picture in enumerate(shown(entries[number])[1:], start=1):  # the texture has landmarks on it
            x = left + panel * (PANEL + 4)
            np.testing.assert_allclose(sheet[top : top + PANEL, x : x + PANEL] / 255, enlarge(picture), atol=1 / 255)


def test_landmarks_lie_on_their_pixels_of_the_texture(entries):
    figure = contact_sheet(entries[2:3], "")
    (line,) = figure.axes[0].lines
    top, left = corner(0)
    points = np.column_stack(line.get_data()) - [left, top]
    np.testing.assert_allclose(points, 2 * entries[2].landmarks + 0.5, atol=1e-4)


def test_only_quarantined_scans_have_a_vermilion_frame_and_their_reason_in_words(entries):
    figure = contact_sheet(entries, "")
    sheet = drawn(figure)
    for number, framed in enumerate((True, True, False, False, False)):
        top, left = np.array(corner(number)) - [FRAME + 20, FRAME]
        edges = (sheet[top : top + 3, left : left + WIDTH], sheet[top : top + HEIGHT, left + WIDTH - 3 : left + WIDTH])
        assert all((edge == (VERMILION if framed else 255)).all() for edge in edges)
    text = " ".join(words(figure))
    assert "cut short" in text and "the landmarks do not form a face" in text.replace("\n", " ")
    captions = [one for one in figure.axes[0].texts if "fear" in one.get_text()]
    inks = {(("QUARANTINED" in one.get_text()), one.get_color()) for one in captions}
    assert inks == {(True, "#d55e00"), (False, "black")}
    assert text.count("QUARANTINED") == 2 and "QUARANTINED by masks" in text


def test_captions_name_scan_expression_plausibility_and_route():
    assert caption(Entry(quality("F0001"), None, [], None, 56)) == "F0001   fear 3   plausibility 0.80 (detector)"
    failed = caption(Entry(quality("F1", "scans", math.nan), "x", [], None, 56))
    assert failed == "F1   fear 3   QUARANTINED by scans"
    assert len(caption(Entry(quality("long " * 100), None, [], None, 56))) < 110


def test_long_reasons_are_cut_with_dots():
    assert fit_text("one two three four", 9, 5) == "one two\nthree\nfour"
    assert fit_text("word " * 100, 20, 3).splitlines()[-1].endswith("...")
    assert all(len(line) <= 20 for line in fit_text("/a/very/long/path/without/any/space.wrl", 20, 3).splitlines())


def test_no_words_leave_the_sheet_or_lie_on_pictures(entries):
    long = "data/own/M0001/M0001_AN03WH_F3D.wrl: the landmarks do not form a face, " * 6
    entries[:2] = [entry._replace(reason=long) for entry in entries[:2]]
    entries[2] = entries[2]._replace(quality=quality("a scan with quite a long name, which somebody chose, $_^"))
    figure = contact_sheet(entries, "own: all 5 scans")
    drawn(figure)
    boxes = {text.get_text(): text.get_window_extent() for text in figure.axes[0].texts}
    assert all(figure.bbox.x0 <= box.x0 and box.x1 <= figure.bbox.x1 for box in boxes.values())
    height = figure.bbox.height
    for number, pictures in ((0, 3), (1, 0)):
        top, left = corner(number)
        (box,) = (b for text, b in boxes.items() if text.startswith("data/own") and left <= b.x0 < left + WIDTH)
        assert box.x0 >= left + pictures * (PANEL + 4) and box.x1 <= left + WIDTH - FRAME
        assert box.y1 <= height - top and box.y0 >= height - top - PANEL - FRAME


def test_the_title_says_how_many_of_how_many_and_that_data_are_synthetic():
    assert (
        sheet_title("d", True, 60, 144, 2)
        == "d, synthetic data: the worst 60 of 144 scans, 2 in quarantine; worst first"
    )
    assert sheet_title("d", False, 9, 9, 0) == "d: all 9 scans, 0 in quarantine; worst first"


def test_the_sheet_has_the_same_bytes_each_time_and_one_line_for_up_to_three_scans(entries, tmp_path):
    for name in ("1.png", "2.png"):
        save_figure(contact_sheet(entries[:3], "title"), [tmp_path / name], DPI)
    assert (tmp_path / "1.png").read_bytes() == (tmp_path / "2.png").read_bytes()
    width, height = (int.from_bytes((tmp_path / "1.png").read_bytes()[i : i + 4]) for i in (16, 20))
    assert (width, height) == (COLUMNS * (WIDTH + 10) + 10, 66 + HEIGHT + 10)
