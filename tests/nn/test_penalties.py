"""The penalties against figures worked by hand, norms of NumPy and difference quotients."""

import numpy as np
import pytest

from gradschool.nn import L1, L2

W = np.array([3.0, -4.0, 0.0])


def test_by_hand():
    assert L2(0.5).value(W) == 12.5
    assert L2(0.5).gradient(W).tolist() == [3.0, -4.0, 0.0]
    assert L1(0.5).value(W) == 3.5
    assert L1(0.5).gradient(W).tolist() == [0.5, -0.5, 0.0]


@pytest.mark.parametrize("shape", [(5,), (2, 3)])
def test_values_are_norms(shape):
    w = np.random.default_rng(1).normal(size=shape)
    assert L2(0.3).value(w) == pytest.approx(0.3 * np.linalg.norm(w.ravel()) ** 2)
    assert L1(0.3).value(w) == pytest.approx(0.3 * np.linalg.norm(w.ravel(), ord=1))


@pytest.mark.parametrize("penalty", [L1(0.7), L2(0.7)], ids=["L1", "L2"])
@pytest.mark.parametrize("shape", [(6,), (2, 3)])
def test_gradient_is_the_difference_quotient(penalty, shape):
    w = np.random.default_rng(2).normal(size=shape)
    w.flat[1] = 0.0
    h = 1e-6
    steps = h * np.eye(w.size).reshape(w.size, *shape)
    numeric = np.array([(penalty.value(w + s) - penalty.value(w - s)) / (2 * h) for s in steps]).reshape(shape)
    assert penalty.gradient(w) == pytest.approx(numeric, abs=1e-8)


@pytest.mark.parametrize("kind", [L1, L2])
def test_value_is_a_float_and_w_stays(kind):
    w = W.copy()
    assert type(kind(0.1).value(w)) is float
    assert kind(0.1).gradient(w.astype(np.float32)).dtype == np.float32
    kind(0.1).gradient(w)[0] = 100.0
    assert (w == W).all()


@pytest.mark.parametrize("kind", [L1, L2])
def test_a_strength_of_numpy_leaves_float32_as_it_is(kind):
    assert kind(np.float64(0.1)).gradient(W.astype(np.float32)).dtype == np.float32
