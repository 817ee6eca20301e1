import math

import numpy as np
import pytest

from gradschool.nn.activations.normal import normal_cdf, normal_pdf, tanh_cdf, tanh_pdf

X = np.linspace(-9, 9, 301)


@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 3e-16), (np.float32, 3e-7)])
def test_probability_and_density_agree_with_the_standard_library(dtype, tolerance):
    x = X.astype(dtype)
    below = np.array([math.erfc(-one / math.sqrt(2)) / 2 for one in x.tolist()])
    density = np.array([math.exp(-one * one / 2) / math.sqrt(2 * math.pi) for one in x.tolist()])
    np.testing.assert_allclose(normal_cdf(x), below, rtol=0, atol=tolerance)
    np.testing.assert_allclose(normal_pdf(x), density, rtol=0, atol=tolerance)
    assert normal_cdf(x).dtype == normal_pdf(x).dtype == dtype


def test_the_approximate_density_is_the_slope_of_the_approximate_probability():
    h = 1e-5
    slope = (tanh_cdf(X + h) - tanh_cdf(X - h)) / (2 * h)
    np.testing.assert_allclose(tanh_pdf(X, tanh_cdf(X)), slope, rtol=0, atol=1e-9)
    assert np.abs(tanh_cdf(X) - normal_cdf(X)).max() < 3e-4


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_nothing_overflows(dtype):
    x = np.array([-1e30, -1e4, 1e4, 1e30], dtype=dtype)
    for cdf in (normal_cdf(x), tanh_cdf(x)):
        np.testing.assert_array_equal(cdf, [0, 0, 1, 1])
    np.testing.assert_array_equal(normal_pdf(x), np.zeros(4))
    np.testing.assert_array_equal(tanh_pdf(x, tanh_cdf(x)), np.zeros(4))
