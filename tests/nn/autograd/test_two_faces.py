"""Two ways to the same gradients: by hand and on the tape, the losses of a training agree. Each proves the other."""

from __future__ import annotations

import numpy as np
import pytest

import gradschool.nn.autograd.keras as taped_keras
import gradschool.nn.keras as keras_by_hand
from gradschool import datasets, nn
from gradschool.nn import autograd

STEPS, BATCH = 200, 16
DIGITS = datasets.load_digits()
IMAGES, LABELS = DIGITS.X[:, None], DIGITS.y


def mlp(rng):
    return nn.Sequential(
        nn.Flatten(), nn.Dense(64, 32, rng=rng), nn.ReLU(), nn.Dropout(0.2, rng=rng), nn.Dense(32, 10, rng=rng)
    )


def lenet(rng):
    return nn.Sequential(
        nn.Conv2d(1, 4, 3, padding="same", rng=rng),
        nn.Tanh(),
        nn.AvgPool2d(2),
        nn.Conv2d(4, 8, 3, rng=rng),
        nn.BatchNorm(8),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Dense(8, 16, rng=rng),
        nn.ELU(),
        nn.Dense(16, 10, rng=rng),
    )


def rnn(rng):
    return nn.Sequential(nn.RNN(8, 24, last=True, rng=rng), nn.Dense(24, 10, rng=rng))


NETWORKS = {
    "MLP": (mlp, lambda images: images, lambda p: nn.Adam(p, 0.003)),
    "LeNet": (lenet, lambda images: images, lambda p: nn.SGD(p, 0.02, momentum=0.9)),
    "RNN": (rnn, lambda images: images[:, 0].transpose(1, 0, 2), lambda p: nn.Adam(p, 0.003)),
}


def batches(read):
    rng = np.random.default_rng(1)
    for _ in range(STEPS):
        rows = rng.integers(len(IMAGES), size=BATCH)
        yield read(IMAGES[rows]), LABELS[rows]


@pytest.mark.parametrize("name", NETWORKS)
def test_200_steps_by_hand_and_on_the_tape(name):
    make, read, optimize = NETWORKS[name]
    model, criterion, losses = make(np.random.default_rng(0)), nn.SoftmaxCrossEntropy(), []
    optimizer = optimize(model.parameters())
    for x, y in batches(read):
        losses.append(criterion.forward(model.forward(x, train=True), y))
        optimizer.zero_grad()
        model.backward(criterion.backward())
        optimizer.step()

    on_tape, criterion = autograd.taped(make(np.random.default_rng(0))), autograd.taped(nn.SoftmaxCrossEntropy())
    optimizer, taped_losses = optimize(on_tape.parameters()), []
    for x, y in batches(read):
        loss = criterion(on_tape(x, train=True), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        taped_losses.append(loss.item())

    assert np.mean(losses[-20:]) < 0.8 * np.mean(losses[:20])
    np.testing.assert_allclose(taped_losses, losses, rtol=1e-10)
    for one, other in zip(on_tape.parameters(), model.parameters(), strict=True):
        np.testing.assert_allclose(one.value, other.value, rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("mixed", ["layers", "loss"])
def test_a_taped_part_serves_among_parts_by_hand(mixed):
    """One face at a time: the network on the tape with the loss by hand, and the other way round."""
    losses = {}
    for on_tape in (False, True):
        model, criterion = lenet(np.random.default_rng(0)), nn.SoftmaxCrossEntropy()
        if on_tape and mixed == "layers":
            model = nn.Sequential(*(autograd.taped(layer) if i % 2 else layer for i, layer in enumerate(model.layers)))
        if on_tape and mixed == "loss":
            criterion = autograd.taped(criterion)
        optimizer = nn.SGD(model.parameters(), 0.02)
        losses[on_tape] = []
        for _, (x, y) in zip(range(20), batches(lambda images: images), strict=False):
            losses[on_tape].append(criterion.forward(model.forward(x, train=True), y))
            optimizer.zero_grad()
            model.accumulate(criterion.backward())
            optimizer.step()
    np.testing.assert_allclose(losses[True], losses[False], rtol=1e-10)


# ---------------------------------------------------------------- Keras


@pytest.fixture(autouse=True)
def _float64():
    before = keras_by_hand.config.floatx()
    keras_by_hand.config.set_floatx("float64")
    yield
    keras_by_hand.config.set_floatx(before)


def keras_mlp(keras):
    layers = keras.layers
    return [
        layers.Flatten(input_shape=(8, 8, 1)),
        layers.Dense(32, activation="relu", kernel_initializer="he_normal"),
        layers.Dropout(0.2),
        layers.Dense(10, activation="softmax"),
    ]


def keras_lenet(keras):
    layers = keras.layers
    return [
        layers.Input((8, 8, 1)),
        layers.Conv2D(4, 3, padding="same", activation="tanh"),
        layers.AveragePooling2D(2),
        layers.Conv2D(8, 3),
        layers.BatchNormalization(),
        layers.ReLU(),
        layers.MaxPooling2D(2, padding="same"),
        layers.Flatten(),
        layers.Dense(16, activation="elu", kernel_regularizer="l2"),
        layers.Dense(10, activation="softmax"),
    ]


def keras_rnn(keras):
    layers = keras.layers
    return [layers.Reshape((8, 8), input_shape=(8, 8, 1)), layers.SimpleRNN(24), layers.Dense(10, activation="softmax")]


@pytest.mark.parametrize("make", [keras_mlp, keras_lenet, keras_rnn])
def test_200_steps_with_either_keras(make):
    x, y = IMAGES.transpose(0, 2, 3, 1)[:400], LABELS[:400]
    histories = []
    for keras in (keras_by_hand, taped_keras):
        keras.utils.set_random_seed(5)
        model = keras.Sequential(make(keras))
        model.compile(keras.optimizers.Adam(0.003), "sparse_categorical_crossentropy", metrics=["accuracy"])
        histories.append(model.fit(x, y, batch_size=16, epochs=10, validation_split=0.2, verbose=0).history)
        steps = 10 * 320 // 16
    assert steps == STEPS
    by_hand, on_tape = histories
    assert by_hand["loss"][-1] < 0.8 * by_hand["loss"][0]
    assert by_hand.keys() == on_tape.keys()
    for name, values in by_hand.items():
        np.testing.assert_allclose(on_tape[name], values, rtol=1e-10)
