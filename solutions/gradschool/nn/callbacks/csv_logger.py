"""The values of every epoch, as a table in a file."""

from __future__ import annotations

import csv
from pathlib import Path

from gradschool.nn.callbacks.callback import Callback
from gradschool.nn.training.run import Run

__all__ = ["CSVLogger"]


class CSVLogger(Callback):
    """Writes a line for every epoch, counted from 0, to a file of comma-separated values, under a line of names.

    The names are those of the first epoch; a value that is missing later leaves its field empty. With `append` the
    lines are added to a file that has the same names; without it the file is begun anew.
    """

    def __init__(self, path: str | Path, *, append: bool = False) -> None:
        """Write to `path`, whose folder exists."""
        self.path = Path(path)
        self.append = append

    def on_train_begin(self, run: Run) -> None:
        """Begin the file anew, unless lines are to be added to it; raise FileNotFoundError unless its folder exists."""
        if not self.path.parent.is_dir():
            raise FileNotFoundError(
                f"CSVLogger: there is no folder {self.path.parent} for {self.path.name}: make it first"
            )
        self._names: list[str] = []
        if not self.append:
            self.path.write_text("", encoding="utf-8")

    def on_epoch_end(self, run: Run) -> None:
        """Write the line of this epoch; raise ValueError if the file to be added to has other names."""
        row = {"epoch": run.epoch, **run.logs}
        self._names = self._names or self._heading(list(row))
        with self.path.open("a", newline="", encoding="utf-8") as file:
            csv.writer(file, lineterminator="\n").writerow([row.get(name, "") for name in self._names])

    def _heading(self, names: list[str]) -> list[str]:
        """Return the names in the file, which are written if it has none yet."""
        text = self.path.read_text(encoding="utf-8") if self.path.exists() else ""
        if not text:
            with self.path.open("w", newline="", encoding="utf-8") as file:
                csv.writer(file, lineterminator="\n").writerow(names)
            return names
        there = next(csv.reader(text.splitlines()))
        if set(there) != set(names):
            raise ValueError(
                f"CSVLogger: {self.path} has the values {', '.join(there)} and this training has "
                f"{', '.join(names)}; give it another file"
            )
        return there
