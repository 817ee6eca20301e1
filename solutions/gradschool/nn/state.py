"""The check of a saved state: arrays by name, for what has arrays of its own under the same names."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from gradschool.nn.types import Array


def require_state(state: Mapping[str, npt.ArrayLike], own: Mapping[str, Array], *, kind: str, name: str) -> None:
    """Raise ValueError unless `state` has the names and the shapes of `own`; `kind` and `name` say whose that is."""
    if missing := sorted(own.keys() - state.keys()):
        raise ValueError(f"the state lacks {', '.join(missing)}: it is that of another {kind}")
    if extra := sorted(state.keys() - own.keys()):
        raise ValueError(f"the state has {', '.join(extra)}, which this {name} lacks")
    for key, array in own.items():
        if np.shape(state[key]) != array.shape:
            raise ValueError(f"{key} has the shape {array.shape} here and {np.shape(state[key])} in the state")
