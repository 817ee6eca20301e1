import numpy as np
import pytest

from gradschool import nn
from gradschool.nn import keras
from gradschool.nn.keras import layers as L

LAYERS = {
    "Dense": (lambda: L.Dense(3, "relu"), (4,)),
    "Dense of sequences": (lambda: L.Dense(3, use_bias=False), (5, 4)),
    "Dense of images": (lambda: L.Dense(3, "softmax"), (5, 6, 4)),
    "Flatten": (L.Flatten, (5, 4, 2)),
    "Reshape": (lambda: L.Reshape((2, -1)), (5, 4)),
    "Dropout": (lambda: L.Dropout(0.5), (5, 4)),
    "Activation": (lambda: L.Activation("tanh"), (5, 4)),
    "ReLU": (lambda: L.ReLU(6.0), (5,)),
    "ReLU with a slope": (lambda: L.ReLU(negative_slope=0.1), (5,)),
    "LeakyReLU": (lambda: L.LeakyReLU(alpha=0.1), (5,)),
    "ELU": (L.ELU, (5,)),
    "Softmax": (L.Softmax, (5, 3)),
    "BatchNormalization": (L.BatchNormalization, (5,)),
    "BatchNormalization of sequences": (L.BatchNormalization, (5, 4)),
    "BatchNormalization of images": (L.BatchNormalization, (5, 6, 4)),
    "BatchNormalization, channels first": (lambda: L.BatchNormalization(axis=1), (4, 5, 6)),
    "LayerNormalization": (L.LayerNormalization, (5, 4)),
    "Conv2D": (lambda: L.Conv2D(3, (2, 3), activation="softmax"), (6, 5, 2)),
    "Conv2D, same": (lambda: L.Conv2D(3, 3, padding="same", dilation_rate=2), (6, 5, 2)),
    "Conv2D, same, strides": (lambda: L.Conv2D(3, 3, strides=(2, 3), padding="same"), (6, 5, 2)),
    "Conv2D, channels first": (lambda: L.Conv2D(3, 2, data_format="channels_first"), (2, 6, 5)),
    "MaxPooling2D": (L.MaxPooling2D, (6, 5, 2)),
    "MaxPooling2D, same": (lambda: L.MaxPool2D(3, strides=2, padding="same"), (6, 5, 2)),
    "AveragePooling2D": (lambda: L.AveragePooling2D((3, 2), strides=1), (6, 5, 2)),
    "AveragePooling2D, same": (lambda: L.AveragePooling2D(2, padding="same"), (6, 4, 2)),
    "GlobalAveragePooling2D": (L.GlobalAveragePooling2D, (6, 5, 2)),
    "ZeroPadding2D": (lambda: L.ZeroPadding2D(((1, 2), (3, 0))), (6, 5, 2)),
    "SimpleRNN": (lambda: L.SimpleRNN(3, activation="relu"), (5, 4)),
    "LSTM": (lambda: L.LSTM(3, return_sequences=True), (5, 4)),
    "GRU": (lambda: L.GRU(3), (5, 4)),
    "TimeDistributed": (lambda: L.TimeDistributed(L.Dense(3, "sigmoid")), (5, 4)),
    "TimeDistributed images": (lambda: L.TimeDistributed(L.Conv2D(3, 2)), (4, 6, 5, 2)),
    "Embedding": (lambda: L.Embedding(9, 3), (5,)),
}


@pytest.fixture(params=LAYERS)
def made(request, rng):
    make, shape = LAYERS[request.param]
    x = rng.integers(9, size=(6, *shape)) if request.param == "Embedding" else rng.normal(size=(6, *shape))
    return make(), x


@pytest.mark.usefixtures("float64")
def test_the_shape_is_known_before_and_the_gradient_is_right(made, rng):
    layer, x = made
    model = keras.Sequential([keras.Input(x.shape[1:]), layer])
    y = model.predict(x)
    assert model.output_shape == layer.output_shape == (None, *y.shape[1:])
    if x.dtype.kind == "f":
        model.add(L.Activation("tanh"))
        errors = nn.check_gradient(model.network, x, rng=rng)
        assert max(errors.values()) < 1e-6


