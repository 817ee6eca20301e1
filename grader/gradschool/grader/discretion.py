"""What of a student's own messages may be shown with secret cases: words that were there before the cases came.

A student's exception or warning says what the student likes: the arguments of a secret case too, as numbers or spelt in
words. So a message is shown if it is one that Python, NumPy or this project words, with numbers as small as those of a
shape, or if it is text that stands in the student's notebook, with "…" for what was filled in. Names, types and lines
are shown if they stand in the notebook. A student can still choose which of these to show, and so tell a few dozen bits
a check, but not the numbers of a case. The instructor's reports keep all of it.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache, cached_property
from typing import NamedTuple

import numpy as np

from gradschool.lab.judge import Verdict

HIDDEN = "…"
MOST = 200
"""Characters of a message that are looked at."""
MOST_SOURCE = 200_000
"""Characters of a cell that is looked through."""

SLOTS = {
    "name": r"['\"`]?[A-Za-z_][\w.<>]*(?:\(\))?['\"`]?",
    "number": r"\d{1,4}(?:\.\d)?",
    "shape": r"\((?:\d{1,4}(?:, ?|(?=\))|,(?=\)))){0,4}\)",
    "sign": r"[-+*/@%&|^<>=!]{1,3}",
    "gap": r".*?",
}
"""What stands for a part of a message: `gap` for what is never shown."""

MESSAGES = """
operands could not be broadcast together with shapes {shape} {shape}
operands could not be broadcast together with shapes {shape} {shape} {shape}
shapes {shape} and {shape} not aligned: {number} (dim {number}) != {number} (dim {number})
matmul: Input operand {number} has a mismatch in its core dimension {gap} (size {number} is different from {number})
matmul: Input operand {number} does not have enough dimensions {gap}
could not broadcast input array from shape {shape} into shape {shape}
non-broadcastable output operand with shape {shape} doesn't match the broadcast shape {shape}
cannot reshape array of size {number} into shape {shape}
index {number} is out of bounds for axis {number} with size {number}
axis {number} is out of bounds for array of dimension {number}
too many indices for array: array is {number}-dimensional, but {number} were indexed
axes don't match array
all input arrays must have the same shape
Last 2 dimensions of the array must be square
einstein sum subscripts string {gap}
could not convert string to float{gap}
loop of ufunc does not support argument {number} of type {name} which has no callable {name} method
setting an array element with a sequence.{gap}
The truth value of an array with more than one element is ambiguous. Use a.any() or a.all()
only integer scalar arrays can be converted to a scalar index
only length-1 arrays can be converted to Python scalars
only 0-dimensional arrays can be converted to Python scalars
only integers, slices (`:`), ellipsis (`...`), numpy.newaxis (`None`) and integer or boolean arrays are valid indices
all the input array dimensions except for the concatenation axis must match exactly{gap}
Cannot cast ufunc {name} output from {gap} to {gap} with casting rule {name}
ufunc {name} not supported for the input types{gap}
unsupported operand type(s) for {sign}: {name} and {name}
bad operand type for unary {sign}: {name}
assignment destination is read-only
output array is read-only
Unable to allocate {gap}
Singular matrix
overflow encountered in {name}
divide by zero encountered in {name}
invalid value encountered in {name}
Mean of empty slice.
name {name} is not defined
cannot access local variable {name} where it is not associated with a value
{name} object has no attribute {name}
module {name} has no attribute {name}
{name} missing {number} required positional argument: {name}
{name} missing {number} required positional arguments: {name} and {name}
{name} missing {number} required keyword-only argument: {name}
{name} takes {number} positional argument but {number} were given
{name} takes {number} positional arguments but {number} were given
{name} takes from {number} to {number} positional arguments but {number} were given
{name} takes no arguments
can only concatenate {name} (not {name}) to {name}
{name} got an unexpected keyword argument {name}
{name} got multiple values for argument {name}
{name} object is not callable
{name} object is not subscriptable
{name} object is not iterable
{name} object is not an iterator
{name} object does not support item assignment
{name} object cannot be interpreted as an integer
cannot unpack non-iterable {name} object
not enough values to unpack (expected {number}, got {number})
too many values to unpack (expected {number})
list index out of range
tuple index out of range
string index out of range
list indices must be integers or slices, not {name}
can't multiply sequence by non-int of type {name}
object of type {name} has no len()
unhashable type: {name}
division by zero
float division by zero
math domain error
math range error
maximum recursion depth exceeded{gap}
No module named {name}
cannot import name {name} from {gap}
invalid syntax{gap}
unexpected indent{gap}
'(' was never closed{gap}
'[' was never closed{gap}
expected an indented block{gap}
the cell was still running after {number} seconds
the process ended in this cell: {ended}
it was still running after {number} seconds
{name}
"""
SENTENCES = """
Your code raised {raised}.
It happened at line {number} of its cell, in {name}: {line}; delete that line once your code stands above it
It happened at line {number} of its cell, in {name}: {line}
It happened at line {number} of its cell, in {name}
the cell of {name} did not run: {raised}.
the cell of {name} is missing, and no other cell defines it.
{name} is not defined: run the cell that defines it, and look there for an error.
the student's process ended in this check: {ended}.
the student's process stopped before this check was done: {ended}.
the process ended before this check was done.
Your code did not finish: it was still running after {number} seconds.
Your code did not finish: the {number} seconds of the submission were used up.
{name} is not answered yet.
{name} is not written yet.
This rests on {name}, which is not written yet.
"""
ENDED = """
it ended by itself
it was killed, for its use of time or memory
it crashed
it was ended by signal {number}
it sent more than {number} MB
it sent a message that can't be read
it used too much memory
it wrote too much to its folder
it left out what checks gave
its sandbox broke {number} times{gap}
time
silence
"""
ODD = re.compile(
    r"(?<= is )(an? .{1,1000}?)(?=, not an array of numbers|, so the outcome can't be computed)", re.DOTALL
)
LONG = re.compile(r"\((?:\d+, ?){6,}\d*\)|(?<=[(, ])\d{6,}(?=[,)])")
"""Shapes that are none of an exercise's."""


