"""What the epochs of a training were like."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

__all__ = ["History"]


@dataclass
class History:
    """The values of every epoch: `history["loss"]` is a list of one number for each of `history.epochs`."""

    epochs: list[int] = field(default_factory=list)
    """The epochs, counted from 0."""
    logs: list[dict[str, float]] = field(default_factory=list)
    """The values of each epoch by name."""
    interrupted: bool = False
    """Whether the user broke the training off."""

    @property
    def values(self) -> dict[str, list[float]]:
        """The values by name, one for each epoch; NaN where an epoch has none."""
        names = dict.fromkeys(name for logs in self.logs for name in logs)
        return {name: [logs.get(name, math.nan) for logs in self.logs] for name in names}

    def record(self, epoch: int, logs: dict[str, float]) -> None:
        """Add an epoch; what is put into `logs` later is kept too."""
        self.epochs.append(epoch)
        self.logs.append(logs)

    def __getitem__(self, name: str) -> list[float]:
        """Return the values called `name`; raise KeyError, with the names there are, if there are none."""
        values = self.values
        if name not in values:
            raise KeyError(f"the history has no {name!r}, but {', '.join(values) or 'no epoch yet'}")
        return values[name]

    def __contains__(self, name: object) -> bool:
        """Return whether there are values called `name`."""
        return name in self.values

    def __len__(self) -> int:
        """Return the number of epochs."""
        return len(self.epochs)

    def __repr__(self) -> str:
        """Return the number of epochs and the values of the last."""
        last = "".join(f", {name} {value:.4g}" for name, value in self.logs[-1].items()) if self.logs else ""
        broken = ", interrupted" if self.interrupted else ""
        return f"History({len(self)} epoch{'' if len(self) == 1 else 's'}{last}{broken})"
