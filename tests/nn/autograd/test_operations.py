"""The value of every operation against NumPy's, and every derivative against a finite difference."""

from __future__ import annotations

import numpy as np
import pytest

from gradschool.nn import autograd, numeric_gradient
from gradschool.nn.autograd import DERIVATIVES, Tensor, operation

ABOVE_ZERO = {"log", "sqrt", "log1p"}
CURVES = [
    *("exp", "log", "sqrt", "tanh", "sigmoid", "expm1", "log1p", "square", "sin", "cos", "arctan", "erf"),
    *("softplus", "log_sigmoid", "abs", "relu", "negative"),
]
PAIRS = ["add", "subtract", "multiply", "divide", "power", "maximum", "minimum"]
SHAPES = [((), ()), ((3,), ()), ((), (2, 3)), ((2, 3), (3,)), ((2, 1), (1, 3)), ((4, 1, 3), (2, 1)), ((1,), (2, 2))]
RANKS = [
    ((3,), (3,)),
    ((2, 3), (3,)),
    ((3,), (3, 4)),
    ((2, 3), (3, 4)),
    ((5, 2, 3), (3, 4)),
    ((5, 2, 3), (3,)),
    ((2, 3), (5, 3, 4)),
    ((3,), (5, 3, 4)),
    ((5, 2, 3), (5, 3, 4)),
    ((6, 1, 2, 3), (5, 3, 4)),
    ((6, 5, 2, 3), (3, 4)),
]
AXES = [None, 0, 1, -1, (0, 2), (2, 0), (0, 1, 2)]


def compare(f, *arrays, rtol=1e-6):
    """Compare the gradients of f's tensors with finite differences of f's values."""
    tensors = [Tensor(array, requires_grad=True) for array in arrays]
    y = f(*tensors)
    dy = np.random.default_rng(1).normal(size=y.shape)
    y.backward(dy)
    for i, tensor in enumerate(tensors):

        def value(moved, i=i):
            return f(*[Tensor(moved) if j == i else Tensor(a) for j, a in enumerate(arrays)]).data

        numeric = numeric_gradient(value, arrays[i], dy)
        assert tensor.grad is not None
        assert tensor.grad.shape == arrays[i].shape
        np.testing.assert_allclose(tensor.grad, numeric, rtol=rtol, atol=1e-7)
    return y


def test_every_row_of_the_table_is_tested_here():
    other = {"matmul", "sum", "mean", "max", "min", "log_sum_exp", "softmax", "log_softmax", "getitem", "concatenate"}
    shapes = {"reshape", "transpose", "swapaxes", "broadcast_to", "stack", "pad", "where", "clip"}
    assert set(DERIVATIVES) == {*CURVES, *PAIRS} | other | shapes


@pytest.mark.parametrize("name", CURVES)
def test_curves(name, rng):
    x = rng.normal(size=(3, 4)) * 2
    x = np.abs(x) + 0.1 if name in ABOVE_ZERO else x
    y = compare(getattr(autograd, name), x)
    if hasattr(np, name):
        np.testing.assert_allclose(y.data, getattr(np, name)(x), rtol=1e-14)
    if hasattr(Tensor, name):
        np.testing.assert_array_equal(getattr(Tensor(x), name)().data, y.data)


@pytest.mark.parametrize("name", PAIRS)
@pytest.mark.parametrize("shapes", SHAPES)
def test_pairs_that_broadcast(name, shapes, rng):
    a, b = (rng.uniform(0.5, 2, size=shape) for shape in shapes)
    for left, right in [(a, b), (b, a)]:
        y = compare(getattr(autograd, name), left, right)
        np.testing.assert_allclose(y.data, getattr(np, name)(left, right), rtol=1e-14)


@pytest.mark.parametrize("shapes", RANKS)
def test_products_of_all_ranks(shapes, rng):
    a, b = (rng.normal(size=shape) for shape in shapes)
    np.testing.assert_allclose(compare(autograd.matmul, a, b).data, a @ b, rtol=1e-13)


