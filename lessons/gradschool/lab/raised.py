"""Hints for what Python and NumPy say when something does not fit: what to look at, in the words of the lessons."""

from __future__ import annotations

import re

NOTHING = (
    "Something there is None. Does each of your functions return what it has computed? And is there an assignment of a "
    "call that changes its argument and returns nothing?"
)
"""The hint for an error with None, which is rarely where it shows."""

LOST = (
    "One of the two has an axis less than the other. Did a sum, a mean or a maximum lose it? `keepdims=True` keeps it, "
    "and `a[:, None]` puts one in."
)
TURNED = "The two have the same axes in another order. Is one of them to be transposed?"
UNLIKE = (
    "NumPy compares shapes from the right, and two lengths fit if they are equal or one of them is 1. Which shape "
    "should each of the two have?"
)

TWO_SHAPES = re.compile(r"operands could not be broadcast together with shapes \(([\d, ]*)\) \(([\d, ]*)\)")
HINTS = {
    r"NoneType": NOTHING,
    r"^ValueError: (matmul: .* is different from|shapes .* not aligned)": (
        "In `A @ B` the last axis of A is as long as the last but one of B, or as its only one. Write both shapes "
        "down: is one of the two to be transposed, or are they in the wrong order?"
    ),
    r"matmul: .* does not have enough dimensions": "`@` is for arrays with axes. Is one of the two a single number?",
    r"non-broadcastable output operand": (
        "What is changed in place keeps its shape, and what is put into it has more axes or longer ones. Is there an "
        "axis to be summed over first?"
    ),
    r"Cannot cast ufunc .* to dtype": (
        "The array that is changed in place can't hold what is put into it: whole numbers can't take fractions. Make "
        "it of floats, or make a new array, as in `a = a + b`."
    ),
    r"truth value of an array": (
        "`if`, `and`, `or`, `not` and Python's `max` ask a whole array for one yes or no. `np.where`, `&`, `|`, `~` "
        "and `np.maximum` work entry by entry."
    ),
    r"is out of bounds for array of dimension": (
        "The array has fewer axes than you think. Print its shape: where did one get lost?"
    ),
    r"arrays used as indices must be of integer": "Indices are whole numbers. Where did yours become floats?",
    r"'[\w.]*(ndarray|float|int)\w*' object is not callable": (
        "Round brackets behind a number or an array call it. Is an operator missing, or should the brackets be square?"
    ),
    r"can't multiply sequence|for [-+*/@]+=?: '(list|tuple)' and|for [-+*/@]+=?: '\w+' and '(list|tuple)'": (
        "A list is not an array, and has no arithmetic. `np.asarray` makes an array of it."
    ),
    r"^AttributeError: '\w+' object has no attribute": (
        "Is it set before, on `self`, and spelled the same? What `backward` needs, `forward` has to keep."
    ),
}
"""For a pattern in the message, the hint; the first that is found counts."""


def hint_of(message: str) -> str:
    """Return the hint for an error, `message` being its type and its text, or nothing.

    >>> hint_of("ValueError: operands could not be broadcast together with shapes (5,3) (3,5) ")
    'The two have the same axes in another order. Is one of them to be transposed?'
    """
    if found := TWO_SHAPES.search(message):
        first, second = (tuple(int(n) for n in re.findall(r"\d+", text)) for text in found.groups())
        return _of_shapes(first, second)
    return next((hint for pattern, hint in HINTS.items() if re.search(pattern, message)), "")


def _of_shapes(first: tuple[int, ...], second: tuple[int, ...]) -> str:
    few, many = sorted((first, second), key=len)
    if few in [many[:i] + many[i + 1 :] for i in range(len(many))]:
        return LOST
    return TURNED if sorted(few) == sorted(many) else UNLIKE
