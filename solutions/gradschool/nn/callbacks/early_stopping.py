"""Early stopping: training ends when a value no longer gets better.

Prechelt (1998), Early stopping - but when?, LNCS 1524, doi:10.1007/3-540-49430-8_3. The counting is that of Keras.
"""

from __future__ import annotations

from gradschool.nn.arguments import count
from gradschool.nn.callbacks.callback import Callback
from gradschool.nn.callbacks.monitor import Monitor
from gradschool.nn.training.run import Run
from gradschool.nn.types import Array

__all__ = ["EarlyStopping"]


class EarlyStopping(Callback):
    """Stops after `patience` epochs in a row whose value is not better than the best so far by more than `min_delta`.

    A patience of 0 is one of 1. A tie is not better, nor is NaN. With a `baseline` the count starts again only at a
    value that beats the baseline too. Epochs before `start_from_epoch`, counted from 0, are not looked at. With
    `restore_best_weights` the model has, once training has ended in whatever way, the parameters and buffers of the
    best epoch.

    Afterwards `best` and `best_epoch` are the best value and its epoch, and `stopped_epoch` is the epoch in which
    training was stopped; each is None if there is none.
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        *,
        mode: str = "auto",
        patience: int = 0,
        min_delta: float = 0.0,
        baseline: float | None = None,
        restore_best_weights: bool = False,
        start_from_epoch: int = 0,
    ) -> None:
        """Watch the value called `monitor`."""
        self.monitor = Monitor(monitor, mode, min_delta, "EarlyStopping")
        self.patience = count("EarlyStopping", "patience", patience)
        self.baseline = baseline
        self.restore_best_weights = restore_best_weights
        self.start_from_epoch = start_from_epoch

    def on_train_begin(self, run: Run) -> None:
        """Forget the last training; raise ValueError if the value to watch cannot be there."""
        self.monitor.expect(run)
        self.waited: int = 0
        self.best: float | None = None
        self.best_epoch: int | None = None
        self.stopped_epoch: int | None = None
        self.best_state: dict[str, Array] | None = None

    def on_epoch_end(self, run: Run) -> None:
        """Look at this epoch's value, unless it is too early to."""
        value = self.monitor.read(run.logs)
        if run.epoch >= self.start_from_epoch:
            self.look(run, value)

    def look(self, run: Run, value: float) -> None:
        """Keep this epoch if its value is the best so far; stop if there was none better for too long."""
        self.waited += 1
        if self.monitor.better(value, self.best):
            self.keep(run, value)
            if self.counts(value):
                self.waited = 0
        elif self.waited >= self.patience:
            self.stopped_epoch = run.epoch
            run.stop = True

    def counts(self, value: float) -> bool:
        """Return whether the count may start again at `value`: always, unless there is a baseline to beat."""
        return self.baseline is None or self.monitor.better(value, self.baseline)

    def keep(self, run: Run, value: float) -> None:
        """Make this the best epoch, and keep the state of its model if that is to be restored."""
        self.best, self.best_epoch = value, run.epoch
        if self.restore_best_weights:
            self.best_state = {name: array.copy() for name, array in run.model.state().items()}

    def on_train_end(self, run: Run) -> None:
        """Give the model back the state of its best epoch, if that was asked for."""
        if self.best_state is not None:
            run.model.load_state(self.best_state)
