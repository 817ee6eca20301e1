"""Every layer and loss on the tape: the oracle is the one that was derived by hand."""

from __future__ import annotations

import copy

import numpy as np
import pytest
from nn.layers.test_contract import LAYERS, fresh

from gradschool import nn
from gradschool.nn.autograd import ByHand, Taped, TapedLoss, Tensor, no_grad, taped
from gradschool.nn.autograd.twins import TWINS
from gradschool.nn.recording import outputs

WHOLE = np.array([-3, -1, 0, 1, 3, 6, 7])
"""Whole numbers, at which most of the kinks are."""


def everything(layer, x, dy, train):
    """All arrays that a forward and a backward pass give or change, copied."""
    layer.zero_grad()
    y = np.array(layer.forward(x, train=train))
    dx = np.array(layer.backward(dy))
    return [y, dx, *(np.array(p.grad) for p in layer.parameters()), *map(np.array, layer.state().values())]


def assert_same(ours, theirs, tolerance=1e-10):
    for one, other in zip(ours, theirs, strict=True):
        assert (one.shape, one.dtype) == (other.shape, other.dtype)
        np.testing.assert_allclose(one, other, rtol=tolerance, atol=tolerance * max(1, np.max(abs(other), initial=0)))


def drawn(spec, seed, dtype=np.float64, n=6):
    """A layer by hand, its twin, a batch and an upstream gradient."""
    by_hand, rng = fresh(spec, seed).astype(dtype), np.random.default_rng(seed)
    x = spec.x(rng, n)
    x = x if spec.integers else x.astype(dtype)
    y = copy.deepcopy(by_hand).forward(x)
    return by_hand, taped(by_hand), x, rng.normal(size=y.shape).astype(dtype)


# ---------------------------------------------------------------- every class


def test_every_layer_and_loss_of_the_library_has_a_twin():
    classes = {getattr(nn, name) for name, module in nn.MODULES.items() if isinstance(getattr(nn, name), type)}
    layers = {one for one in classes if issubclass(one, nn.Layer)} - {nn.Layer}
    losses = {getattr(nn, name) for name, module in nn.MODULES.items() if module.startswith("losses.")}
    assert layers | losses <= TWINS.keys()


def test_a_twin_has_the_name_of_its_class_and_no_backward():
    for one, twin in TWINS.items():
        assert twin.__name__ == one.__name__
        assert issubclass(twin, one)
        own = [kind for kind in twin.__mro__[: twin.__mro__.index(one)] if kind.__module__ != Taped.__module__]
        assert not any("backward" in vars(kind) for kind in own if kind.__name__ != "Recurrent"), twin
        assert any("compute" in vars(kind) for kind in own), twin


@pytest.mark.parametrize("train", [False, True], ids=["evaluation", "training"])
@pytest.mark.parametrize("name", LAYERS)
def test_a_twin_gives_what_was_derived_by_hand(name, train):
    by_hand, twin, x, dy = drawn(LAYERS[name], 3)
    assert isinstance(twin, Taped)
    assert not any(isinstance(layer, ByHand) for layer in [twin, *twin.named_layers().values()])
    want = everything(by_hand, x, dy, train)
    assert_same(everything(twin, x, dy, train), want)
    # and the next batch: running statistics have moved, and generators have drawn
    assert_same(everything(twin, x[::-1].copy(), dy, train), everything(by_hand, x[::-1].copy(), dy, train))


@pytest.mark.parametrize("name", LAYERS)
def test_a_twin_in_the_manner_of_pytorch_adds_the_same_to_the_gradients(name):
    by_hand, twin, x, dy = drawn(LAYERS[name], 4)
    y, dx, *want = everything(by_hand, x, dy, False)
    given = x if LAYERS[name].integers else Tensor(x, requires_grad=True)
    out = twin(given)
    assert isinstance(out, Tensor)
    (out * dy).sum().backward()
    got = [out.data, given.grad if isinstance(given, Tensor) else dx, *(p.grad for p in twin.parameters())]
    assert_same(got, [y, dx, *want[: len(got) - 2]])
    (twin(x) * dy).sum().backward() if by_hand.parameters() else None  # an array: only the parameters have gradients
    assert_same([p.grad / 2 for p in twin.parameters()], want[: len(got) - 2])


