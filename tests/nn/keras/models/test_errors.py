"""What is done wrong is said, with what to do about it."""

import numpy as np
import pytest

from gradschool import nn
from gradschool.nn import keras
from gradschool.nn.keras import layers as L

X = np.random.default_rng(0).normal(size=(20, 4))
Y = np.arange(20) % 3


def fit(units=3, activation="softmax", loss="sparse_categorical_crossentropy", x=X, y=Y, **options):
    model = keras.Sequential([L.Dense(units, activation)])
    model.compile("adam", loss)
    return model.fit(x, y, verbose=0, **options)


def compiled(**options):
    return keras.Sequential([L.Dense(3)]).compile(**{"optimizer": "adam", "loss": "mse", **options})


def fit_verbosely(verbose):
    model = keras.Sequential([L.Dense(1)])
    model.compile("adam", "mse")
    model.fit(X, Y, verbose=verbose)


def fit_nothing(*layers):
    model = keras.Sequential([*layers, L.Flatten()])
    model.compile("adam", "mse")
    for layer in model.layers:
        layer.trainable = False
    model.fit(X, X, verbose=0)


MISUSE = {
    "fit(batch_size=0) takes a whole number of 1 or more": lambda: fit(batch_size=0),
    "fit(epochs='3') takes a whole number of 0 or more": lambda: fit(epochs="3"),
    "x holds examples of one shape, got rows of several lengths": lambda: fit(x=[[1, 2], [3]]),
    "predict takes x of whole numbers, for the Embedding, got float64 with fractions": lambda: keras.Sequential(
        [L.Embedding(5, 2, input_length=4)]
    ).predict(X),
    "fit finds nothing to train in sequential: none of its layers has weights": lambda: fit_nothing(),
    "fit finds nothing to train in sequential: trainable is False in every layer": lambda: fit_nothing(L.Dense(4)),
    "fit needs an optimizer and a loss; call model.compile(optimizer='adam', loss=…) before it": lambda: (
        keras.Sequential([L.Dense(3)]).fit(X, Y)
    ),
    "fit takes x and y, the data and the targets; y is missing": lambda: fit(y=None),
    "there is no loss 'categorical_crosentropy'; did you mean 'categorical_crossentropy'? Known are bce,": lambda: (
        compiled(loss="categorical_crosentropy")
    ),
    "there is no optimizer 'adm'; did you mean 'adam'? Known are adadelta, adagrad, adam,": lambda: compiled(
        optimizer="adm"
    ),
    "there is no metric 'acuracy'; did you mean 'accuracy'?": lambda: compiled(metrics=["acuracy"]),
    "there is no activation 'rleu'; did you mean 'relu'?": lambda: L.Dense(3, "rleu"),
    "there is no initializer 'he_norml'; did you mean 'he_normal'?": lambda: L.Dense(3, kernel_initializer="he_norml"),
    "there is no regularizer 'l3'. Known are l1, l1_l2, l2": lambda: keras.Sequential(
        [L.Dense(3, kernel_regularizer="l3", input_dim=2)]
    ),
    "there is no argument of Dense 'activaton'; did you mean 'activation'?": lambda: L.Dense(3, activaton="relu"),
    "SparseCategoricalCrossentropy takes an output unit for each class, and the last layer has 1: give it as many": (
        lambda: fit(units=1, activation="sigmoid")
    ),
    "SparseCategoricalCrossentropy takes labels from 0 to 1 for an output of 2 units, got 0 to 2; the last layer needs "
    "3 units": lambda: fit(units=2),
    "got 1 to 3; the last layer needs 4 units": lambda: fit(y=Y + 1),
    "got -1 to 1; labels count from 0": lambda: fit(y=Y - 1),
    "SparseCategoricalCrossentropy takes labels that are whole numbers; for numbers take 'mse'": lambda: fit(y=Y / 2),
    "SparseCategoricalCrossentropy takes labels of shape (N,), got (20, 3); for one-hot rows take "
    "'categorical_crossentropy'": lambda: fit(y=np.eye(3)[Y]),
    "CategoricalCrossentropy takes one-hot y of shape (N, 3), got (20,); for labels take "
    "'sparse_categorical_crossentropy', or keras.utils.to_categorical(y, 3)": lambda: fit(
        loss="categorical_crossentropy"
    ),
    "CategoricalCrossentropy takes one-hot y of shape (N, 3), got (20, 5); the last layer needs 5 units": lambda: fit(
        loss="categorical_crossentropy", y=np.eye(5)[Y]
    ),
    "BinaryCrossentropy takes y from 0 to 1, got 0 to 2": lambda: fit(1, "sigmoid", "binary_crossentropy"),
    "BinaryCrossentropy takes y from 0 to 1, got -1 to 1; (y + 1) / 2 makes 0 and 1": lambda: fit(
        1, "sigmoid", "binary_crossentropy", y=np.sign(Y - 0.5)
    ),
    "BinaryCrossentropy takes y in the shape of the output, (N, 2), got (20,); for two classes": lambda: fit(
        2, "sigmoid", "binary_crossentropy", y=Y % 2
    ),
    "MeanSquaredError takes y in the shape of the output, (N, 2), got (20,); the last layer needs 1 unit for": lambda: (
        fit(2, None, "mse")
    ),
    "fit takes a target for each example, got 20 of x and 12 of y": lambda: fit(y=Y[:12]),
    "fit takes one example or more, got none": lambda: fit(x=X[:0], y=Y[:0]),
    "fit takes a y made of numbers, got <U21; np.unique(y, return_inverse=True)[1]": lambda: fit(y=Y.astype(str)),
    "x is made of numbers, got an array of <U": lambda: fit(x=X.astype(str)),
    "fit(sample_weight=…) is not supported here; leave it out": lambda: fit(sample_weight=np.ones(20)),
    "fit(class_weight=…) is not supported here; leave it out": lambda: fit(class_weight={0: 1.0}),
    "validation_data is a pair, (x, y)": lambda: fit(validation_data=X),
    "a callback is an object of keras.callbacks, got <class": lambda: fit(callbacks=[keras.callbacks.EarlyStopping]),
    "the model ends in softmax, so its output is no logits; take from_logits=True away, or the softmax": lambda: fit(
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    ),
    "a loss is a name, such as 'mse', or an object with forward(prediction, target) and backward()": lambda: compiled(
        loss=lambda t, p: 0.0
    ),
    "compile takes a loss, such as 'mse'": lambda: compiled(loss=None),
    "an activation is a name, such as 'tanh', or a layer with forward and backward": lambda: L.Dense(3, np.tanh),
    "activation= takes a name or a layer that is an activation, got Dense(2)": lambda: L.Dense(3, L.Dense(2)),
    "sequential takes x of shape (N, 8, 8, 1), got (5, 8, 8); x[..., None] gives grey images their channel": lambda: (
        keras.Sequential([L.Input((8, 8, 1)), L.Conv2D(3, 3)]).predict(np.zeros((5, 8, 8)))
    ),
    "sequential takes x of shape (N, 8, 8, 3), got (5, 3, 8, 8); x.transpose(0, 2, 3, 1) puts the channels": lambda: (
        keras.Sequential([L.Input((8, 8, 3)), L.Conv2D(3, 3)]).predict(np.zeros((5, 3, 8, 8)))
    ),
    "sequential takes x of shape (N, 784), got (5, 28, 28); x.reshape(len(x), -1) makes rows of 784, or": lambda: (
        keras.Sequential([L.Input(784), L.Dense(3)]).predict(np.zeros((5, 28, 28)))
    ),
    "sequential takes x of shape (N, 4), got (4,); x[None] is a batch of one": lambda: keras.Sequential(
        [L.Input(4), L.Dense(3)]
    ).predict(np.zeros(4)),
    "sequential takes x of shape (N, 4), got (5, 3); the first axis is that of the examples": lambda: keras.Sequential(
        [L.Input(4), L.Dense(3)]
    ).predict(np.zeros((5, 3))),
    "layer 'conv2d', after input_layer: Conv2D takes images (H, W, C) as examples, got (8, 8); images": lambda: (
        keras.Sequential([L.Input((8, 8)), L.Conv2D(3, 3)])
    ),
    "layer 'lstm', after input_layer: LSTM takes sequences (T, D) as examples, got (8,); x[..., None]": lambda: (
        keras.Sequential([L.Input(8), L.LSTM(3)])
    ),
    "Conv2D(kernel_size=(5, 5)) is larger than images (4, 4, 1); padding='same' pads them": lambda: keras.Sequential(
        [L.Input((4, 4, 1)), L.Conv2D(3, 5)]
    ),
    "Sequential takes a list of layers: Sequential([dense, …])": lambda: keras.Sequential(L.Dense(3)),
    "Sequential takes layers, got the class Dense; Dense(…) makes one": lambda: keras.Sequential([L.Dense]),
    "those of gradschool.nn go into gradschool.nn.Sequential": lambda: keras.Sequential([nn.ReLU()]),
    "Input says the shape of the data, so it is the first layer": lambda: keras.Sequential([L.Dense(2), L.Input(3)]),
    "two layers are called 'a'; give one of them another name": lambda: keras.Sequential(
        [L.Dense(2, name="a"), L.Dense(3, name="a")]
    ),
    "dense was called on InputLayer(3): models here are Sequential([...])": lambda: L.Dense(3)(L.Input(3)),
    "Input takes the shape of one example": lambda: L.Input(),
    "Dense(units=0) takes a whole number of 1 or more": lambda: L.Dense(0),
    "Dropout(rate=1.0) takes the share to be zeroed": lambda: L.Dropout(1.0),
    "SGD takes no lr; it is called learning_rate": lambda: keras.optimizers.SGD(lr=0.1),
    "Adam takes no weight_decay; AdamW has it": lambda: keras.optimizers.Adam(weight_decay=0.1),
    "SGD takes one of clipnorm, clipvalue and global_clipnorm, got clipnorm, clipvalue": lambda: keras.optimizers.SGD(
        clipnorm=1, clipvalue=1
    ),
    "verbose is 0, 1, 2 or 'auto', got 3": lambda: fit_verbosely(3),
    "there is no layer 'foo'; there are dense": lambda: keras.Sequential([L.Dense(1)]).get_layer("foo"),
}


