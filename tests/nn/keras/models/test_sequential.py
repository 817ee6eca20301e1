import numpy as np
import pytest

from gradschool import nn
from gradschool.nn import keras
from gradschool.nn.keras import layers as L


def classifier(**options):
    model = keras.Sequential([L.Input(4), L.Dense(5, "relu"), L.Dense(3, "softmax")], **options)
    model.compile(keras.optimizers.SGD(0.1), "sparse_categorical_crossentropy", ["accuracy"])
    return model


@pytest.mark.usefixtures("float64")
def test_a_step_is_that_of_the_explicit_passes(rng):
    x, y = rng.normal(size=(8, 4)), rng.integers(3, size=8)
    model = classifier()
    network = nn.Sequential(nn.Dense(4, 5, rng=rng), nn.ReLU(), nn.Dense(5, 3, rng=rng))
    for parameter, weights in zip(network.parameters(), model.get_weights(), strict=True):
        parameter.value[...] = weights
    loss, optimizer = nn.SoftmaxCrossEntropy(), nn.SGD(network.parameters(), 0.1)
    value = loss.forward(network.forward(x, train=True), y)
    network.backward(loss.backward())
    optimizer.step()
    history = model.fit(x, y, verbose=0, shuffle=False)
    assert history.history["loss"] == [pytest.approx(value, rel=1e-12)]
    for parameter, weights in zip(network.parameters(), model.get_weights(), strict=True):
        np.testing.assert_allclose(weights, parameter.value, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(model.predict(x), nn.Softmax().forward(network.forward(x)), rtol=1e-12)


def test_a_second_fit_goes_on_where_the_first_ended(rng):
    x, y = rng.normal(size=(20, 4)), rng.integers(3, size=20)
    one, two = classifier(seed=5), classifier(seed=5)
    whole = one.fit(x, y, epochs=4, verbose=0).history["loss"]
    parts = two.fit(x, y, epochs=1, verbose=0).history["loss"]
    more = two.fit(x, y, epochs=4, initial_epoch=1, verbose=0)
    assert parts + more.history["loss"] == whole
    assert more.epoch == [1, 2, 3]
    assert two.history is more


@pytest.mark.parametrize(
    ("metrics", "form"),
    [
        (None, "the loss"),
        (["accuracy"], "the metric"),
        ("accuracy", "the metric"),
        (["accuracy", "sparse_top_k_categorical_accuracy"], "a list"),
    ],
)
def test_evaluate_returns_a_number_or_a_list(metrics, form, rng):
    x, y = rng.normal(size=(20, 4)), rng.integers(3, size=20)
    model = classifier()
    model.compile("adam", "sparse_categorical_crossentropy", metrics)
    by_name = model.evaluate(x, y, return_dict=True)
    p = model.predict(x)
    assert by_name["loss"] == pytest.approx(-np.log(p[np.arange(20), y]).mean(), rel=1e-5)
    accuracy = np.mean(p.argmax(axis=1) == y)
    want = {"the loss": by_name["loss"], "the metric": accuracy, "a list": [by_name["loss"], accuracy, 1]}[form]
    assert model.evaluate(x, y) == want


def test_verbose_says_how_much_is_printed(rng, capsys):
    x, y = rng.normal(size=(20, 4)), rng.integers(3, size=20)
    model = classifier()
    for verbose, lines in ((0, 0), (2, 2), (1, 2), ("auto", 2), (False, 0)):
        model.fit(x, y, epochs=2, verbose=verbose)
        assert capsys.readouterr().out.count("\n") == lines
    model.evaluate(x, y)
    assert capsys.readouterr().out == ""
    model.evaluate(x, y, verbose=1)
    assert capsys.readouterr().out.startswith("loss ")


@pytest.mark.parametrize(
    "layers",
    [
        lambda: [L.Input(4), L.Dense(3)],
        lambda: [L.Input((4,)), L.Dense(3)],
        lambda: [keras.Input(shape=(4,)), L.Dense(3)],
        lambda: [L.InputLayer(input_shape=(4,)), L.Dense(3)],
        lambda: [L.Dense(3, input_shape=(4,))],
        lambda: [L.Dense(3, input_dim=4)],
    ],
)
def test_the_shape_can_be_said_in_many_ways(layers):
    model = keras.Sequential(layers())
    assert model.built
    assert (model.input_shape, model.output_shape) == ((None, 4), (None, 3))
    assert [layer.name for layer in model.layers] == ["dense"]
    assert model.count_params() == 15


def test_without_a_shape_the_data_say_it(rng):
    model = keras.Sequential()
    model.add(L.Dense(2))
    model.add(L.Dense(1))
    assert not model.built
    with pytest.raises(ValueError, match="the weights of sequential are not made yet: begin it with Input"):
        model.get_weights()
    assert model.predict(rng.normal(size=(5, 3))).shape == (5, 1)
    assert [w.shape for w in model.get_weights()] == [(3, 2), (2,), (2, 1), (1,)]
    other = keras.Sequential([L.Dense(2)])
    other.build((None, 7))
    assert other.count_params() == 16


def test_one_number_an_example(rng):
    x = rng.normal(size=30)
    model = keras.Sequential([L.Input(1), L.Dense(1)])
    model.compile(keras.optimizers.SGD(0.1), "mse")
    model.fit(x, 3 * x + 1, epochs=60, verbose=0)
    np.testing.assert_allclose([w.item() for w in model.get_weights()], [3, 1], atol=0.05)


def test_add_and_pop():
    model = keras.Sequential([L.Input(4), L.Dense(3), L.Dense(2)])
    assert [layer.name for layer in model.layers] == ["dense", "dense_1"]
    assert model.pop().units == 2
    assert model.output_shape == (None, 3)
    model.add(L.Dense(7, name="last"))
    assert model(np.ones((2, 4))).shape == (2, 7)
    assert model.get_layer("last") is model.layers[-1] is model.get_layer(index=1)


def test_layers_can_go_into_a_second_model_with_their_weights(rng):
    x = rng.normal(size=(6, 4))
    first = classifier()
    second = keras.Sequential([L.Input(4), *first.layers[:-1]])
    np.testing.assert_array_equal(second.layers[0].get_weights()[0], first.layers[0].get_weights()[0])
    for layer in second.layers:
        layer.trainable = False
    second.add(L.Dense(1))
    second.compile("sgd", "mse")
    before = first.get_weights()
    second.fit(x, np.ones(6), verbose=0)
    for one, other in zip(first.get_weights(), before, strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_model_is_a_layer(rng):
    x = rng.normal(size=(6, 5, 5))
    body = keras.Sequential([L.Flatten(), L.Dense(4, "relu", kernel_regularizer="l2")], name="body")
    model = keras.Sequential([body, L.Dense(2, "softmax")])
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(x, np.arange(6) % 2, verbose=0)
    assert model.count_params() == 25 * 4 + 4 + 4 * 2 + 2
    np.testing.assert_allclose(body(x), body.predict(x))


def test_seeds(rng):
    x, y = rng.normal(size=(40, 4)), rng.integers(3, size=40)

    def weights(seed=None):
        model = keras.Sequential([L.Dense(5), L.Dropout(0.5), L.Dense(3, "softmax")], seed=seed)
        model.compile("adam", "sparse_categorical_crossentropy")
        model.fit(x, y, epochs=2, verbose=0)
        return model.get_weights()[0]

    state = np.random.get_state()[1].copy()  # noqa: NPY002
    one, two = weights(3), weights(3)
    np.testing.assert_array_equal(one, two)
    keras.utils.set_random_seed(7)
    one, two = weights(), weights()
    assert not np.array_equal(one, two)
    keras.utils.set_random_seed(7)
    np.testing.assert_array_equal(weights(), one)
    np.testing.assert_array_equal(np.random.get_state()[1], state)  # noqa: NPY002


def test_models_are_float32_unless_told_otherwise(rng):
    model = classifier()
    assert model.predict(rng.normal(size=(3, 4))).dtype == np.float32
    keras.backend.set_floatx("float64")
    try:
        assert classifier().predict(rng.normal(size=(3, 4))).dtype == np.float64
    finally:
        keras.backend.set_floatx("float32")
    with pytest.raises(ValueError, match=r"^set_floatx takes 'float32' or 'float64', got 'float16'$"):
        keras.config.set_floatx("float16")


def test_bytes_are_converted_batch_by_batch(rng):
    x = rng.integers(256, size=(6, 3, 3), dtype=np.uint8)
    model = keras.Sequential([L.Flatten(), L.Dense(2)])
    np.testing.assert_allclose(model.predict(x), model.predict(x.astype(float)), rtol=1e-6)


def test_train_on_batch_makes_one_step(rng):
    x, y = rng.normal(size=(8, 4)), rng.integers(3, size=8)
    one, two = classifier(seed=1), classifier(seed=1)
    loss, accuracy = one.train_on_batch(x, y)
    history = two.fit(x, y, shuffle=False, verbose=0).history
    assert [loss] == pytest.approx(history["loss"])
    assert [accuracy] == history["accuracy"]
    for a, b in zip(one.get_weights(), two.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    assert one.optimizer.iterations == 1
    assert one.test_on_batch(x, y) == one.evaluate(x, y)
    np.testing.assert_array_equal(one.predict_on_batch(x), one.predict(x))


def test_a_regularizer_is_in_the_loss_and_in_the_gradient(rng):
    x = np.zeros((4, 3))
    model = keras.Sequential([L.Input(3), L.Dense(2, kernel_regularizer=keras.regularizers.l2(0.1))])
    model.compile(keras.optimizers.SGD(0.5), "mse")
    (before, _) = model.get_weights()
    assert model.evaluate(x, np.zeros((4, 2))) == pytest.approx(0.1 * np.sum(before**2), rel=1e-5)
    model.fit(x, np.zeros((4, 2)), verbose=0)
    np.testing.assert_allclose(model.get_weights()[0], before * (1 - 0.5 * 2 * 0.1), rtol=1e-5)


def test_validation_data_are_the_end_or_what_is_given(rng):
    x, y = rng.normal(size=(20, 4)), rng.integers(3, size=20)
    model = classifier()
    split = model.fit(x, y, validation_split=0.25, verbose=0).history
    assert split["val_loss"] == [pytest.approx(model.evaluate(x[15:], y[15:], return_dict=True)["loss"])]
    given = model.fit(x, y, validation_data=(x[:5], y[:5, None]), verbose=0).history
    assert given["val_accuracy"] == [model.evaluate(x[:5], y[:5])]


def test_weights_that_are_trained_and_others(rng):
    model = keras.Sequential([L.Input(4), L.Dense(5), L.BatchNormalization(), L.Dense(3)])
    assert [len(w) for w in (model.weights, model.trainable_weights, model.non_trainable_weights)] == [8, 6, 2]
    model.layers[0].trainable = False
    assert [len(w) for w in (model.weights, model.trainable_weights, model.non_trainable_weights)] == [8, 4, 4]
    model.compile("sgd", "mse")
    frozen, *_ = model.get_weights()
    model.fit(rng.normal(size=(8, 4)), np.ones((8, 3)), verbose=0)
    np.testing.assert_array_equal(model.get_weights()[0], frozen)


def test_summary(capsys):
    model = keras.Sequential([L.Input((8, 8, 1)), L.Conv2D(3, 3), L.BatchNormalization(), L.Flatten(), L.Dense(10)])
    model.summary()
    printed = capsys.readouterr().out
    lines = [line.split() for line in printed.splitlines()]
    assert ["conv2d", "(Conv2D)", "(None,", "6,", "6,", "3)", "30"] in lines
    assert ["weights", "1,132"] in lines
    assert ["others", "6"] in lines
    keras.Sequential([L.Dense(1)]).summary()
    assert "not made yet" in capsys.readouterr().out


def test_the_parts_show_how_they_were_made():
    assert repr(keras.Sequential([L.Dense(3, activation="relu")])) == "Sequential([Dense(3, activation='relu')])"
