import math

import numpy as np
import pytest

from gradschool.nn import GELU

X = np.linspace(-9, 9, 301)


@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 3e-15), (np.float32, 2e-6)])
def test_is_x_times_the_normal_distribution(dtype, tolerance):
    x, layer = X.astype(dtype), GELU()
    below = np.array([math.erfc(-one / math.sqrt(2)) / 2 for one in x.tolist()])
    density = np.array([math.exp(-one * one / 2) / math.sqrt(2 * math.pi) for one in x.tolist()])
    np.testing.assert_allclose(layer.forward(x), x * below, rtol=0, atol=tolerance)
    np.testing.assert_allclose(layer.backward(np.ones_like(x)), below + x * density, rtol=0, atol=tolerance)


def test_the_approximation_is_another_function_but_near():
    difference = np.abs(GELU(approximate=True).forward(X) - GELU().forward(X))
    assert 1e-4 < difference.max() < 5e-4


def test_the_approximate_one_worked_by_hand():
    """At x = 1, u = √(2/π) · 1.044715 = 0.83355; tanh u = 0.68238; ½ (1 + 0.68238) = 0.84119."""
    assert GELU(approximate=True).forward(np.array([1.0]))[0] == pytest.approx(0.84119, abs=5e-6)
