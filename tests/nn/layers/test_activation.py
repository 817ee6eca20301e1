import numpy as np
import pytest

from gradschool import nn
from gradschool.nn.layers.activation import ACTIVATIONS


@pytest.mark.parametrize("name", [*ACTIVATIONS, "linear"])
def test_a_name_gives_what_keras_gives_by_it(name):
    """At −1 and 2, to four places, from the definitions that Keras' documentation states."""
    x = np.array([-1.0, 2.0])
    figures = {
        "celu": (-0.6321, 2), "elu": (-0.6321, 2), "gelu": (-0.1587, 1.9545), "hard_shrink": (-1, 2),
        "hard_sigmoid": (1 / 3, 5 / 6), "hard_silu": (-1 / 3, 5 / 3), "hard_swish": (-1 / 3, 5 / 3),
        "hard_tanh": (-1, 1), "leaky_relu": (-0.01, 2), "linear": (-1, 2), "log_sigmoid": (-1.3133, -0.1269),
        "log_softmax": (-3.0486, -0.0486), "mish": (-0.3034, 1.9440), "relu": (0, 2), "relu6": (0, 2),
        "selu": (-1.1113, 2.1014), "sigmoid": (0.2689, 0.8808), "silu": (-0.2689, 1.7616),
        "soft_shrink": (-0.5, 1.5), "softmax": (0.0474, 0.9526), "softplus": (0.3133, 2.1269),
        "softsign": (-0.5, 2 / 3), "swish": (-0.2689, 1.7616), "tanh": (-0.7616, 0.9640),
        "tanh_shrink": (-0.2384, 1.0360),
    }  # fmt: skip
    np.testing.assert_allclose(nn.Activation(name).forward(x), figures[name], atol=6e-5)


def test_a_layer_a_class_and_a_name_are_one():
    x, dy = np.random.default_rng(0).normal(size=(2, 5, 3))
    for activation in ("tanh", nn.Tanh, nn.Tanh()):
        layer = nn.Activation(activation)
        np.testing.assert_array_equal(layer.forward(x), np.tanh(x))
        np.testing.assert_allclose(layer.backward(dy), dy / np.cosh(x) ** 2, rtol=1e-12)


def test_a_layer_is_kept_with_its_options_and_its_parameters():
    dense = nn.Dense(3, 2, rng=np.random.default_rng(0))
    layer = nn.Activation(dense)
    assert layer.layer is dense
    assert list(layer.named_parameters()) == ["layer.W", "layer.b"]
    assert nn.Activation(nn.LeakyReLU(0.3)).forward(np.array([-1.0]))[0] == -0.3


@pytest.mark.parametrize("activation", [None, "linear"])
def test_the_linear_one_lets_through(activation):
    layer, x = nn.Activation(activation), np.array([[1.0, -2.0]])
    np.testing.assert_array_equal(layer.forward(x), x)
    np.testing.assert_array_equal(layer.backward(-x), -x)


def test_two_of_one_name_share_nothing():
    assert nn.Activation("relu").layer is not nn.Activation("relu").layer


NAMES = (
    "celu, elu, gelu, hard_shrink, hard_sigmoid, hard_silu, hard_swish, hard_tanh, leaky_relu, linear, log_sigmoid, "
    "log_softmax, mish, relu, relu6, selu, sigmoid, silu, soft_shrink, softmax, softplus, softsign, swish, tanh, "
    "tanh_shrink"
)


@pytest.mark.parametrize(
    ("activation", "text"),
    [
        ("rleu", f"Activation('rleu') is not known; did you mean 'relu'? The names are {NAMES}"),
        ("LeakyReLU", f"Activation('LeakyReLU') is not known; did you mean 'leaky_relu'? The names are {NAMES}"),
        ("?", f"Activation('?') is not known. The names are {NAMES}"),
        (3, "Activation takes a name, a layer, a class of layers or None, got 3"),
        (int, "Activation takes a name, a layer, a class of layers or None, got <class 'int'>"),
    ],
)
def test_what_is_not_known_is_refused_with_the_names(activation, text):
    with pytest.raises(ValueError) as caught:
        nn.Activation(activation)
    assert str(caught.value) == text


def test_every_activation_that_needs_no_arguments_has_a_name():
    classes = {name for name, module in nn.MODULES.items() if module.startswith("activations.") and name[0].isupper()}
    assert set(ACTIVATIONS.values()) == classes - {"Threshold"}


def test_a_release_without_the_module_says_so(monkeypatch):
    monkeypatch.setitem(nn.MODULES, "GELU", "activations.not_here")
    with pytest.raises(AttributeError, match="GELU is not here: the lesson that builds it comes later"):
        nn.Activation("gelu")
    assert isinstance(nn.Activation("relu").layer, nn.ReLU)
