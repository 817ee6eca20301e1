import numpy as np
import pytest

from gradschool.nn import Dense, Layer, Parameter, Sequential


class Pair(Layer):
    def __init__(self):
        self.first = Parameter(np.zeros(2))
        self.inner = [Single(), Single()]
        self.note = ["not a layer", 3]


class Single(Layer):
    def __init__(self):
        self.w = Parameter(np.ones(1))


def test_parameters_are_found_in_attributes_and_in_lists_of_layers():
    pair = Pair()
    assert list(pair.named_parameters()) == ["first", "inner.0.w", "inner.1.w"]
    assert pair.parameters()[2] is pair.inner[1].w


def test_a_shared_parameter_is_counted_once():
    pair = Pair()
    pair.inner[1].w = pair.inner[0].w
    assert list(pair.named_parameters()) == ["first", "inner.0.w"]


def test_zero_grad_reaches_every_parameter():
    pair = Pair()
    for parameter in pair.parameters():
        parameter.grad += 1
    pair.zero_grad()
    assert not any(parameter.grad.any() for parameter in pair.parameters())


def test_astype_converts_values_and_gradients():
    pair = Pair()
    assert pair.astype(np.float32) is pair
    assert {a.dtype for p in pair.parameters() for a in (p.value, p.grad)} == {np.dtype(np.float32)}


@pytest.mark.parametrize("method", ["forward", "backward", "__call__"])
def test_a_layer_without_passes_says_so(method):
    word = "backward" if method == "backward" else "forward"
    with pytest.raises(NotImplementedError, match=f"^Single has no {word} yet$"):
        getattr(Single(), method)(np.zeros((1, 1)))


def test_a_layer_shows_its_shapes_and_what_is_inside_of_it():
    rng = np.random.default_rng(0)
    model = Sequential(Dense(2, 3, rng=rng), Sequential(Dense(3, 1, rng=rng)))
    assert repr(model).splitlines() == [
        "Sequential()",
        "  layers.0: Dense(W (2, 3), b (3,))",
        "  layers.1: Sequential()",
        "    layers.0: Dense(W (3, 1), b (1,))",
    ]


def test_layers_in_a_dict_are_found_and_a_parent_is_no_end_without_end():
    class Branches(Layer):
        def __init__(self, rng):
            self.branches = {"left": Dense(2, 3, rng=rng), "right": [Dense(2, 1, rng=rng)]}
            self.branches["left"].parent = self

    names = [f"branches.{place}.{name}" for place in ("left", "right.0") for name in "Wb"]
    assert list(Branches(np.random.default_rng(0)).named_parameters()) == names
