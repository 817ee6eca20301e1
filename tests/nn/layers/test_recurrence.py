"""The plain functions of a step by hand, against slopes, and against the layer that computes with all steps at once."""

import numpy as np
import pytest

from gradschool.nn import RNN, numeric_gradient
from gradschool.nn.layers.recurrence import rnn_step, rnn_step_backward, state_gradients, unroll

T, N, D, H = 5, 4, 3, 2


def arrays():
    rng = np.random.default_rng(0)
    x, h0, Wx, Wh, b = (rng.normal(size=shape) for shape in [(T, N, D), (N, H), (D, H), (H, H), H])
    return x, h0, Wx, Wh, b, rng.normal(size=(T, N, H))


def test_two_steps_worked_by_hand():
    """The inputs are such that h is 2/5, then tanh ln 2 = 3/5, then tanh(−ln 3) = −4/5; the loss is h₁ + h₂."""
    one, half = np.ones((1, 1)), np.full((1, 1), 0.5)
    x = np.array([np.log(2) - 0.2, -np.log(3) - 0.3]).reshape(2, 1, 1)
    h = unroll(x, np.full((1, 1), 0.4), one, half, np.zeros(1))
    np.testing.assert_allclose(h.ravel(), [0.4, 0.6, -0.8], rtol=1e-14)
    dh = state_gradients(np.ones((2, 1, 1)), h, half)
    np.testing.assert_allclose(dh.ravel(), [1.18 * 0.64 / 2, 1.18, 1], rtol=1e-14)


@pytest.mark.parametrize("which", range(5))
def test_the_gradients_of_a_step_are_its_slopes(which):
    x, h0, Wx, Wh, b, dy = arrays()
    arguments = [x[0], h0, Wx, Wh, b]

    def step(moved):
        return rnn_step(*arguments[:which], moved, *arguments[which + 1 :])

    got = rnn_step_backward(dy[0], x[0], h0, rnn_step(*arguments), Wx, Wh)[which]
    np.testing.assert_allclose(got, numeric_gradient(step, arguments[which], dy[0]), rtol=1e-7, atol=1e-9)


def test_the_layer_computes_the_same():
    x, h0, Wx, Wh, b, dy = arrays()
    layer = RNN(D, H, rng=np.random.default_rng(0))
    layer.load_state({"Wx": Wx, "Wh": Wh, "b": b})
    h = unroll(x, h0, Wx, Wh, b)
    np.testing.assert_allclose(layer.forward(x, state=h0), h[1:], rtol=1e-12)
    dx, dh = layer.backward(dy), state_gradients(dy, h, Wh)
    np.testing.assert_allclose(layer.dstate, dh[0], rtol=1e-12)
    totals = [np.zeros_like(p.value) for p in layer.parameters()]
    for t in range(T):
        got, _, *shares = rnn_step_backward(dh[t + 1], x[t], h[t], h[t + 1], Wx, Wh)
        np.testing.assert_allclose(dx[t], got, rtol=1e-11)
        for total, share in zip(totals, shares, strict=True):
            total += share
    for parameter, total in zip(layer.parameters(), totals, strict=True):
        np.testing.assert_allclose(parameter.grad, total, rtol=1e-11)


def test_float32_stays_float32():
    x, h0, Wx, Wh, b, dy = (a.astype(np.float32) for a in arrays())
    h = unroll(x, h0, Wx, Wh, b)
    assert h.dtype == np.float32
    assert state_gradients(dy, h, Wh).dtype == np.float32
