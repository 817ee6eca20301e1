import numpy as np

from gradschool.nn import GRU


def gru(**values):
    """A GRU of one input and one unit, whose weights are zero but for `values`."""
    layer = GRU(1, 1, rng=np.random.default_rng(0))
    zeros = {"Wx": np.zeros((1, 3)), "Wh": np.zeros((1, 3)), "b": np.zeros(3), "b_h": np.zeros(1)}
    layer.load_state(zeros | values)
    return layer


def test_two_steps_worked_by_hand():
    layer = gru(b=[0, 0, np.log(3)])  # r = z = 1/2, and n = 0.8
    np.testing.assert_allclose(layer.forward(np.ones((2, 1, 1))).ravel(), [0.4, 0.6], rtol=1e-12)
    layer.backward(np.array([[[0.0]], [[1.0]]]))
    # z: (0.4 - 0.8) / 4 of the second step, and half of (0 - 0.8) / 4 of the first; n: (1 + 1/2) / 2 · (1 - 0.64)
    np.testing.assert_allclose(layer.b.grad, [0, -0.2, 0.27], atol=1e-12)
    np.testing.assert_allclose(layer.dstate, 0.25, rtol=1e-12)


def test_the_reset_gate_multiplies_the_product():
    layer = gru(Wh=[[0, 0, 2]], b=[np.log(3), -np.log(3), 0], b_h=[2])  # r = 3/4 and z = 1/4
    y = layer.forward(np.ones((1, 1, 1)), state=[[1.0]])
    np.testing.assert_allclose(y, 0.75 * 0.9950547537 + 0.25, rtol=1e-9)  # tanh 3, of 3/4 · (2 · 1 + 2)


def test_starts_with_each_gate_drawn_on_its_own():
    layer = GRU(3, 5, rng=np.random.default_rng(0))
    for gate in np.split(layer.Wh.value, 3, axis=1):
        np.testing.assert_allclose(gate.T @ gate, np.eye(5), atol=1e-12)
    assert np.sqrt(6 / 8) / 2 < np.abs(layer.Wx.value).max() <= np.sqrt(6 / 8)
    assert not layer.b.value.any()
    assert not layer.b_h.value.any()
    assert [p.decay for p in layer.parameters()] == [True, True, False, False]
