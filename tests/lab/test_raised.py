"""The kinds of what Python and NumPy raise: each error is one that really was raised."""

from __future__ import annotations

import numpy as np
import pytest

from gradschool.lab.raised import KINDS, LOST, NOTHING, TURNED, UNLIKE, Raised, kind_of

A, B, ROW, COUNTS = np.ones((5, 3)), np.ones((5, 2)), np.ones(5), np.ones(3, dtype=int)


class Layer:
    """A layer that has forgotten its input."""

    def backward(self):
        return self.x


SNIPPETS = {
    "A / A.sum(axis=1)": LOST,
    "A.mean(axis=1) - A": LOST,
    "np.multiply(A, ROW, out=A.copy())": LOST,
    "np.ones((2, 5, 3)) - np.ones((2, 3))": LOST,
    "A + A.T": TURNED,
    "A * B": UNLIKE,
    "ROW - ROW[1:]": UNLIKE,
    "ROW - np.ones((3, 4))": UNLIKE,
    "A @ B": "In `A @ B`",
    "np.dot(A, B)": "In `A @ B`",
    "np.matmul(np.ones((2, 5, 3)), np.ones((2, 5, 3)))": "In `A @ B`",
    "A @ np.ones(4)": "In `A @ B`",
    "np.float64(2) @ A": "`@` is for arrays",
    "ROW.__iadd__(np.ones((2, 5)))": "What is changed in place",
    "COUNTS.__iadd__(0.5)": "The array that is changed in place",
    "max(0, A)": "`if`, `and`",
    "A if A > 0 else 0": "`if`, `and`",
    "ROW.sum(axis=1)": "The array has fewer axes",
    "A[np.array([0.5])]": "Indices are whole numbers",
    "A(0)": "Round brackets",
    "ROW.sum()(1)": "Round brackets",
    "[1] * 2.0": "A list is not an array",
    "[1] - [2]": "A list is not an array",
    "2 - (1, 2)": "A list is not an array",
    "Layer().backward()": "Is it set before",
    "ROW * None": NOTHING,
    "None.T": NOTHING,
}
SILENT = ["1 / 0", "nothing", "int('a')", "A[9]", "{}['x']", "A.reshape(4, 4)"]


def raised(snippet: str) -> str:
    with pytest.raises(Exception) as info:
        eval(compile(snippet, "<snippet>", "eval", dont_inherit=True))
    return f"{type(info.value).__name__}: {str(info.value).splitlines()[0]}"


@pytest.mark.parametrize(("snippet", "wanted"), SNIPPETS.items(), ids=SNIPPETS)
def test_an_error_that_students_meet_is_known(snippet, wanted):
    kind = kind_of(raised(snippet))
    assert kind == wanted if isinstance(wanted, Raised) else kind.hint.startswith(wanted)


def test_every_kind_is_that_of_some_error_and_has_its_own_name():
    kinds = {LOST, TURNED, UNLIKE, *KINDS.values()}
    assert {kind_of(raised(snippet)) for snippet in SNIPPETS} == kinds
    assert len({kind.name for kind in kinds}) == len(kinds)


@pytest.mark.parametrize("snippet", SILENT)
def test_other_errors_say_enough_themselves(snippet):
    assert kind_of(raised(snippet)) is None