class Discretion:
    """What may be shown to the student who wrote these cells.

    Args:
        sources: the cells that ran.
    """

    def __init__(self, sources: Iterable[str]) -> None:
        self._sources = tuple(text for text in sources if len(text) <= MOST_SOURCE)

    @cached_property
    def _words(self) -> frozenset[str]:
        return _common() | {word for text in self._sources for word in re.findall(r"\w+", text)}

    @cached_property
    def _lines(self) -> frozenset[str]:
        return frozenset(line.strip()[:200] for text in self._sources for line in text.splitlines())

    @cached_property
    def _own(self) -> list[tuple[str, ...]]:
        return [pieces for text in self._sources for pieces in _own_messages(text)]

    def verdict(self, verdict: Verdict) -> Verdict:
        """Return the verdict without what may be a value of a secret case."""
        notes = tuple(self.raised(note) for note in verdict.notes)
        by_judge = verdict.state not in ("error", "timeout", "not attempted")
        shown = self.found if by_judge else self.sentence
        return replace(verdict, findings=tuple(map(shown, verdict.findings)), notes=notes)

    def found(self, text: str) -> str:
        """Return what the judge found, without names that the student's process made up."""
        kinds = ODD.sub(lambda match: match[0] if self._known(match[0]) else HIDDEN, text)
        return LONG.sub(HIDDEN, kinds)

    def sentence(self, text: str) -> str:
        """Return one of this project's sentences with what may be shown in it."""
        return self._match(text, _patterns(SENTENCES)) or HIDDEN

    def raised(self, text: str) -> str:
        """Return an exception or warning: its type, and its message as far as that may be shown.

        >>> Discretion([]).raised("ValueError: operands could not be broadcast together with shapes (3,2) (2,3)")
        'ValueError: operands could not be broadcast together with shapes (3,2) (2,3)'
        >>> Discretion(["raise ValueError(f'x is {x}, and wrong')"]).raised("ValueError: x is [0.25], and wrong")
        'ValueError: x is …, and wrong'
        """
        kind, colon, message = text.partition(": ")
        kind = kind if self._known(kind) else HIDDEN
        return f"{kind}: {self.message(message)}" if colon else kind

    def message(self, text: str) -> str:
        """Return a message of Python, of NumPy or of the student's own."""
        text = text[:MOST].strip()
        if known := self._match(text, _patterns(MESSAGES)):
            return known
        return next((HIDDEN.join(pieces) for pieces in self._own if _fits(text, pieces)), HIDDEN)

    def _match(self, text: str, patterns: Iterable[Pattern]) -> str:
        for pattern in patterns:
            if match := pattern.regex.fullmatch(text):
                return pattern.form.format_map(
                    {group: self._slot(group.rstrip("0123456789"), value) for group, value in match.groupdict().items()}
                )
        return ""

    def _slot(self, kind: str, value: str) -> str:
        """Return what is shown where a pattern has a slot."""
        match kind:
            case "name":
                return value if self._known(value) else HIDDEN
            case "line":
                return value if value in self._lines else HIDDEN
            case "raised":
                return self.raised(value)
            case "ended":
                return self._match(value, _patterns(ENDED)) or HIDDEN
            case "gap":
                return HIDDEN if value else ""
            case _:
                return value

    def _known(self, text: str) -> bool:
        """Return whether a name has no more than three parts, and all of them stand in the notebook or are common."""
        words = re.findall(r"\w+", text)
        return len(words) <= 3 and self._words.issuperset(words)


