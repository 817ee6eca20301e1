import math

import numpy as np
import pytest

from gradschool.nn.activations.stable import sigmoid, softplus

X = [-700, -100, -40, -20, -3, -1e-9, 0, 1e-9, 2, 20, 40, 100, 700]


def by_the_standard_library(x):
    e = math.exp(-abs(x))
    return 1 / (1 + e) if x >= 0 else e / (1 + e), max(x, 0) + math.log1p(e)


def test_both_are_precise_in_the_tail_too():
    want = np.array([by_the_standard_library(x) for x in X])
    got = np.transpose([sigmoid(np.array(X, dtype=float)), softplus(np.array(X, dtype=float))])
    np.testing.assert_allclose(got, want, rtol=1e-15)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_neither_overflows(dtype):
    x = np.array([-1e30, -1e4, 1e4, 1e30], dtype=dtype)
    np.testing.assert_array_equal(sigmoid(x), np.array([0, 0, 1, 1], dtype=dtype))
    np.testing.assert_array_equal(softplus(x), np.maximum(x, 0))
    assert sigmoid(x).dtype == softplus(x).dtype == dtype
