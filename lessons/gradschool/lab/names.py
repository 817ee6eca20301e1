"""The names under test: what the notebook defines, over the library's modules.

A probe's `nn` looks a name up in three places: the tools of this module, the student's own names, `gradschool.nn`. An
exercise of the lesson is the student's or nobody's, so that a missing cell is never filled in by an installed library.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

import numpy as np

from gradschool.lab.evidence import AnyArray, plain


class NotDefined(AttributeError):
    """An exercise has no definition: its cell was not run, failed, or was deleted."""


class NotAttempted(Exception):
    """A question has no answer yet."""


class Names:
    """The names under test.

    Args:
        own: what the notebook defines.
        exercises: the names that only the notebook may define.
        library: where other names come from: the module `gradschool.nn`.
    """

    def __init__(self, own: Mapping[str, Any], exercises: Collection[str], library: Any) -> None:
        self._own, self._exercises, self._library = own, exercises, library

    def __getattr__(self, name: str) -> Any:
        """Return what `name` stands for."""
        if name in self._exercises:
            if name not in self._own:
                raise NotDefined(f"`{name}` is not defined: run the cell that defines it, and look there for an error")
            return self._own[name]
        return getattr(self._library, name)

    def answer(self, name: str) -> Any:
        """Return the answer to a question: a number (or one in brackets) or numbers as float64, text in lower case."""
        value = self.__getattr__(name)
        if value is None or value is ...:
            raise NotAttempted(name)
        if isinstance(value, str):
            return value.strip().lower()
        array = plain(value)
        if array is None or array.dtype.kind not in "iuf":
            return value
        return array.reshape(() if array.size == 1 else array.shape).astype(np.float64)

    @staticmethod
    def rng(seed: int = 0) -> np.random.Generator:
        """Return a generator with a fixed seed."""
        return np.random.default_rng(seed)

    @staticmethod
    def finite_difference(f: Callable[[AnyArray], Any], x: AnyArray, dy: Any, h: float = 1e-5) -> AnyArray:
        """Return the gradient of Σ f(x)·dy with respect to x by central differences.

        All entries up to 200, else 30 of them, drawn at random, and NaN elsewhere. Where f raises, the exception passes
        through; where f does not return numbers of the shape of dy, every entry is NaN.
        """
        x = np.array(x, dtype=np.float64)
        gradient = np.full(x.size, np.nan)
        chosen = np.arange(x.size) if x.size <= 200 else np.random.default_rng(0).choice(x.size, 30, replace=False)
        for i in chosen:
            ends = []
            for sign in (1, -1):
                moved = x.copy()
                moved.flat[i] += sign * h
                y = np.asarray(f(moved))
                if y.shape != np.shape(dy) or y.dtype.kind not in "fiu":
                    return np.full(x.shape, np.nan)
                ends.append(float(np.sum(y * dy)))
            gradient[i] = (ends[0] - ends[1]) / (2 * h)
        return gradient.reshape(x.shape)
