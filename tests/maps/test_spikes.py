import numpy as np
import pytest

from ffnet.maps.spikes import remove_spikes


def sheet(size=12, spacing=2.0):
    """Vertices (size * size, 3) of a tilted plane with a bulge, and its triangles."""
    rows, columns = np.mgrid[:size, :size] * spacing
    z = 0.8 * columns - 0.3 * rows + 0.02 * columns**2
    corner = np.arange(size * size).reshape(size, size)
    a, b, c, d = corner[:-1, :-1].ravel(), corner[1:, :-1].ravel(), corner[1:, 1:].ravel(), corner[:-1, 1:].ravel()
    triangles = np.concatenate([np.stack([a, b, c], axis=1), np.stack([a, c, d], axis=1)])
    return np.stack([columns, -rows, z], axis=-1).reshape(-1, 3), triangles


@pytest.mark.parametrize("direction", [(0, 0, 1), (0, 0, -1), (0.8, 0, 0.6), (-0.6, 0.8, 0)])
def test_a_spike_in_any_direction_is_set_back_and_nothing_else_is_moved(direction):
    vertices, triangles = sheet()
    spiked = vertices.copy()
    spiked[65] += 6 * np.array(direction)
    mended, spikes = remove_spikes(spiked, triangles, 4.0)
    assert np.flatnonzero(spikes).tolist() == [65]
    np.testing.assert_allclose(mended[65], vertices[65], atol=0.5)
    np.testing.assert_array_equal(mended[~spikes], vertices[~spikes])


def test_two_spikes_beside_each_other_are_both_found():
    vertices, triangles = sheet()
    vertices[[65, 66], 2] += [9, -7]
    assert np.flatnonzero(remove_spikes(vertices, triangles, 4.0)[1]).tolist() == [65, 66]


def test_a_spike_at_the_border_is_found_and_the_border_itself_is_kept():
    vertices, triangles = sheet()
    assert not remove_spikes(vertices, triangles, 4.0)[1].any()
    vertices[5, 2] += 8
    assert np.flatnonzero(remove_spikes(vertices, triangles, 4.0)[1]).tolist() == [5]


def test_the_median_is_the_middle_of_the_neighbours_whatever_the_order_of_triangles():
    vertices = np.array([[0, 0, 50.0], [1, 0, 1], [0, 1, 2], [-1, 0, 3], [0, -1, 40], [9, 9, 9]])
    triangles = np.array([[0, 1, 2], [0, 2, 3], [0, 3, 4], [0, 4, 1]])
    mended, spikes = remove_spikes(vertices, triangles, 45.0)
    assert spikes.tolist() == [True, False, False, False, False, False]
    np.testing.assert_array_equal(mended[0], [0, 0, 2.5])
    np.testing.assert_array_equal(remove_spikes(vertices, triangles[::-1, [2, 0, 1]], 45.0)[0], mended)


def test_a_vertex_in_no_triangle_stays_and_without_a_height_all_do():
    vertices, triangles = sheet()
    vertices[65, 2] += 100
    alone = np.append(vertices, [[500.0, 500, 500]], axis=0)
    mended, spikes = remove_spikes(alone, triangles, 4.0)
    assert spikes[65] and not spikes[-1] and (mended[-1] == 500).all()
    for given in ((alone, triangles, None), (alone, triangles[:0], 4.0)):
        mended, spikes = remove_spikes(*given)
        assert not spikes.any() and mended is alone
