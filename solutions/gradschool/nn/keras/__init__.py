"""A thin face in the manner of Keras: its names, its order of arguments, and the parts of `gradschool.nn` behind them.

    import gradschool.nn.keras as keras

    (x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
    model = keras.Sequential([
        keras.layers.Flatten(input_shape=(28, 28)),
        keras.layers.Dense(128, activation="relu", kernel_initializer="he_normal"),
        keras.layers.Dropout(0.2),
        keras.layers.Dense(10, activation="softmax"),
    ])
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    history = model.fit(x_train / 255, y_train, epochs=5, validation_split=0.1)
    print(f"{model.evaluate(x_test / 255, y_test):.2%}")
    keras.plot_history(history)

Models          Sequential Input, models.load_model
  layers        Dense Dropout Flatten Reshape Embedding Activation ReLU LeakyReLU ELU Softmax BatchNormalization
                LayerNormalization Conv2D MaxPooling2D AveragePooling2D GlobalAveragePooling2D ZeroPadding2D
                SimpleRNN LSTM GRU TimeDistributed
Strings         activations initializers regularizers losses metrics optimizers: a name, a class or an object serves
Training        callbacks, optimizers.schedules, plot_history
The rest        datasets (mnist fashion_mnist cifar10), utils (to_categorical set_random_seed), config (set_floatx)

`model.network` is the network of `gradschool.nn` that a model has become.

What differs from Keras
- Models are layers in a row; there is no graph of calls (`keras.Model(inputs, outputs)`).
- `evaluate` returns the value of the metric if there is one, the loss if there is none, and the list of the loss and
  all metrics if there are several; `return_dict=True` gives all by name. It prints only if `verbose` is 1 or 2.
- Metrics of an epoch are computed once, from all its predictions; they are no means over batches.
- `train_on_batch` returns the loss and metrics of the batch alone.
- "accuracy" is binary if there is one output or the loss is the binary cross-entropy. Targets of -1 and 1 are told
  apart at 0, and logits too. R² and accuracy refuse targets that they have no meaning for.
- A softmax or sigmoid before its cross-entropy is trained on its logits, which is exact; `from_logits=True` after a
  softmax is refused, and a cross-entropy after a layer that gives no probabilities is warned of.
- A function alone is no loss and no activation, for its derivative is not known: give an object with forward and
  backward. A metric may be any function of (y_true, y_pred).
- Images come with their channels last, (N, H, W, C), or first with `data_format="channels_first"`; Flatten keeps Keras'
  order. Weights have the shapes of `gradschool.nn`: (filters, channels, h, w) for Conv2D, and its order of gates for
  LSTM and GRU.
- Normal initialisers are not cut off at two standard deviations; only `TruncatedNormal` is.
- BatchNormalization keeps the unbiased variance of its batches; one example alone is normalised by what is kept.
- Adam's ε stands after the bias correction, and that of RMSprop and Adagrad outside the root. AdamW's decay spares
  biases. Only AdamW takes a `weight_decay`.
- `optimizer.learning_rate` is a float; set it by `=`. Callbacks that watch a value which is missing say so, and wait.
- An interruption by the keyboard ends `fit`, which returns the history so far.
- Files of `save`, `save_weights` and ModelCheckpoint are NumPy's npz, whatever they are called.
- Randomness: one generator of this module, begun anew by `keras.utils.set_random_seed`, or a model's own by
  `Sequential(…, seed=…)`. NumPy's global state is not touched.
- Not here: `sample_weight`, `class_weight`, several inputs or outputs, data as generators, `stateful`, masks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gradschool.nn.keras import activations as activations
from gradschool.nn.keras import backend as backend
from gradschool.nn.keras import callbacks as callbacks
from gradschool.nn.keras import config as config
from gradschool.nn.keras import initializers as initializers
from gradschool.nn.keras import layers as layers
from gradschool.nn.keras import losses as losses
from gradschool.nn.keras import metrics as metrics
from gradschool.nn.keras import models as models
from gradschool.nn.keras import optimizers as optimizers
from gradschool.nn.keras import regularizers as regularizers
from gradschool.nn.keras import utils as utils
from gradschool.nn.keras.layers import Input
from gradschool.nn.keras.models import Sequential

if TYPE_CHECKING:
    from gradschool.nn.keras import datasets as datasets

__all__ = [
    "Input",
    "Sequential",
    "activations",
    "backend",
    "callbacks",
    "config",
    "datasets",
    "initializers",
    "layers",
    "losses",
    "metrics",
    "models",
    "optimizers",
    "plot_history",
    "regularizers",
    "utils",
]


def plot_history(history: Any, names: Any = None, *, ax: Any = None) -> Any:
    """Return the axes on which the loss and the metrics are drawn, epoch by epoch: see `nn.plots.plot_history`.

    `history` is what `fit` returned.
    """
    from gradschool.nn.plots import plot_history

    return plot_history(history, names, ax=ax)


def __getattr__(name: str) -> Any:
    """Return `datasets`, which is imported when it is first asked for; say what there is for any other name."""
    if name == "datasets":
        from importlib import import_module

        return import_module(f"{__name__}.datasets")
    advice = "; models here are Sequential([...])" if name in ("Model", "models.Model") else ""
    raise AttributeError(f"gradschool.nn.keras has no {name}{advice}. It has {', '.join(__all__)}")
