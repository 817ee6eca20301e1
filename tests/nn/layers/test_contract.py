"""What every layer promises, whatever it computes. A new layer adds one line to LAYERS."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import pytest

from gradschool import nn


@dataclass(frozen=True)
class Spec:
    """A layer, and what it takes."""

    make: Callable[[np.random.Generator], nn.Layer]
    shape: tuple[int, ...]
    """The shape of one example: of `x` without the axis of the batch."""
    batch: int = 0
    """The axis of the batch: 1 for a sequence (T, N, D)."""
    train: bool = False
    """Whether the passes are those of training, for a layer that is another function then."""
    integers: int = 0
    """The number of whole numbers that `x` is made of, for a layer that takes indices."""
    alone: bool = True
    """Whether an example's output does not depend on the others in its batch."""
    empty: bool = True
    """Whether a batch of none has an output: its mean over the batch does not exist."""
    wrong: tuple[int, ...] | None = None
    """A shape of x that must be refused; else one feature more than `shape` has. () for a layer that takes any."""

    def x(self, rng: np.random.Generator, n: int = 6) -> np.ndarray:
        shape = (*self.shape[: self.batch], n, *self.shape[self.batch :])
        return rng.integers(self.integers, size=shape) if self.integers else rng.normal(size=shape)


# One line a layer; options that change the arithmetic have lines of their own.
LAYERS = {
    "Dense": Spec(lambda rng: nn.Dense(5, 3, rng=rng), (5,)),
    "Dense with one input and one output": Spec(lambda rng: nn.Dense(1, 1, rng=rng), (1,)),
    "Sequential": Spec(lambda rng: nn.Sequential(nn.Dense(5, 4, rng=rng), nn.Dense(4, 3, rng=rng)), (5,)),
    "Sequential in a Sequential": Spec(
        lambda rng: nn.Sequential(nn.Sequential(nn.Dense(3, 2, rng=rng)), nn.Dense(2, 4, rng=rng)), (3,)
    ),
    # activations
    "CELU": Spec(lambda rng: nn.CELU(), (5,), wrong=()),
    "CELU of 0.5": Spec(lambda rng: nn.CELU(0.5), (5,), wrong=()),
    "ELU": Spec(lambda rng: nn.ELU(), (5,), wrong=()),
    "ELU of 0.5": Spec(lambda rng: nn.ELU(0.5), (5,), wrong=()),
    "GELU": Spec(lambda rng: nn.GELU(), (5,), wrong=()),
    "GELU by tanh": Spec(lambda rng: nn.GELU(approximate=True), (5,), wrong=()),
    "Hardshrink": Spec(lambda rng: nn.Hardshrink(), (5,), wrong=()),
    "Hardsigmoid": Spec(lambda rng: nn.Hardsigmoid(), (5,), wrong=()),
    "Hardswish": Spec(lambda rng: nn.Hardswish(), (5,), wrong=()),
    "Hardtanh": Spec(lambda rng: nn.Hardtanh(), (5,), wrong=()),
    "LeakyReLU": Spec(lambda rng: nn.LeakyReLU(), (5,), wrong=()),
    "LogSigmoid": Spec(lambda rng: nn.LogSigmoid(), (5,), wrong=()),
    "LogSoftmax": Spec(lambda rng: nn.LogSoftmax(), (5,), wrong=()),
    "LogSoftmax over the channels": Spec(lambda rng: nn.LogSoftmax(axis=1), (3, 4), wrong=()),
    "Mish": Spec(lambda rng: nn.Mish(), (5,), wrong=()),
    "ReLU": Spec(lambda rng: nn.ReLU(), (5,), wrong=()),
    "ReLU6": Spec(lambda rng: nn.ReLU6(), (5,), wrong=()),
    "SELU": Spec(lambda rng: nn.SELU(), (5,), wrong=()),
    "SiLU": Spec(lambda rng: nn.SiLU(), (5,), wrong=()),
    "Sigmoid": Spec(lambda rng: nn.Sigmoid(), (5,), wrong=()),
    "Softmax": Spec(lambda rng: nn.Softmax(), (5,), wrong=()),
    "Softmax over the channels": Spec(lambda rng: nn.Softmax(axis=1), (3, 4), wrong=()),
    "Softplus": Spec(lambda rng: nn.Softplus(), (5,), wrong=()),
    "Softplus of 3": Spec(lambda rng: nn.Softplus(3), (5,), wrong=()),
    "Softshrink": Spec(lambda rng: nn.Softshrink(), (5,), wrong=()),
    "Softsign": Spec(lambda rng: nn.Softsign(), (5,), wrong=()),
    "Tanh": Spec(lambda rng: nn.Tanh(), (5,), wrong=()),
    "Tanhshrink": Spec(lambda rng: nn.Tanhshrink(), (5,), wrong=()),
    "Threshold": Spec(lambda rng: nn.Threshold(0.2, -3), (5,), wrong=()),
    "Activation": Spec(lambda rng: nn.Activation("tanh"), (5,), wrong=()),
    "Activation, linear": Spec(lambda rng: nn.Activation(None), (5,), wrong=()),
    # shapes, padding, dropout, embedding, normalisation
    "Input": Spec(lambda rng: nn.Input(3, 4), (3, 4)),
    "Flatten": Spec(lambda rng: nn.Flatten(), (2, 3, 4), wrong=()),
    "Dropout in training": Spec(lambda rng: nn.Dropout(0.4, rng=rng), (5,), train=True, wrong=()),
    "Dropout in evaluation": Spec(lambda rng: nn.Dropout(0.4, rng=rng), (3, 4), wrong=()),
    "Embedding": Spec(lambda rng: nn.Embedding(7, 3, rng=rng), (5,), integers=7, wrong=()),
    "BatchNorm in training": Spec(lambda rng: nn.BatchNorm(5), (5,), train=True, alone=False, empty=False),
    "BatchNorm in evaluation": Spec(lambda rng: nn.BatchNorm(5), (5,)),
    "BatchNorm of images in training": Spec(
        lambda rng: nn.BatchNorm(3), (3, 4, 5), train=True, alone=False, empty=False, wrong=(6, 4, 4, 5)
    ),
    "BatchNorm of images in evaluation": Spec(lambda rng: nn.BatchNorm(3), (3, 4, 5), wrong=(6, 4, 4, 5)),
    "LayerNorm": Spec(lambda rng: nn.LayerNorm(5), (5,)),
    "LayerNorm of sequences": Spec(lambda rng: nn.LayerNorm(5), (4, 5), batch=1),
    "LayerNorm over three axes": Spec(lambda rng: nn.LayerNorm((3, 4, 5)), (3, 4, 5)),
    # images
    "Conv2d": Spec(lambda rng: nn.Conv2d(2, 3, 3, rng=rng), (2, 5, 6), wrong=(6, 3, 5, 6)),
    "Conv2d with padding, by rows of different steps": Spec(
        lambda rng: nn.Conv2d(2, 3, (3, 2), stride=(1, 2), padding=(2, 1), dilation=(2, 1), rng=rng),
        (2, 5, 6),
        wrong=(6, 5, 6),
    ),
    "Conv2d with strides that leave pixels over": Spec(
        lambda rng: nn.Conv2d(1, 2, 2, stride=3, rng=rng), (1, 7, 6), wrong=(6, 7, 6, 1)
    ),
    "Conv2d of single pixels": Spec(lambda rng: nn.Conv2d(3, 2, 1, rng=rng), (3, 4, 4), wrong=(6, 2, 4, 4)),
    "Conv2d of wide images": Spec(
        lambda rng: nn.Conv2d(8, 8, 3, padding="same", rng=rng), (8, 15, 26), wrong=(6, 7, 15, 26)
    ),
    "ZeroPad2d": Spec(lambda rng: nn.ZeroPad2d((1, 0, 2, 3)), (2, 4, 5), wrong=(6, 4, 5)),
    "ZeroPad2d of nothing": Spec(lambda rng: nn.ZeroPad2d(0), (2, 4, 5), wrong=(6, 4, 5)),
    "MaxPool2d": Spec(lambda rng: nn.MaxPool2d(2), (3, 4, 6), wrong=(6, 4, 6)),
    "MaxPool2d of windows that overlap, with padding": Spec(
        lambda rng: nn.MaxPool2d((3, 4), stride=(1, 2), padding=(1, 2)), (2, 5, 6), wrong=(6, 5, 6)
    ),
    "AvgPool2d": Spec(lambda rng: nn.AvgPool2d(2), (3, 4, 7), wrong=(6, 4, 7)),
    "AvgPool2d of windows that overlap, with padding": Spec(
        lambda rng: nn.AvgPool2d((3, 4), stride=(1, 2), padding=(1, 2)), (2, 5, 6), wrong=(6, 5, 6)
    ),
    "GlobalAvgPool2d": Spec(lambda rng: nn.GlobalAvgPool2d(), (3, 4, 5), wrong=(6, 4, 5)),
    # sequences
    "RNN": Spec(lambda rng: nn.RNN(3, 4, rng=rng), (5, 3), batch=1),
    "RNN of the last step": Spec(lambda rng: nn.RNN(3, 4, last=True, rng=rng), (5, 3), batch=1),
    "RNN with ReLU": Spec(lambda rng: nn.RNN(3, 4, activation="relu", rng=rng), (5, 3), batch=1),
    "LSTM": Spec(lambda rng: nn.LSTM(3, 4, rng=rng), (5, 3), batch=1),
    "LSTM of the last step": Spec(lambda rng: nn.LSTM(3, 4, last=True, rng=rng), (5, 3), batch=1),
    "GRU": Spec(lambda rng: nn.GRU(3, 4, rng=rng), (5, 3), batch=1),
    "GRU of the last step": Spec(lambda rng: nn.GRU(3, 4, last=True, rng=rng), (5, 3), batch=1),
    "TimeDistributed": Spec(lambda rng: nn.TimeDistributed(nn.Dense(3, 4, rng=rng)), (5, 3), batch=1, wrong=(3,)),
    "RNN, and Dense at every step": Spec(
        lambda rng: nn.Sequential(nn.RNN(3, 4, rng=rng), nn.TimeDistributed(nn.Dense(4, 2, rng=rng))), (2, 3), batch=1
    ),
}


