"""A value that a callback watches: its name, and which way is better."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gradschool.nn.training.run import Run

__all__ = ["Monitor"]

GROWING = ("acc", "r2", "top_", "auc", "f1", "precision", "recall")
"""What stands in the names of values of which more is better."""


@dataclass(frozen=True)
class Monitor:
    """The value called `name`, which should be as small as can be (mode "min") or as large ("max").

    "auto" is "max" for accuracy, R², top-k, AUC, F1, precision and recall, by their names, and "min" for all else.
    """

    name: str
    mode: str = "auto"
    min_delta: float = 0.0
    """How much better than the best a value has to be, and more."""
    owner: str = "the callback"
    """Who watches it, for the error."""

    def __post_init__(self) -> None:
        """Refuse an unknown mode and a negative `min_delta`."""
        if self.mode not in ("auto", "min", "max"):
            raise ValueError(f'{self.owner}(mode={self.mode!r}): a mode is "auto", "min" or "max"')
        if self.min_delta < 0:
            raise ValueError(f"{self.owner}(min_delta={self.min_delta}): give the size of a change, not negative")

    @property
    def upwards(self) -> bool:
        """Whether more is better."""
        return self.mode == "max" or (self.mode == "auto" and any(word in self.name.lower() for word in GROWING))

    def expect(self, run: Run) -> None:
        """Raise ValueError if the value is one of validation data, and the training can have none."""
        if self.name.startswith("val_") and not run.validated:
            raise ValueError(
                f"{self.owner} watches {self.name!r}, and there is nothing to validate with; "
                "pass validation_data or validation_split to fit"
            )

    def read(self, logs: Mapping[str, float]) -> float:
        """Return the value in `logs`; raise ValueError, with the names there are, if there is none."""
        if self.name in logs:
            return logs[self.name]
        advice = "; pass validation_data or validation_split to fit" if self.name.startswith("val_") else ""
        raise ValueError(f"{self.owner} watches {self.name!r}, and an epoch has only {', '.join(logs)}{advice}")

    def better(self, value: float, best: float | None) -> bool:
        """Return whether `value` is better than `best` by more than `min_delta`; any number beats None, NaN nothing."""
        if best is None:
            return value == value  # NaN is the number that does not equal itself
        return value - self.min_delta > best if self.upwards else value + self.min_delta < best
