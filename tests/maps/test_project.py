import dataclasses

import numpy as np
import pytest

from ffnet.errors import ScanError
from ffnet.geometry.mesh import Mesh
from ffnet.geometry.packing import mesh_columns, pack_mesh, unpack_mesh
from ffnet.geometry.raycast import pixel_centres
from ffnet.maps.project import Projection, project, seen_vertices, silhouette, splat_depth
from ffnet.maps.settings import GridfitSettings, MapSettings, OutlierSettings, SpikeSettings
from ffnet.maps.shard import clean_maps, project_maps

SETTINGS = MapSettings(
    size=112,
    gridfit=GridfitSettings(smoothness=1.0, interpolation="triangle", regularizer="gradient"),
    spikes=SpikeSettings(height=4.0, spacings=2.0, most_moved=0.05),
    splat_depth=3.0,
    outliers=OutlierSettings(rule="mean", sigmas=0.6, floor=1.0, least_known=5, most_removed=0.05),
    smooth_sigma=1.0,
    least_face=0.3,
)
EXTENT, CENTER = 140.0, np.array([5.0, -8.0])


def height(x, y):
    return 20 - ((x - 5) ** 2 + (y + 8) ** 2) / 150 + 0.1 * (x - 5) + 0.15 * (y + 8)  # a tilt shows a flip


def dome(points=160):
    """A shallow dome over the square, whose texture encodes x (red) and y (green) of every point."""
    x, y = np.meshgrid(np.linspace(-65, 75, points), np.linspace(62, -78, points))
    cells = np.arange(points * points).reshape(points, points)
    a, b, c, d = (cells[s].ravel() for s in (np.s_[:-1, :-1], np.s_[1:, :-1], np.s_[1:, 1:], np.s_[:-1, 1:]))
    inside = np.hypot(x - 5, y + 8).ravel() < 62
    triangles = np.concatenate([np.stack([a, b, c], axis=1), np.stack([a, c, d], axis=1)])
    triangles = triangles[inside[triangles].all(axis=1)]
    used, triangles = np.unique(triangles, return_inverse=True)
    vertices = np.stack([x, y, height(x, y)], axis=-1).reshape(-1, 3)[used]
    ramp = np.zeros((256, 256, 3), np.uint8)
    ramp[..., 0], ramp[..., 1] = np.arange(256), np.arange(255, -1, -1)[:, None]
    uv = np.stack([(vertices[:, 0] + 65) / 140, (vertices[:, 1] + 78) / 140], axis=1)
    return Mesh(vertices, triangles.reshape(-1, 3), uv[triangles.reshape(-1, 3)], ramp)


@pytest.mark.parametrize("way", ["gridfit", "raycast", "splat"])
def test_depth_is_the_surface_and_texture_is_aligned_with_it(way):
    maps = clean_maps(project(dome(), CENTER, EXTENT, way, SETTINGS), SETTINGS)
    x, y = pixel_centres(CENTER, EXTENT, 112)
    truth = height(x[None, :], y[:, None])
    face = np.isfinite(maps["depth"])
    assert face.mean() == pytest.approx(np.pi * 62**2 / 140**2, rel=0.03)
    assert np.median(np.abs(maps["depth"] - truth)[face]) < 0.15
    read_x = (maps["texture"][..., 0] + 0.5) / 256 * 140 - 65
    read_y = (maps["texture"][..., 1] + 0.5) / 256 * 140 - 78
    half_pixel = EXTENT / 112 / 2
    assert np.median(np.abs(read_x - x[None, :])[face]) < half_pixel
    assert np.median(np.abs(read_y - y[:, None])[face]) < half_pixel
    assert (maps["texture"][~face] == 0).all() and maps["removed_share"] < 0.01


