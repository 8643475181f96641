"""Landmarks on texture maps: what dlib is asked and what becomes of its answer; then demo scans of both layouts."""

import dataclasses

import numpy as np
import pytest
import yaml

from ffnet.config import read_config
from ffnet.demo.makehuman import read_head
from ffnet.demo.model import build_model
from ffnet.demo.roster import collection_files
from ffnet.demo.write_subject import make_bosphorus_subject, make_bu3dfe_subject
from ffnet.maps.shard import project_maps
from ffnet.masks import salient_landmarks as module
from ffnet.masks.salient_landmarks import find_landmarks
from ffnet.masks.shard import make_masks
from ffnet.scans.index import index_scans
from ffnet.scans.shard import load_scans

TEXTURE = np.zeros((112, 112, 3), np.uint8)
COLOURED = TEXTURE.copy()
COLOURED[50, 50] = 9
FLAT = np.zeros((112, 112))


@pytest.fixture
def dlib(monkeypatch):
    """A substitute for dlib that puts every landmark at the same point; returns what it was given."""
    asked = {"box": (10, 20, 200, 210)}

    def detect_face(image, upsample):
        asked.update(image=image, upsample=upsample)
        return asked["box"]

    def predict_landmarks(image, box):
        asked.update(used=box, predicted_on=image)
        return np.arange(68.0)[:, None] + [100, 150]

    monkeypatch.setattr(module, "detect_face", detect_face)
    monkeypatch.setattr(module, "predict_landmarks", predict_landmarks)
    return asked


def test_dlib_sees_the_small_texture_magnified_in_a_black_margin(dlib, settings):
    texture = TEXTURE.copy()
    texture[20:22, 60:62] = 255  # pixel 30, 10 of the small texture
    find_landmarks(texture, FLAT, 1.0, settings)
    image = dlib["image"]
    assert image.shape == (336, 336, 3) and dlib["upsample"] == 0  # 56 * 4 and a quarter of it at each side
    assert not image[:56].any() and not image[:, -56:].any()
    bright = np.argwhere(image[..., 0] > 128)
    np.testing.assert_allclose(bright.mean(axis=0), [56 + 10 * 4 + 1.5, 56 + 30 * 4 + 1.5])


def test_dlib_gets_red_first_and_the_same_picture_for_box_and_landmarks(dlib, settings):
    texture = np.tile(np.array([200, 100, 50], np.uint8), (112, 112, 1))
    texture[50, 50] = 0
    find_landmarks(texture, FLAT, 1.0, settings)
    assert dlib["image"][100, 100].tolist() == [200, 100, 50] and dlib["predicted_on"] is dlib["image"]


def test_landmarks_come_back_in_pixels_of_the_small_texture_without_the_chin(dlib, settings):
    found, found_by = find_landmarks(COLOURED, FLAT, 1.0, settings)
    assert found.shape == (51, 2) and found_by == "detector" and dlib["used"] == dlib["box"]
    np.testing.assert_allclose(found[0], [(117 - 56 - 1.5) / 4, (167 - 56 - 1.5) / 4])


def test_without_a_detected_face_the_crop_is_its_box(dlib, settings):
    dlib["box"] = None
    _, found_by = find_landmarks(TEXTURE, FLAT, 1.0, settings)
    edge = 56 + 0.05 * 224
    assert found_by == "crop" and dlib["used"] == pytest.approx((edge, edge, 335 - edge, 335 - edge))


def test_for_a_texture_of_one_colour_the_shaded_depth_map_is_used(dlib, settings):
    depth = np.where(np.arange(112) < 56, 0.5 * np.arange(112), 28 - 0.5 * (np.arange(112) - 56)) * np.ones((112, 1))
    depth[:4] = np.nan
    found, found_by = find_landmarks(TEXTURE + np.uint8(128), depth, 1.0, settings)
    assert found_by == "relief" and found.shape == (51, 2)
    left, right = dlib["image"][168, 100, 0], dlib["image"][168, 236, 0]
    assert right > left > 0 and not dlib["image"][57].any()  # light comes from the viewer's right; black off the face


def test_a_black_texture_on_a_flat_surface_is_served_by_the_crop(settings):
    assert find_landmarks(TEXTURE, FLAT, 1.0, settings)[1] == "crop"


@pytest.fixture(scope="module")
def demo_maps(request, tmp_path_factory):
    """A function: layout -> columns of the stage maps of three strong expressions of one demo subject."""
    config = read_config(yaml.safe_load((request.config.rootpath / "config.yaml").read_text(encoding="utf-8")))
    folder = str(tmp_path_factory.mktemp("demo"))
    demo = dataclasses.replace(config.demo, folder=folder, subjects=1, intensities=(4,), takes=1)
    makers = {"bu3dfe": (make_bu3dfe_subject, "F0001"), "bosphorus": (make_bosphorus_subject, "bs000")}

    def make(layout):
        maker, subject = makers[layout]
        maker(build_model(read_head()), demo, subject)
        dataset = next(dataset for dataset in config.datasets.values() if dataset.layout == layout)
        rows, _ = index_scans(collection_files(demo, layout), dataset, config.scans)
        rows = [row for row in rows if row.expression in ("anger", "happiness", "surprise")]
        scans, _ = load_scans(rows, "mm", dataset.classes, config.scans)
        return project_maps(scans, dataset.projection, config.maps)[0]

    return make


def spoilt(textures):
    """Name -> textures (n, S, S, 3) that do not belong where they are."""
    small = np.zeros_like(textures)
    small[:, 28:84, 28:84] = textures[:, ::2, ::2]
    return {
        "a third to the right": np.roll(textures, 37, axis=2),
        "a fifth down": np.roll(textures, 22, axis=1),
        "half as large": small,
    }


@pytest.mark.slow
@pytest.mark.parametrize("layout", ["bu3dfe", "bosphorus"])
def test_demo_scans_pass_and_the_same_with_a_displaced_texture_are_refused(demo_maps, settings, layout):
    columns = demo_maps(layout)
    made, rejected = make_masks(columns, settings)
    assert len(made["scan"]) == 3 and not rejected
    assert set(made["detected"]) == {"detector"} and made["plausibility"].min() > 0.5
    for name, textures in spoilt(columns["texture"]).items():
        made, rejected = make_masks(columns | {"texture": textures}, settings)
        assert len(rejected) >= (3 if name == "half as large" else 1), name
        assert set(made["detected"]) <= {"crop"}, name  # a face that is not found is placed in the middle of the crop


@pytest.mark.slow
@pytest.mark.parametrize("layout", ["bu3dfe", "bosphorus"])
def test_demo_scans_without_colours_have_their_landmarks_from_the_relief(demo_maps, settings, layout):
    columns = demo_maps(layout)
    with_colours, _ = make_masks(columns, settings)
    grey, rejected = make_masks(columns | {"texture": np.full_like(columns["texture"], 128)}, settings)
    assert not rejected and set(grey["detected"]) == {"relief"}
    apart = np.linalg.norm(grey["landmarks"] - with_colours["landmarks"], axis=2).mean()
    eyes = np.linalg.norm(with_colours["landmarks"][:, 36 - 17] - with_colours["landmarks"][:, 45 - 17], axis=1).mean()
    print(f"{layout}: {apart / eyes:.1%} of the eye distance from those on the texture")
    assert apart < 0.08 * eyes
