"""The operations as functions: of tensors, parameters, arrays and numbers, whichever stand there.

They bear NumPy's names, and each is a row of the table of derivatives. Each returns a `Tensor`, recorded if one
of the arguments wants a gradient.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from gradschool.nn.autograd.axes import Axis
from gradschool.nn.autograd.operations import DERIVATIVES
from gradschool.nn.autograd.recorded import plain
from gradschool.nn.autograd.tensor import Tensor
from gradschool.nn.parameter import Parameter

Operand: TypeAlias = Tensor | Parameter | npt.ArrayLike
"""What an operation takes."""

_apply = Tensor.apply

# arithmetic and other operations of two


def add(a: Operand, b: Operand) -> Tensor:
    """Return a + b."""
    return _apply(DERIVATIVES["add"], a, b)


def subtract(a: Operand, b: Operand) -> Tensor:
    """Return a − b."""
    return _apply(DERIVATIVES["subtract"], a, b)


def multiply(a: Operand, b: Operand) -> Tensor:
    """Return a · b."""
    return _apply(DERIVATIVES["multiply"], a, b)


def divide(a: Operand, b: Operand) -> Tensor:
    """Return a / b."""
    return _apply(DERIVATIVES["divide"], a, b)


def power(a: Operand, b: Operand) -> Tensor:
    """Return a to the power of b."""
    return _apply(DERIVATIVES["power"], a, b)


def matmul(a: Operand, b: Operand) -> Tensor:
    """Return the matrix product a @ b, of all ranks that NumPy's takes."""
    return _apply(DERIVATIVES["matmul"], a, b)


def maximum(a: Operand, b: Operand) -> Tensor:
    """Return the larger of a and b, entry by entry; of equal ones the first gets the gradient."""
    return _apply(DERIVATIVES["maximum"], a, b)


def minimum(a: Operand, b: Operand) -> Tensor:
    """Return the smaller of a and b, entry by entry; of equal ones the first gets the gradient."""
    return _apply(DERIVATIVES["minimum"], a, b)


def where(condition: npt.ArrayLike | Tensor, a: Operand, b: Operand) -> Tensor:
    """Return a where the condition holds, else b; no gradient goes through the condition."""
    return _apply(DERIVATIVES["where"], a, b, condition=np.asarray(plain(condition), dtype=bool))


# curves and kinks


def exp(x: Operand) -> Tensor:
    """Return e to the power of x."""
    return _apply(DERIVATIVES["exp"], _array(x))


def log(x: Operand) -> Tensor:
    """Return the natural logarithm of x."""
    return _apply(DERIVATIVES["log"], _array(x))


def sqrt(x: Operand) -> Tensor:
    """Return the square root of x."""
    return _apply(DERIVATIVES["sqrt"], _array(x))


def tanh(x: Operand) -> Tensor:
    """Return the hyperbolic tangent of x."""
    return _apply(DERIVATIVES["tanh"], _array(x))


def sigmoid(x: Operand) -> Tensor:
    """Return 1 / (1 + e^−x), for x of any size."""
    return _apply(DERIVATIVES["sigmoid"], _array(x))


def expm1(x: Operand) -> Tensor:
    """Return e^x − 1, precise for small x too."""
    return _apply(DERIVATIVES["expm1"], _array(x))


def log1p(x: Operand) -> Tensor:
    """Return log(1 + x), precise for small x too."""
    return _apply(DERIVATIVES["log1p"], _array(x))


def square(x: Operand) -> Tensor:
    """Return x²."""
    return _apply(DERIVATIVES["square"], _array(x))


def sin(x: Operand) -> Tensor:
    """Return the sine of x."""
    return _apply(DERIVATIVES["sin"], _array(x))


def cos(x: Operand) -> Tensor:
    """Return the cosine of x."""
    return _apply(DERIVATIVES["cos"], _array(x))


def arctan(x: Operand) -> Tensor:
    """Return the arc tangent of x."""
    return _apply(DERIVATIVES["arctan"], _array(x))


def erf(x: Operand) -> Tensor:
    """Return the error function of x."""
    return _apply(DERIVATIVES["erf"], _array(x))


def softplus(x: Operand) -> Tensor:
    """Return log(1 + e^x), for x of any size."""
    return _apply(DERIVATIVES["softplus"], _array(x))


def log_sigmoid(x: Operand) -> Tensor:
    """Return log sigmoid(x), for x of any size."""
    return _apply(DERIVATIVES["log_sigmoid"], _array(x))