def test_a_layer_can_be_saved_and_made_again(made, tmp_path):
    layer, x = made
    model = keras.Sequential([keras.Input(x.shape[1:]), layer])
    model.save(tmp_path / "model.keras")
    np.testing.assert_array_equal(keras.models.load_model(tmp_path / "model.keras").predict(x), model.predict(x))


def test_a_layer_can_be_called_alone(made):
    layer, x = made
    y = layer(x)
    np.testing.assert_array_equal(layer(x), y)
    np.testing.assert_allclose(keras.Sequential([layer]).predict(x), y, rtol=1e-6)


def test_any_size_where_the_shape_says_none(rng):
    model = keras.Sequential([keras.Input((None, 3)), L.LSTM(4, return_sequences=True), L.Dense(2, "softmax")])
    assert model.output_shape == (None, None, 2)
    assert model.predict(rng.normal(size=(2, 7, 3))).shape == (2, 7, 2)
    assert model.predict(rng.normal(size=(2, 5, 3))).shape == (2, 5, 2)
    model = keras.Sequential([keras.Input((None, None, 3)), L.Conv2D(4, 3), L.GlobalAveragePooling2D()])
    assert model.predict(rng.normal(size=(2, 7, 9, 3))).shape == (2, 4)


@pytest.mark.usefixtures("float64")
def test_channels_last_is_channels_first_turned_round(rng):
    x = rng.normal(size=(3, 6, 5, 2))
    last = L.Conv2D(4, 3, padding="same", strides=2)
    first = nn.Conv2d(2, 4, 3, stride=2, rng=rng)
    y = last(x)
    first.W.value[...], first.b.value[...] = last.get_weights()
    padded = np.pad(x, ((0, 0), (0, 1), (1, 1), (0, 0)))  # 6 rows take one, below; 5 columns two, on either side
    np.testing.assert_allclose(y, first.forward(padded.transpose(0, 3, 1, 2)).transpose(0, 2, 3, 1), rtol=1e-12)


def test_flatten_keeps_the_order_of_keras(rng):
    x = rng.normal(size=(3, 4, 5, 2))
    model = keras.Sequential([L.MaxPooling2D(1), L.Flatten()])
    np.testing.assert_allclose(model.predict(x), x.reshape(3, -1), rtol=1e-6)


def test_padding_is_never_the_largest():
    x = -np.ones((1, 3, 3, 1))
    np.testing.assert_array_equal(L.MaxPooling2D(2, padding="same")(x), -np.ones((1, 2, 2, 1)))
    with pytest.raises(ValueError, match=r"AveragePooling2D\(padding='same'\) has to pad images \(3, 3, 1\)"):
        L.AveragePooling2D(2, padding="same")(x)


def test_momentum_is_what_is_kept(rng):
    x = rng.normal(3, 2, size=(50, 2))
    layer = L.BatchNormalization(momentum=0.9)
    layer(x, training=True)
    gamma, beta, mean, variance = layer.get_weights()
    np.testing.assert_array_equal([gamma, beta], [[1, 1], [0, 0]])
    np.testing.assert_allclose(mean, 0.1 * x.mean(axis=0), rtol=1e-5)
    np.testing.assert_allclose(variance, 0.9 + 0.1 * x.var(axis=0, ddof=1), rtol=1e-5)
    np.testing.assert_allclose(L.BatchNormalization()(x), x / np.sqrt(1.001), rtol=1e-5)


def test_one_example_passes_a_batch_normalization_in_training():
    layer = L.BatchNormalization()
    np.testing.assert_allclose(layer(np.ones((1, 2)), training=True), np.ones((1, 2)) / np.sqrt(1.001), rtol=1e-5)
    np.testing.assert_array_equal(layer.get_weights()[2], np.zeros(2))


