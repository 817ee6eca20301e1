"""Every activation where its two branches meet, and far from 0. The figures are worked by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from gradschool import nn

LAMBDA, ALPHA = 1.0507009873554805, 1.6732632423543772

# What the derivative is at a kink: PyTorch's choice, which is tested against PyTorch itself elsewhere.
KINKS = {
    "ReLU": (nn.ReLU, {0: (0, 0)}),
    "LeakyReLU": (nn.LeakyReLU, {0: (0, 0.01)}),
    "LeakyReLU of 0.3": (lambda: nn.LeakyReLU(0.3), {0: (0, 0.3), -1: (-0.3, 0.3), 1: (1, 1)}),
    "ReLU6": (nn.ReLU6, {0: (0, 0), 6: (6, 0), 3: (3, 1)}),
    "Hardtanh": (nn.Hardtanh, {-1: (-1, 0), 1: (1, 0), 0: (0, 1)}),
    "Hardtanh of -2 and 3": (lambda: nn.Hardtanh(-2, 3), {-2: (-2, 0), 3: (3, 0), 2: (2, 1)}),
    "Threshold": (lambda: nn.Threshold(0.5, -3), {0.5: (-3, 0), 0: (-3, 0), 1: (1, 1)}),
    "Hardsigmoid": (nn.Hardsigmoid, {-3: (0, 0), 3: (1, 0), 0: (0.5, 1 / 6)}),
    "Hardswish": (nn.Hardswish, {-3: (0, 0), 3: (3, 1), 0: (0, 0.5), 1: (2 / 3, 5 / 6)}),
    "Hardshrink": (nn.Hardshrink, {-0.5: (0, 0), 0.5: (0, 0), 1: (1, 1), -1: (-1, 1)}),
    "Softshrink": (nn.Softshrink, {-0.5: (0, 0), 0.5: (0, 0), 1: (0.5, 1), -1: (-0.5, 1)}),
    "Tanhshrink": (nn.Tanhshrink, {0: (0, 0)}),
    "ELU": (nn.ELU, {0: (0, 1), -1: (1 / math.e - 1, 1 / math.e)}),
    "ELU of 0.5": (lambda: nn.ELU(0.5), {0: (0, 0.5), -1: (0.5 / math.e - 0.5, 0.5 / math.e)}),
    "CELU of 0.5": (lambda: nn.CELU(0.5), {0: (0, 1), -0.5: (0.5 / math.e - 0.5, 1 / math.e)}),
    "SELU": (nn.SELU, {0: (0, LAMBDA * ALPHA), 1: (LAMBDA, LAMBDA)}),
    "Softsign": (nn.Softsign, {0: (0, 1), 1: (0.5, 0.25), -3: (-0.75, 1 / 16)}),
    "Softplus": (nn.Softplus, {0: (math.log(2), 0.5)}),
    "Softplus of 2": (lambda: nn.Softplus(2), {0: (math.log(2) / 2, 0.5)}),
    "Sigmoid": (nn.Sigmoid, {0: (0.5, 0.25), math.log(3): (0.75, 3 / 16)}),
    "LogSigmoid": (nn.LogSigmoid, {0: (-math.log(2), 0.5)}),
    "SiLU": (nn.SiLU, {0: (0, 0.5)}),
    "Mish": (nn.Mish, {0: (0, 0.6)}),
    "Tanh": (nn.Tanh, {0: (0, 1), math.log(2): (0.6, 0.64)}),
    "GELU": (nn.GELU, {0: (0, 0.5)}),
    "GELU by tanh": (lambda: nn.GELU(approximate=True), {0: (0, 0.5)}),
}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", KINKS)
def test_value_and_derivative_where_the_branches_meet(name, dtype):
    make, figures = KINKS[name]
    layer, x = make(), np.array(list(figures), dtype=dtype)
    y, slope = np.array(list(figures.values())).T
    tolerance = 2e-15 if dtype == np.float64 else 2e-6
    np.testing.assert_allclose(layer.forward(x), y, rtol=tolerance, atol=tolerance)
    np.testing.assert_allclose(
        layer.backward(np.full(x.shape, 2, dtype=dtype)), 2 * slope, rtol=tolerance, atol=tolerance
    )


# The line that the activation nears as x → −∞, and as x → ∞: (slope, y at 0).
ENDS = {
    "ReLU": (nn.ReLU, (0, 0), (1, 0)),
    "LeakyReLU": (nn.LeakyReLU, (0.01, 0), (1, 0)),
    "ReLU6": (nn.ReLU6, (0, 0), (0, 6)),
    "Hardtanh": (nn.Hardtanh, (0, -1), (0, 1)),
    "Threshold": (lambda: nn.Threshold(1, 7), (0, 7), (1, 0)),
    "Hardsigmoid": (nn.Hardsigmoid, (0, 0), (0, 1)),
    "Hardswish": (nn.Hardswish, (0, 0), (1, 0)),
    "Hardshrink": (nn.Hardshrink, (1, 0), (1, 0)),
    "Softshrink": (nn.Softshrink, (1, 0.5), (1, -0.5)),
    "Tanhshrink": (nn.Tanhshrink, (1, 1), (1, -1)),
    "ELU": (lambda: nn.ELU(2), (0, -2), (1, 0)),
    "CELU": (lambda: nn.CELU(2), (0, -2), (1, 0)),
    "SELU": (nn.SELU, (0, -LAMBDA * ALPHA), (LAMBDA, 0)),
    "Softplus": (nn.Softplus, (0, 0), (1, 0)),
    "Softplus of 3": (lambda: nn.Softplus(3), (0, 0), (1, 0)),
    "Sigmoid": (nn.Sigmoid, (0, 0), (0, 1)),
    "LogSigmoid": (nn.LogSigmoid, (1, 0), (0, 0)),
    "SiLU": (nn.SiLU, (0, 0), (1, 0)),
    "Mish": (nn.Mish, (0, 0), (1, 0)),
    "Tanh": (nn.Tanh, (0, -1), (0, 1)),
    "GELU": (nn.GELU, (0, 0), (1, 0)),
    "GELU by tanh": (lambda: nn.GELU(approximate=True), (0, 0), (1, 0)),
}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("size", [1e3, 1e4, 1e30])
@pytest.mark.parametrize("name", ENDS)
def test_nothing_overflows_far_from_0(name, size, dtype):
    make, *lines = ENDS[name]
    layer, x = make(), np.array([-size, size], dtype=dtype)
    (slopes, constants), tolerance = np.array(lines).T, 4 * np.finfo(dtype).eps
    np.testing.assert_allclose(layer.forward(x), slopes * x + constants, rtol=tolerance, atol=1e-200)
    np.testing.assert_allclose(layer.backward(np.ones_like(x)), slopes, rtol=tolerance, atol=1e-200)


def test_softsign_nears_its_ends_slowly():
    layer = nn.Softsign()
    x = np.array([-1e30, -999, 999, 1e30], dtype=np.float32)
    np.testing.assert_allclose(layer.forward(x), [-1, -0.999, 0.999, 1], rtol=1e-6)
    np.testing.assert_allclose(layer.backward(np.ones_like(x)), [0, 1e-6, 1e-6, 0], rtol=1e-6)


@pytest.mark.parametrize("name", ENDS)
@pytest.mark.parametrize("shape", [(), (3,), (0, 2), (2, 3, 4, 5)])
def test_any_shape_passes(name, shape):
    layer = ENDS[name][0]()
    y = layer.forward(np.ones(shape))
    assert np.shape(y) == shape
    assert np.shape(layer.backward(np.ones(shape))) == shape


@pytest.mark.parametrize("name", ENDS)
def test_what_is_not_a_number_stays_so(name):
    y = ENDS[name][0]().forward(np.array([np.nan, 1]))
    np.testing.assert_array_equal(np.isnan(y), [True, False])


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: nn.LeakyReLU(-0.1), "LeakyReLU(slope=-0.1) takes a slope from 0 to 1"),
        (lambda: nn.LeakyReLU(2), "LeakyReLU(slope=2) takes a slope from 0 to 1"),
        (lambda: nn.Hardtanh(1, 1), "Hardtanh(low=1, high=1) takes a low end below the high end"),
        (lambda: nn.CELU(0), "CELU(alpha=0) takes an alpha above 0"),
        (lambda: nn.Softplus(-1), "Softplus(beta=-1) takes a beta above 0"),
        (lambda: nn.Hardshrink(-1), "Hardshrink(threshold=-1) takes a threshold of 0 or more"),
        (lambda: nn.Softshrink(math.nan), "Softshrink(threshold=nan) takes a threshold of 0 or more"),
    ],
)
def test_options_that_make_no_sense_are_refused(make, text):
    with pytest.raises(ValueError) as caught:
        make()
    assert str(caught.value) == text