def fresh(spec: Spec, seed: int) -> nn.Layer:
    """A layer as `seed` makes it, with no parameter at zero: equal seeds, equal layers, randomness included."""
    rng = np.random.default_rng(seed)
    layer = spec.make(rng)
    for parameter in layer.parameters():
        parameter.value += rng.normal(size=parameter.shape)
    return layer


def rewound(layer: nn.Layer) -> Callable[[], None]:
    """What puts the layer's generators and buffers back to where they are now."""
    states = [(g, g.bit_generator.state) for g in layer.generators().values()]
    arrays = {name: array.copy() for name, array in layer.state().items()}

    def rewind() -> None:
        for generator, state in states:
            generator.bit_generator.state = state
        layer.load_state(arrays)

    return rewind


def passes(spec, layer, x, dy):
    """The arrays that a forward and a backward pass give, copied; the layer's memory is put back before them."""
    layer.zero_grad()
    y = layer.forward(x, train=spec.train).copy()
    dx = layer.backward(dy).copy()
    return [y, dx, *(parameter.grad.copy() for parameter in layer.parameters())]


@pytest.fixture(params=LAYERS)
def made(request):
    """A layer, a batch of six, an upstream gradient, a function that puts the layer's memory back, and a generator."""
    spec = LAYERS[request.param]
    seed = sum(map(ord, request.param))
    rng = np.random.default_rng(seed)
    layer, x = fresh(spec, seed), spec.x(rng)
    rewind = rewound(layer)
    dy = rng.normal(size=layer.forward(x, train=spec.train).shape)
    rewind()
    return SimpleNamespace(spec=spec, seed=seed, layer=layer, x=x, dy=dy, rewind=rewind, rng=rng)


