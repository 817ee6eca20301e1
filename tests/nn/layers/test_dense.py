import numpy as np
import pytest

from gradschool.nn import Dense, zeros


def two_by_three():
    """X W + b with numbers small enough for the back of an envelope."""
    layer = Dense(2, 3, init=zeros, rng=np.random.default_rng(0))
    layer.W.value[...] = [[1, 0, -1], [2, 1, 0]]
    layer.b.value[...] = [10, 20, 30]
    return layer


def test_worked_by_hand():
    layer = two_by_three()
    np.testing.assert_array_equal(layer.forward(np.array([[1.0, 2.0], [3.0, -1.0]])), [[15, 22, 29], [11, 19, 27]])
    dx = layer.backward(np.array([[1.0, 0.0, 2.0], [0.0, -1.0, 1.0]]))
    np.testing.assert_array_equal(dx, [[-1, 2], [-1, -1]])
    np.testing.assert_array_equal(layer.W.grad, [[1, -3, 5], [2, 1, 3]])
    np.testing.assert_array_equal(layer.b.grad, [1, -1, 3])


def test_starts_as_init_draws_it_and_the_bias_at_zero():
    def init(shape, *, rng):
        return rng.normal(size=shape)

    layer = Dense(4, 3, init=init, rng=np.random.default_rng(5))
    np.testing.assert_array_equal(layer.W.value, np.random.default_rng(5).normal(size=(4, 3)))
    np.testing.assert_array_equal(layer.b.value, np.zeros(3))
    assert layer.W.decay
    assert not layer.b.decay


def test_agrees_with_pytorch():
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(1)
    x, dy = rng.normal(size=(7, 5)), rng.normal(size=(7, 3))
    layer = Dense(5, 3, rng=rng)
    layer.b.value[...] = rng.normal(size=3)
    theirs = torch.nn.Linear(5, 3, dtype=torch.float64)
    with torch.no_grad():
        theirs.weight.copy_(torch.tensor(layer.W.value.T))
        theirs.bias.copy_(torch.tensor(layer.b.value))
    tx = torch.tensor(x, requires_grad=True)
    ty = theirs(tx)
    ty.backward(torch.tensor(dy))
    np.testing.assert_allclose(layer.forward(x), ty.detach().numpy(), rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(layer.backward(dy), tx.grad.numpy(), rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(layer.W.grad, theirs.weight.grad.numpy().T, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(layer.b.grad, theirs.bias.grad.numpy(), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize(
    ("shape", "text"),
    [
        (
            (32, 28, 28),
            "Dense(784, 128) takes x of shape (N, 784), got (32, 28, 28); put Flatten() before it if x is an image",
        ),
        ((784,), "Dense(784, 128) takes x of shape (N, 784), got (784,); x[None] is a batch of one"),
        ((784, 32), "Dense(784, 128) takes x of shape (N, 784), got (784, 32)"),
    ],
)
def test_the_error_says_what_to_do_next(shape, text):
    with pytest.raises(ValueError) as caught:
        Dense(784, 128, rng=np.random.default_rng(0)).forward(np.zeros(shape))
    assert str(caught.value) == text
