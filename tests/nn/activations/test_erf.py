import math

import numpy as np
import pytest

from gradschool.nn.activations.blocks import BLOCK
from gradschool.nn.activations.erf import erf


@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 2.3e-16), (np.float32, 2e-7)])
@pytest.mark.parametrize("spread", [1e-3, 0.1, 1, 3, 7, 100])
def test_agrees_with_the_standard_library(dtype, tolerance, spread):
    x = (spread * np.random.default_rng(0).uniform(-1, 1, size=20_000)).astype(dtype)
    want = np.array([math.erf(one) for one in x.tolist()])
    got = erf(x)
    assert got.dtype == dtype
    assert np.max(np.abs(got - want)) <= tolerance


def test_half_way_between_the_points_of_its_grid():
    x = (np.arange(6 * 1024) + 0.5) / 1024
    want = np.array([math.erf(one) for one in x.tolist()])
    np.testing.assert_allclose(erf(x), want, rtol=0, atol=2.3e-16)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_is_odd_keeps_small_numbers_and_ends_at_1(dtype):
    x = np.array([0, 1e-30, 1e-8, 0.3, 2, 4, 6, 30, 1e30, np.inf], dtype=dtype)
    np.testing.assert_array_equal(erf(-x), -erf(x))
    np.testing.assert_allclose(erf(x[:3]), 2 / math.sqrt(math.pi) * x[:3], rtol=1e-6 if dtype == np.float32 else 1e-15)
    np.testing.assert_allclose(erf(x[6:]), 1, rtol=1e-7 if dtype == np.float32 else 0)


def test_goes_block_by_block_over_any_shape_and_order():
    x = np.random.default_rng(1).normal(size=(3, BLOCK // 2, 2))
    want = np.vectorize(math.erf)(x)
    np.testing.assert_allclose(erf(x), want, rtol=0, atol=2.3e-16)
    np.testing.assert_allclose(erf(x.T), want.T, rtol=0, atol=2.3e-16)
    assert np.isnan(erf(np.array([np.nan, np.nan], dtype=np.float32))).all()
    assert erf(np.zeros((0, 3))).shape == (0, 3)