@pytest.mark.parametrize("name", LAYERS)
def test_a_twin_has_the_same_slopes_at_the_kinks(name):
    spec = LAYERS[name]
    by_hand, twin, x, dy = drawn(spec, 5)
    if not spec.integers:
        x = np.random.default_rng(5).choice(WHOLE, size=x.shape)
        assert_same(everything(twin, x, dy, spec.train), everything(by_hand, x.astype(np.float64), dy, spec.train))


@pytest.mark.parametrize("name", LAYERS)
def test_a_twin_keeps_float32(name):
    by_hand, twin, x, dy = drawn(LAYERS[name], 6, np.float32)
    want = everything(by_hand, x, dy, LAYERS[name].train)
    assert_same(everything(twin, x, dy, LAYERS[name].train), want, 1e-4)
    assert {array.dtype for array in want} == {np.dtype(np.float32)}


@pytest.mark.parametrize("name", LAYERS)
def test_accumulate_adds_what_backward_adds(name):
    spec = LAYERS[name]
    by_hand, twin, x, dy = drawn(spec, 7)
    _, _, *want = everything(by_hand, x, dy, spec.train)
    twin.forward(x, train=spec.train)
    assert twin.accumulate(dy) is None
    assert_same([p.grad for p in twin.parameters()], want[: len(twin.parameters())])


@pytest.mark.parametrize("name", LAYERS)
def test_an_empty_batch(name):
    spec = LAYERS[name]
    _, twin, _, _ = drawn(spec, 8)
    x = spec.x(np.random.default_rng(0), 0)
    if not spec.empty:
        with pytest.raises(ValueError, match="empty batch"):
            twin.forward(x, train=True)
        return
    y = twin.forward(x, train=spec.train)
    assert twin.backward(y).shape == x.shape
    assert not any(p.grad.any() for p in twin.parameters())


@pytest.mark.parametrize("name", LAYERS)
def test_a_wrong_shape_is_refused_in_the_same_words(name):
    spec = LAYERS[name]
    if spec.wrong == ():
        return
    by_hand, twin, x, _ = drawn(spec, 9)
    wrong = np.zeros(spec.wrong or (*x.shape[:-1], x.shape[-1] + 1), dtype=x.dtype)
    with pytest.raises(ValueError) as want:
        by_hand.forward(wrong)
    for call in (twin.forward, twin):
        with pytest.raises(ValueError) as got:
            call(wrong)
        assert str(got.value) == str(want.value)


@pytest.mark.parametrize(
    ("make", "x"),
    [
        (lambda rng: nn.Flatten(), np.zeros(())),
        (lambda rng: nn.MaxPool2d(1), np.zeros((2, 3, 0, 4))),
        (lambda rng: nn.AvgPool2d(1), np.zeros((2, 3, 4, 0))),
        (lambda rng: nn.GlobalAvgPool2d(), np.zeros((2, 3, 0, 4))),
        (lambda rng: nn.Embedding(3, 2, rng=rng), np.zeros(4)),
        (lambda rng: nn.Embedding(3, 2, rng=rng), np.array([0, 3])),
    ],
)
def test_other_errors_are_the_same_too(make, x, rng):
    by_hand = make(rng)
    with pytest.raises(ValueError) as want:
        by_hand.forward(x)
    with pytest.raises(ValueError) as got:
        taped(by_hand)(x)
    assert str(got.value) == str(want.value)


# ---------------------------------------------------------------- losses

