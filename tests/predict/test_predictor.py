import dataclasses

import numpy as np
import pytest

import ffnet.predict
from ffnet.errors import InputError, ScanError
from ffnet.maps.project import project
from ffnet.predict.predictor import with_file_units
from ffnet.scans.formats.readers import find_texture, read_scan
from ffnet.scans.load import load_scan


def test_a_scan_gets_a_probability_for_each_class_in_the_order_of_the_model(predictor, wrl, config):
    found = predictor(wrl)
    assert list(found) == list(config.datasets["demo-bu3dfe"].classes) == list(predictor.classes)
    assert abs(sum(found.values()) - 1) < 1e-12 and all(type(value) is float for value in found.values())


def test_two_scans_get_different_probabilities(predictor, wrl, bnt):
    one, other = predictor(wrl), predictor(bnt)
    assert max(abs(one[name] - other[name]) for name in one) > 0.02  # else the tests of agreement would say nothing


def test_a_path_a_mesh_and_a_frontal_scan_of_the_same_file_get_the_same_answer(predictor, wrl):
    path, settings = str(wrl), predictor.preprocessing.scans
    wanted = predictor(wrl)
    assert predictor(path) == wanted
    assert predictor(read_scan(path, find_texture(path), settings, "mm").mesh) == wanted
    assert predictor(load_scan(path, find_texture(path), "", "mm", settings)) == wanted


def test_a_mesh_is_in_mm_whatever_the_models_files_were_in(predictor, wrl):
    mesh = read_scan(str(wrl), find_texture(str(wrl)), predictor.preprocessing.scans, "mm").mesh
    assert with_file_units(predictor, unit="m")(mesh) == predictor(mesh)


def test_a_file_in_another_unit_is_read_when_it_is_named(predictor, wrl, tmp_path):
    mesh = read_scan(str(wrl), find_texture(str(wrl)), predictor.preprocessing.scans, "mm").mesh
    for name, scale in (("mm", 1), ("cm", 10)):
        rows = [f"{x / scale:.7f} {y / scale:.7f} {z / scale:.7f}" for x, y, z in mesh.vertices]
        rows += [f"3 {a} {b} {c}" for a, b, c in mesh.triangles]
        head = f"OFF\n{len(mesh.vertices)} {len(mesh.triangles)} 0\n"
        (tmp_path / f"{name}.off").write_text(head + "\n".join(rows) + "\n")
    with pytest.raises(ScanError, match="cm.off: the mesh is .* mm across"):
        predictor(tmp_path / "cm.off")
    found, expected = with_file_units(predictor, unit="cm")(tmp_path / "cm.off"), predictor(tmp_path / "mm.off")
    assert max(abs(found[name] - expected[name]) for name in found) < 1e-3


def test_a_depth_image_is_read_when_its_spacing_is_named(predictor, wrl, tmp_path):
    scan, size = predictor.turn(wrl), 224
    settings = dataclasses.replace(predictor.preprocessing.maps, size=size)
    depth = project(scan.mesh, scan.center, scan.extent * 1.2, "raycast", settings).depth
    path = tmp_path / "face.npy"
    np.save(path, np.nan_to_num(600 - depth, nan=0.0))
    with pytest.raises(ScanError, match="face.npy: a depth image; .* for `predict`, use --pixel-spacing"):
        predictor(path)
    adapted = with_file_units(predictor, pixel_spacing=scan.extent * 1.2 / size)
    np.testing.assert_allclose(adapted.turn(path).extent, scan.extent, rtol=0.1)
    assert abs(sum(adapted(path).values()) - 1) < 1e-12


@pytest.mark.parametrize("spacing", [0.0, -1.0, float("nan"), float("inf")])
def test_a_pixel_spacing_must_be_a_positive_number(predictor, spacing):
    with pytest.raises(InputError, match=f"--pixel-spacing: expected mm between pixels, more than 0, got {spacing}"):
        with_file_units(predictor, pixel_spacing=spacing)


def test_the_batch_changes_no_probability_in_float32(predictor, many):
    assert all(values.dtype.itemsize == 4 for values in predictor.inputs(many).values())
    alone = predictor.probabilities(many, 1)
    assert alone.shape == (33, 6) and alone.std(axis=0).max() > 0.01
    for batch in (2, 32, 33):
        np.testing.assert_allclose(predictor.probabilities(many, batch), alone, rtol=0, atol=1e-5)


def test_landmark_files_are_used_where_the_model_was_trained_so(predictor, wrl):
    pose = dataclasses.replace(predictor.preprocessing.scans.pose, landmarks="files")
    scans = dataclasses.replace(predictor.preprocessing.scans, pose=pose)
    other = dataclasses.replace(predictor, preprocessing=dataclasses.replace(predictor.preprocessing, scans=scans))
    assert (other.turn(wrl).route, predictor.turn(wrl).route) == ("files", "texture")


def test_anything_but_a_scan_is_refused(predictor, wrl, tmp_path):
    with pytest.raises(InputError, match="expected the path of a scan, a Mesh or a FrontalScan, got list"):
        predictor([wrl])
    with pytest.raises(ScanError, match="nowhere.wrl: there is no such file"):
        predictor(tmp_path / "nowhere.wrl")
    mesh = read_scan(str(wrl), find_texture(str(wrl)), predictor.preprocessing.scans, "mm").mesh
    with pytest.raises(ScanError, match="the mesh: vertices or texture coordinates are not finite"):
        predictor(mesh._replace(vertices=mesh.vertices * np.nan))
    with pytest.raises(ScanError, match="the mesh: the mesh is 0.18.* mm across"):
        predictor(mesh._replace(vertices=mesh.vertices / 1000))


def test_a_header_whose_preprocessing_cannot_be_followed_is_refused_by_key(write_final_model, predictor):
    stored = predictor.header["preprocessing"]
    for changed, message in (
        ({"unit": "mm"}, "preprocessing: key 'scans' is missing"),
        (stored | {"unit": "inch"}, "preprocessing.unit: 'inch' is not one of mm | cm | m".replace("|", r"\|")),
        (stored | {"shards": stored["shards"] | {"gamma": 2}}, "preprocessing.shards: unknown key 'gamma'"),
    ):
        with pytest.raises(InputError, match=f"safetensors: {message}"):
            ffnet.predict.load(write_final_model(preprocessing=changed))
