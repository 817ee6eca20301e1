import numpy as np
import pytest

from gradschool import nn
from gradschool.nn import keras
from gradschool.nn.keras import layers as L
from gradschool.nn.keras.probabilities import BinaryOfProbabilities, CategoricalOfProbabilities

Y = np.array([0, 2, 1, 2])
P = np.array([[0.5, 0.3, 0.2], [0.1, 0.1, 0.8], [0.2, 0.6, 0.2], [0.3, 0.3, 0.4]])
CROSS_ENTROPY = -np.log([0.5, 0.8, 0.6, 0.4]).mean()


@pytest.mark.parametrize(
    ("loss", "y", "p", "want"),
    [
        (keras.losses.MeanSquaredError(), [1, 2], [[2.0], [4.0]], 2.5),
        (keras.losses.mse, [1, 2], [2.0, 4.0], 2.5),
        (keras.losses.MeanAbsoluteError(), [[1], [2]], [2.0, 4.0], 1.5),
        (keras.losses.mean_absolute_error, [1, 2], [2.0, 4.0], 1.5),
        (keras.losses.Huber(1.0), [0, 0], [0.5, 3.0], (0.125 + 2.5) / 2),
        (keras.losses.huber, [0, 0], [0.5, 3.0], (0.125 + 2.5) / 2),
        (keras.losses.SparseCategoricalCrossentropy(), Y, P, CROSS_ENTROPY),
        (keras.losses.sparse_categorical_crossentropy, Y[:, None], P, CROSS_ENTROPY),
        (keras.losses.SparseCategoricalCrossentropy(from_logits=True), Y, np.log(P) + 3, CROSS_ENTROPY),
        (keras.losses.CategoricalCrossentropy(), np.eye(3)[Y], 2 * P, CROSS_ENTROPY),
        (keras.losses.categorical_crossentropy, np.eye(3)[Y], P, CROSS_ENTROPY),
        (
            keras.losses.CategoricalCrossentropy(label_smoothing=0.3),
            [[1, 0]],
            [[0.9, 0.1]],
            -0.85 * np.log(0.9) - 0.15 * np.log(0.1),
        ),
        (keras.losses.BinaryCrossentropy(), [1, 0], [[0.8], [0.4]], -np.log([0.8, 0.6]).mean()),
        (keras.losses.binary_crossentropy, [1, 0], [1.0, 1.0], np.log(1e7) / 2),
        (keras.losses.BinaryCrossentropy(from_logits=True), [1, 0], [[0.0], [0.0]], np.log(2)),
        (keras.losses.BinaryCrossentropy(label_smoothing=0.2), [1], [[0.9]], -0.9 * np.log(0.9) - 0.1 * np.log(0.1)),
    ],
)
def test_worked_by_hand(loss, y, p, want):
    assert loss(y, p) == pytest.approx(want, rel=1e-6)


@pytest.mark.parametrize("target", [Y, np.eye(3)[Y], np.full((4, 3), 1 / 3)])
def test_the_gradient_of_the_categorical_one(target, rng):
    loss = CategoricalOfProbabilities()
    output = 2 * P
    loss.forward(output, target)
    got = loss.backward()
    numeric = nn.numeric_gradient(lambda p: np.array(loss.forward(p, target)), output, np.array(1.0))
    np.testing.assert_allclose(got, numeric, rtol=1e-6, atol=1e-8)


def test_the_gradient_of_the_binary_one():
    loss, p, t = BinaryOfProbabilities(), np.array([[0.2, 0.7], [0.9, 0.5]]), np.array([[0.0, 1.0], [1.0, 0.3]])
    loss.forward(p, t)
    got = loss.backward()
    numeric = nn.numeric_gradient(lambda p: np.array(loss.forward(p, t)), p, np.array(1.0))
    np.testing.assert_allclose(got, numeric, rtol=1e-6, atol=1e-8)


