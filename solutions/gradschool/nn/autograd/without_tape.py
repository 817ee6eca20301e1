"""Computing without a tape: nothing is recorded, nothing is kept, and no gradient can be asked for afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from gradschool.nn.autograd.grad_mode import RECORDING


@contextmanager
def no_grad() -> Iterator[None]:
    """Record nothing inside of `with no_grad():`, or inside of a function below `@no_grad()`; then as before."""
    token = RECORDING.set(False)
    try:
        yield
    finally:
        RECORDING.reset(token)