class Pattern(NamedTuple):
    """A kind of message: what it matches, and what is shown of it."""

    regex: re.Pattern[str]
    form: str


@cache
def _patterns(lines: str) -> tuple[Pattern, ...]:
    return tuple(_pattern(re.split(r"\{(\w+)\}", line)) for line in lines.strip().splitlines())


def _pattern(parts: list[str]) -> Pattern:
    """Return the pattern of texts, at even places, and the kinds of slots between them."""
    regex = form = ""
    for place, part in enumerate(parts):
        if place % 2:
            regex += f"(?P<{part}{place}>{SLOTS.get(part, '.*?')})"
            form += f"{{{part}{place}}}"
        else:
            regex += re.escape(part)
            form += part.replace("{", "{{").replace("}", "}}")
    return Pattern(re.compile(regex, re.DOTALL), form)


@cache
def _common() -> frozenset[str]:
    """Return names that say nothing of a case: those of Python and NumPy."""
    others = "numpy linalg array a an of NoneType function method module dtype same_kind"
    errors = "LinAlgError AxisError UFuncTypeError TimeIsUp ProcessEnded"
    return frozenset((*dir(builtins), *dir(np), *dir(np.linalg), *f"{others} {errors} __init__".split()))


def _own_messages(source: str) -> list[tuple[str, ...]]:
    """Return the texts that stand in a cell, each in the pieces between which something is filled in at run time."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return []
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            text = "".join(str(v.value) if isinstance(v, ast.Constant) else "\0" for v in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = re.sub(r"%[-+ #0-9.]*[a-zA-Z]|\{[^{}]*\}|(?<=[ :=(])$", "\0", node.value)
        else:
            continue
        if len(text.replace("\0", "").strip()) > 2:
            found.append(tuple(text.strip().split("\0")))
    return found


def _fits(text: str, pieces: Sequence[str]) -> bool:
    """Return whether a text is these pieces with something between them."""
    if len(pieces) == 1:
        return text == pieces[0]
    first, *middle, last = pieces
    if not text.startswith(first):
        return False
    place = len(first)
    for piece in middle:
        place = text.find(piece, place)
        if place < 0:
            return False
        place += len(piece)
    return text.endswith(last) and len(text) - len(last) >= place
