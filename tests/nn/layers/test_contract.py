"""What every layer promises, whatever it computes. A new layer adds one line to LAYERS."""

import numpy as np
import pytest

from gradschool.nn import Dense, Sequential, check_gradient

LAYERS = {
    "Dense": (lambda rng: Dense(5, 3, rng=rng), (5,)),
    "Dense with one input and one output": (lambda rng: Dense(1, 1, rng=rng), (1,)),
    "Sequential": (lambda rng: Sequential(Dense(5, 4, rng=rng), Dense(4, 3, rng=rng)), (5,)),
    "Sequential in a Sequential": (
        lambda rng: Sequential(Sequential(Dense(3, 2, rng=rng)), Dense(2, 4, rng=rng)),
        (3,),
    ),
}


@pytest.fixture(params=LAYERS)
def made(request):
    """A layer with no parameter at zero, a batch of six, and the generator they came from."""
    rng = np.random.default_rng(sum(map(ord, request.param)))
    make, shape = LAYERS[request.param]
    layer = make(rng)
    for parameter in layer.parameters():
        parameter.value += rng.normal(size=parameter.shape)
    return layer, rng.normal(size=(6, *shape)), rng


def passes(layer, x, dy):
    """The arrays that a forward and a backward pass give, copied."""
    layer.zero_grad()
    y = layer.forward(x).copy()
    dx = layer.backward(dy).copy()
    return [y, dx, *(parameter.grad.copy() for parameter in layer.parameters())]


def test_the_gradient_is_the_slope_along_random_directions(made):
    layer, x, rng = made
    dy = rng.normal(size=layer.forward(x).shape)
    _, dx, *gradients = passes(layer, x, dy)
    h = 1e-5
    for _ in range(5):
        direction = rng.normal(size=x.shape)
        slope = np.sum((layer.forward(x + h * direction) - layer.forward(x - h * direction)) * dy) / (2 * h)
        assert slope == pytest.approx(np.sum(dx * direction), rel=1e-7, abs=1e-7)
        for parameter, gradient in zip(layer.parameters(), gradients, strict=True):
            before, direction = parameter.value.copy(), rng.normal(size=parameter.shape)
            ends = []
            for sign in (1, -1):
                parameter.value[...] = before + sign * h * direction
                ends.append(np.sum(layer.forward(x) * dy))
            parameter.value[...] = before
            slope = (ends[0] - ends[1]) / (2 * h)
            assert slope == pytest.approx(np.sum(gradient * direction), rel=1e-7, abs=1e-7)


def test_check_gradient_finds_nothing(made):
    layer, x, rng = made
    errors = check_gradient(layer, x, rng=rng)
    assert set(errors) == {"x", *layer.named_parameters()}
    assert max(errors.values()) < 1e-8


def test_gradients_accumulate(made):
    layer, x, rng = made
    dy = rng.normal(size=layer.forward(x).shape)
    _, _, *once = passes(layer, x, dy)
    layer.backward(dy)
    for parameter, gradient in zip(layer.parameters(), once, strict=True):
        np.testing.assert_allclose(parameter.grad, 2 * gradient, rtol=1e-14)


def test_arguments_and_parameters_stay_as_they_were(made):
    layer, x, rng = made
    dy = rng.normal(size=layer.forward(x).shape)
    before = [a.copy() for a in (x, dy, *(p.value for p in layer.parameters()))]
    passes(layer, x, dy)
    for array, copy in zip((x, dy, *(p.value for p in layer.parameters())), before, strict=True):
        np.testing.assert_array_equal(array, copy)


def test_a_second_call_gives_the_same(made):
    layer, x, rng = made
    dy = rng.normal(size=layer.forward(x).shape)
    for first, second in zip(passes(layer, x, dy), passes(layer, x, dy), strict=True):
        np.testing.assert_array_equal(first, second)


def test_backward_belongs_to_the_last_forward(made):
    layer, x, rng = made
    other = rng.normal(size=x.shape)
    dy = rng.normal(size=layer.forward(x).shape)
    want = passes(layer, x, dy)
    layer.zero_grad()
    layer.forward(other)
    layer.forward(x)
    np.testing.assert_array_equal(layer.backward(dy), want[1])
    for parameter, gradient in zip(layer.parameters(), want[2:], strict=True):
        np.testing.assert_array_equal(parameter.grad, gradient)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_dtype_that_goes_in_comes_out(made, dtype):
    layer, x, rng = made
    dy = rng.normal(size=layer.forward(x).shape).astype(dtype)
    assert {array.dtype for array in passes(layer.astype(dtype), x.astype(dtype), dy)} == {np.dtype(dtype)}


def test_an_empty_batch_passes_and_adds_nothing(made):
    layer, x, _ = made
    layer.zero_grad()
    y = layer.forward(x[:0])
    assert layer.backward(y).shape == x[:0].shape
    assert not any(parameter.grad.any() for parameter in layer.parameters())


def test_a_batch_of_one_gives_what_it_gives_in_company(made):
    layer, x, _ = made
    whole = layer.forward(x)
    np.testing.assert_allclose(layer.forward(x[2:3]), whole[2:3], rtol=1e-12)


def test_a_wrong_shape_is_refused_with_both_shapes(made):
    layer, x, _ = made
    wrong = np.zeros((4, x.shape[1] + 1))
    with pytest.raises(ValueError, match=r"takes x of shape \(N, \d+\), got \(4, \d+\)"):
        layer.forward(wrong)


@pytest.mark.parametrize("name", LAYERS)
def test_two_instances_share_nothing(name):
    make, shape = LAYERS[name]
    rng = np.random.default_rng(3)
    one, two = make(rng), make(rng)
    x, other = rng.normal(size=(2, 6, *shape))
    dy = rng.normal(size=one.forward(x).shape)
    want = passes(one, x, dy)
    one.zero_grad()
    one.forward(x)
    before = [p.value.copy() for p in two.parameters()]
    passes(two, other, dy)
    np.testing.assert_array_equal(one.backward(dy), want[1])
    for p in one.parameters():
        p.value += 1
    for p, value in zip(two.parameters(), before, strict=True):
        np.testing.assert_array_equal(p.value, value)
