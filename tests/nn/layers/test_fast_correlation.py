from itertools import product

import numpy as np
import pytest

from gradschool.nn.layers.fast_correlation import batch_last, col2im, im2col, windows
from gradschool.nn.layers.places import places
from gradschool.nn.layers.window import Window

WINDOWS = [
    Window(*options)
    for options in product([(1, 1), (2, 2), (2, 3)], [(1, 1), (2, 2), (1, 3)], [(1, 1), (2, 2), (3, 1)])
]


def test_worked_by_hand():
    x = np.arange(6.0).reshape(1, 2, 3, 1)  # 0 1 2 over 3 4 5
    columns = im2col(x, Window((2, 2)))
    np.testing.assert_array_equal(columns, [[0, 1], [1, 2], [3, 4], [4, 5]])
    np.testing.assert_array_equal(col2im(columns, x.shape, Window((2, 2)))[0, :, :, 0], [[0, 2, 2], [3, 8, 5]])


def test_the_batch_is_innermost_in_the_columns_and_the_channels_are_outermost():
    x = np.arange(24.0).reshape(2, 2, 2, 3)
    columns = im2col(x, Window((1, 2)))
    assert columns.shape == (2 * 1 * 2, 2 * 1 * 3)
    np.testing.assert_array_equal(columns[0], [0, 1, 2, 6, 7, 8])
    np.testing.assert_array_equal(columns[3], [15, 16, 17, 21, 22, 23])


@pytest.mark.parametrize("window", WINDOWS)
def test_col2im_is_the_transpose_of_im2col(window):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(2, 5, 7, 3))
    columns = im2col(x, window)
    other = rng.normal(size=columns.shape)
    assert np.sum(columns * other) == pytest.approx(np.sum(x * col2im(other, x.shape, window)), rel=1e-12)


@pytest.mark.parametrize("window", WINDOWS)
def test_every_window_holds_its_pixels(window):
    x = np.random.default_rng(1).normal(size=(2, 5, 7, 3))
    found = windows(x, window)
    (kh, kw), (sh, sw), (dh, dw), _ = window
    assert found.shape == (2, kh, kw, *places((5, 7), window), 3)
    for i, j, y, z in np.ndindex(found.shape[1:5]):
        np.testing.assert_array_equal(found[:, i, j, y, z], x[:, sh * y + dh * i, sw * z + dw * j])


def test_windows_cannot_be_written_to():
    with pytest.raises(ValueError, match="read-only"):
        windows(np.zeros((1, 2, 2, 1)), Window((1, 1)))[...] = 1


def test_images_that_do_not_lie_in_one_piece():
    x = np.random.default_rng(2).normal(size=(3, 2, 5, 5)).transpose(1, 2, 3, 0)
    np.testing.assert_array_equal(im2col(x, Window((2, 2))), im2col(x.copy(), Window((2, 2))))


def test_the_places_count_the_padding():
    assert places((4, 4), Window((3, 2), (1, 2), (1, 1), (1, 0, 0, 2))) == (3, 3)


def test_batch_last_puts_zeros_around():
    x = np.random.default_rng(3).normal(size=(2, 3, 4, 5)).astype(np.float32)
    y = batch_last(x, (1, 2, 0, 3))
    assert (y.shape, y.dtype) == ((3, 7, 8, 2), np.float32)
    np.testing.assert_array_equal(y[:, 1:5, :5], x.transpose(1, 2, 3, 0))
    assert np.count_nonzero(y) == x.size
    np.testing.assert_array_equal(batch_last(x), x.transpose(1, 2, 3, 0))
    assert batch_last(x).flags.c_contiguous


def test_an_empty_batch():
    x = np.zeros((2, 5, 5, 0))
    columns = im2col(x, Window((3, 3)))
    assert columns.shape == (18, 0)
    assert col2im(columns, x.shape, Window((3, 3))).shape == x.shape
