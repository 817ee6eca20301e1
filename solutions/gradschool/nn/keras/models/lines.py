"""A line for every epoch, and no bar: `verbose=2`."""

from __future__ import annotations

import time

from gradschool.nn.callbacks import Callback
from gradschool.nn.training.run import Run


class Lines(Callback):
    """Prints the values of every epoch."""

    def on_epoch_begin(self, run: Run) -> None:
        """Look at the clock."""
        self._start = time.perf_counter()

    def on_epoch_end(self, run: Run) -> None:
        """Print the line."""
        values = "  ".join(f"{name} {value:.4g}" for name, value in run.logs.items())
        print(f"epoch {run.epoch + 1}/{run.epochs}  {values}  {time.perf_counter() - self._start:.1f} s", flush=True)
