import numpy as np
import pytest

from gradschool.nn import Dense, Layer, Sequential, zeros


class Named(Layer):
    """Adds its name to a diary at every pass."""

    def __init__(self, name, diary):
        self.name, self.diary = name, diary

    def forward(self, x, *, train=False):
        self.diary.append(f"{self.name} forward{' in training' if train else ''}")
        return x + 1

    def backward(self, dy):
        self.diary.append(f"{self.name} backward")
        return dy * 10


def test_layers_are_called_in_order_and_back():
    diary = []
    model = Sequential(Named("a", diary), Named("b", diary))
    np.testing.assert_array_equal(model.forward(np.zeros(1), train=True), [2])
    np.testing.assert_array_equal(model.backward(np.ones(1)), [100])
    assert diary == ["a forward in training", "b forward in training", "b backward", "a backward"]


def test_no_layers_are_the_identity():
    x = np.arange(3.0)
    assert Sequential().forward(x) is x
    assert Sequential().parameters() == []


def test_worked_by_hand():
    """y = 3 (2 x + 1) - 4 at x = 5, with dy = 1."""
    rng = np.random.default_rng(0)
    one, two = Dense(1, 1, init=zeros, rng=rng), Dense(1, 1, init=zeros, rng=rng)
    for layer, w, b in ((one, 2, 1), (two, 3, -4)):
        layer.W.value[...], layer.b.value[...] = w, b
    model = Sequential(one, two)
    assert model(np.array([[5.0]])).item() == 29
    assert model.backward(np.array([[1.0]])).item() == 6
    assert [p.grad.item() for p in model.parameters()] == [15, 3, 11, 1]


def test_parameters_are_named_by_their_place():
    rng = np.random.default_rng(0)
    model = Sequential(Dense(2, 3, rng=rng), Dense(3, 1, rng=rng))
    assert list(model.named_parameters()) == ["layers.0.W", "layers.0.b", "layers.1.W", "layers.1.b"]


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        (lambda a: [[a]], "at place 0; write Sequential(*layers)"),
        (lambda a: [a, type(a)], "at place 1; write an object, such as Dense(2, 3)"),
        (lambda a: [None], "Sequential takes layers, got None at place 0; write an object, such as Dense(2, 3)"),
        (
            lambda a: [a, Dense(2, 2, rng=np.random.default_rng(0)), a],
            "Sequential has one layer twice, the second time at place 2; make one for each place",
        ),
    ],
)
def test_what_is_no_row_of_layers_is_refused(layers, message):
    with pytest.raises(ValueError) as caught:
        Sequential(*layers(Dense(2, 2, rng=np.random.default_rng(0))))
    assert str(caught.value).endswith(message)
