"""Ten classes, 128 features: a deep network that is watched while it learns, and one that beats it.

Network      120, 112, 96, 64, 32, 24, 16 units with ELU, dropout 0.25, 0.20, 0.15, 0.10 after the first four, softmax
First        W ~ U(±√(6/D)), as no half of ELU's inputs is thrown away at first (He uniform)
Training     Adam, batches of 128; 10 % of the examples are held out
Watched      stop after 5 epochs without a better accuracy on these; halve the rate after 3 without a better loss

ELU: Clevert, Unterthiner & Hochreiter (2016), arXiv:1511.07289; first weights: He, Zhang, Ren & Sun (2015), ICCV,
arXiv:1502.01852; dropout: Srivastava, Hinton, Krizhevsky, Sutskever & Salakhutdinov (2014), JMLR 15, 1929-1958.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from gradschool.nn import keras
from gradschool.nn.types import Array

HIDDEN = (120, 112, 96, 64, 32, 24, 16)
"""The units of the hidden layers."""

DROPOUT = (0.25, 0.20, 0.15, 0.10)
"""The share that is dropped after each of the first hidden layers."""


def deep_network(inputs: int, classes: int, *, seed: int) -> keras.Sequential:
    """Return the model, compiled, whose output for x of shape (N, inputs) is (N, classes): probabilities.

    A hidden layer for each number of HIDDEN, with ELU and first weights from He's uniform distribution; after the first
    four, dropout with the shares of DROPOUT; a last layer with softmax and the first weights that Keras gives a layer.
    It is compiled with Adam, the cross-entropy for labels that are class numbers, and the accuracy. All randomness
    comes from the model's own `seed`.
    """
    layers: list[Any] = [keras.Input((inputs,))]
    for i, units in enumerate(HIDDEN):
        layers.append(keras.layers.Dense(units, activation="elu", kernel_initializer="he_uniform"))
        if i < len(DROPOUT):
            layers.append(keras.layers.Dropout(DROPOUT[i]))
    layers.append(keras.layers.Dense(classes, activation="softmax"))
    model = keras.Sequential(layers, seed=seed)
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def watchers() -> list[keras.callbacks.Callback]:
    """Return two new callbacks: one that stops the training, and one that lowers its learning rate.

    The first stops after 5 epochs without a better accuracy on the held-out examples ("val_accuracy"), and gives the
    best weights back. The second halves the rate after 3 epochs without a better loss on them ("val_loss"), but never
    below 1e-6.
    """
    stopping = keras.callbacks.EarlyStopping("val_accuracy", patience=5, restore_best_weights=True)
    lowering = keras.callbacks.ReduceLROnPlateau("val_loss", factor=0.5, patience=3, min_lr=1e-6)
    return [stopping, lowering]


def learn(
    model: keras.Sequential,
    x: Array,
    y: npt.NDArray[np.integer],
    *,
    epochs: int = 60,
    rng: np.random.Generator,
) -> keras.callbacks.History:
    """Train the compiled model on x (N, D) and y (N,), and return the history that `fit` returns.

    Batches of 128, up to `epochs` epochs, the callbacks of `watchers`. A tenth of the examples, drawn with `rng`, is
    held out: it is evaluated after every epoch and not trained on. Examples may come in any order, sorted by class,
    say. Prints nothing, and leaves x and y as they are.
    """
    order = rng.permutation(len(x))
    return model.fit(
        x[order], y[order], batch_size=128, epochs=epochs, verbose=0, validation_split=0.1, callbacks=watchers()
    )


def better_guess(x: Array, y: npt.NDArray[np.integer], new: Array, *, seed: int) -> npt.NDArray[np.int64]:
    """Return the class, (M,), of each row of `new`, (M, D), as learnt from x (N, D) and y (N,), classes from 0 on.

    Any way to learn will do that is right more often than `deep_network` trained by `learn`, and that takes no more
    time. All randomness comes from `seed`. Prints nothing, and leaves the arrays as they are.
    """
    epochs, rate = 20, 2e-3
    layers: list[Any] = [keras.Input(x.shape[1:])]
    for units in (400, 200):
        layers.append(keras.layers.Dense(units, activation="relu", kernel_initializer="he_uniform"))
        layers.append(keras.layers.Dropout(0.3))
    layers.append(keras.layers.Dense(int(y.max()) + 1, activation="softmax"))
    model = keras.Sequential(layers, seed=seed)
    model.compile(keras.optimizers.Adam(rate), "sparse_categorical_crossentropy", metrics=["accuracy"])
    falling = keras.callbacks.LearningRateScheduler(lambda epoch: rate * (1 + np.cos(np.pi * epoch / epochs)) / 2)
    model.fit(x, y, batch_size=128, epochs=epochs, verbose=0, callbacks=[falling])
    guesses: npt.NDArray[np.int64] = np.argmax(model.predict(new), axis=1)
    return guesses
