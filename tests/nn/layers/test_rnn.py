import numpy as np
import pytest

from gradschool.nn import RNN, Dense


def test_two_steps_worked_by_hand():
    layer = RNN(1, 2, activation="relu", rng=np.random.default_rng(0))
    layer.load_state({"Wx": [[1, -1]], "Wh": [[1, 2], [0, -1]], "b": [0, 3]})
    x = np.array([[[1.0], [-1.0]], [[2.0], [4.0]]])  # two steps of two sequences: 1, 2 and -1, 4
    np.testing.assert_array_equal(layer.forward(x), [[[1, 2], [0, 4]], [[3, 1], [4, 0]]])
    np.testing.assert_array_equal(layer.final_state, [[3, 1], [4, 0]])
    dx = layer.backward(np.array([[[1.0, 1.0], [2.0, 0.0]], [[1.0, 2.0], [1.0, 1.0]]]))
    np.testing.assert_array_equal(dx, [[[7], [0]], [[-1], [1]]])
    np.testing.assert_array_equal(layer.Wx.grad, [[12, 3]])
    np.testing.assert_array_equal(layer.Wh.grad, [[1, 2], [6, 4]])
    np.testing.assert_array_equal(layer.b.grad, [8, 1])
    np.testing.assert_array_equal(layer.dstate, [[4, 1], [0, 0]])


def test_two_steps_of_tanh_worked_by_hand():
    layer = RNN(1, 1, rng=np.random.default_rng(0))
    layer.load_state({"Wx": [[1]], "Wh": [[0.5]], "b": [0]})
    y = layer.forward(np.array([[[1.0]], [[-1.0]]]))
    # tanh 1, then tanh(0.5 tanh 1 - 1) = tanh(-0.619202922)
    np.testing.assert_allclose(y.ravel(), [0.761594156, -0.550572813], rtol=1e-8)


def test_one_step_is_dense_and_tanh():
    rng = np.random.default_rng(1)
    layer, dense = RNN(3, 4, rng=rng), Dense(3, 4, rng=rng)
    dense.load_state({"W": layer.Wx.value, "b": layer.b.value})
    x, dy = rng.normal(size=(1, 5, 3)), rng.normal(size=(1, 5, 4))
    y = np.tanh(dense.forward(x[0]))
    np.testing.assert_allclose(layer.forward(x), y[None], rtol=1e-13)
    np.testing.assert_allclose(
        layer.backward(dy), dense.backward(dy[0] / np.cosh(np.arctanh(y)) ** 2)[None], rtol=1e-11
    )
    np.testing.assert_allclose(layer.Wx.grad, dense.W.grad, rtol=1e-11)
    np.testing.assert_allclose(layer.b.grad, dense.b.grad, rtol=1e-11)
    assert not layer.Wh.grad.any()


def test_starts_with_a_state_that_keeps_its_length():
    layer = RNN(5, 4, rng=np.random.default_rng(2))
    np.testing.assert_allclose(layer.Wh.value.T @ layer.Wh.value, np.eye(4), atol=1e-12)
    assert np.abs(layer.Wx.value).max() <= np.sqrt(6 / 9)
    np.testing.assert_array_equal(layer.b.value, np.zeros(4))
    assert [p.decay for p in layer.parameters()] == [True, True, False]


def test_an_unknown_activation_is_refused():
    with pytest.raises(ValueError) as caught:
        RNN(5, 4, activation="sigmoid", rng=np.random.default_rng(2))
    assert str(caught.value) == "RNN takes the activation 'tanh' or 'relu', got 'sigmoid'"
