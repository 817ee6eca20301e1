"""The tape behind Keras' names: the same scripts run, with the same results."""

from __future__ import annotations

import importlib
import warnings

import matplotlib
import numpy as np
import pytest
from nn.keras.test_snippets import CLASSIFIER, REGRESSION, digits_as_mnist, run

import gradschool.nn.autograd.keras as taped
import gradschool.nn.keras as by_hand
from gradschool import nn
from gradschool.nn.autograd import ByHand, Taped, TapedLoss
from gradschool.nn.layers.layer import Layer


@pytest.fixture(autouse=True)
def _as_it_was():
    matplotlib.use("Agg")
    before = by_hand.config.floatx()
    yield
    by_hand.config.set_floatx(before)
    import matplotlib.pyplot as plt

    plt.close("all")


def both(script, **names):
    """What a script leaves behind, run with either import and the same seed, in float64."""
    found = []
    for package in ("gradschool.nn.keras", "gradschool.nn.autograd.keras"):
        by_hand.utils.set_random_seed(3)
        by_hand.config.set_floatx("float64")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of metrics that a callback waits for
            found.append(run(script.replace("gradschool.nn.keras", package), **names))
    return found


def assert_on_tape(model):
    layers = [model._compiled.network, *model._compiled.network.named_layers().values()]
    assert all(isinstance(layer, Taped) and not isinstance(layer, ByHand) for layer in layers)


# ---------------------------------------------------------------- names


def test_every_public_name_is_there():
    assert sorted(taped.__all__) == sorted(by_hand.__all__)
    for name in by_hand.__all__:
        getattr(taped, name)
    own = {"Sequential", "datasets", "models"}
    assert {name for name in by_hand.__all__ if getattr(taped, name) is not getattr(by_hand, name)} == own
    assert taped.models.__all__ == by_hand.models.__all__
    assert taped.datasets.mnist is by_hand.datasets.mnist


def test_modules_can_be_imported_by_their_path():
    modules = [name for name in by_hand.__all__ if name.islower() and name != "plot_history"]
    for name in modules:
        module = importlib.import_module(f"gradschool.nn.autograd.keras.{name}")
        assert module is getattr(taped, name)
    schedules = importlib.import_module("gradschool.nn.autograd.keras.optimizers.schedules")
    assert schedules is by_hand.optimizers.schedules


def test_a_name_that_there_is_not():
    with pytest.raises(AttributeError, match=r"has no Model; models here are Sequential\(\[\.\.\.\]\)"):
        _ = taped.Model


# ---------------------------------------------------------------- scripts


def test_the_classifier_gives_the_same_history(capsys):
    X_train, X_test, y_train, y_test = digits_as_mnist()
    names = {"X_train": X_train[:320], "y_train": y_train[:320], "X_test": X_test, "y_test": y_test}
    one, other = both(CLASSIFIER.replace("epochs=5, verbose=1", "epochs=3, verbose=0"), **names)
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("Accuracy")]
    assert len(lines) == 2
    assert lines[0] == lines[1]
    assert_on_tape(other["model"])
    assert isinstance(other["model"]._compiled.loss, TapedLoss)
    for name, values in one["history"].history.items():
        np.testing.assert_allclose(other["history"].history[name], values, rtol=1e-10)


def test_the_regression_ends_with_the_same_weights(rng):
    X = rng.normal(size=(60, 2))
    y = np.where(X[:, 0] * X[:, 1] > 0, 1.0, -1.0)
    script = REGRESSION.replace("epochs=60, batch_size=128, verbose=1", "epochs=4, batch_size=16, verbose=0")
    script = script.replace("(X_test, y_test))", "(X_test, y_test), verbose=0)")
    one, other = both(script, X=X, y=y, X_test=X, y_test=y)
    assert_on_tape(other["model"])
    for name, array in one["model"].state().items():
        np.testing.assert_allclose(other["model"].state()[name], array, rtol=1e-9, atol=1e-12)


