"""Rosenbrock's function, by hand and against finite differences."""

import numpy as np
import pytest

from gradschool.nn import numeric_gradient
from gradschool.nn.optimizers.landscapes import rosenbrock, rosenbrock_gradient


@pytest.mark.parametrize(
    ("point", "height", "gradient"),
    [((1, 1), 0, (0, 0)), ((-1, 1), 4, (-4, 0)), ((0, 1), 101, (-2, 200)), ((2, 3), 101, (802, -200))],
)
def test_by_hand(point, height, gradient):
    assert rosenbrock(np.array(point)) == height
    np.testing.assert_array_equal(rosenbrock_gradient(np.array(point)), gradient)


@pytest.mark.parametrize("shape", [(2,), (2, 5), (2, 3, 4)])
def test_the_gradient_is_the_slope(shape):
    point = np.random.default_rng(0).normal(size=shape)
    slope = numeric_gradient(rosenbrock, point, np.ones(shape[1:]))
    np.testing.assert_allclose(rosenbrock_gradient(point), slope, rtol=1e-7, atol=1e-7)