@pytest.mark.parametrize("text", MISUSE)
def test_misuse_is_told_what_to_do(text):
    with pytest.raises(ValueError) as caught:
        MISUSE[text]()
    assert text in str(caught.value)


def test_one_layer_twice_is_refused():
    layer = L.Dense(2)
    with pytest.raises(ValueError, match=r"^dense is in this model already; make another layer$"):
        keras.Sequential([layer, layer])


def test_a_layer_that_does_not_fit_is_not_added():
    model = keras.Sequential([L.Input(3), L.Dense(2)])
    with pytest.raises(ValueError, match="Conv2D takes images"):
        model.add(L.Conv2D(1, 1))
    assert model.predict(np.ones((1, 3))).shape == (1, 2)


def test_an_optimizer_trains_one_model():
    adam = keras.optimizers.Adam()
    for expected in (False, True):
        model = keras.Sequential([L.Dense(1)])
        model.compile(adam, "mse")
        if expected:
            with pytest.raises(ValueError, match=r"^this Adam trains another model already; make one for each model$"):
                model.fit(X, Y, verbose=0)
        else:
            model.fit(X, Y, verbose=0)


def test_an_optimizer_of_the_library_has_parameters_already():
    given = nn.SGD([nn.Parameter([1.0])], 0.1)
    with pytest.raises(ValueError, match=r"SGD of gradschool\.nn has parameters already; give compile a function"):
        compiled(optimizer=given)


@pytest.mark.parametrize(("name", "text"), [("Model", "models here are Sequential"), ("ops", "has no ops. It has")])
def test_what_is_not_here(name, text):
    with pytest.raises(AttributeError, match=text):
        getattr(keras, name)
    with pytest.raises(AttributeError, match=r"there is no layer .Conv3D. here\. Known are"):
        L.Conv3D  # noqa: B018


def test_a_cross_entropy_without_probabilities_is_warned_of():
    with pytest.warns(UserWarning, match="takes probabilities, and the model ends in Dense: give its last layer"):
        fit(activation=None)