def test_the_gradient_is_the_slope_along_random_directions(made):
    layer, x, dy, rng = made.layer, made.x, made.dy, made.rng
    _, dx, *gradients = passes(made.spec, layer, x, dy)
    h = 1e-5

    def end(x):
        made.rewind()
        return np.sum(layer.forward(x, train=made.spec.train) * dy)

    for _ in range(5):
        if not made.spec.integers:
            direction = rng.normal(size=x.shape)
            slope = (end(x + h * direction) - end(x - h * direction)) / (2 * h)
            assert slope == pytest.approx(np.sum(dx * direction), rel=1e-7, abs=1e-7)
        for parameter, gradient in zip(layer.parameters(), gradients, strict=True):
            direction, ends = rng.normal(size=parameter.shape), []
            for sign in (1, -1):
                made.rewind()
                parameter.value += sign * h * direction
                ends.append(np.sum(layer.forward(x, train=made.spec.train) * dy))
            made.rewind()
            slope = (ends[0] - ends[1]) / (2 * h)
            assert slope == pytest.approx(np.sum(gradient * direction), rel=1e-7, abs=1e-7)


def test_check_gradient_finds_nothing(made):
    state = {name: array.copy() for name, array in made.layer.state().items()}
    errors = nn.check_gradient(made.layer, made.x, rng=made.rng, train=made.spec.train)
    assert set(errors) == {*(() if made.spec.integers else ("x",)), *made.layer.named_parameters()}
    assert max(errors.values()) < 1e-7
    for name, array in made.layer.state().items():
        np.testing.assert_array_equal(array, state[name])


