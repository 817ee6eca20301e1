import numpy as np

from gradschool.nn import LSTM


def constant_gates():
    """An LSTM that ignores x: i, f and o are one half, and g is 0.8."""
    layer = LSTM(1, 1, rng=np.random.default_rng(0))
    layer.load_state({"Wx": np.zeros((1, 4)), "Wh": np.zeros((1, 4)), "b": [0, 0, np.log(3), 0]})
    return layer


def test_two_steps_worked_by_hand():
    layer = constant_gates()
    y = layer.forward(np.ones((2, 1, 1)))
    # c = 0.4, then 0.5 · 0.4 + 0.4 = 0.6; the output is half of tanh c
    np.testing.assert_allclose(y.ravel(), [0.3799489623 / 2, 0.5370495670 / 2], rtol=1e-9)
    h, c = layer.final_state
    np.testing.assert_allclose([h.item(), c.item()], [0.5370495670 / 2, 0.6], rtol=1e-9)
    layer.backward(np.array([[[0.0]], [[1.0]]]))
    # o: tanh 0.6 · 1/4.   f, at the second step alone: (1 - tanh² 0.6) / 2 · 0.4 · 1/4, as the cell is empty before
    np.testing.assert_allclose(layer.b.grad[[1, 3]], [0.03557888813, 0.1342623917], rtol=1e-8)
    _, dc = layer.dstate
    np.testing.assert_allclose(dc, 0.3557888813 / 4, rtol=1e-8)


def test_the_gates_have_the_order_i_f_g_o():
    """A gate that is shut by its bias: nothing written, nothing kept, nothing to write, nothing read."""
    outputs = {}
    for gate, name in enumerate("ifgo"):
        layer = constant_gates()
        layer.b.value[gate] = 0 if name == "g" else -1e4
        outputs[name] = layer.forward(np.ones((1, 1, 1)), state=([[0.0]], [[2.0]])), layer.final_state[1]
    cells = {name: c.item() for name, (_, c) in outputs.items()}
    np.testing.assert_allclose([cells[name] for name in "ifgo"], [1, 0.4, 1, 1.4], rtol=1e-12)
    assert outputs["o"][0].item() == 0


def test_the_forget_gate_starts_open():
    for options, bias in [({}, 1), ({"forget_bias": -2.5}, -2.5)]:
        layer = LSTM(3, 2, rng=np.random.default_rng(0), **options)
        np.testing.assert_array_equal(layer.b.value, [0, 0, bias, bias, 0, 0, 0, 0])
        assert [p.decay for p in layer.parameters()] == [True, True, False]


def test_each_gate_is_drawn_on_its_own():
    layer = LSTM(3, 5, rng=np.random.default_rng(0))
    for gate in np.split(layer.Wh.value, 4, axis=1):
        np.testing.assert_allclose(gate.T @ gate, np.eye(5), atol=1e-12)
    assert np.sqrt(6 / 8) / 2 < np.abs(layer.Wx.value).max() <= np.sqrt(6 / 8)
    assert len(np.unique(layer.Wx.value)) == 60
