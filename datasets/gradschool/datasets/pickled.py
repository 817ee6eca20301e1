"""Pickled arrays, read without running anything.

A pickle names the functions that rebuild its objects, so it can run code. Here the few names that an array of NumPy is
pickled under lead to stand-ins, which only keep what the pickle says; every other name is refused.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Mapping
from typing import Any


class Forbidden(Exception):
    """The pickle asks for something else than arrays, lists, dicts, numbers and text; the message names it."""


class PickledArray:
    """What a pickle says of an array; no memory is taken but for the content that is there."""

    shape: tuple[int, ...] = ()
    code: str = ""
    """The type of the entries as NumPy names it: u1 for bytes."""

    columns_first: bool = False
    content: bytes = b""

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        """Keep what NumPy would fill the array with."""
        *_, shape, dtype, columns_first, content = state
        self.shape, self.columns_first = tuple(shape), bool(columns_first)
        self.code, self.content = dtype.code, bytes(memoryview(content))


def unpickle(content: bytes) -> Any:
    """Return the pickled object, its arrays as `PickledArray`, Python 2's text as bytes; raise if it is more."""
    return _Unpickler(io.BytesIO(content), encoding="bytes").load()


def text(name: str | bytes) -> str:
    """Return a name, which Python 2 pickles as bytes and Python 3 as text."""
    return name.decode("ascii") if isinstance(name, bytes) else str(name)


class _DType:
    """The type of an array's entries."""

    def __init__(self, code: str | bytes, *_: Any) -> None:
        """Keep the code."""
        self.code = text(code)

    def __setstate__(self, state: Any) -> None:
        """Pass over byte order and alignment, which bytes do not have."""


def _reconstruct(*_: Any) -> PickledArray:
    """Return an array without content."""
    return PickledArray()


def _encode(string: str, encoding: str) -> bytes:
    """Return bytes, which the old protocols of Python 3 write as text."""
    if encoding != "latin1":
        raise pickle.UnpicklingError(f"bytes written as {encoding}")
    return string.encode(encoding)


class _Unpickler(pickle.Unpickler):
    """An unpickler that knows the stand-ins and nothing else."""

    KNOWN: Mapping[tuple[str, str], Any] = {
        ("numpy.core.multiarray", "_reconstruct"): _reconstruct,
        ("numpy._core.multiarray", "_reconstruct"): _reconstruct,
        ("numpy", "ndarray"): PickledArray,
        ("numpy", "dtype"): _DType,
        ("_codecs", "encode"): _encode,
    }

    def find_class(self, module: str, name: str) -> Any:
        """Return the stand-in of a name, or refuse."""
        if (module, name) not in self.KNOWN:
            raise Forbidden(f"{module}.{name}")
        return self.KNOWN[module, name]