@pytest.mark.parametrize("name", ["sum", "mean", "max", "min"])
@pytest.mark.parametrize("axis", AXES)
@pytest.mark.parametrize("keepdims", [False, True])
def test_reductions(name, axis, keepdims, rng):
    x = rng.normal(size=(3, 2, 4))
    y = compare(lambda x: getattr(autograd, name)(x, axis=axis, keepdims=keepdims), x)
    np.testing.assert_allclose(y.data, getattr(np, name)(x, axis=axis, keepdims=keepdims), rtol=1e-14)
    np.testing.assert_array_equal(getattr(Tensor(x), name)(axis, keepdims).data, y.data)


@pytest.mark.parametrize(
    ("axis", "first"),
    [
        (None, [[0, 1, 0], [0, 0, 0]]),
        (0, [[1, 1, 1], [0, 0, 0]]),
        (1, [[0, 1, 0], [0, 1, 0]]),
        ((1, 0), [[0, 1, 0], [0, 0, 0]]),
    ],
)
def test_of_equal_ones_the_first_gets_the_gradient(axis, first):
    for name, sign in [("max", 1.0), ("min", -1.0)]:
        x = Tensor(sign * np.array([[1.0, 5.0, 5.0], [1.0, 5.0, 5.0]]), requires_grad=True)
        getattr(x, name)(axis).sum().backward()
        np.testing.assert_array_equal(x.grad, first)


def test_ties_of_two_go_to_the_first():
    for f in (autograd.maximum, autograd.minimum):
        a, b = Tensor([1.0], requires_grad=True), Tensor([1.0], requires_grad=True)
        f(a, b).backward()
        assert (a.grad, b.grad) == ([1.0], [0.0])


@pytest.mark.parametrize("axis", [0, 1, -1])
@pytest.mark.parametrize("name", ["log_sum_exp", "softmax", "log_softmax"])
def test_softmaxes(axis, name, rng):
    compare(lambda x: getattr(autograd, name)(x, axis=axis), rng.normal(size=(3, 4)))
    x = Tensor(rng.normal(size=(3, 4)) * 1e4, requires_grad=True)
    getattr(autograd, name)(x, axis=axis).sum().backward()
    assert np.isfinite(x.grad).all()


def test_log_sum_exp_keeps_its_axis_if_asked(rng):
    x = rng.normal(size=(3, 4))
    assert compare(lambda x: autograd.log_sum_exp(x, axis=0, keepdims=True), x).shape == (1, 4)


INDICES = [
    2,
    -1,
    slice(1, 3),
    slice(None, None, -2),
    ...,
    None,
    (slice(None), 1),
    (..., 0),
    (1, None, slice(2)),
    [0, 2, 0, 0],
    np.array([[3, 3], [1, 3]]),
    (np.array([0, 0, 2]), np.array([1, 1, 2])),
    (slice(None), [2, 2, 0]),
    ([3, 3], slice(0, 2)),
    np.array([True, False, True, False]),
    np.int64(1),
]


@pytest.mark.parametrize("index", INDICES, ids=str)
def test_indexing(index, rng):
    x = rng.normal(size=(4, 3))
    np.testing.assert_array_equal(compare(lambda x: x[index], x).data, x[index])


def test_indexing_by_a_mask_of_the_whole_shape(rng):
    x = rng.normal(size=(4, 3))
    compare(lambda t: t[x > 0], x)


def test_joining(rng):
    a, b, c = rng.normal(size=(2, 3)), rng.normal(size=(2, 1)), rng.normal(size=(2, 2))
    y = compare(lambda *arrays: autograd.concatenate(arrays, axis=1), a, b, c)
    np.testing.assert_array_equal(y.data, np.concatenate([a, b, c], axis=1))
    compare(lambda *arrays: autograd.concatenate(arrays, axis=-1), a, b, c)
    compare(lambda a, b: autograd.concatenate([a, b, a]), a, a + 1)
    for axis in (0, 1, 2, -1):
        y = compare(lambda a, b, axis=axis: autograd.stack([a, b, a], axis=axis), a, a + 1)
        np.testing.assert_array_equal(y.data, np.stack([a, a + 1, a], axis=axis))


