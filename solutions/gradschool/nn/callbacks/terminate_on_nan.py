"""An end to a training that has diverged."""

from __future__ import annotations

import math

from gradschool.nn.callbacks.callback import Callback
from gradschool.nn.training.run import Run

__all__ = ["TerminateOnNaN"]


class TerminateOnNaN(Callback):
    """Stops at the first batch whose loss is NaN or infinite.

    The epoch ends there as any other does. Afterwards `stopped_at` is the epoch and the batch, both counted from 0, or
    None.
    """

    def on_train_begin(self, run: Run) -> None:
        """Forget the last training."""
        self.stopped_at: tuple[int, int] | None = None

    def on_batch_end(self, run: Run) -> None:
        """Look at the loss of the batch."""
        if not math.isfinite(run.batch_loss):
            self.stopped_at = (run.epoch, run.batch)
            run.stop = True
