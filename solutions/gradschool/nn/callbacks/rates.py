"""The learning rates that a callback may set: plain numbers, not schedules."""

from __future__ import annotations

from typing import Any

__all__ = ["rate_holders"]


def rate_holders(optimizer: Any, owner: str) -> list[Any]:
    """Return the optimizer's groups, or the optimizer if it has none; raise ValueError if a rate follows a schedule."""
    holders = list(getattr(optimizer, "groups", None) or [optimizer])
    for holder in holders:
        if callable(holder.learning_rate):
            raise ValueError(
                f"{owner} sets a learning rate that follows a schedule, {holder.learning_rate!r}: "
                f"give the optimizer a number, or leave {owner} out"
            )
    return holders