@pytest.mark.parametrize(
    ("f", "numpys"),
    [
        (lambda x: x.reshape(3, 8), lambda x: x.reshape(3, 8)),
        (lambda x: x.reshape((-1, 6)), lambda x: x.reshape(-1, 6)),
        (lambda x: autograd.reshape(x, -1), lambda x: x.reshape(-1)),
        (lambda x: x.T, lambda x: x.T),
        (lambda x: x.transpose(1, 2, 0), lambda x: x.transpose(1, 2, 0)),
        (lambda x: autograd.transpose(x, (2, -3, 1)), lambda x: x.transpose(2, -3, 1)),
        (lambda x: x.swapaxes(0, -1), lambda x: x.swapaxes(0, -1)),
        (lambda x: autograd.swapaxes(x, 0, 1), lambda x: x.swapaxes(0, 1)),
        (lambda x: x.expand_dims(1), lambda x: np.expand_dims(x, 1)),
        (lambda x: autograd.expand_dims(x, (0, -1)), lambda x: np.expand_dims(x, (0, -1))),
        (lambda x: x.expand_dims(0).squeeze(), lambda x: x),
        (lambda x: autograd.squeeze(x.expand_dims((0, 1)), 0), lambda x: x[None]),
        (lambda x: x.flatten(1), lambda x: x.reshape(2, 12)),
        (lambda x: x.broadcast_to((5, 2, 3, 4)), lambda x: np.broadcast_to(x, (5, 2, 3, 4))),
        (lambda x: autograd.pad(x, [(0, 0), (1, 2), (3, 0)]), lambda x: np.pad(x, [(0, 0), (1, 2), (3, 0)])),
        (lambda x: autograd.clip(x, -0.5, 0.7), lambda x: np.clip(x, -0.5, 0.7)),
        (lambda x: autograd.clip(x, low=0), lambda x: np.maximum(x, 0)),
    ],
)
def test_shapes(f, numpys, rng):
    x = rng.normal(size=(2, 3, 4))
    np.testing.assert_array_equal(compare(f, x).data, numpys(x))


def test_where(rng):
    a, b, c = rng.normal(size=(3, 1)), rng.normal(size=(4,)), rng.normal(size=(3, 4)) > 0
    y = compare(lambda a, b: autograd.where(c, a, b), a, b)
    np.testing.assert_array_equal(y.data, np.where(c, a, b))
    x = Tensor([1.0, -1.0], requires_grad=True)
    autograd.where(x > 0, x, 0.1 * x).sum().backward()
    np.testing.assert_array_equal(x.grad, [1.0, 0.1])


@np.errstate(all="ignore")
def test_the_ends_of_the_power():
    for exponent, slope in [(0, 0.0), (1, 1.0), (2, 0.0), (0.0, 0.0), (np.zeros(1), 0.0)]:
        x = Tensor([0.0], requires_grad=True)
        (x**exponent).backward()
        assert x.grad == [slope]
    b = Tensor([2.0], requires_grad=True)
    (0.0**b).backward()
    assert b.grad == [0.0]


def test_numbers_and_arrays_on_the_left(rng):
    x, a = rng.uniform(1, 2, size=(2, 3)), rng.uniform(1, 2, size=(3,))
    for f in (
        lambda x: 2 - x,
        lambda x: 2 / x,
        lambda x: 2**x,
        lambda x: a - x,
        lambda x: a / x,
        lambda x: a**x,
        lambda x: a @ x.T,
        lambda x: np.float64(2) * x,
        lambda x: abs(-x),
    ):
        np.testing.assert_allclose(compare(f, x).data, f(x), rtol=1e-14)


def test_functions_take_numbers_arrays_and_parameters_too():
    from gradschool.nn import Parameter

    assert autograd.erf(0.5).item() == pytest.approx(0.5204998778, abs=1e-9)
    assert autograd.exp(np.zeros(2)).requires_grad is False
    weights = Parameter(np.array([1.0, 2.0]))
    autograd.exp(weights).sum().backward()
    np.testing.assert_allclose(weights.grad, np.exp([1.0, 2.0]))


def test_an_argument_without_a_derivative_has_a_gradient_of_zeros():
    x = Tensor(np.array([1.0, 2.0]), requires_grad=True)
    halved = operation(lambda dy, y, a, b: dy / 2, None)(lambda a, b: a / 2 + b)
    halved(x, 2 * x).sum().backward()
    np.testing.assert_array_equal(x.grad, [0.5, 0.5])
    apart = operation(together=lambda dy, y, a, b: [None, 3 * dy])(lambda a, b: a + 3 * b)
    z = Tensor(np.array([1.0, 2.0]), requires_grad=True)
    apart(2 * z, z).sum().backward()
    np.testing.assert_array_equal(z.grad, [3, 3])