Z = np.random.default_rng(2).normal(size=(6, 4)) * 3
FAR = np.where(np.arange(24).reshape(6, 4) % 7 == 1, -np.inf, Z)
LOSSES = {
    "MeanSquaredError": (nn.MeanSquaredError(), Z, Z[::-1] + 1),
    "MeanAbsoluteError": (nn.MeanAbsoluteError(), Z, np.where(Z > 1, Z, 0.3)),
    "Huber": (nn.Huber(), Z, Z[::-1]),
    "Huber of 0.3": (nn.Huber(0.3), Z.round(), Z[::-1].round()),
    "BinaryCrossEntropy": (nn.BinaryCrossEntropy(), 100 * Z, (Z > 0) * 0.9),
    "SoftmaxCrossEntropy": (nn.SoftmaxCrossEntropy(), 100 * Z, np.arange(6) % 4),
    "SoftmaxCrossEntropy of probabilities": (nn.SoftmaxCrossEntropy(), Z, np.full((6, 4), 0.25)),
    "SoftmaxCrossEntropy, smoothed": (nn.SoftmaxCrossEntropy(smoothing=0.2), Z, np.arange(6) % 4),
    "SoftmaxCrossEntropy of sequences, some ignored": (
        nn.SoftmaxCrossEntropy(ignore=-1),
        Z.reshape(2, 3, 4),
        np.array([[0, -1, 2], [-1, 3, 1]]),
    ),
    "SoftmaxCrossEntropy of logits of −∞": (nn.SoftmaxCrossEntropy(), FAR, np.array([0, 0, 1, 2, 3, 2])),
}


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_a_loss_gives_what_was_derived_by_hand(name, dtype):
    by_hand, prediction, target = LOSSES[name]
    prediction, tolerance = prediction.astype(dtype), 1e-10 if dtype == np.float64 else 1e-5
    twin = taped(by_hand)
    assert isinstance(twin, TapedLoss)
    want = by_hand.forward(prediction, target)
    got = twin.forward(prediction, target)
    assert isinstance(got, float)
    assert got == pytest.approx(want, rel=tolerance)
    assert_same([twin.backward()], [by_hand.backward()], tolerance)
    leaf = Tensor(prediction, requires_grad=True)
    loss = twin(leaf, target)
    assert (loss.shape, loss.dtype) == ((), dtype)
    loss.backward()
    assert_same([leaf.grad], [by_hand.backward()], tolerance)


@pytest.mark.parametrize(
    ("loss", "prediction", "target"),
    [
        (nn.MeanSquaredError(), np.zeros((3, 1)), np.zeros(3)),
        (nn.MeanAbsoluteError(), np.zeros((3, 1)), np.zeros(3)),
        (nn.Huber(), np.zeros((0, 1)), np.zeros((0, 1))),
        (nn.BinaryCrossEntropy(), np.zeros(2), np.array([0.0, 1.5])),
        (nn.SoftmaxCrossEntropy(), np.zeros((2, 3)), np.array([0, 3])),
        (nn.SoftmaxCrossEntropy(), np.zeros((2, 3)), np.array([0.0, 1.0])),
    ],
)
def test_a_loss_refuses_targets_in_the_same_words(loss, prediction, target):
    with pytest.raises(ValueError) as want:
        loss.forward(prediction, target)
    for call in (taped(loss), taped(loss).forward):
        with pytest.raises(ValueError) as got:
            call(prediction, target)
        assert str(got.value) == str(want.value)


# ---------------------------------------------------------------- states of recurrent layers

RECURRENT = {
    "RNN": lambda rng: nn.RNN(3, 4, rng=rng),
    "RNN with ReLU, last": lambda rng: nn.RNN(3, 4, activation="relu", last=True, rng=rng),
    "LSTM": lambda rng: nn.LSTM(3, 4, rng=rng),
    "GRU, last": lambda rng: nn.GRU(3, 4, last=True, rng=rng),
}


def pairs(state):
    return list(state) if isinstance(state, tuple) else [state]