@pytest.mark.parametrize("way", ["gridfit", "raycast"])
def test_a_hole_in_the_mesh_is_filled_and_belongs_to_the_face(way):
    mesh = dome()
    middle = mesh.vertices[mesh.triangles].mean(axis=1)[:, :2] - CENTER
    kept = np.linalg.norm(middle, axis=1) > 4
    holed = Mesh(mesh.vertices, mesh.triangles[kept], mesh.uv[kept], mesh.texture)
    used = np.unique(holed.triangles)
    holed = holed._replace(
        vertices=np.where(np.isin(np.arange(len(mesh.vertices)), used)[:, None], mesh.vertices, -999)
    )
    projection = project(holed, CENTER, EXTENT, way, SETTINGS)
    maps = clean_maps(projection, SETTINGS)
    assert projection.face[56, 56] and maps["depth"][56, 56] == pytest.approx(20, abs=0.3)
    assert (maps["filled_share"] > 0) == (way == "raycast")


def test_splatting_takes_the_mean_of_what_lies_in_front():
    points = np.array([[0.1, 0.1, 10.0], [0.2, 0.2, 12.0], [0.1, 0.2, -40.0], [-0.9, 0.9, 5.0]])
    depth = splat_depth(points, np.zeros(2), 2.0, dataclasses.replace(SETTINGS, size=2))
    np.testing.assert_array_equal(depth, [[5, 11], [np.nan, np.nan]])


def test_what_lies_behind_is_not_seen():
    mesh = dome(30)
    behind = mesh._replace(vertices=mesh.vertices - [0, 0, 50])
    both = Mesh(
        np.concatenate([mesh.vertices, behind.vertices]),
        np.concatenate([mesh.triangles, behind.triangles + len(mesh.vertices)]),
        np.concatenate([mesh.uv, behind.uv]),
        mesh.texture,
    )
    seen = seen_vertices(both)
    assert seen[: len(mesh.vertices)].all() and seen[len(mesh.vertices) :].mean() < 0.2


def test_a_single_triangle_hides_what_lies_behind_it():
    vertices = np.array([[0.0, 0, 5], [4, 0, 5], [0, 4, 5], [1, 1, 0], [9, 9, 0]])
    mesh = Mesh(vertices, np.array([[0, 1, 2]]), np.zeros((1, 3, 2)), np.zeros((2, 2, 3), np.uint8))
    assert seen_vertices(mesh).tolist() == [True, True, True, False, True]


def test_the_silhouette_is_the_largest_part_without_holes_and_needles():
    hit = np.zeros((12, 12), bool)
    hit[1:7, 1:7] = True
    hit[3, 3] = False
    hit[9:12, 9:12] = True
    hit[4, 7:11] = True
    face = silhouette(hit)
    assert face[1:7, 1:7].all() and face.sum() == 36
    assert not silhouette(np.zeros((5, 5), bool)).any()


def test_too_little_face_is_refused():
    with pytest.raises(ScanError, match="the face fills 1.% of its square; expected at least 30%"):
        project(dome(), CENTER, 300.0, "raycast", SETTINGS)
    with pytest.raises(ScanError, match="vertices face the camera; expected at least 112"):
        project(dome(10), CENTER, EXTENT, "raycast", dataclasses.replace(SETTINGS, least_face=0.0))


def test_a_shard_keeps_good_scans_and_names_bad_ones():
    meshes = [dome(60), dome(8)]
    columns = mesh_columns([pack_mesh(mesh) for mesh in meshes]) | {
        "scan": np.array(["good", "bad"]),
        "subject": np.array(["a", "b"]),
        "label": np.array([1, 2]),
        "intensity": np.array([3, 4]),
        "center": np.tile(CENTER, (2, 1)),
        "extent": np.full(2, EXTENT),
    }
    made, rejected = project_maps(columns, "raycast", SETTINGS)
    assert list(made["scan"]) == ["good"] and made["depth"].shape == (1, 112, 112) and made["label"].tolist() == [1]
    assert made["spacing"].tolist() == [1.25] and [row.scan for row in rejected] == ["bad"]


def test_packed_meshes_come_back():
    meshes = [dome(20), dome(9)]
    columns = mesh_columns([pack_mesh(mesh) for mesh in meshes])
    for i, mesh in enumerate(meshes):
        back = unpack_mesh(columns, i)
        np.testing.assert_allclose(back.vertices, mesh.vertices, atol=1e-4)
        np.testing.assert_array_equal(back.triangles, mesh.triangles)
        np.testing.assert_allclose(back.uv, mesh.uv, atol=1e-6)
        np.testing.assert_array_equal(back.texture, mesh.texture)