@pytest.mark.usefixtures("float64")
@pytest.mark.parametrize(
    ("units", "activation", "loss", "y"),
    [
        (3, "softmax", "sparse_categorical_crossentropy", Y),
        (3, "softmax", "categorical_crossentropy", np.eye(3)[Y]),
        (1, "sigmoid", "binary_crossentropy", Y % 2),
    ],
)
def test_a_head_trains_as_its_logits_do(units, activation, loss, y, rng):
    """The same step with the activation and without it, from logits; and by way of the probabilities."""
    x = rng.normal(size=(4, 5))
    kind = type(keras.losses.get(loss))

    class Hidden(getattr(nn, activation.title())):
        """The same activation, not known as such."""

    steps = {}
    for name, last, chosen in (
        ("head", L.Activation(activation), loss),
        ("logits", L.Activation(None), kind(from_logits=True)),
        ("probabilities", L.Activation(Hidden()), loss),
    ):
        model = keras.Sequential([L.Input(5), L.Dense(units), last], seed=1)
        model.compile(keras.optimizers.SGD(1.0), chosen, ["accuracy"])
        if name == "probabilities":
            with pytest.warns(UserWarning, match="the model ends in Hidden"):
                history = model.fit(x, y, verbose=0)
        else:
            history = model.fit(x, y, verbose=0)
        steps[name] = [*model.get_weights(), *history.history["loss"], *history.history["accuracy"]]
    for name in ("logits", "probabilities"):
        for one, other in zip(steps["head"], steps[name], strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-12)


def test_a_head_is_stable_and_predicts_probabilities():
    model = keras.Sequential([L.Input(1), L.Dense(3, "softmax", use_bias=False)])
    model.compile(keras.optimizers.SGD(0.01), "sparse_categorical_crossentropy", "accuracy")
    model.set_weights([np.array([[0.0, 1.0, -1.0]])])
    x = np.array([[2000.0]])
    assert model.evaluate(x, [2], return_dict=True) == {"loss": 4000.0, "accuracy": 0.0}
    np.testing.assert_array_equal(model.predict(x), [[0, 1, 0]])
    model.fit(x, [2], verbose=0)
    np.testing.assert_allclose(model.get_weights()[0], [[0.0, 1 - 20.0, -1 + 20.0]])


def test_sequences_have_a_softmax_at_every_step(rng):
    x, y = rng.normal(size=(6, 5, 2)), rng.integers(3, size=(6, 5))
    for last in (L.Dense(3, "softmax"), L.TimeDistributed(L.Dense(3, "softmax"))):
        model = keras.Sequential([L.GRU(4, return_sequences=True), last])
        model.compile("adam", "sparse_categorical_crossentropy", ["accuracy"])
        model.fit(x, y, epochs=1, verbose=0)
        p = model.predict(x)
        want = -np.log(np.take_along_axis(p, y[..., None], axis=2)).mean()
        assert model.evaluate(x, y, return_dict=True)["loss"] == pytest.approx(want, rel=1e-4)
        assert model.evaluate(x, y) == np.mean(p.argmax(axis=2) == y)


def test_a_loss_of_the_library(rng):
    x, y = rng.normal(size=(9, 2)), np.arange(9) % 3
    for last, loss in (
        (None, nn.SoftmaxCrossEntropy()),
        (None, nn.SoftmaxCrossEntropy),
        ("softmax", nn.SoftmaxCrossEntropy()),
    ):
        model = keras.Sequential([L.Dense(3, last)])
        model.compile("adam", loss, ["accuracy"])
        p = model.predict(x)
        assert model.evaluate(x, y) == np.mean(p.argmax(axis=1) == y)
        if last is not None:
            want = -np.log(p[np.arange(9), y]).mean()
            assert model.evaluate(x, y, return_dict=True)["loss"] == pytest.approx(want, rel=1e-5)
    for last, loss in ((None, nn.BinaryCrossEntropy()), ("sigmoid", nn.BinaryCrossEntropy())):
        model = keras.Sequential([L.Dense(1, last)])
        model.compile("adam", loss, ["accuracy"])
        predicted = model.predict(x)[:, 0] > (0.5 if last else 0)
        assert model.evaluate(x, y > 0) == np.mean(predicted == (y > 0))
