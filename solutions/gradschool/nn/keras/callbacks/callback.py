"""The base class of callbacks with Keras' methods, and what calls them from `nn.fit`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gradschool.nn.callbacks import Callback as LibraryCallback
from gradschool.nn.training.history import History as Recorded
from gradschool.nn.training.run import Run

Logs = dict[str, Any] | None


class Callback:
    """What `fit` calls while it trains; every method does nothing until it is defined.

    `self.model` is the model, and `self.params` has "epochs", "steps" and "verbose". To set
    `self.model.stop_training` to True ends the training after this epoch.
    """

    model: Any = None
    run: Run
    """The training under way, as `gradschool.nn` has it."""

    def __init__(self) -> None:
        """Begin without parameters."""
        self.params: dict[str, Any] = {}

    def set_params(self, params: dict[str, Any]) -> None:
        """Take "epochs", "steps" and "verbose"."""
        self.params = params

    def set_model(self, model: Any) -> None:
        """Take the model."""
        self.model = model

    def on_train_begin(self, logs: Logs = None) -> None:
        """Act before the first epoch."""

    def on_train_end(self, logs: Logs = None) -> None:
        """Act after the last epoch."""

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Act before an epoch, counted from 0."""

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Act after an epoch; `logs` has its values by name, and what is added to it is recorded."""

    def on_train_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """Act before a batch, counted from 0."""

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Act after a batch; `logs["loss"]` is the mean of the epoch so far."""

    def on_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """Act before a batch: an older name."""

    def on_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Act after a batch: an older name."""


class History(Callback):
    """What the epochs were like: `history["loss"]` is a list of one number for each of `epoch`."""

    def __init__(self, recorded: Recorded | None = None) -> None:
        """Show what has been recorded."""
        super().__init__()
        self.recorded = Recorded() if recorded is None else recorded
        self.shows_rate = False

    def on_train_begin(self, logs: Logs = None) -> None:
        """Begin anew."""
        self.recorded = self.run.history

    @property
    def epoch(self) -> list[int]:
        """The epochs, counted from 0."""
        return list(self.recorded.epochs)

    @property
    def history(self) -> dict[str, list[float]]:
        """The values by name; the learning rate is among them if a callback or a schedule sets it."""
        values = self.recorded.values
        return {name: values[name] for name in values if self.shows_rate or name != "learning_rate"}

    def __repr__(self) -> str:
        """Return the number of epochs and the values of the last."""
        return repr(self.recorded)


class Adapter(LibraryCallback):
    """Calls callbacks of both sorts, Keras' and the library's, for one training."""

    def __init__(self, model: Any, callbacks: Sequence[Any], params: dict[str, Any]) -> None:
        """Keep them; raise ValueError for what is neither."""
        self.model, self.callbacks, self.params = model, callbacks, params
        for callback in callbacks:
            if not isinstance(callback, Callback | LibraryCallback):
                made = f"; {callback.__name__}(…) makes one" if isinstance(callback, type) else ""
                raise ValueError(f"a callback is an object of keras.callbacks, got {callback!r}{made}")

    def on_train_begin(self, run: Run) -> None:
        """Show the callbacks the model, and begin."""
        for callback in self.callbacks:
            if isinstance(callback, Callback):
                callback.run = run
                callback.set_model(self.model)
                callback.set_params(self.params)
        self._call(run, "on_train_begin", {})

    def on_epoch_begin(self, run: Run) -> None:
        """Begin an epoch, and its first batch."""
        self._call(run, "on_epoch_begin", run.epoch, {})
        self._begin_batch(run, 0)

    def on_batch_end(self, run: Run) -> None:
        """End a batch, and begin the next if there is one."""
        self._call(run, "on_train_batch_end", run.batch, dict(run.logs), ours="on_batch_end")
        self._call(run, "on_batch_end", run.batch, dict(run.logs), ours=None)
        if run.batch + 1 < self.params["steps"]:
            self._begin_batch(run, run.batch + 1)

    def on_epoch_end(self, run: Run) -> None:
        """End an epoch; stop if a callback has set `stop_training`."""
        self._call(run, "on_epoch_end", run.epoch, run.logs)
        run.stop = run.stop or self.model.stop_training

    def on_train_end(self, run: Run) -> None:
        """End the training."""
        self._call(run, "on_train_end", dict(run.logs))

    def _begin_batch(self, run: Run, batch: int) -> None:
        """Begin a batch."""
        self._call(run, "on_train_batch_begin", batch, {}, ours=None)
        self._call(run, "on_batch_begin", batch, {}, ours=None)

    def _call(self, run: Run, method: str, *arguments: Any, ours: str | None = "") -> None:
        """Call a method of every callback, with Keras' arguments, or with the run if it is the library's."""
        for callback in self.callbacks:
            if isinstance(callback, Callback):
                getattr(callback, method)(*arguments)
            elif ours is not None:
                getattr(callback, ours or method)(run)