def test_steps_of_sequences_are_examples_to_a_batch_normalization(rng):
    x = rng.normal(5, 3, size=(20, 7, 2))
    y = L.BatchNormalization()(x, training=True)
    np.testing.assert_allclose(y.mean(axis=(0, 1)), 0, atol=1e-5)
    np.testing.assert_allclose(y.std(axis=(0, 1)), 1, rtol=1e-3)


@pytest.mark.parametrize(
    "layer",
    [L.Dense(3, use_bias=False), L.Conv2D(3, 1, use_bias=False), L.BatchNormalization(center=False, scale=False)],
)
def test_what_is_left_out_is_not_trained(layer, rng):
    x = rng.normal(size=(8, 2, 2, 2))
    model = keras.Sequential([layer, L.Flatten(), L.Dense(1)])
    model.compile(keras.optimizers.SGD(0.1), "mse")
    full = len(layer.get_weights())
    model.fit(x, np.ones(8), epochs=2, verbose=0)
    assert len(layer.get_weights()) - full == (2 if isinstance(layer, L.BatchNormalization) else 1)
    left_out = [parameter.value for parameter in layer.unused]
    assert all(np.all(value == value.flat[0]) for value in left_out)


def test_initializers_and_biases(rng):
    layer = L.Dense(3, kernel_initializer=keras.initializers.Constant(2), bias_initializer="ones")
    np.testing.assert_array_equal(layer(np.ones((1, 4))), [[9, 9, 9]])
    seeded = [L.Dense(3, kernel_initializer=keras.initializers.HeNormal(seed=1))(np.eye(4)) for _ in range(2)]
    np.testing.assert_array_equal(*seeded)
    own = L.Dense(2, kernel_initializer=lambda shape, *, rng: np.full(shape, 3.0))
    np.testing.assert_array_equal(own(np.ones((1, 2))), [[6, 6]])


@pytest.mark.parametrize(
    "activation",
    ["relu", keras.activations.relu, L.ReLU(), L.ReLU, nn.ReLU(), nn.ReLU, L.Activation("relu")],
)
def test_an_activation_can_be_said_in_many_ways(activation):
    layer = L.Dense(2, activation, kernel_initializer=lambda shape, *, rng: np.array([[1.0, -1.0]]))
    np.testing.assert_array_equal(layer(np.array([[2.0], [-3.0]])), [[2, 0], [0, 3]])


@pytest.mark.usefixtures("float64")
@pytest.mark.parametrize("activation", [L.LeakyReLU(0.1), nn.LeakyReLU(0.1), L.Activation("tanh")])
def test_several_layers_may_be_given_one_activation(activation, rng):
    model = keras.Sequential([L.Input(4), L.Dense(5, activation), L.Dense(3, activation=activation)])
    assert max(nn.check_gradient(model.network, rng.normal(size=(6, 4)), rng=rng).values()) < 1e-6


@pytest.mark.parametrize("activation", [None, "linear", keras.activations.linear])
def test_no_activation(activation):
    layer = L.Dense(1, activation, kernel_initializer="ones")
    np.testing.assert_array_equal(layer(np.array([[2.0], [-3.0]])), [[2], [-3]])


def test_slopes_are_those_of_keras():
    x = np.array([[-1.0]])
    assert L.Activation("leaky_relu")(x).item() == pytest.approx(-0.2)
    assert L.LeakyReLU()(x).item() == pytest.approx(-0.3)
    assert keras.activations.leaky_relu(-1.0).item() == pytest.approx(-0.2)


@pytest.mark.parametrize("name", keras.activations.TABLE)
def test_every_activation_of_the_table_works(name, rng):
    x = rng.normal(size=(3, 4))
    np.testing.assert_allclose(L.Activation(name)(x), getattr(keras.activations, name)(x), rtol=1e-4, atol=1e-6)
