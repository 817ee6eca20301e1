"""The plain forms against the loops, the fast forms and each other's transposes."""

import numpy as np
import pytest

from gradschool.nn.layers import correlation, fast_correlation
from gradschool.nn.layers.padding import crop, pad
from gradschool.nn.layers.places import places
from gradschool.nn.layers.window import Window

WINDOWS = [
    Window((1, 1)),
    Window((3, 2)),
    Window((2, 3), (2, 1), padding=(1, 1, 2, 2)),
    Window((2, 2), (3, 3), padding=(0, 1, 2, 0)),
    Window((3, 2), (1, 2), (2, 3), (2, 0, 1, 1)),
]


def arrays(window):
    rng = np.random.default_rng(0)
    x, W, b = rng.normal(size=(4, 2, 7, 9)), rng.normal(size=(3, 2, *window.kernel)), rng.normal(size=3)
    return x, W, b, rng.normal(size=(4, 3, *places((7, 9), window)))


def test_a_correlation_by_hand():
    x, W = np.array([[[[1.0, 2, 0], [0, 1, 3]]]]), np.array([[[[1.0, -1]]]])
    want = [[[[-1 + 5, 2 + 5], [-1 + 5, -2 + 5]]]]
    np.testing.assert_array_equal(correlation.correlate_by_loops(x, W, np.array([5.0])), want)
    np.testing.assert_array_equal(correlation.correlate(x, W, np.array([5.0]), Window((1, 2))), want)


def test_what_the_window_sees_stands_in_columns():
    x = np.arange(12.0).reshape(1, 2, 2, 3)
    columns = [[0, 1], [1, 2], [3, 4], [4, 5], [6, 7], [7, 8], [9, 10], [10, 11]]
    np.testing.assert_array_equal(correlation.im2col(x, Window((2, 2))), [columns])


@pytest.mark.parametrize("stride", [(1, 1), (2, 3)])
def test_loops_and_columns_agree(stride):
    x, W, b, _ = arrays(Window((3, 2)))
    fast = correlation.correlate(x, W, b, Window((3, 2), stride))
    np.testing.assert_allclose(correlation.correlate_by_loops(x, W, b, stride), fast, rtol=1e-12)


@pytest.mark.parametrize("window", WINDOWS)
def test_the_plain_and_the_fast_agree(window):
    x, W, b, dy = arrays(window)
    for name, arguments in [
        ("correlate", (x, W, b, window)),
        ("filter_gradient", (x, dy, window)),
        ("image_gradient", (dy, W, (7, 9), window)),
    ]:
        plain, fast = (getattr(module, name)(*arguments) for module in (correlation, fast_correlation))
        np.testing.assert_allclose(plain, fast, rtol=1e-12, atol=1e-12, err_msg=name)


@pytest.mark.parametrize("window", WINDOWS)
def test_the_gradients_are_transposes(window):
    x, W, _, dy = arrays(window)
    want = np.sum(correlation.correlate(x, W, np.zeros(3), window) * dy)
    assert np.sum(W * correlation.filter_gradient(x, dy, window)) == pytest.approx(want, rel=1e-12)
    assert np.sum(x * correlation.image_gradient(dy, W, (7, 9), window)) == pytest.approx(want, rel=1e-12)


def test_float32_stays_float32():
    window = Window((3, 2), padding=(1, 1, 0, 0))
    x, W, b, dy = (array.astype(np.float32) for array in arrays(window))
    assert correlation.correlate_by_loops(x, W, b).dtype == np.float32
    assert correlation.correlate(x, W, b, window).dtype == np.float32
    assert correlation.filter_gradient(x, dy, window).dtype == np.float32
    assert correlation.image_gradient(dy, W, (7, 9), window).dtype == np.float32


def test_crop_undoes_pad_and_is_its_transpose():
    rng = np.random.default_rng(1)
    x, sides = rng.normal(size=(2, 3, 4, 5)), (1, 0, 2, 3)
    y = rng.normal(size=(2, 3, 5, 10))
    np.testing.assert_array_equal(crop(pad(x, sides), sides), x)
    assert np.sum(pad(x, sides) * y) == pytest.approx(np.sum(x * crop(y, sides)), rel=1e-12)
    assert not np.shares_memory(crop(y, (0, 0, 0, 0)), y)
