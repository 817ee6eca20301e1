"""An operation of your own, with its derivatives beside it: a row that is not in the table.

    @operation(lambda dy, y, a: 3 * a * a * dy)
    def cube(a):
        return a**3

    cube(x)                 # a Tensor, recorded

The function is given plain arrays, and so are the derivatives: (dy, y, *arguments, **options), one for each positional
argument, or None where there is no gradient to send. Keyword arguments are options, handed on as they are.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from gradschool.nn.autograd.table import Derivative, Row
from gradschool.nn.autograd.tensor import Tensor


def operation(
    *derivatives: Derivative | None, together: Derivative | None = None, keeps: bool = False
) -> Callable[[Callable[..., Any]], Callable[..., Tensor]]:
    """Return a decorator that makes an operation of tensors of a function of arrays.

    Args:
        derivatives: one for each positional argument, None for one without a gradient.
        together: in their place, one function that returns a share for each argument.
        keeps: the function returns (y, kept), and the derivatives get `kept` in the place of y.
    """
    if bool(derivatives) == (together is not None):
        raise TypeError("operation() takes a derivative for each argument, or together=…, and not both")

    def decorate(value: Callable[..., Any]) -> Callable[..., Tensor]:
        row = Row(value, *derivatives, together=together)

        @wraps(value)
        def recorded(*arguments: Any, **options: Any) -> Tensor:
            return Tensor.apply(_keeping(row) if keeps else row, *arguments, **options)

        return recorded

    return decorate


def _keeping(row: Row) -> Row:
    """Return a row for one use, whose derivatives get what its value has kept."""
    kept: Any = None

    def value(*arguments: Any, **options: Any) -> Any:
        nonlocal kept
        y, kept = row.value(*arguments, **options)
        return y

    def given(derivative: Derivative | None) -> Derivative | None:
        if derivative is None:
            return None
        return lambda dy, y, *arguments, **options: derivative(dy, kept, *arguments, **options)

    return Row(value, *map(given, row.derivatives), together=given(row.together))
