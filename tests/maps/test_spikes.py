import dataclasses

import numpy as np
import pytest
from scipy.spatial import Delaunay

from ffnet.maps.settings import SpikeSettings
from ffnet.maps.spikes import remove_spikes

SETTINGS = SpikeSettings(height=4.0, spacings=2.0, most_moved=0.05)


def sheet(size=12, spacing=2.0):
    """Vertices (size * size, 3) of a tilted plane with a bulge, and its triangles."""
    rows, columns = np.mgrid[:size, :size] * spacing
    z = 0.8 * columns - 0.3 * rows + 0.02 * columns**2
    corner = np.arange(size * size).reshape(size, size)
    a, b, c, d = corner[:-1, :-1].ravel(), corner[1:, :-1].ravel(), corner[1:, 1:].ravel(), corner[:-1, 1:].ravel()
    triangles = np.concatenate([np.stack([a, b, c], axis=1), np.stack([a, c, d], axis=1)])
    return np.stack([columns, -rows, z], axis=-1).reshape(-1, 3), triangles


def cap(spacing, jitter, edge=0.9, radius=70.0):
    """A clean cap of a sphere seen from the front, its vertices about `spacing` mm apart there, and its triangles."""
    random = np.random.default_rng(int(10 * spacing))
    steps = np.arange(-radius, radius + spacing, spacing)
    places = np.stack(np.meshgrid(steps, steps), axis=-1).reshape(-1, 2)
    places = places + jitter * spacing * random.uniform(-1, 1, places.shape)
    places = places[np.hypot(*places.T) < edge * radius]
    triangles = Delaunay(places).simplices
    sides = np.linalg.norm(places[triangles] - places[np.roll(triangles, 1, axis=1)], axis=-1)
    triangles = triangles[(sides < 3 * spacing).all(axis=1)]  # without needles along the border
    return np.column_stack([places, np.sqrt(radius**2 - (places**2).sum(axis=1))]), triangles


@pytest.mark.parametrize("jitter", [0.0, 0.4], ids=["grid", "scattered"])
@pytest.mark.parametrize("spacing", [0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0])
def test_nothing_is_moved_on_a_clean_surface_at_any_spacing(spacing, jitter):
    for edge in (0.7, 0.9, 0.95):
        vertices, triangles = cap(spacing, jitter, edge)
        moved, spikes = remove_spikes(vertices, triangles, SETTINGS)
        assert not spikes.any()
        np.testing.assert_array_equal(moved, vertices)


@pytest.mark.parametrize("spacing", [0.5, 1.0, 2.0])
def test_spikes_are_found_at_any_fine_spacing_and_on_slopes(spacing):
    """Heights of 7 to 18 mm along the view, up or down, as the demo's sensor makes them."""
    vertices, triangles = cap(spacing, 0.2)
    random = np.random.default_rng(0)
    inner = np.flatnonzero(np.hypot(*vertices[:, :2].T) < 55)
    chosen = random.choice(inner, 20, replace=False)
    spiked = vertices.copy()
    spiked[chosen, 2] += random.choice([-1, 1], 20) * random.uniform(7, 18, 20)
    moved, spikes = remove_spikes(spiked, triangles, SETTINGS)
    assert spikes[chosen].mean() >= 0.95 and spikes.sum() <= 21
    assert np.abs(moved[spikes] - vertices[spikes]).max() < 2 * spacing


def test_a_spike_on_a_coarse_mesh_must_stand_out_by_twice_its_spacing():
    vertices, triangles = cap(8.0, 0.2)
    middle = np.argmin(np.hypot(*vertices[:, :2].T))
    vertices[middle, 2] += 13
    assert not remove_spikes(vertices, triangles, SETTINGS)[1].any()
    assert remove_spikes(vertices, triangles, dataclasses.replace(SETTINGS, spacings=1.0))[1][middle]
    vertices[middle, 2] += 10
    assert np.flatnonzero(remove_spikes(vertices, triangles, SETTINGS)[1]).tolist() == [middle]


@pytest.mark.parametrize("direction", [(0, 0, 1), (0, 0, -1), (-0.8, 0, 0.6), (0.8, 0.6, 0)])
def test_a_spike_off_the_surface_in_any_direction_is_removed_and_nothing_else_is_moved(direction):
    vertices, triangles = sheet()
    spiked = vertices.copy()
    spiked[65] += 9 * np.array(direction)
    moved, spikes = remove_spikes(spiked, triangles, SETTINGS)
    assert np.flatnonzero(spikes).tolist() == [65]
    np.testing.assert_allclose(moved[65], vertices[65], atol=0.5)
    np.testing.assert_array_equal(moved[~spikes], vertices[~spikes])


def test_two_spikes_beside_each_other_are_both_found():
    vertices, triangles = sheet()
    vertices[[65, 66], 2] += [9, -7]
    assert np.flatnonzero(remove_spikes(vertices, triangles, SETTINGS)[1]).tolist() == [65, 66]


def test_a_spike_at_the_border_is_found_and_the_border_itself_is_kept():
    vertices, triangles = sheet()
    assert not remove_spikes(vertices, triangles, SETTINGS)[1].any()
    vertices[5, 2] += 8
    assert np.flatnonzero(remove_spikes(vertices, triangles, SETTINGS)[1]).tolist() == [5]


def test_a_spike_becomes_the_median_of_its_neighbours_whatever_the_order_of_triangles():
    vertices, triangles = sheet()
    vertices[65, 2] += 12
    sides = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    neighbours = np.unique(sides[(sides == 65).any(axis=1)])
    moved, spikes = remove_spikes(vertices, triangles, SETTINGS)
    assert spikes.sum() == 1
    np.testing.assert_allclose(moved[65], np.median(vertices[neighbours[neighbours != 65]], axis=0))
    shuffled = np.random.default_rng(0).permutation(triangles)[:, [2, 0, 1]]
    np.testing.assert_array_equal(remove_spikes(vertices, shuffled, SETTINGS)[0], moved)


def test_only_the_farthest_are_moved_where_more_would_be_than_may():
    vertices, triangles = sheet()
    chosen = [28, 33, 65, 100, 116]
    vertices[chosen, 2] += [8, 12, 10, 14, 9]
    limited = dataclasses.replace(SETTINGS, most_moved=2.5 / len(vertices))
    moved, spikes = remove_spikes(vertices, triangles, limited)
    assert np.flatnonzero(spikes).tolist() == [33, 100]
    np.testing.assert_array_equal(moved[~spikes], vertices[~spikes])
    assert np.flatnonzero(remove_spikes(vertices, triangles, SETTINGS)[1]).tolist() == chosen


def test_a_vertex_in_no_triangle_stays_and_without_a_height_all_do():
    vertices, triangles = sheet()
    vertices[65, 2] += 100
    alone = np.append(vertices, [[500.0, 500, 500]], axis=0)
    moved, spikes = remove_spikes(alone, triangles, SETTINGS)
    assert spikes[65] and not spikes[-1] and (moved[-1] == 500).all()
    for faces, settings in ((triangles, dataclasses.replace(SETTINGS, height=None)), (triangles[:0], SETTINGS)):
        moved, spikes = remove_spikes(alone, faces, settings)
        assert not spikes.any() and moved is alone
