"""The base class of every callback."""

from __future__ import annotations

from collections.abc import Iterable

from gradschool.nn.training.run import Run

__all__ = ["Callback", "Together"]


class Callback:
    """What `fit` calls while it trains; every method does nothing until it is defined."""

    def on_train_begin(self, run: Run) -> None:
        """Prepare for a training: a callback may serve several, one after the other."""

    def on_epoch_begin(self, run: Run) -> None:
        """Act before the first batch of an epoch; a rate set here is that of the epoch."""

    def on_batch_end(self, run: Run) -> None:
        """Act after a step; `run.batch_loss` is the batch's loss, `run.logs["loss"]` the mean of this epoch so far."""

    def on_epoch_end(self, run: Run) -> None:
        """Act after an epoch; `run.logs` has all its values, and what is added to it is recorded too."""

    def on_train_end(self, run: Run) -> None:
        """Act when training has ended, also by `run.stop` and by the user's interruption, but not by an error."""


class Together(Callback):
    """Several callbacks as one, each called in its turn."""

    def __init__(self, callbacks: Iterable[Callback]) -> None:
        """Call them in this order."""
        self.callbacks = list(callbacks)

    def on_train_begin(self, run: Run) -> None:
        """Tell each callback."""
        for callback in self.callbacks:
            callback.on_train_begin(run)

    def on_epoch_begin(self, run: Run) -> None:
        """Tell each callback."""
        for callback in self.callbacks:
            callback.on_epoch_begin(run)

    def on_batch_end(self, run: Run) -> None:
        """Tell each callback."""
        for callback in self.callbacks:
            callback.on_batch_end(run)

    def on_epoch_end(self, run: Run) -> None:
        """Tell each callback."""
        for callback in self.callbacks:
            callback.on_epoch_end(run)

    def on_train_end(self, run: Run) -> None:
        """Tell each callback."""
        for callback in self.callbacks:
            callback.on_train_end(run)
