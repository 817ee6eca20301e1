"""A model in the manner of Keras: layers in a row that can be compiled, fitted, evaluated and asked."""

from __future__ import annotations

import os
from collections.abc import Iterable
from math import ceil
from typing import Any

import numpy as np
import numpy.typing as npt

from gradschool import nn
from gradschool.nn.keras.callbacks.callback import Adapter, History
from gradschool.nn.keras.conversions import as_batch, require_shape
from gradschool.nn.keras.models import saving, table
from gradschool.nn.keras.models.arguments import count, level, refuse, sets_rates
from gradschool.nn.keras.models.compiled import Compiled
from gradschool.nn.keras.models.lines import Lines
from gradschool.nn.keras.models.stack import Stack
from gradschool.nn.types import Array

Data = npt.NDArray[Any]


class Sequential(Stack):
    """A model: layers in a row.

    compile         choose the optimizer, the loss and the metrics
    fit             train; a second `fit` goes on where the first ended
    evaluate        the metrics on other data
    predict         the output for new data
    """

    def __init__(self, layers: Iterable[Any] | None = None, name: str | None = None, **common: Any) -> None:
        """Put the layers in a row."""
        self._compiled: Compiled | None = None
        self.stop_training = False
        self.history: History | None = None
        super().__init__(layers, name, **common)

    def compile(
        self,
        optimizer: Any = "rmsprop",
        loss: Any = None,
        metrics: Any = None,
        *,
        jit_compile: Any = None,
        run_eagerly: Any = None,
        **unsupported: Any,
    ) -> None:
        """Choose the optimizer, the loss and the metrics: names, classes or objects; the optimizer begins anew."""
        refuse("compile", unsupported)
        self._compiled = Compiled(self, optimizer, loss, metrics)

    def fit(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: str | int | bool = "auto",
        callbacks: Any = None,
        validation_split: float = 0.0,
        validation_data: Any = None,
        shuffle: bool = True,
        initial_epoch: int = 0,
        validation_batch_size: int | None = None,
        **unsupported: Any,
    ) -> History:
        """Train for the epochs from `initial_epoch` up to `epochs`, and return what they were like.

        x and y hold an example a row. `batch_size` is 32 unless given. `verbose`: 0 is silent, 1 (or "auto") shows a
        bar and a line for every epoch, 2 the lines alone. `validation_split` is the share at the end of the data,
        before any shuffling, that is not trained on but evaluated after every epoch; or `validation_data`, (x, y), is.
        Raises ValueError for data that do not fit the model and for options that are not here.
        """
        refuse("fit", unsupported)
        compiled = self._ready("fit")
        x, y = self._data("fit", x, y)
        if validation_data is not None:
            if not isinstance(validation_data, tuple | list) or len(validation_data) != 2:
                raise ValueError("validation_data is a pair, (x, y)")
            validation_data = self._data("validation_data", *validation_data)
        callbacks = list(callbacks) if isinstance(callbacks, list | tuple) else [callbacks] if callbacks else []
        self._need_trainable("fit")
        self.history = history = History()
        history.shows_rate = compiled.optimizer.scheduled or any(sets_rates(one) for one in callbacks)
        shown, size = level(verbose), count("fit", "batch_size", 32 if batch_size is None else batch_size)
        epochs, initial_epoch = (
            count("fit", "epochs", epochs, least=0),
            count("fit", "initial_epoch", initial_epoch, least=0),
        )
        examples = len(x) if validation_data is not None else int(len(x) * (1 - validation_split))
        params = {"epochs": epochs, "steps": ceil(examples / size), "verbose": shown}
        self.stop_training = False
        nn.fit(
            compiled.network,
            x,
            y,
            loss=compiled.loss,
            optimizer=compiled.optimizer,
            epochs=epochs,
            batch_size=size,
            rng=self._rng,
            metrics=compiled.metrics,
            callbacks=[Adapter(self, [history, *callbacks], params), *([Lines()] if shown == 2 else [])],
            validation_data=validation_data,
            validation_split=0.0 if validation_data is not None else validation_split,
            validation_batch_size=validation_batch_size,
            shuffle=shuffle,
            initial_epoch=initial_epoch,
            progress=shown == 1,
        )
        return history

    def evaluate(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        verbose: str | int | bool = "auto",
        return_dict: bool = False,
        **unsupported: Any,
    ) -> Any:
        """Return how good the model is on (x, y).

        One metric: its value. None: the loss. Several: a list of the loss and the metrics. With `return_dict`: all of
        them by name. A `verbose` of 1 or 2 prints them, too.
        """
        refuse("evaluate", unsupported)
        compiled = self._ready("evaluate")
        x, y = self._data("evaluate", x, y)
        values = nn.evaluate(
            compiled.network,
            x,
            y,
            loss=compiled.loss,
            metrics=compiled.metrics,
            batch_size=count("evaluate", "batch_size", 1024 if batch_size is None else batch_size),
        )
        if verbose != "auto" and level(verbose):
            print("  ".join(f"{name} {value:.4g}" for name, value in values.items()))
        if return_dict:
            return values
        numbers = list(values.values())
        return numbers if len(numbers) > 2 else numbers[-1]

    def predict(
        self, x: Any, batch_size: int | None = None, verbose: str | int | bool = "auto", **unsupported: Any
    ) -> Array:
        """Return the output for every example of x, computed `batch_size` at a time."""
        refuse("predict", unsupported)
        batch = self._inputs("predict", x)
        return nn.predict(
            self.network, batch, batch_size=count("predict", "batch_size", 1024 if batch_size is None else batch_size)
        )

    def predict_on_batch(self, x: Any) -> Array:
        """Return the output for the batch x."""
        batch = self._inputs("predict_on_batch", x)
        return self.network.forward(batch)

    def train_on_batch(self, x: Any, y: Any = None, return_dict: bool = False, **unsupported: Any) -> Any:
        """Make one step on the batch (x, y); return its loss and metrics, before the step, as `evaluate` does."""
        refuse("train_on_batch", unsupported)
        compiled = self._ready("train_on_batch")
        x, y = self._data("train_on_batch", x, y)
        self._need_trainable("train_on_batch")
        prediction = compiled.network.forward(x, train=True)
        values = {"loss": compiled.loss.forward(prediction, y)}
        compiled.network.zero_grad()
        compiled.network.accumulate(compiled.loss.backward())
        compiled.optimizer.step()
        values |= {name: metric(prediction, y) for name, metric in compiled.metrics.items()}
        numbers = list(values.values())
        return values if return_dict else numbers if len(numbers) > 1 else numbers[0]

    def test_on_batch(self, x: Any, y: Any = None, return_dict: bool = False) -> Any:
        """Return how good the model is on the batch (x, y), as `evaluate` does."""
        return self.evaluate(x, y, return_dict=return_dict)

    @property
    def optimizer(self) -> Any:
        """The optimizer, whose `learning_rate` can be read and set."""
        return self._ready("optimizer").optimizer

    @property
    def loss(self) -> Any:
        """The loss, as it was given to `compile`."""
        return self._compiled and self._compiled.given[1]

    @property
    def metrics_names(self) -> list[str]:
        """The names of what `evaluate` returns."""
        return ["loss", *(self._ready("metrics_names").metrics if self.built else ())]

    def summary(self) -> None:
        """Print a table of the layers, with their output shapes and numbers of weights."""
        print(table.summary(self))

    def save(self, filepath: str | os.PathLike[str], overwrite: bool = True) -> None:
        """Write the model to a file: layers, weights, and what `compile` was given, with the optimizer's state.

        The file is NumPy's npz, whatever it is called, and no program but this library reads it.
        """
        saving.save(self, filepath, overwrite)

    def save_weights(self, filepath: str | os.PathLike[str], overwrite: bool = True) -> None:
        """Write the weights to a file, NumPy's npz, by the names of their layers."""
        saving.save_weights(self, filepath, overwrite)

    def load_weights(self, filepath: str | os.PathLike[str]) -> None:
        """Read weights that `save_weights` wrote; raise ValueError unless they are those of such a model."""
        saving.load_weights(self, filepath)

    @property
    def compiled(self) -> bool:
        """Whether `compile` has been called."""
        return self._compiled is not None

    def _ready(self, method: str) -> Compiled:
        """Return what was compiled; raise ValueError if nothing was."""
        if self._compiled is None:
            raise ValueError(
                f"{method} needs an optimizer and a loss; call model.compile(optimizer='adam', loss=…) before it"
            )
        return self._compiled

    def _need_trainable(self, method: str) -> None:
        """Raise ValueError if there is nothing to train."""
        if not self.trainable_parameters():
            why = "trainable is False in every layer" if self.count_params() else "none of its layers has weights"
            raise ValueError(f"{method} finds nothing to train in {self.name}: {why}")

    def _inputs(self, method: str, x: Any) -> Data:
        """Return x as an array that fits the model, which is built for it if it has not been."""
        batch = as_batch(x, self.takes)
        if batch.ndim == 0:
            raise ValueError(f"{method} takes x with an example in each row, got one number")
        self.build_for(tuple(batch.shape[1:]))
        require_shape(self.name, batch.shape, self.takes or ())
        if self.takes_indices and batch.dtype.kind == "f" and np.any(batch != np.floor(batch)):
            raise ValueError(f"{method} takes x of whole numbers, for the Embedding, got {batch.dtype} with fractions")
        return batch

    def _data(self, method: str, x: Any, y: Any) -> tuple[Data, Data]:
        """Return x, and y as the loss takes it; raise ValueError if they do not fit the model or each other."""
        if x is None or y is None:
            raise ValueError(
                f"{method} takes x and y, the data and the targets; {'x' if x is None else 'y'} is missing"
            )
        batch, target = self._inputs(method, x), np.asarray(y)
        if target.ndim == 0 or len(batch) != len(target):
            rows = len(target) if target.ndim else "no"
            raise ValueError(f"{method} takes a target for each example, got {len(batch)} of x and {rows} of y")
        if not len(batch):
            raise ValueError(f"{method} takes one example or more, got none")
        if target.dtype.kind not in "biuf":
            advice = (
                "; np.unique(y, return_inverse=True)[1] makes numbers of names" if target.dtype.kind in "US" else ""
            )
            raise ValueError(f"{method} takes a y made of numbers, got {target.dtype}{advice}")
        return batch, self._ready(method).targets(target)