def abs(x: Operand) -> Tensor:
    """Return the absolute values of x; the slope at 0 is 0."""
    return _apply(DERIVATIVES["abs"], _array(x))


def relu(x: Operand) -> Tensor:
    """Return x where it is above 0, else 0; the slope at 0 is 0."""
    return _apply(DERIVATIVES["relu"], _array(x))


def negative(x: Operand) -> Tensor:
    """Return −x."""
    return _apply(DERIVATIVES["negative"], _array(x))


def clip(x: Operand, low: float | None = None, high: float | None = None) -> Tensor:
    """Return x, but nothing below `low` or above `high`; the slope beyond them is 0."""
    return _apply(DERIVATIVES["clip"], _array(x), low=low, high=high)


# reductions


def sum(x: Operand, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Return the sum along an axis, several, or all."""
    return _apply(DERIVATIVES["sum"], _array(x), axis=axis, keepdims=keepdims)


def mean(x: Operand, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Return the mean along an axis, several, or all."""
    return _apply(DERIVATIVES["mean"], _array(x), axis=axis, keepdims=keepdims)


def max(x: Operand, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Return the largest entry along an axis, several, or all; of equal ones the first gets the gradient."""
    return _apply(DERIVATIVES["max"], _array(x), axis=axis, keepdims=keepdims)


def min(x: Operand, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Return the smallest entry along an axis, several, or all; of equal ones the first gets the gradient."""
    return _apply(DERIVATIVES["min"], _array(x), axis=axis, keepdims=keepdims)


def log_sum_exp(x: Operand, axis: int = -1, keepdims: bool = False) -> Tensor:
    """Return log(sum(exp(x))) along an axis, for x of any size."""
    return _apply(DERIVATIVES["log_sum_exp"], _array(x), axis=axis, keepdims=keepdims)


def softmax(x: Operand, axis: int = -1) -> Tensor:
    """Return e^x divided by its sum along an axis, for x of any size."""
    return _apply(DERIVATIVES["softmax"], _array(x), axis=axis)


def log_softmax(x: Operand, axis: int = -1) -> Tensor:
    """Return the logarithm of the softmax, for x of any size."""
    return _apply(DERIVATIVES["log_softmax"], _array(x), axis=axis)


# selections and shapes


def concatenate(arrays: Sequence[Operand], axis: int = 0) -> Tensor:
    """Return the arrays joined along an axis that they have."""
    return _apply(DERIVATIVES["concatenate"], *arrays, axis=axis)


def stack(arrays: Sequence[Operand], axis: int = 0) -> Tensor:
    """Return the arrays, all of one shape, joined along a new axis."""
    return _apply(DERIVATIVES["stack"], *arrays, axis=axis)


def reshape(x: Operand, shape: int | tuple[int, ...]) -> Tensor:
    """Return the entries in another shape."""
    return _apply(DERIVATIVES["reshape"], x, shape=shape)


def transpose(x: Operand, axes: Sequence[int] | None = None) -> Tensor:
    """Return the axes in another order; in reverse if none is given."""
    return _apply(DERIVATIVES["transpose"], x, axes=axes)


def swapaxes(x: Operand, i: int, j: int) -> Tensor:
    """Return two axes exchanged."""
    return _apply(DERIVATIVES["swapaxes"], x, i=i, j=j)


def broadcast_to(x: Operand, shape: tuple[int, ...]) -> Tensor:
    """Return the array stretched to a shape."""
    return _apply(DERIVATIVES["broadcast_to"], _array(x), shape=shape)


def squeeze(x: Operand, axis: Axis = None) -> Tensor:
    """Return the array without axes of length 1: the given ones, or all."""
    return Tensor.of(x).squeeze(axis)


def expand_dims(x: Operand, axis: int | tuple[int, ...]) -> Tensor:
    """Return the array with new axes of length 1."""
    return Tensor.of(x).expand_dims(axis)


def pad(x: Operand, widths: Sequence[tuple[int, int]]) -> Tensor:
    """Return x with zeros around it; `widths` are the numbers before and after, a pair for each axis."""
    return _apply(DERIVATIVES["pad"], x, widths=tuple(map(tuple, widths)))


def _array(x: Any) -> Any:
    """Return a number as an array of no axes, for the functions that take no bare numbers; all else as it is."""
    return np.asarray(x, dtype=float) if isinstance(x, (int, float)) else x