@pytest.mark.parametrize("name", RECURRENT)
def test_states_and_their_gradients(name, rng):
    by_hand = RECURRENT[name](rng)
    twin, x = taped(by_hand), rng.normal(size=(5, 2, 3))
    state, dstate = (tuple(rng.normal(size=(2, 4)) for _ in range(1 + (name == "LSTM"))) for _ in range(2))
    state, dstate = (one if len(one) > 1 else one[0] for one in (state, dstate))
    want = by_hand.forward(x, state=state)
    assert_same([twin.forward(x, state=state)], [want])
    assert_same(pairs(twin.final_state), pairs(by_hand.final_state))
    dy = rng.normal(size=want.shape)
    assert_same([twin.backward(dy, dstate=dstate)], [by_hand.backward(dy, dstate=dstate)])
    assert_same(pairs(twin.dstate), pairs(by_hand.dstate))
    assert_same([p.grad for p in twin.parameters()], [p.grad for p in by_hand.parameters()])
    twin.accumulate(dy)
    by_hand.backward(dy)
    assert_same(pairs(twin.dstate), pairs(by_hand.dstate))
    assert_same([p.grad for p in twin.parameters()], [p.grad for p in by_hand.parameters()])


@pytest.mark.parametrize("name", RECURRENT)
def test_a_state_that_is_a_tensor_carries_the_gradient_back(name, rng):
    by_hand = RECURRENT[name](rng)
    whole, parts, cut = taped(by_hand), taped(by_hand), taped(by_hand)
    x, late = rng.normal(size=(6, 2, 3)), rng.normal(size=(2, 4))
    y = whole(x)
    ((y if whole.last else y[-1]) * late).sum().backward()
    parts(x[:4])
    y = parts(x[4:], state=parts.final_state)
    ((y if parts.last else y[-1]) * late).sum().backward()
    assert_same([p.grad for p in parts.parameters()], [p.grad for p in whole.parameters()])
    cut(x[:4])
    states = tuple(one.detach() for one in pairs(cut.final_state))
    y = cut(x[4:], state=states if len(states) > 1 else states[0])
    ((y if cut.last else y[-1]) * late).sum().backward()
    assert not np.allclose(cut.Wh.grad, whole.Wh.grad)
    by_hand.forward(x[:4])
    y = by_hand.forward(x[4:], state=by_hand.final_state)
    by_hand.backward(late if by_hand.last else np.stack([0 * late, late]))
    assert_same([p.grad for p in cut.parameters()], [p.grad for p in by_hand.parameters()])


@pytest.mark.parametrize("name", RECURRENT)
def test_a_wrong_state_is_refused_in_the_same_words(name, rng):
    by_hand = RECURRENT[name](rng)
    for state in (np.zeros((3, 4)), (np.zeros((2, 4)), np.zeros((2, 5)))):
        with pytest.raises(ValueError) as want:
            by_hand.forward(np.zeros((1, 2, 3)), state=state)
        with pytest.raises(ValueError) as got:
            taped(by_hand)(np.zeros((1, 2, 3)), state=state)
        assert str(got.value) == str(want.value)


def test_a_long_sequence_can_be_recorded_walked_and_copied(rng):
    by_hand = nn.GRU(1, 2, rng=rng)
    twin, x = taped(by_hand), rng.normal(size=(1200, 1, 1))
    y = by_hand.forward(x)
    assert_same([twin.forward(x)], [y])
    assert_same([twin.backward(np.ones_like(y))], [by_hand.backward(np.ones_like(y))])
    assert_same([copy.deepcopy(twin).forward(x[:3])], [y[:3]])


# ---------------------------------------------------------------- onto the tape


def network(rng):
    return nn.Sequential(nn.Dense(5, 4, rng=rng), nn.BatchNorm(4), nn.Activation(nn.ELU()), nn.Dropout(0.3, rng=rng))


def test_a_copy_on_the_tape_shares_nothing(rng):
    model = network(np.random.default_rng(3))
    before = copy.deepcopy(model)
    twin = taped(model)
    assert type(model) is nn.Sequential
    assert type(model.layers[2].layer) is nn.ELU
    assert isinstance(twin.layers[2].layer, Taped)
    assert repr(twin) == repr(model)
    assert list(twin.state()) == list(model.state())
    x = rng.normal(size=(8, 5))
    (twin(x, train=True) ** 2).sum().backward()
    nn.SGD(twin.parameters(), 0.1).step()
    for one, other in zip([*model.state().values()], before.state().values(), strict=True):
        np.testing.assert_array_equal(one, other)
    assert not any(p.grad.any() for p in model.parameters())
    np.testing.assert_array_equal(model.forward(x, train=True), before.forward(x, train=True))


