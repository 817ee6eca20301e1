"""The plain forms of pooling against the fast ones, the loops and each other's transposes."""

import numpy as np
import pytest

from gradschool.nn.layers import fast_pooling, pooling
from gradschool.nn.layers.places import places
from gradschool.nn.layers.window import pool_window

WINDOWS = [
    pool_window(1),
    pool_window(2),
    pool_window((2, 3), (3, 1), (1, 0)),
    pool_window(3, 2, 1),
    pool_window((3, 4), 1, (0, 2)),
    pool_window(2, (3, 4), 1),
]
SIZE = (7, 9)


def arrays(window):
    rng = np.random.default_rng(0)
    x = rng.integers(4, size=(4, 2, *SIZE)) - 5.0  # few values: many ties; all below zero
    return x, rng.normal(size=(4, 2, *places(SIZE, window)))


def test_by_hand():
    x = np.array([[[[1.0, 5, 2], [5, 0, 3]]]])
    y, winners = pooling.max_pool(x, pool_window(2, 1))
    np.testing.assert_array_equal(y, [[[[5, 5]]]])
    np.testing.assert_array_equal(winners, [[[[1, 0]]]])
    dx = pooling.max_pool_gradient(np.array([[[[1.0, 10]]]]), winners, (2, 3), pool_window(2, 1))
    np.testing.assert_array_equal(dx, [[[[0, 11, 0], [0, 0, 0]]]])
    np.testing.assert_array_equal(pooling.avg_pool(x, pool_window(2, 1)), [[[[11 / 4, 10 / 4]]]])


@pytest.mark.parametrize("window", WINDOWS)
def test_the_plain_and_the_fast_agree(window):
    x, dy = arrays(window)
    answers = []
    for module in (pooling, fast_pooling):
        y, winners = module.max_pool(x, window)
        dx = module.max_pool_gradient(dy, winners, SIZE, window)
        answers.append([y, dx, module.avg_pool(x, window), module.avg_pool_gradient(dy, SIZE, window)])
    for plain, fast in zip(*answers, strict=True):
        np.testing.assert_allclose(plain, fast, rtol=1e-12, atol=1e-12)
    np.testing.assert_array_equal(pooling.max_pool_by_loops(x, window), answers[0][0])


def test_in_the_fast_form_no_pixel_of_the_padding_wins_even_if_the_image_is_nothing_but_minus_infinity():
    window = pool_window(3, 2, 1)
    y, winners = fast_pooling.max_pool(np.full((1, 1, 3, 3), -np.inf), window)
    np.testing.assert_array_equal(y, np.full((1, 1, 2, 2), -np.inf))
    dx = fast_pooling.max_pool_gradient(np.array([[[[1.0, 2], [3, 4]]]]), winners, (3, 3), window)
    np.testing.assert_array_equal(dx[0, 0], [[1, 2, 0], [3, 4, 0], [0, 0, 0]])


@pytest.mark.parametrize("shape", [(0, 2, *SIZE), (4, 0, *SIZE), (4, 2, *SIZE)])
@pytest.mark.parametrize("module", [pooling, fast_pooling])
def test_images_of_whole_numbers_and_none_at_all(module, shape):
    window = pool_window((2, 3), (3, 1), (1, 0))
    x = np.random.default_rng(0).integers(256, size=shape, dtype=np.uint8)
    y, winners = module.max_pool(x, window)
    assert y.shape == module.avg_pool(x, window).shape == (*shape[:2], *places(SIZE, window))
    np.testing.assert_array_equal(y, pooling.max_pool_by_loops(x, window))
    assert module.max_pool_gradient(np.ones(y.shape), winners, SIZE, window).sum() == y.size


@pytest.mark.parametrize("window", WINDOWS)
def test_the_gradient_of_the_mean_is_its_transpose(window):
    x, dy = arrays(window)
    back = pooling.avg_pool_gradient(dy, SIZE, window)
    assert np.sum(pooling.avg_pool(x, window) * dy) == pytest.approx(np.sum(x * back), rel=1e-12)


def test_float32_stays_float32():
    window = pool_window(3, 2, 1)
    x, dy = (array.astype(np.float32) for array in arrays(window))
    y, winners = pooling.max_pool(x, window)
    found = [
        y,
        pooling.max_pool_by_loops(x, window),
        pooling.max_pool_gradient(dy, winners, SIZE, window),
        pooling.avg_pool(x, window),
        pooling.avg_pool_gradient(dy, SIZE, window),
    ]
    assert all(array.dtype == np.float32 for array in found)
