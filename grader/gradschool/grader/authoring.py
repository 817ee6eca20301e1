"""How a lesson's `checks.py` and `styles.py` are written: `check`, `question` and `style`.

See CONTRIBUTING.md, "How a lesson is written", for the contract.
"""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gradschool.grader.errors import LessonError
from gradschool.lab.evidence import Case
from gradschool.lab.names import Names
from gradschool.lab.spec import SORTS, Outcome, Spec

Overlay = Callable[[Names], Mapping[str, Any]]
"""A function that returns names, built over those it is given, to put in their place."""

PUBLIC_SEED = 0


@dataclass(frozen=True)
class Variant:
    """A wrong variant of the reference that students write."""

    text: str
    hint: str
    overlay: Overlay
    control: bool = False
    answer: Any = None
    """For a question: the wrong answer."""


@dataclass
class Check:
    """How an exercise is graded: a probe, its cases and its named mistakes."""

    spec: Spec
    answer: Any = None
    """For a question: the right answer."""
    mistakes: list[Variant] = field(default_factory=list)
    _cases: Callable[[np.random.Generator], Iterable[Case]] | None = None

    @property
    def name(self) -> str:
        """The name by which a notebook calls the check."""
        return self.spec.name

    @property
    def is_question(self) -> bool:
        """Whether the check is of a question in the text."""
        return self.spec.is_question

    def cases(self, function: Callable[[np.random.Generator], Iterable[Case]]) -> Check:
        """Take `function(rng)` as the generator of the check's cases."""
        self._cases = function
        return self

    def mistake(self, text: str, *, hint: str, control: bool = False) -> Callable[[Overlay], Check]:
        """Take the decorated function as a mistake: the names it replaces, built over the reference."""

        def decorate(overlay: Overlay) -> Check:
            self.mistakes.append(Variant(text, hint, overlay, control))
            return self

        return decorate

    def outcome(
        self, text: str, *, uses: Sequence[str], at_least: float | None = None, at_most: float | None = None
    ) -> Callable[[Callable[..., Any]], Check]:
        """Take the decorated function as the judge's measurement, which must lie in the band."""

        def decorate(function: Callable[..., Any]) -> Check:
            source = function_source(function).replace("def _(", "def measure(", 1)
            outcome = Outcome(text, "measure", source, tuple(uses), at_least, at_most)
            self.spec = Spec(**{**vars(self.spec), "outcome": outcome})
            return self

        return decorate

    def draw(self, seed: int, lesson: str) -> list[Case]:
        """Return the cases that `seed` gives; each check of each lesson has a stream of its own."""
        if self._cases is None:
            raise LessonError(f"{lesson}/checks.py: the check {self.name} has no cases")
        stream = zlib.crc32(f"{lesson}/{self.name}".encode())
        return list(self._cases(np.random.default_rng([seed, stream])))


def check(
    *,
    of: str | Sequence[str],
    points: float,
    sort: str,
    needs: Sequence[str] = (),
    whole: bool = False,
    rtol: float = 1e-6,
    seconds: float = 10.0,
) -> Callable[[Callable[..., Any]], Check]:
    """Make a check of the decorated probe; the arguments are described in CONTRIBUTING.md."""
    if sort not in SORTS:
        raise LessonError(f"a check's sort is one of {', '.join(SORTS)}, got {sort!r}")

    def decorate(probe: Callable[..., Any]) -> Check:
        words = inspect.cleandoc(probe.__doc__ or "").replace("\n", " ")
        if not words:
            raise LessonError(f"the check {probe.__name__} needs a docstring: what is expected, in words")
        exercises = (of,) if isinstance(of, str) else tuple(of)
        source = function_source(probe)
        return Check(Spec(probe.__name__, exercises, words, points, sort, source, tuple(needs), whole, rtol, seconds))

    return decorate


def question(
    name: str, words: str, *, answer: Any, points: float, wrong: Mapping[Any, tuple[str, str]], rtol: float = 1e-6
) -> Check:
    """Make a check of a question in the text: the student assigns a value to `name`.

    Args:
        name: the variable that the student assigns.
        words: what is asked.
        answer: the right value: text, a number, a boolean or a tuple.
        points: what it is worth.
        wrong: for each tempting wrong answer, the mistake behind it and a hint.
        rtol: the relative tolerance of numbers.
    """
    source = f'def {name}(nn):\n    return {{"{name}": nn.answer("{name}")}}\n'
    made = Check(Spec(name, (name,), words, points, "value", source, whole=True, rtol=rtol), answer)
    made.cases(lambda rng: [{}])
    for value, (text, hint) in wrong.items():
        made.mistakes.append(Variant(text, hint, _constant(name, value), answer=value))
    return made


def _constant(name: str, value: Any) -> Overlay:
    return lambda nn: {name: value}


@dataclass(frozen=True)
class Style:
    """A right answer in another manner."""

    name: str
    overlay: Overlay


def style(name: str) -> Callable[[Overlay], Style]:
    """Make a style of the decorated function: the names it replaces, each implemented in another manner."""

    def decorate(overlay: Overlay) -> Style:
        _collected.append(Style(name, overlay))
        return _collected[-1]

    return decorate


_collected: list[Style] = []


def collect_styles() -> list[Style]:
    """Return the styles made since the last call, in order."""
    styles = list(_collected)
    _collected.clear()
    return styles


def function_source(function: Callable[..., Any]) -> str:
    """Return the source of a function without its decorators, at the left margin."""
    source = textwrap.dedent(inspect.getsource(function))
    (node,) = ast.parse(source).body
    assert isinstance(node, ast.FunctionDef)
    return "\n".join(source.splitlines()[node.lineno - 1 :]) + "\n"


def overlay_source(overlay: Overlay, exercises: Iterable[str], prefix: str = "_right_") -> str:
    """Return what a mistake or style defines as a student's cell would: the body of the function without its return.

    There `nn.X` of an exercise X becomes `_right_X`, which the cell must define before.
    """
    source = function_source(overlay)
    (node,) = ast.parse(source).body
    assert isinstance(node, ast.FunctionDef)
    *body, last = node.body
    if not isinstance(last, ast.Return):
        raise LessonError(f"a mistake or style ends with a return of the names it replaces:\n{source}")
    if body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        body = body[1:]
    first = min([n.lineno for n in body] + [d.lineno for n in body for d in getattr(n, "decorator_list", [])])
    text = textwrap.dedent("\n".join(source.splitlines()[first - 1 : last.lineno - 1])).rstrip() + "\n"
    return re.sub(rf"\bnn\.({'|'.join(map(re.escape, exercises))})\b", rf"{prefix}\1", text)