def test_what_is_on_the_tape_stays_as_it_is(rng):
    twin = taped(network(rng))
    again = taped(twin)
    assert again is not twin
    assert type(again) is type(twin)


def test_a_twin_can_be_made_directly(rng):
    layer = nn.autograd.layers.Dense(3, 2, rng=np.random.default_rng(1))
    other = nn.Dense(3, 2, rng=np.random.default_rng(1))
    x = rng.normal(size=(4, 3))
    np.testing.assert_array_equal(layer(x).data, other.forward(x))
    assert nn.autograd.losses.Huber(0.5).delta == 0.5


class Cube(nn.Layer):
    """w x³, with a backward by hand."""

    def __init__(self):
        self.w = nn.Parameter(np.ones(3))

    def forward(self, x, *, train=False):
        self._x = x
        return self.w.value * x**3

    def backward(self, dy):
        self.w.grad += (dy * self._x**3).sum(axis=0)
        return dy * 3 * self._x**2 * self.w.value


class TapedCube(Taped):
    """w x³, with no backward."""

    def __init__(self):
        self.w = nn.Parameter(np.ones(3))

    def compute(self, x, *, train):
        return x**3 * self.w


@pytest.mark.parametrize("cube", [Cube, TapedCube])
def test_a_layer_of_your_own_goes_onto_the_tape(cube, rng):
    dense = nn.Dense(3, 2, rng=rng)
    by_hand, twin = nn.Sequential(Cube(), dense), taped(nn.Sequential(cube(), dense))
    x, dy = rng.normal(size=(4, 3)), rng.normal(size=(4, 2))
    y, dx, *want = everything(by_hand, x, dy, False)
    assert_same(everything(twin, x, dy, False), [y, dx, *want])
    for start in (twin.forward, twin):
        twin.zero_grad()
        out = start(x)
        twin.accumulate(dy) if isinstance(out, np.ndarray) else (out * dy).sum().backward()
        assert_same([p.grad for p in twin.parameters()], want[:3])


def test_taped_refuses_what_is_neither_layer_nor_loss():
    with pytest.raises(ValueError, match="taped takes a layer, a model or a loss of the library, got 'relu'"):
        taped("relu")


def test_a_taped_row_needs_taped_layers(rng):
    row = nn.autograd.layers.Sequential(nn.ReLU())
    with pytest.raises(TypeError, match=r"ReLU is not on the tape; autograd\.taped\(model\)"):
        row(np.zeros((2, 3)))


def test_a_taped_model_serves_fit_summary_and_the_check_of_gradients(rng):
    x, y = rng.normal(size=(40, 5)), rng.integers(0, 4, size=40)
    histories = []
    for convert in (copy.deepcopy, taped):
        model, loss = convert(network(np.random.default_rng(3))), convert(nn.SoftmaxCrossEntropy())
        optimizer = nn.Adam(model.parameters(), 0.01)
        history = nn.fit(model, x, y, loss=loss, optimizer=optimizer, epochs=4, rng=np.random.default_rng(4))
        histories.append(history["loss"])
    np.testing.assert_allclose(histories[1], histories[0], rtol=1e-10)
    assert max(nn.check_gradient(model, x, rng=rng).values()) < 1e-7
    assert "Dense" in str(nn.summary(model, (5,)))
    found = outputs(model, x)
    assert list(found) == list(outputs(copy.deepcopy(network(rng)), x))
    np.testing.assert_array_equal(found[""][1], model.forward(x))


def test_nothing_is_recorded_without_a_tape(rng):
    twin = taped(network(rng))
    with no_grad():
        y = twin(rng.normal(size=(2, 5)))
    assert not y.requires_grad