def test_gradients_accumulate(made):
    _, _, *once = passes(made.spec, made.layer, made.x, made.dy)
    made.layer.backward(made.dy)
    for parameter, gradient in zip(made.layer.parameters(), once, strict=True):
        np.testing.assert_allclose(parameter.grad, 2 * gradient, rtol=1e-12, atol=1e-14)


def test_accumulate_adds_what_backward_adds(made):
    _, _, *want = passes(made.spec, made.layer, made.x, made.dy)
    made.rewind()
    made.layer.zero_grad()
    made.layer.forward(made.x, train=made.spec.train)
    assert made.layer.accumulate(made.dy) is None
    for parameter, gradient in zip(made.layer.parameters(), want, strict=True):
        np.testing.assert_allclose(parameter.grad, gradient, rtol=1e-12, atol=1e-14)


def test_arguments_and_parameters_stay_as_they_were(made):
    arrays = (made.x, made.dy, *(p.value for p in made.layer.parameters()))
    before = [a.copy() for a in arrays]
    passes(made.spec, made.layer, made.x, made.dy)
    for array, copy in zip(arrays, before, strict=True):
        np.testing.assert_array_equal(array, copy)


def test_a_second_call_gives_the_same(made):
    first = passes(made.spec, made.layer, made.x, made.dy)
    made.rewind()
    for one, two in zip(first, passes(made.spec, made.layer, made.x, made.dy), strict=True):
        np.testing.assert_array_equal(one, two)


def test_backward_belongs_to_the_last_forward(made):
    layer, spec = made.layer, made.spec
    other = spec.x(made.rng)
    want = passes(spec, layer, made.x, made.dy)
    made.rewind()
    layer.zero_grad()
    layer.forward(other, train=spec.train)
    made.rewind()
    layer.forward(made.x, train=spec.train)
    np.testing.assert_array_equal(layer.backward(made.dy), want[1])
    for parameter, gradient in zip(layer.parameters(), want[2:], strict=True):
        np.testing.assert_array_equal(parameter.grad, gradient)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_dtype_that_goes_in_comes_out(made, dtype):
    layer = made.layer.astype(dtype)
    x = made.x if made.spec.integers else made.x.astype(dtype)
    arrays = [*passes(made.spec, layer, x, made.dy.astype(dtype)), *layer.state().values()]
    assert {array.dtype for array in arrays[:1] + arrays[1 + bool(made.spec.integers) :]} == {np.dtype(dtype)}


@pytest.mark.parametrize(
    "numbers",
    [
        np.array([0, 1, 7, 200, 255], dtype=np.uint8),
        np.array([-128, -3, 0, 2, 127], dtype=np.int8),
        np.array([-300, -5, -1, 0, 2, 9]),
        np.array([False, True]),
    ],
    ids=lambda numbers: numbers.dtype.name,
)
def test_whole_numbers_give_what_the_same_numbers_give_in_float64(made, numbers):
    if made.spec.integers:
        return
    x = made.rng.choice(numbers, size=made.x.shape)
    want = passes(made.spec, made.layer, x.astype(np.float64), made.dy)
    made.rewind()
    for got, wanted in zip(passes(made.spec, made.layer, x, made.dy), want, strict=True):
        np.testing.assert_allclose(got, wanted, rtol=1e-12, atol=1e-12)


def test_float32_gives_what_float64_gives_nearly(made):
    want = passes(made.spec, made.layer, made.x, made.dy)
    made.rewind()
    layer = made.layer.astype(np.float32)
    x = made.x if made.spec.integers else made.x.astype(np.float32)
    for got, wanted in zip(passes(made.spec, layer, x, made.dy.astype(np.float32)), want, strict=True):
        np.testing.assert_allclose(got, wanted, rtol=1e-3, atol=1e-4 * max(1, np.max(np.abs(wanted), initial=0)))


def test_an_empty_batch_passes_and_adds_nothing(made):
    if not made.spec.empty:
        with pytest.raises(ValueError, match="empty batch"):
            made.layer.forward(made.x[:0], train=True)
        return
    layer, x = made.layer, made.spec.x(made.rng, n=0)
    layer.zero_grad()
    y = layer.forward(x, train=made.spec.train)
    assert layer.backward(y).shape == x.shape
    assert not any(parameter.grad.any() for parameter in layer.parameters())


def test_a_batch_of_one_gives_what_it_gives_in_company(made):
    if not made.spec.alone or made.spec.train:
        return
    whole = made.layer.forward(made.x)
    batch = min(made.spec.batch, whole.ndim - 1)
    batch = batch if whole.shape[batch] == 6 else 0
    one = made.layer.forward(made.x.take([2], axis=made.spec.batch))
    np.testing.assert_allclose(one, whole.take([2], axis=batch), rtol=1e-9, atol=1e-12)


