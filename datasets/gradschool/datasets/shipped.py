"""The arrays of a data set that ships in the package, as `data/NAME.npz`."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt


def arrays(name: str) -> dict[str, npt.NDArray[Any]]:
    """Return the arrays of `data/NAME.npz` by their names, read afresh, so the caller may write to them."""
    path = files("gradschool.datasets") / "data" / f"{name}.npz"
    with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
        return dict(archive)
