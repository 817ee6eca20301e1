"""Running means: what an optimizer remembers of all gradients in the room of one.

a ← β a + (1 − β) x          β is the share that is kept, x what is new

After t steps from 0 the entries x₁, …, x_t count with the weights (1 − β) β^(t − i), which add up to 1 − βᵗ: a lies too
near to 0 by just that factor, and a constant x is found again in a / (1 − βᵗ).
"""

from __future__ import annotations

from gradschool.nn.types import Array


def follow(mean: Array, new: Array, keep: float) -> None:
    """Bring the running mean up to date in place: the share `keep` of it stays, the rest is `new`."""
    mean *= keep
    mean += (1 - keep) * new