def test_a_wrong_shape_is_refused_with_both_shapes(made):
    spec = made.spec
    if spec.wrong == ():
        return
    wrong = np.zeros(spec.wrong or (*made.x.shape[:-1], made.x.shape[-1] + 1), dtype=made.x.dtype)
    with pytest.raises(ValueError, match=r"takes x of shape .*\(.*, got \(") as caught:
        made.layer.forward(wrong)
    assert str(wrong.shape) in str(caught.value)


def test_dx_is_no_part_of_x(made):
    made.layer.forward(made.x, train=made.spec.train)
    assert not np.shares_memory(made.layer.backward(made.dy), made.x)


def test_the_state_can_be_saved_and_loaded(made):
    layer, other = made.layer, fresh(made.spec, made.seed + 1)
    layer.forward(made.x, train=made.spec.train)
    other.load_state({name: array.copy() for name, array in layer.state().items()})
    np.testing.assert_array_equal(other.forward(made.x), layer.forward(made.x))


@pytest.mark.parametrize("name", LAYERS)
def test_two_instances_share_nothing(name):
    spec = LAYERS[name]
    rng = np.random.default_rng(3)
    one, two = fresh(spec, 4), fresh(spec, 5)
    x, other = spec.x(rng), spec.x(rng)
    rewind = rewound(one)
    dy = rng.normal(size=one.forward(x, train=spec.train).shape)
    rewind()
    want = passes(spec, one, x, dy)
    rewind()
    one.zero_grad()
    one.forward(x, train=spec.train)
    before = {key: array.copy() for key, array in two.state().items()}
    np.testing.assert_array_equal(one.backward(dy), want[1])
    for p in one.parameters():
        p.value += 1
    for key, array in two.state().items():
        np.testing.assert_array_equal(array, before[key])
    two.forward(other, train=spec.train)
    two.backward(dy)


def test_every_layer_of_the_library_is_here():
    """A layer that the library has and that no line above makes."""
    kinds = {name for name in nn.__all__ if name in nn.MODULES and isinstance(getattr(nn, name), type)}
    layers = {name for name in kinds if issubclass(getattr(nn, name), nn.Layer)} - {"Layer"}
    made = {type(one).__name__ for name in LAYERS for one in _with_inner(fresh(LAYERS[name], 0))}
    assert layers <= made


def _with_inner(layer):
    return [layer, *layer.named_layers().values()]


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda rng: nn.Conv2d(0, 2, 3, rng=rng), "Conv2d(0, 2) takes sizes of 1 or more"),
        (lambda rng: nn.Conv2d(2, -1, 3, rng=rng), "Conv2d(2, -1) takes sizes of 1 or more"),
        (lambda rng: nn.Embedding(0, 3, rng=rng), "Embedding(0, 3) takes sizes of 1 or more"),
        (lambda rng: nn.RNN(2, 0, rng=rng), "RNN(2, 0) takes sizes of 1 or more"),
        (lambda rng: nn.LSTM(2, 0, rng=rng), "LSTM(2, 0) takes sizes of 1 or more"),
        (lambda rng: nn.GRU(0, 2, rng=rng), "GRU(0, 2) takes sizes of 1 or more"),
        (lambda rng: nn.BatchNorm(0), "features is a number of 1 or more, got 0"),
        (lambda rng: nn.BatchNorm(2, epsilon=-1.0), "epsilon is a number of 0 or more, got -1.0"),
        (lambda rng: nn.LayerNorm(2, epsilon=float("nan")), "epsilon is a number of 0 or more, got nan"),
    ],
)
def test_sizes_and_options_that_make_no_sense_are_refused(make, text):
    with pytest.raises(ValueError) as caught:
        make(np.random.default_rng(0))
    assert str(caught.value) == text


@pytest.mark.parametrize(
    "make",
    [
        lambda rng: nn.Dropout(np.float64(0.5), rng=rng),
        lambda rng: nn.BatchNorm(3, momentum=np.float64(0.1), epsilon=np.float64(1e-5)),
        lambda rng: nn.LayerNorm(3, epsilon=np.float64(1e-5)),
    ],
)
def test_options_that_are_numbers_of_numpy_leave_float32_as_it_is(make):
    layer = make(np.random.default_rng(0)).astype(np.float32)
    y = layer.forward(np.eye(3, dtype=np.float32), train=True)
    arrays = [y, layer.backward(y), *layer.state().values(), *(p.grad for p in layer.parameters())]
    assert {array.dtype for array in arrays} == {np.dtype(np.float32)}
