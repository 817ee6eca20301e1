import numpy as np
import pytest

from gradschool.nn import Dense, Sequential, TimeDistributed


def test_does_at_every_step_what_the_layer_does():
    rng = np.random.default_rng(0)
    dense = Dense(3, 2, rng=rng)
    layer = TimeDistributed(dense)
    x, dy = rng.normal(size=(4, 5, 3)), rng.normal(size=(4, 5, 2))
    y = layer.forward(x)
    dx = layer.backward(dy)
    got = [p.grad.copy() for p in layer.parameters()]
    layer.zero_grad()
    for t in range(4):
        np.testing.assert_allclose(y[t], dense.forward(x[t]), rtol=1e-12)
        np.testing.assert_allclose(dx[t], dense.backward(dy[t]), rtol=1e-12)
    for gradient, parameter in zip(got, dense.parameters(), strict=True):
        np.testing.assert_allclose(gradient, parameter.grad, rtol=1e-12)


def test_a_step_may_have_any_shape_and_the_layer_is_told_whether_it_trains():
    class Sums(Dense):
        """The sum over the last two axes."""

        def forward(self, x, *, train=False):
            self.seen, self._shape = train, x.shape
            return x.sum(axis=(1, 2))[:, None]

        def backward(self, dy):
            return np.broadcast_to(dy[:, :, None], self._shape)

    inner = Sums(1, 1, rng=np.random.default_rng(0))
    layer = TimeDistributed(Sequential(inner))
    x = np.arange(48.0).reshape(2, 3, 4, 2)
    np.testing.assert_array_equal(layer.forward(x, train=True), x.sum(axis=(2, 3))[:, :, None])
    assert inner.seen
    dy = np.arange(6.0).reshape(2, 3, 1)
    np.testing.assert_array_equal(layer.backward(dy), np.broadcast_to(dy[..., None], x.shape))


def test_the_parameters_are_those_of_the_layer():
    layer = TimeDistributed(Dense(3, 2, rng=np.random.default_rng(0)))
    assert list(layer.named_parameters()) == ["layer.W", "layer.b"]


def test_the_errors_say_what_to_do_next():
    layer = TimeDistributed(Dense(3, 2, rng=np.random.default_rng(0)))
    with pytest.raises(ValueError) as caught:
        layer.forward(np.zeros(3))
    assert str(caught.value) == "TimeDistributed takes x of shape (T, N, …), got (3,)"
    with pytest.raises(ValueError, match=r"Dense\(3, 2\) takes x of shape \(N, 3\), got \(20, 4\)"):
        layer.forward(np.zeros((4, 5, 4)))
