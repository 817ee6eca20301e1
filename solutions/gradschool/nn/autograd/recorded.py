"""What a tensor is made of, and what can be written with it: operators and methods, each a row of the table.

A subclass says which `table` they look up, how an operation is applied and recorded, and how gradients go back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, Self, TypeVar

import numpy as np
import numpy.typing as npt

from gradschool.nn.autograd.axes import Axis
from gradschool.nn.autograd.table import Lazy, Row
from gradschool.nn.dtypes import floating
from gradschool.nn.parameter import Parameter
from gradschool.nn.types import Array


class Recorded:
    """An array with the operation that it came from.

    `row` is the operation (None for a leaf), `parents` are the tensors that it was given, `options` the rest.
    """

    __slots__ = ("__weakref__", "data", "grad", "options", "parents", "requires_grad", "row")
    __array_ufunc__ = None  # so that `array + tensor` is left to the tensor

    table: ClassVar[Mapping[str, Row]] = Lazy()
    """The operations that methods and operators look up."""

    data: Array
    grad: Array | None
    row: Row | None
    parents: Sequence[Self]
    options: Mapping[str, Any]

    def __init__(self, data: Any, requires_grad: bool = False) -> None:
        """Hold `data` itself if it is an array of floating-point numbers, or a float64 array of it."""
        if type(data) is not np.ndarray or data.dtype.kind != "f":
            data = numbers(data)
        self.data = data
        self.grad = None
        self.requires_grad = requires_grad
        self.row, self.parents, self.options = None, (), {}

    @classmethod
    def of(cls, x: Any) -> Self:
        """Return a tensor as it is, and any other argument of an operation as a leaf.

        The leaf of a `Parameter` shares its value and its gradient. A plain number stays one, so that it does not
        change the dtype of what it meets.
        """
        if isinstance(x, cls):
            return x
        if isinstance(x, Parameter):
            leaf = cls(x.value, requires_grad=True)
            leaf.grad = x.grad
            return leaf
        if type(x) is float or type(x) is int:
            number = cls(_NOTHING)
            number.data = x  # type: ignore[assignment]
            return number
        return cls(x)

    @classmethod
    def apply(cls, row: Row, *arguments: Any, **options: Any) -> Self:
        """Return the operation of the arguments, recorded if one of them wants a gradient."""
        raise NotImplementedError(f"{cls.__name__} has no apply yet")

    def backward(self, dy: Array | None = None) -> None:
        """Add to `grad` of each leaf."""
        raise NotImplementedError(f"{type(self).__name__} has no backward yet")

    # what backward needs

    @property
    def is_leaf(self) -> bool:
        """Whether this was made and not computed."""
        return self.row is None

    def shares(self, dy: Array) -> list[tuple[Self, Array]]:
        """Return each parent that wants a gradient with its share of it, not yet summed to the parent's shape."""
        return [] if self.row is None else self.row.shares(dy, self.data, self.parents, self.options)

    def upstream(self, dy: npt.ArrayLike | None) -> Array:
        """Return the gradient that backward begins with: dy, or 1; raise ValueError unless it fits."""
        if not self.requires_grad:
            raise ValueError(
                "backward() has nothing to do: this tensor came from none with requires_grad=True, or within no_grad()"
            )
        if dy is None:
            if self.data.size != 1:
                raise ValueError(
                    f"backward() begins at one number, and this tensor has the shape {self.shape}; "
                    "reduce it, as by .sum(), or give the gradient of a later number as backward(dy)"
                )
            return np.ones_like(self.data)
        dy = np.asarray(dy.data if isinstance(dy, Recorded) else dy, self.dtype)
        if dy.shape != self.shape:
            raise ValueError(f"backward(dy) takes dy of the tensor's own shape {self.shape}, got {dy.shape}")
        return dy

    # the array

    @property
    def shape(self) -> tuple[int, ...]:
        """The length of each axis."""
        return self.data.shape

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return self.data.ndim

    @property
    def size(self) -> int:
        """The number of entries."""
        return self.data.size

    @property
    def dtype(self) -> np.dtype[Any]:
        """The dtype of the entries."""
        return self.data.dtype

    def numpy(self) -> Array:
        """Return the array itself."""
        return self.data

    def item(self) -> float:
        """Return the one entry as a number; raise ValueError if there are more."""
        return float(self.data.item())

    def detach(self) -> Self:
        """Return a leaf with the same array, through which no gradient goes."""
        return type(self)(self.data)

    def zero_grad(self) -> None:
        """Forget the gradient."""
        self.grad = None

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> npt.NDArray[Any]:
        """Return the array, but not of a tensor that wants a gradient: NumPy's functions would lose it in silence."""
        if self.requires_grad:
            raise TypeError(
                "a NumPy function was given a tensor that wants a gradient; take the function of that name from "
                "gradschool.nn.autograd, or give it x.data if no gradient is to go through"
            )
        return np.array(self.data, dtype=dtype, copy=copy) if copy else np.asarray(self.data, dtype=dtype)

    def __len__(self) -> int:
        """Return the length of the first axis."""
        return len(self.data)

    def __iter__(self) -> Iterator[Self]:
        """Return an iterator over the first axis."""
        return (self[i] for i in range(len(self)))

    def __float__(self) -> float:
        """Return the one entry."""
        return self.item()

    def __bool__(self) -> bool:
        """Return whether the one entry is not 0; raise ValueError if there are more."""
        return bool(self.data)

    def __repr__(self) -> str:
        """Return the array and, if so, that it wants a gradient."""
        return f"{type(self).__name__}({np.array2string(self.data, separator=', ')}" + (
            ", requires_grad=True)" if self.requires_grad else ")"
        )

    # comparisons give plain arrays; a tensor is known by its identity

    __hash__ = object.__hash__

    def __eq__(self, other: object) -> Any:
        """Return where the entries are equal."""
        return self.data == plain(other)

    def __ne__(self, other: object) -> Any:
        """Return where the entries differ."""
        return self.data != plain(other)

    def __lt__(self, other: Any) -> Any:
        """Return where the entries are smaller."""
        return self.data < plain(other)

    def __le__(self, other: Any) -> Any:
        """Return where the entries are smaller or equal."""
        return self.data <= plain(other)

    def __gt__(self, other: Any) -> Any:
        """Return where the entries are larger."""
        return self.data > plain(other)

    def __ge__(self, other: Any) -> Any:
        """Return where the entries are larger or equal."""
        return self.data >= plain(other)

    # arithmetic

    def __add__(self, other: Any) -> Self:
        """Return self + other."""
        return self.apply(self.table["add"], self, other)

    def __radd__(self, other: Any) -> Self:
        """Return other + self."""
        return self.apply(self.table["add"], other, self)

    def __sub__(self, other: Any) -> Self:
        """Return self − other."""
        return self.apply(self.table["subtract"], self, other)

    def __rsub__(self, other: Any) -> Self:
        """Return other − self."""
        return self.apply(self.table["subtract"], other, self)

    def __mul__(self, other: Any) -> Self:
        """Return self · other."""
        return self.apply(self.table["multiply"], self, other)

    def __rmul__(self, other: Any) -> Self:
        """Return other · self."""
        return self.apply(self.table["multiply"], other, self)

    def __truediv__(self, other: Any) -> Self:
        """Return self / other."""
        return self.apply(self.table["divide"], self, other)

    def __rtruediv__(self, other: Any) -> Self:
        """Return other / self."""
        return self.apply(self.table["divide"], other, self)

    def __pow__(self, other: Any) -> Self:
        """Return self to the power of other."""
        return self.apply(self.table["power"], self, other)

    def __rpow__(self, other: Any) -> Self:
        """Return other to the power of self."""
        return self.apply(self.table["power"], other, self)

    def __matmul__(self, other: Any) -> Self:
        """Return the matrix product self @ other."""
        return self.apply(self.table["matmul"], self, other)

    def __rmatmul__(self, other: Any) -> Self:
        """Return the matrix product other @ self."""
        return self.apply(self.table["matmul"], other, self)

    def __neg__(self) -> Self:
        """Return −self."""
        return self.apply(self.table["negative"], self)

    def __abs__(self) -> Self:
        """Return the absolute values."""
        return self.apply(self.table["abs"], self)

    # curves

    def exp(self) -> Self:
        """Return e to the power of self."""
        return self.apply(self.table["exp"], self)

    def log(self) -> Self:
        """Return the natural logarithm."""
        return self.apply(self.table["log"], self)

    def sqrt(self) -> Self:
        """Return the square root."""
        return self.apply(self.table["sqrt"], self)

    def tanh(self) -> Self:
        """Return the hyperbolic tangent."""
        return self.apply(self.table["tanh"], self)

    def sigmoid(self) -> Self:
        """Return 1 / (1 + e^−self)."""
        return self.apply(self.table["sigmoid"], self)

    def relu(self) -> Self:
        """Return self where it is above 0, else 0."""
        return self.apply(self.table["relu"], self)

    def abs(self) -> Self:
        """Return the absolute values."""
        return self.apply(self.table["abs"], self)

    # reductions

    def sum(self, axis: Axis = None, keepdims: bool = False) -> Self:
        """Return the sum along an axis, several, or all."""
        return self.apply(self.table["sum"], self, axis=axis, keepdims=keepdims)

    def mean(self, axis: Axis = None, keepdims: bool = False) -> Self:
        """Return the mean along an axis, several, or all."""
        return self.apply(self.table["mean"], self, axis=axis, keepdims=keepdims)

    def max(self, axis: Axis = None, keepdims: bool = False) -> Self:
        """Return the largest along an axis, several, or all; of equal ones the first gets the gradient."""
        return self.apply(self.table["max"], self, axis=axis, keepdims=keepdims)

    def min(self, axis: Axis = None, keepdims: bool = False) -> Self:
        """Return the smallest along an axis, several, or all; of equal ones the first gets the gradient."""
        return self.apply(self.table["min"], self, axis=axis, keepdims=keepdims)

    # shapes

    def __getitem__(self, index: Any) -> Self:
        """Return self[index], for every index that NumPy takes; a tensor as an index is refused."""
        return self.apply(self.table["getitem"], self, index=index)

    def reshape(self, *shape: Any) -> Self:
        """Return the entries in another shape, given as one tuple or as several numbers."""
        return self.apply(self.table["reshape"], self, shape=_flat(shape))

    def transpose(self, *axes: Any) -> Self:
        """Return the axes in another order; in reverse if none is given."""
        return self.apply(self.table["transpose"], self, axes=_flat(axes) if axes else None)

    @property
    def T(self) -> Self:
        """The axes in reverse: the transpose of a matrix."""
        return self.transpose()

    def swapaxes(self, i: int, j: int) -> Self:
        """Return two axes exchanged."""
        return self.apply(self.table["swapaxes"], self, i=i, j=j)

    def broadcast_to(self, shape: tuple[int, ...]) -> Self:
        """Return the array stretched to a shape."""
        return self.apply(self.table["broadcast_to"], self, shape=shape)

    def squeeze(self, axis: Axis = None) -> Self:
        """Return the array without axes of length 1: the given ones, or all."""
        return self.reshape(self.data.squeeze(axis).shape)

    def expand_dims(self, axis: int | tuple[int, ...]) -> Self:
        """Return the array with new axes of length 1."""
        return self.reshape(np.expand_dims(self.data, axis).shape)

    def flatten(self, start: int = 0) -> Self:
        """Return the axes from `start` on as one."""
        return self.reshape((*self.shape[:start], -1))


Node = TypeVar("Node", bound=Recorded)


def numbers(data: Any) -> Array:
    """Return data as an array of floating-point numbers; raise TypeError if it has none, or would lose a gradient."""
    if isinstance(data, Recorded) and data.requires_grad:
        raise TypeError(
            "a tensor was made of a tensor, which would cut it off from its gradient; take x itself, as Tensor.of(x) "
            "does, or x.detach() if that is what is meant"
        )
    array = np.asarray(data)
    if array.dtype.kind not in "fiub":
        raise TypeError(f"a tensor holds real numbers, got {type(data).__name__} of dtype {array.dtype}")
    return floating(array)


def plain(x: Any) -> Any:
    """Return the array of a tensor or of a parameter, and anything else as it is."""
    return x.data if isinstance(x, Recorded) else x.value if isinstance(x, Parameter) else x


def _flat(numbers: tuple[Any, ...]) -> tuple[int, ...]:
    """Return the numbers of (2, 3) and of ((2, 3),) alike."""
    return tuple(numbers[0]) if len(numbers) == 1 and isinstance(numbers[0], (tuple, list)) else numbers


_NOTHING: Array = np.zeros(())
