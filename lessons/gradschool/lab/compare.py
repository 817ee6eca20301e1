"""Compare an array with what was expected, and say in words how it differs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from gradschool.lab.evidence import AFTER, AnyArray, Case

FAMILY = {"b": "booleans", "i": "integers", "u": "integers", "f": "floats", "c": "complex numbers", "U": "text"}


@dataclass(frozen=True)
class Difference:
    """How an array differs from what was expected."""

    words: str
    """What may be said in front of anybody: no value of a case or an answer."""
    values: str = ""
    """What only the public cases may show: the worst entry, as it is and as it was expected."""


def close(got: AnyArray, want: AnyArray, rtol: float) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Return for each entry whether it is right: NaN equals NaN, and the floor is 1e-9 of the largest entry."""
    if want.dtype.kind not in "fc" or got.dtype.kind not in "fciu":
        return np.asarray(got == want)
    if got.dtype == want.dtype and got.shape == want.shape and got.tobytes() == want.tobytes():
        return np.ones(want.shape, np.bool_)  # as what follows finds, in a tenth of the time
    with np.errstate(all="ignore"):
        finite = np.abs(want[np.isfinite(want)])
        floor = 1e-9 * float(finite.max(initial=0.0)) + 1e-14
        same = np.isclose(got, want, rtol=rtol, atol=floor, equal_nan=True)
    return np.asarray(same)


def equal(got: AnyArray | None, want: AnyArray | None, rtol: float) -> bool:
    """Return whether two arrays are the same in shape, family of dtype and values."""
    if got is None or want is None:
        return got is want
    if got.shape != want.shape or got.dtype.kind != want.dtype.kind:
        return False
    return bool(np.all(close(got, want, rtol)))


def difference(got: AnyArray, want: AnyArray, rtol: float, case: Case) -> Difference | None:
    """Return how `got` differs from `want`, or None if it does not."""
    if got.shape != want.shape:
        if got.dtype.kind == "U" and got.ndim == 0:
            return Difference(f"it is a text, not an array of shape {want.shape}", _show(got))
        return Difference(_shape(got, want))
    if got.dtype.kind != want.dtype.kind:
        return Difference(
            f"it holds {FAMILY[got.dtype.kind]} ({got.dtype}), not {FAMILY[want.dtype.kind]} ({want.dtype})"
        )
    if got.dtype.kind == "f" and got.dtype.itemsize < want.dtype.itemsize:
        return Difference(f"it is {got.dtype}, and float64 went in: {want.dtype} should come out")
    right = close(got, want, rtol)
    if right.all():
        return None
    if want.dtype.kind in "bU":
        return Difference(
            _count(right), f"it is {_show(got)}, and {_show(want)} was expected" if want.size == 1 else ""
        )
    return _numbers(got, want, right, rtol, case)


def _numbers(got: AnyArray, want: AnyArray, right: Any, rtol: float, case: Case) -> Difference:
    with np.errstate(all="ignore"):
        broken = ~np.isfinite(got) & np.isfinite(want)
        if broken.any():
            missing = broken & np.isnan(got)
            kind, broken = ("NaN", missing) if missing.any() else ("infinite", broken)
            which = f"{int(broken.sum())} of {got.size} entries are {kind}" if got.size > 1 else f"it is {kind}"
            return Difference(which + _at(broken, got))
        wide = np.complex128 if want.dtype.kind == "c" else np.float64
        error = np.where(right, -1.0, np.abs(got.astype(wide) - want.astype(wide)))
        error[np.isnan(error)] = np.inf
        relation = _relation(got, want, rtol, case)
    worst = np.unravel_index(int(np.argmax(error)), got.shape)
    words = _count(right)
    if relation:
        words += f"; {relation}"
    place = f"the worst is entry {_index(worst)}" if got.size > 1 else "it is"
    if got.size > 1:
        words += f"; {place}"
    shown = f"{got[worst]:.6g}, and {want[worst]:.6g} was expected"
    return Difference(words, shown if got.size > 1 else f"it is {shown}")


def _shape(got: AnyArray, want: AnyArray) -> str:
    words = f"it has shape {got.shape}, not {want.shape}"
    if got.ndim == want.ndim and got.shape == want.shape[::-1]:
        words += ": it is transposed"
    elif got.size == want.size:
        words += ": the same number of entries, arranged otherwise"
    return words


def _count(right: Any) -> str:
    if right.size == 1:
        return "it is not the expected value"
    wrong = int((~right).sum())
    return f"all {right.size} entries differ" if wrong == right.size else f"{wrong} of {right.size} entries differ"


def _at(mask: Any, array: AnyArray) -> str:
    return f", the first at {_index(tuple(np.argwhere(mask)[0]))}" if array.size > 1 else ""


def _index(index: tuple[Any, ...]) -> str:
    return "[" + ", ".join(str(int(i)) for i in index) + "]"


def _show(array: AnyArray) -> str:
    return repr(array.item())[:60] if array.size == 1 else "another"


def _relation(got: AnyArray, want: AnyArray, rtol: float, case: Case) -> str:
    """Return what ties all entries to the expected ones: a sign, a factor, a constant, a transpose."""
    if got.dtype.kind != "f":
        return ""
    if not got.any() and want.any():
        return "every entry is 0" if got.size > 1 else "it is 0"
    if close(-got, want, rtol).all():
        return "the sign is the opposite everywhere" if got.size > 1 else "the sign is the opposite"
    if want.ndim == 2 and want.shape[0] == want.shape[1] > 1 and close(got.T, want, rtol).all():
        return "it is transposed"
    biggest = np.unravel_index(int(np.argmax(np.abs(want))), want.shape)
    subject = "every entry is" if got.size > 1 else "it is"
    if want[biggest] != 0 and np.isfinite(want).all():
        factor = float(got[biggest] / want[biggest])
        if factor and close(got, factor * want, rtol).all() and (got.size > 1 or _known(factor, case)):
            return f"{subject} {_factor(factor, case)} times what was expected"
    shift = float(got.flat[0] - want.flat[0])
    if got.size > 1 and close(got, want + shift, rtol).all():
        return "every entry is off by the same amount"
    return ""


def _known(factor: float, case: Case) -> bool:
    return any(abs(factor * n - 1) < 1e-6 or abs(factor / n - 1) < 1e-6 for n in {2, 3, 4, *_sizes(case)})


def _sizes(case: Case) -> Mapping[int, str]:
    sizes: dict[int, str] = {}
    for name, value in case.items():
        if isinstance(value, np.ndarray) and not name.endswith(AFTER):
            for axis, n in enumerate(value.shape):
                if n > 2:
                    sizes.setdefault(n, f"{name}.shape[{axis}]")
    return sizes


def _factor(factor: float, case: Case) -> str:
    for n, source in [(2, ""), *_sizes(case).items()]:
        for value, text in ((1 / n, f"1/{n}"), (float(n), str(n)), (-1 / n, f"-1/{n}"), (-float(n), f"-{n}")):
            if abs(factor / value - 1) < 1e-6:
                return f"{text} (here {n} = {source})" if source else text
    return f"{factor:.4g}" if abs(factor - 1) > 1e-3 else f"{factor:.9g}"
