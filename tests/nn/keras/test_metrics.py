import numpy as np
import pytest

from gradschool import nn
from gradschool.nn import keras
from gradschool.nn.keras import layers as L


def value(metric, x, y, *, units, activation=None, loss="mse"):
    """What evaluate returns for weights of one: the output is the sum of the numbers of an example, or they."""
    model = keras.Sequential([L.Dense(units, activation, kernel_initializer=ones_or_identity)])
    model.compile("sgd", loss, [metric])
    return model.evaluate(np.asarray(x, dtype=float), np.asarray(y))


def ones_or_identity(shape, *, rng):
    return np.ones(shape) if shape[1] == 1 else np.eye(*shape)


SCORES = [[3.0, 1, 2], [0, 1, 2], [5, 4, 0], [0, 1, 0]]


@pytest.mark.parametrize("name", ["accuracy", "acc", keras.metrics.Accuracy()])
@pytest.mark.parametrize(
    ("x", "y", "options", "want"),
    [
        (SCORES, [0, 1, 0, 1], {"units": 3, "activation": "softmax", "loss": "sparse_categorical_crossentropy"}, 0.75),
        (
            SCORES,
            [[0], [1], [0], [1]],
            {"units": 3, "activation": "softmax"} | {"loss": "sparse_categorical_crossentropy"},
            0.75,
        ),
        (
            SCORES,
            np.eye(3)[[0, 1, 0, 1]],
            {"units": 3, "activation": "softmax", "loss": "categorical_crossentropy"},
            0.75,
        ),
        (
            [[2.0], [-2], [1], [-3]],
            [1, 0, 0, 0],
            {"units": 1, "activation": "sigmoid", "loss": "binary_crossentropy"},
            0.75,
        ),
        ([[0.6], [0.4], [0.7], [0.1]], [1, 0, 0, 0], {"units": 1}, 0.75),
        ([[0.6], [-0.4], [0.7], [0.1]], [1, -1, -1, 1], {"units": 1}, 0.75),
    ],
)
def test_accuracy_is_the_one_that_the_shapes_ask_for(name, x, y, options, want):
    assert value(name, x, y, **options) == want


def test_accuracy_of_logits_and_of_many_labels():
    logits = keras.losses.BinaryCrossentropy(from_logits=True)
    assert value("accuracy", [[0.3], [-0.3]], [1, 0], units=1, loss=logits) == 1
    x, y = [[1.0, -1], [-2, 3]], [[1, 0], [1, 1]]
    assert value("accuracy", x, y, units=2, activation="sigmoid", loss="binary_crossentropy") == 0.75


@pytest.mark.parametrize(
    ("metric", "want"),
    [
        ("mae", 1.5),
        ("mean_absolute_error", 1.5),
        (keras.metrics.MeanAbsoluteError(), 1.5),
        (keras.metrics.MeanAbsoluteError, 1.5),
        ("mse", 2.5),
        ("rmse", np.sqrt(2.5)),
        ("r2_score", 1 - 5 / 8),
        (keras.metrics.R2Score(name="r2"), 1 - 5 / 8),
        (nn.metrics.r2_score, 1 - 5 / 8),
        (lambda y_true, y_pred: np.mean(y_true - y_pred), -1.5),
        (lambda y_true, y_pred: (y_true - y_pred)[:, 0], -1.5),
    ],
)
def test_of_numbers(metric, want):
    assert value(metric, [[2.0], [7.0]], [1, 5], units=1) == pytest.approx(want, rel=1e-6)


@pytest.mark.parametrize(
    ("metric", "want"),
    [
        (keras.metrics.SparseTopKCategoricalAccuracy(k=2), 0.75),
        ("sparse_top_k_categorical_accuracy", 1.0),
        ("sparse_categorical_accuracy", 0.25),
    ],
)
def test_of_classes(metric, want):
    options = {"units": 3, "activation": "softmax", "loss": "sparse_categorical_crossentropy"}
    assert value(metric, SCORES, [2, 1, 0, 2], **options) == want


def test_names_in_the_history(rng):
    model = keras.Sequential([L.Dense(1)])
    model.compile("sgd", "mse", ["mae", keras.metrics.MeanAbsoluteError(name="error"), "mae", own_metric])
    history = model.fit(rng.normal(size=(4, 2)), np.ones(4), verbose=0, validation_split=0.5).history
    assert list(history)[:5] == ["loss", "mae", "error", "mae_1", "own_metric"]
    assert model.metrics_names == ["loss", "mae", "error", "mae_1", "own_metric"]
    assert "val_own_metric" in history


def own_metric(y_true, y_pred):
    return float(np.max(np.abs(y_true - y_pred)))


def test_called_by_hand_in_the_order_of_keras():
    assert keras.metrics.SparseCategoricalAccuracy()([0, 1], [[0.9, 0.1], [0.8, 0.2]]) == 0.5
    assert keras.metrics.mse([1, 2], [[2.0], [4.0]]) == 2.5
    with pytest.raises(
        ValueError, match=r"a metric is a name, such as 'accuracy', or a function of \(y_true, y_pred\)"
    ):
        keras.Sequential([L.Dense(1)]).compile("sgd", "mse", [3])
    with pytest.raises(ValueError, match="a metric is called 'loss'"):
        keras.Sequential([L.Dense(1)]).compile("sgd", "mse", [keras.metrics.MeanSquaredError(name="loss")])
