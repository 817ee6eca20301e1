import numpy as np
import pytest

from gradschool.nn import log_sum_exp


def test_worked_by_hand():
    """1 + 2 + 5 is 8, and 7 more in every exponent multiplies it by e⁷."""
    x = np.log([[1.0, 2.0, 5.0], [1.0, 1.0, 2.0]]) + np.array([[7.0], [0.0]])
    np.testing.assert_allclose(log_sum_exp(x), [7 + np.log(8), np.log(4)], rtol=1e-15)


@pytest.mark.parametrize("axis", [0, 1, 2, -1, -2])
def test_the_axis_that_is_named_is_gone(axis):
    x = np.random.default_rng(0).normal(size=(2, 3, 4))
    np.testing.assert_allclose(log_sum_exp(x, axis=axis), np.log(np.exp(x).sum(axis=axis)), rtol=1e-13)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("size", [1e4, 1e30])
def test_nothing_overflows(size, dtype):
    x = np.array([[-size, size, 0], [size, size, -size], [-size, -size, -size]], dtype=dtype)
    y = log_sum_exp(x)
    assert y.dtype == dtype
    np.testing.assert_allclose(y, np.array([size, size + np.log(2), -size + np.log(3)]), rtol=1e-6)


def test_whole_numbers_are_taken_as_numbers():
    np.testing.assert_allclose(log_sum_exp(np.array([200, 200], dtype=np.uint8)), 200 + np.log(2), rtol=1e-15)
