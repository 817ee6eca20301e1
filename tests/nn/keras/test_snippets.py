"""Programs as people who know Keras write them, which run as they stand."""

from __future__ import annotations

import warnings
from pathlib import Path

import matplotlib
import numpy as np
import pytest

from gradschool.datasets import load_digits, split

REAL = Path(__file__).resolve().parents[4] / "shared" / "data" / "mnist.npz"

CLASSIFIER = """
import gradschool.nn.keras as keras

model = keras.models.Sequential([
    keras.layers.Flatten(input_shape=(28, 28)),
    keras.layers.Dense(128, activation='relu', kernel_initializer='he_normal'),
    keras.layers.Dropout(0.2),
    keras.layers.Dense(10, activation='softmax')
])
model.compile(optimizer='adam', loss='sparse_categorical_crossentropy', metrics=['accuracy'])
history = model.fit(X_train, y_train, epochs=5, verbose=1)
print(f"Accuracy on the test set: {model.evaluate(X_test, y_test):.2%}")   # one metric: a number; return_dict=True: all
keras.plot_history(history)
"""

REGRESSION = """
import gradschool.nn.keras as keras

model = keras.Sequential([keras.layers.Input(2), keras.layers.Dense(3, activation=None), keras.layers.BatchNormalization(),
                          keras.layers.Activation('relu'), keras.layers.Dropout(0.2), keras.layers.Dense(1, activation='tanh')])
model.compile(loss='mse', optimizer=keras.optimizers.SGD(1e-3), metrics=['r2_score'])
early_stop = keras.callbacks.EarlyStopping('val_accuracy', mode='max', patience=5, restore_best_weights=True)
lr_scheduler = keras.callbacks.ReduceLROnPlateau('val_accuracy', mode='max', factor=0.5, patience=3, min_lr=1e-6)
model.fit(X, y, epochs=60, batch_size=128, verbose=1, callbacks=[early_stop, lr_scheduler], validation_split=0.1)
model.fit(X, y, validation_data=(X_test, y_test))
"""  # noqa: E501


@pytest.fixture(autouse=True)
def _without_a_window():
    matplotlib.use("Agg")
    yield
    import matplotlib.pyplot as plt

    plt.close("all")


def run(program, **names):
    exec(compile(program, "program", "exec"), names)
    return names


def digits_as_mnist():
    """The digits as images (28, 28) of bytes: every pixel becomes 3 x 3, with a border of two."""
    digits = load_digits()
    x = np.rint(255 * np.pad(digits.X.repeat(3, axis=1).repeat(3, axis=2), ((0, 0), (2, 2), (2, 2)))).astype(np.uint8)
    return split(x, digits.y.astype(np.uint8), rng=np.random.default_rng(0))


@pytest.mark.parametrize("kind", ["bytes", "floats", "labels in a column"])
def test_the_classifier_learns_the_digits(kind, capsys):
    from gradschool.nn import keras

    keras.utils.set_random_seed(1)
    x, x_test, y, y_test = digits_as_mnist()
    if kind == "floats":
        x, x_test = x / 255, x_test / 255
    if kind == "labels in a column":
        y, y_test = y[:, None], y_test[:, None]
    names = run(CLASSIFIER, X_train=x, y_train=y, X_test=x_test, y_test=y_test)
    printed = capsys.readouterr().out
    accuracy = float(printed.split("Accuracy on the test set: ")[1].rstrip("%\n"))
    assert accuracy > 85
    assert printed.count("epoch ") == 5
    assert names["history"].epoch == [0, 1, 2, 3, 4]
    assert list(names["history"].history) == ["loss", "accuracy"]
    assert names["model"].evaluate(x_test, y_test, return_dict=True).keys() == {"loss", "accuracy"}


@pytest.mark.skipif(not REAL.exists(), reason=f"{REAL} is not on this machine")
def test_the_classifier_learns_mnist():
    from gradschool.nn import keras

    keras.utils.set_random_seed(2)
    (x, y), (x_test, y_test) = keras.datasets.mnist.load_data(REAL)
    assert x.shape == (60000, 28, 28)
    assert x.dtype == y.dtype == np.uint8
    assert x_test.max() == 255
    names = run(CLASSIFIER, X_train=x[:5000] / 255, y_train=y[:5000], X_test=x_test[:2000], y_test=y_test[:2000])
    assert names["model"].evaluate(x_test[:2000] / 255, y_test[:2000]) > 0.88


def test_the_regression_runs_and_its_callbacks_say_what_they_miss(capsys):
    rng = np.random.default_rng(3)
    X = rng.normal(size=(257, 2))  # with batches of 32 the last is of one example
    y = np.sign(X[:, 0] * X[:, 1])
    with pytest.warns(UserWarning, match="watches 'val_accuracy'") as caught:
        names = run(REGRESSION, X=X, y=y, X_test=X[:50], y_test=y[:50])
    assert [str(one.message) for one in caught] == [
        f"{name} watches 'val_accuracy', which the epochs do not have, and does nothing: they have loss, r2_score, "
        "val_loss, val_r2_score, learning_rate; for that compile takes metrics=['accuracy']"
        for name in ("EarlyStopping", "ReduceLROnPlateau")
    ]
    assert capsys.readouterr().out.count("epoch ") == 61
    assert names["model"].optimizer.learning_rate == 1e-3
    assert names["model"].predict(X).shape == (257, 1)


def test_the_regression_with_the_metric_that_its_callbacks_watch():
    rng = np.random.default_rng(3)
    X = rng.normal(size=(300, 2))
    y = np.sign(X[:, 0] + X[:, 1])
    program = REGRESSION.replace("'r2_score'", "'accuracy'").replace("SGD(1e-3)", "Adam(0.1)")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        names = run(program, X=X, y=y, X_test=X[:50], y_test=y[:50])
    assert names["model"].evaluate(X, y) > 0.8
    assert names["early_stop"].best_epoch is not None


def test_the_page_of_help_names_all_there_is():
    from gradschool.nn import keras

    assert keras.__doc__ is not None
    names = [*keras.__all__, *keras.layers.__all__]
    aliases = {"AvgPool2D", "MaxPool2D", "Convolution2D", "InputLayer", "Layer", "backend"}
    assert not [name for name in names if name not in aliases and name not in keras.__doc__]
