import numpy as np
import pytest

from gradschool.nn import LogSoftmax, Softmax


def test_worked_by_hand():
    """Of 0, log 2 and log 5 the softmax is 1/8, 2/8 and 5/8; with dy = (8, 0, 0), y · dy sums to 1."""
    x, dy = np.log([[1.0, 2.0, 5.0]]), np.array([[8.0, 0.0, 0.0]])
    softmax, log_softmax = Softmax(), LogSoftmax()
    np.testing.assert_allclose(softmax.forward(x), [[1 / 8, 2 / 8, 5 / 8]], rtol=1e-15)
    np.testing.assert_allclose(softmax.backward(dy), [[7 / 8, -2 / 8, -5 / 8]], rtol=1e-14)
    np.testing.assert_allclose(log_softmax.forward(x), np.log([[1 / 8, 2 / 8, 5 / 8]]), rtol=1e-15)
    np.testing.assert_allclose(log_softmax.backward(dy), [[7, -2, -5]], rtol=1e-14)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("size", [1e4, 1e30])
def test_nothing_overflows(size, dtype):
    x = np.array([[-size, size, 0], [size, size, -size]], dtype=dtype)
    want = [[0, 1, 0], [0.5, 0.5, 0]]
    softmax, log_softmax = Softmax(), LogSoftmax()
    np.testing.assert_allclose(softmax.forward(x), want, rtol=1e-6)
    np.testing.assert_allclose(softmax.backward(np.ones_like(x)), np.zeros((2, 3)), atol=1e-6)
    np.testing.assert_allclose(
        log_softmax.forward(x), [[-2 * size, 0, -size], [-np.log(2), -np.log(2), -2 * size - np.log(2)]], rtol=1e-6
    )
    np.testing.assert_allclose(log_softmax.backward(np.ones_like(x)), 1 - 3 * np.array(want), atol=1e-6)


@pytest.mark.parametrize("kind", [Softmax, LogSoftmax])
@pytest.mark.parametrize("axis", [0, 1, 2, -1, -2])
def test_runs_along_the_axis_that_is_named(kind, axis):
    y = kind(axis=axis).forward(np.random.default_rng(0).normal(size=(2, 3, 4)))
    probabilities = y if kind is Softmax else np.exp(y)
    np.testing.assert_allclose(probabilities.sum(axis=axis), 1, rtol=1e-14)


@pytest.mark.parametrize("kind", [Softmax, LogSoftmax])
def test_a_masked_entry_has_the_probability_0(kind):
    layer = kind()
    y = layer.forward(np.array([0.0, -np.inf, 0.0]))
    np.testing.assert_allclose(y if kind is Softmax else np.exp(y), [0.5, 0, 0.5], rtol=1e-15)
    assert np.isfinite(layer.backward(np.array([1.0, 2.0, 3.0]))).all()
