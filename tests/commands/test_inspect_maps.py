"""inspect --out: the picture of the five maps."""

import os
import pathlib
from dataclasses import replace

import numpy as np
import pytest

from ffnet.__main__ import main
from ffnet.commands.inspect import inspect_file, picture_paths
from ffnet.commands.listed_scans import ListedScans
from ffnet.errors import InputError
from ffnet.figures.maps_figure import GAP, LEFT, PANEL
from ffnet.scans.formats.readers import find_texture

NONE = ListedScans({}, {})


def test_with_a_folder_the_five_maps_are_drawn_side_by_side(wrl, inspect, tmp_path, config):
    import cv2

    path, out = wrl, tmp_path / "new" / "looks"
    code, report = inspect(path, tmp_path / "nowhere.wrl", "--out", out)
    assert code == 1 and report[0]["error"] is None
    assert os.listdir(out) == [f"{path.stem}.png"]
    picture = cv2.imread(str(out / f"{path.stem}.png"))
    dpi, middle = config.results.dpi, picture.shape[0] // 2
    panels = [
        picture[middle - 80 : middle + 80, int((LEFT + k * (PANEL + GAP)) * dpi) + 5 :][:, : int(PANEL * dpi) - 10]
        for k in range(5)
    ]
    for k, panel in enumerate(panels):
        assert panel.min() < 128 and panel.std() > 10, f"panel {k} is empty"
    colourful = [int(np.ptp(panel.astype(int), axis=2).max()) > 60 for panel in (panels[0], panels[2])]
    assert all(colourful) and all((panel == 0).all(axis=2).mean() > 0.3 for panel in panels[3:])


def test_pictures_of_equal_names_do_not_overwrite_each_other(tmp_path):
    names = [os.path.basename(path) for path in picture_paths(["a/x.wrl", "b/x.wrl", "y.bnt", "c/x.bnt"], tmp_path)]
    assert names == ["x.png", "x-2.png", "y.png", "x-3.png"]
    names = [os.path.basename(path) for path in picture_paths(["x-2.bnt", "x.wrl", "a/x.wrl"], tmp_path)]
    assert names == ["x-2.png", "x.png", "x-3.png"]
    assert picture_paths(["a", "b"], None) == [None, None]


def test_a_folder_that_cannot_be_made_stops_before_any_file(tmp_path, capsys, settings_file):
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="file: cannot write pictures there"):
        picture_paths(["x.wrl"], tmp_path / "file")
    assert main(["inspect", "x.wrl", "--out", str(tmp_path / "file"), "--config", settings_file()]) == 2
    assert capsys.readouterr().err.startswith("error: ")


@pytest.mark.parametrize("name", ["b\udce9.wrl", "顔.wrl"])
def test_a_name_that_is_not_text_or_not_in_the_font_is_drawn_all_the_same(wrl, config, tmp_path, name):
    (tmp_path / name).write_bytes(wrl.read_bytes())
    picture = find_texture(str(wrl))
    (tmp_path / f"{name[:-4]}{os.path.splitext(picture)[1]}").write_bytes(pathlib.Path(picture).read_bytes())
    report = inspect_file(str(tmp_path / name), config, NONE, "mm", str(tmp_path / "maps.png"))
    assert report.error is None and (tmp_path / "maps.png").stat().st_size


def test_a_picture_that_cannot_be_written_is_reported_with_the_facts(wrl, config, tmp_path):
    (tmp_path / "x.png").mkdir()
    report = inspect_file(str(wrl), config, NONE, "mm", str(tmp_path / "x.png"))
    assert report.error.endswith("Is a directory") and report.nose_tip


def test_without_any_dataset_nothing_is_drawn_and_the_report_says_so(wrl, config, tmp_path):
    report = inspect_file(str(wrl), replace(config, datasets={}), NONE, "mm", str(tmp_path / "x.png"))
    assert "datasets is empty" in report.error and report.nose_tip and not list(tmp_path.iterdir())
