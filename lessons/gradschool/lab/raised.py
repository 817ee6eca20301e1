"""What Python and NumPy say when something does not fit: its name for a class's report, and a hint for who wrote it."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Raised:
    """A kind of error: what it is, whoever made it, and what to look at."""

    name: str
    hint: str


NOTHING = Raised(
    "something is None",
    "Something there is None. Does each of your functions return what it has computed? And is there an assignment of a "
    "call that changes its argument and returns nothing?",
)
"""It rarely shows where it was made."""

LOST = Raised(
    "two shapes do not fit: one has an axis less",
    "One of the two has an axis less than the other. Did a sum, a mean or a maximum lose it? `keepdims=True` keeps it, "
    "and `a[:, None]` puts one in.",
)
TURNED = Raised(
    "two shapes do not fit: their axes are in another order",
    "The two have the same axes in another order. Is one of them to be transposed?",
)
UNLIKE = Raised(
    "two shapes do not fit",
    "NumPy compares shapes from the right, and two lengths fit if they are equal or one of them is 1. Which shape "
    "should each of the two have?",
)

TWO_SHAPES = re.compile(r"operands could not be broadcast together with shapes \(([\d, ]*)\) \(([\d, ]*)\)")
KINDS = {
    r"NoneType": NOTHING,
    r"^ValueError: (matmul: .* is different from|shapes .* not aligned)": Raised(
        "the shapes of a matrix product do not fit",
        "In `A @ B` the last axis of A is as long as the last but one of B, or as its only one. Write both shapes "
        "down: is one of the two to be transposed, or are they in the wrong order?",
    ),
    r"matmul: .* does not have enough dimensions": Raised(
        "a number in a matrix product", "`@` is for arrays with axes. Is one of the two a single number?"
    ),
    r"non-broadcastable output operand": Raised(
        "what is changed in place is smaller than what is put into it",
        "What is changed in place keeps its shape, and what is put into it has more axes or longer ones. Is there an "
        "axis to be summed over first?",
    ),
    r"Cannot cast ufunc .* to dtype": Raised(
        "what is changed in place can't hold what is put into it",
        "The array that is changed in place can't hold what is put into it: whole numbers can't take fractions. Make "
        "it of floats, or make a new array, as in `a = a + b`.",
    ),
    r"truth value of an array": Raised(
        "an array is asked for one yes or no",
        "`if`, `and`, `or`, `not` and Python's `max` ask a whole array for one yes or no. `np.where`, `&`, `|`, `~` "
        "and `np.maximum` work entry by entry.",
    ),
    r"is out of bounds for array of dimension": Raised(
        "an axis that the array does not have",
        "The array has fewer axes than you think. Print its shape: where did one get lost?",
    ),
    r"arrays used as indices must be of integer": Raised(
        "indices that are not whole numbers", "Indices are whole numbers. Where did yours become floats?"
    ),
    r"'[\w.]*(ndarray|float|int)\w*' object is not callable": Raised(
        "a number or an array is called",
        "Round brackets behind a number or an array call it. Is an operator missing, or should the brackets be square?",
    ),
    r"can't multiply sequence|for [-+*/@]+=?: '(list|tuple)' and|for [-+*/@]+=?: '\w+' and '(list|tuple)'": Raised(
        "arithmetic with a list",
        "A list is not an array, and has no arithmetic. `np.asarray` makes an array of it.",
    ),
    r"^AttributeError: '\w+' object has no attribute": Raised(
        "an attribute that was not set",
        "Is it set before, on `self`, and spelled the same? What `backward` needs, `forward` has to keep.",
    ),
}
"""For a pattern in the message, the kind of error; the first that is found counts."""


def kind_of(message: str) -> Raised | None:
    """Return the kind of an error, `message` being its type and its text, if it is a known one.

    >>> kind_of("ValueError: operands could not be broadcast together with shapes (5,3) (3,5) ").name
    'two shapes do not fit: their axes are in another order'
    """
    if found := TWO_SHAPES.search(message):
        first, second = (tuple(int(n) for n in re.findall(r"\d+", text)) for text in found.groups())
        return _of_shapes(first, second)
    return next((kind for pattern, kind in KINDS.items() if re.search(pattern, message)), None)


def _of_shapes(first: tuple[int, ...], second: tuple[int, ...]) -> Raised:
    few, many = sorted((first, second), key=len)
    if few in [many[:i] + many[i + 1 :] for i in range(len(many))]:
        return LOST
    return TURNED if sorted(few) == sorted(many) else UNLIKE
