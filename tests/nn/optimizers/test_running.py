"""Running means, by hand."""

import numpy as np
import pytest

from gradschool.nn.optimizers.running import follow


def test_by_hand():
    """0, then 0.25 · 4 = 1, then 0.75 · 1 + 0.25 · 8 = 2.75; the weights are 3/16 and 1/4, 7/16 in all."""
    mean, new = np.zeros(2), np.array([4.0, -4.0])
    follow(mean, new, 0.75)
    np.testing.assert_array_equal(mean, [1, -1])
    follow(mean, 2 * new, 0.75)
    np.testing.assert_array_equal(mean, [2.75, -2.75])
    np.testing.assert_array_equal(new, [4, -4])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_constant_is_found_again(dtype):
    mean = np.zeros(3, dtype)
    for _ in range(7):
        follow(mean, np.full(3, 5.0, dtype), 0.9)
    assert mean.dtype == dtype
    np.testing.assert_allclose(mean / (1 - 0.9**7), 5, rtol=1e-6)