EVERYTHING = {
    "images": (
        """
model = keras.Sequential([
    keras.Input((9, 9, 2)),
    keras.layers.ZeroPadding2D(1),
    keras.layers.Conv2D(4, 3, strides=2, padding="same", activation="swish", kernel_regularizer="l1"),
    keras.layers.LayerNormalization(),
    keras.layers.MaxPooling2D(3, strides=2, padding="same"),
    keras.layers.BatchNormalization(),
    keras.layers.LeakyReLU(),
    keras.layers.GlobalAveragePooling2D(),
    keras.layers.Dropout(0.2, seed=4),
    keras.layers.Dense(3, activation="softmax"),
])
model.compile("adam", keras.losses.CategoricalCrossentropy(label_smoothing=0.1), metrics=["accuracy"])
y = np.eye(3)[y % 3]
""",
        (21, 9, 9, 2),
    ),
    "tokens": (
        """
x = (np.abs(x) * 5).astype(int) % 7
model = keras.Sequential([
    keras.layers.Embedding(7, 4),
    keras.layers.LSTM(5, return_sequences=True),
    keras.layers.TimeDistributed(keras.layers.Dense(4, activation="tanh")),
    keras.layers.GRU(4, return_sequences=True),
    keras.layers.SimpleRNN(3),
    keras.layers.Dense(1, activation="sigmoid"),
])
model.compile("rmsprop", "binary_crossentropy", metrics=["accuracy"])
y = y % 2
""",
        (20, 6),
    ),
    "probabilities of another kind": (
        """
model = keras.Sequential([
    keras.layers.Dense(3, activation="softplus"),
    keras.Sequential([keras.layers.Dense(2), keras.layers.Activation("hard_sigmoid")]),
])
model.compile(keras.optimizers.SGD(0.1), keras.losses.BinaryCrossentropy(label_smoothing=0.2))
y = np.stack([y % 2, y % 3 == 1], axis=1)
""",
        (20, 4),
    ),
    "categories that are no softmax": (
        """
model = keras.Sequential([keras.layers.Dense(3, activation="sigmoid")])
model.compile("sgd", "sparse_categorical_crossentropy")
y = y % 3
""",
        (20, 4),
    ),
    "a loss of the library": (
        """
model = keras.Sequential([keras.layers.Dense(1, activation=None)])
model.compile("adamw", loss=nn.Huber(0.5))
""",
        (20, 4),
    ),
}


@pytest.mark.parametrize("name", EVERYTHING)
def test_all_sorts_of_models_give_the_same_history(name, rng):
    program, shape = EVERYTHING[name]
    script = (
        f"import gradschool.nn.keras as keras\n{program}\nhistory = model.fit(x, y, epochs=3, batch_size=5, verbose=0)"
    )
    script += "\nstep = model.train_on_batch(x[:5], y[:5])\nscores = model.evaluate(x, y, verbose=0)"
    names = {"x": rng.normal(size=shape), "y": rng.integers(0, 10, size=shape[0]), "np": np, "nn": nn}
    one, other = both(script, **names)
    assert type(one["model"].network) is nn.Sequential
    assert_on_tape(other["model"])
    inner = getattr(other["model"]._compiled.loss, "loss", other["model"]._compiled.loss)
    assert isinstance(inner, TapedLoss)
    np.testing.assert_allclose(other["history"].history["loss"], one["history"].history["loss"], rtol=1e-10)
    np.testing.assert_allclose(other["step"], one["step"], rtol=1e-10)
    np.testing.assert_allclose(other["scores"], one["scores"], rtol=1e-10)
    np.testing.assert_allclose(other["model"].predict(other["x"]), one["model"].predict(one["x"]), rtol=1e-9)


def test_a_loss_that_was_given_stays_as_it_is(rng):
    loss = nn.MeanSquaredError()
    model = taped.Sequential([taped.layers.Dense(1)])
    model.compile("sgd", loss)
    model.fit(rng.normal(size=(8, 2)), rng.normal(size=8), verbose=0)
    assert type(loss) is nn.MeanSquaredError


def test_a_loss_of_your_own_keeps_its_backward(rng):
    class Cubed:
        def forward(self, prediction, target):
            self._d = prediction - target
            return float(np.mean(np.abs(self._d) ** 3))

        def backward(self):
            return 3 * self._d * np.abs(self._d) / self._d.size

    losses = []
    for keras in (by_hand, taped):
        keras.utils.set_random_seed(1)
        model = keras.Sequential([keras.layers.Dense(1)])
        model.compile("sgd", Cubed())
        x = np.random.default_rng(0).normal(size=(8, 2))
        losses.append(model.fit(x, x[:, 0], epochs=3, verbose=0).history["loss"])
    np.testing.assert_allclose(losses[1], losses[0], rtol=1e-5)


def test_a_model_comes_back_from_a_file_onto_the_tape(tmp_path, rng):
    x, y = rng.normal(size=(20, 3)), rng.normal(size=20)
    model = taped.Sequential([taped.Sequential([taped.layers.Dense(4, activation="relu")]), taped.layers.Dense(1)])
    model.compile("adam", "mse")
    model.fit(x, y, epochs=2, verbose=0)
    model.save(tmp_path / "model.npz")
    again = taped.models.load_model(tmp_path / "model.npz")
    assert type(again) is taped.Sequential
    assert type(by_hand.models.load_model(tmp_path / "model.npz")) is by_hand.Sequential
    np.testing.assert_array_equal(again.predict(x), model.predict(x))
    histories = [one.fit(x, y, epochs=2, shuffle=False, verbose=0).history["loss"] for one in (model, again)]
    np.testing.assert_allclose(histories[1], histories[0], rtol=1e-6)
    assert_on_tape(again)


def test_the_network_of_a_taped_model_is_a_layer_of_the_library(rng):
    model = taped.Sequential([taped.Input((3,)), taped.layers.Dense(2, activation="tanh")])
    assert isinstance(model.network, Layer)
    x = rng.normal(size=(5, 3)).astype(np.float32)
    model.network.forward(x)
    assert model.network.backward(np.ones((5, 2), np.float32)).shape == x.shape
    assert model(x).shape == (5, 2)
