"""The rows of the table of derivatives: an operation of arrays, and beside it a derivative for each argument.

A row is `Row(f, ∂a, ∂b)` for y = f(a, b). The loss L is the number that is differentiated, and dy = ∂L/∂y.

    ∂a(dy, y, a, b)     Σ dy · ∂y/∂a, the share of dL/da that comes through this use of a
    ∂b(dy, y, a, b)     the same for b

Each is given what the operation was given and what it returned, so nothing need be kept for it, and options such as
`axis` by their names. A share has the shape of y where a was stretched to it: whoever walks the graph sums it up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np

from gradschool.nn.types import Array

Derivative: TypeAlias = Callable[..., Any]
"""A function of (dy, y, *arguments, **options) that returns one argument's share of the gradient."""


class Row:
    """An operation `value` of arrays, with a derivative for each of them; None for one whose gradient is zero.

    `together` is one function in the place of all derivatives, for operations of any number of arrays, or for shares
    that are computed at once: it returns a share for each argument.
    """

    __slots__ = ("derivatives", "name", "together", "value")

    def __init__(
        self, value: Callable[..., Any], *derivatives: Derivative | None, together: Derivative | None = None
    ) -> None:
        self.value, self.derivatives, self.together = value, derivatives, together
        self.name = str(getattr(value, "__name__", "operation"))

    def shares(
        self, dy: Array, y: Array, parents: Sequence[Any], options: Mapping[str, Any]
    ) -> list[tuple[Any, Array]]:
        """Return each argument that wants a gradient with its share, in the dtype of the argument.

        `parents` are the arguments, as objects with `data` and `requires_grad`.
        """
        values = [parent.data for parent in parents]
        if self.together is not None:
            shares = self.together(dy, y, *values, **options)
            return [(p, _like(p.data, share)) for p, share in zip(parents, shares, strict=True) if p.requires_grad]
        return [
            (parent, _like(parent.data, derivative and derivative(dy, y, *values, **options)))
            for parent, derivative in zip(parents, self.derivatives, strict=True)
            if parent.requires_grad
        ]


def _like(value: Array, share: Any) -> Array:
    """Return a share in the dtype of its argument; zeros for None."""
    return np.zeros_like(value) if share is None else np.asarray(share, value.dtype)


Rows: TypeAlias = dict[str, Row]
"""A table, or a part of one: rows by the name of the operation."""


def named(rows: Rows) -> Rows:
    """Tell each row its name, and return the rows."""
    for name, row in rows.items():
        row.name = name
    return rows


class Lazy(Mapping[str, Row]):
    """A table whose parts are made anew whenever a row is looked up.

    A part that raises NotImplementedError has no rows yet, and one that raises NameError is not defined yet.
    """

    def __init__(self, *parts: Callable[[], Mapping[str, Row]]) -> None:
        self.parts = parts

    def __getitem__(self, name: str) -> Row:
        """Return the row of an operation; raise NotImplementedError if no part has it."""
        rows = self._rows()
        if name not in rows:
            raise NotImplementedError(f"the table has no row {name!r} yet; its rows are {', '.join(rows) or 'none'}")
        return rows[name]

    def __iter__(self) -> Iterator[str]:
        """Return an iterator over the names."""
        return iter(self._rows())

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self._rows())

    def _rows(self) -> Rows:
        rows: Rows = {}
        for part in self.parts:
            try:
                rows.update(part())
            except (NotImplementedError, NameError):
                continue
        return named(rows)