def test_a_spike_is_removed_before_any_projection_and_its_share_is_recorded():
    mesh = dome(80)
    spike = np.argmin(np.hypot(*(mesh.vertices[:, :2] - CENTER).T))
    vertices = mesh.vertices.copy()
    vertices[spike, 2] += 12
    x, y = pixel_centres(CENTER, EXTENT, 112)
    for way in ("raycast", "splat"):
        made = project(mesh._replace(vertices=vertices), CENTER, EXTENT, way, SETTINGS)
        assert made.spike_share == 1 / len(vertices)
        assert np.nanmax(np.abs(made.depth - height(x[None, :], y[:, None]))) < 1.5
    never = dataclasses.replace(SETTINGS, spikes=dataclasses.replace(SETTINGS.spikes, height=None))
    made = project(mesh._replace(vertices=vertices), CENTER, EXTENT, "splat", never)
    assert made.spike_share == 0 and np.nanmax(made.depth) > 30


def test_outliers_are_removed_before_holes_are_filled():
    """A spike beside a hole: filled first, the hole would take a part of the spike and hide it."""
    rows, columns = np.mgrid[:40, :40]
    depth, face = 0.5 * columns - 0.2 * rows, np.ones((40, 40), bool)
    holed = depth.copy()
    holed[20, 21:24] = np.nan
    holed[20, 20] += 15
    texture = np.full((40, 40, 3), 100.0)
    maps = clean_maps(Projection(holed, texture, face, 1.0, 0.0), dataclasses.replace(SETTINGS, smooth_sigma=0.0))
    assert 1 / 1600 <= maps["removed_share"] <= 3 / 1600  # its two neighbours beside the hole may go with it
    np.testing.assert_allclose(maps["depth"], depth, atol=1e-9)
    holed[19:22, 21] = holed[19, 19:21] = np.nan  # four neighbours are known: too few to judge, unless they are filled
    maps = clean_maps(Projection(holed, texture, face, 1.0, 0.0), dataclasses.replace(SETTINGS, smooth_sigma=0.0))
    assert maps["depth"][20, 20] == holed[20, 20]


def test_cleaning_takes_outliers_fills_holes_and_smooths_and_tells_the_shares():
    rows, columns = np.mgrid[:40, :40]
    face = np.zeros((40, 40), bool)
    face[5:35, 5:35] = True
    depth = np.where(face, 0.5 * columns - 0.2 * rows, np.nan)
    holed = depth.copy()
    holed[10, 10:13] = np.nan
    holed[20, 20] += 9
    texture = np.where(face[..., None], 100.0, np.nan) * np.ones(3)
    texture[10, 10:13] = np.nan
    maps = clean_maps(Projection(holed, texture, face, 1.0, 0.25), dataclasses.replace(SETTINGS, size=56))
    assert maps["removed_share"] == 1 / 900 and maps["filled_share"] == 4 / 900 and maps["spike_share"] == 0.25
    np.testing.assert_allclose(maps["depth"][6:34, 6:34], depth[6:34, 6:34], atol=1e-6)
    np.testing.assert_array_equal(np.isfinite(maps["depth"]), face)
    np.testing.assert_array_equal(maps["texture"][..., 0], 100 * face)
    beside, across = np.exp(-0.5), np.exp(-1.0)  # the weights of a corner, which has but three neighbours
    inwards = (beside + across) / (1 + 2 * beside + across)
    assert maps["depth"][5, 5] == pytest.approx(depth[5, 5] + (0.5 - 0.2) * inwards)


@pytest.mark.parametrize(("extent", "radius"), [(140.0, 62), (60.0, 30)])
def test_points_per_pixel_counts_the_vertices_inside_the_square_alone(extent, radius):
    mesh = dome()
    found = project(mesh, CENTER, extent, "raycast", SETTINGS)
    inside = (np.abs(mesh.vertices[:, :2] - CENTER).max(axis=1) <= extent / 2).sum()
    assert found.points_per_pixel == pytest.approx(inside / found.face.sum(), rel=1e-9)
    assert (inside < len(mesh.vertices)) == (radius < 62)
