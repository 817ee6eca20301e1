"""A student's session with a lesson: `check("...")` and what it remembers."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np

from gradschool.lab import public
from gradschool.lab.card import WORDS, Card, points
from gradschool.lab.evidence import Case
from gradschool.lab.judge import Answers, Verdict, judge
from gradschool.lab.names import Names
from gradschool.lab.probe import run_probe
from gradschool.lab.spec import Spec


class Session:
    """The checks of a lesson, run on the names that a notebook defines.

    Args:
        load: returns the lesson, with its public cases; called when they are first needed, which takes a moment.
        own: the notebook's namespace, as it is at any time.
    """

    def __init__(self, load: Callable[[], public.Lesson], own: dict[str, Any]) -> None:
        self._load, self._own = load, own
        self._verdicts: dict[str, Verdict] = {}

    @cached_property
    def lesson(self) -> public.Lesson:
        """The lesson, with its public cases."""
        return self._load()

    def __repr__(self) -> str:
        """Return what this is and what it is called with."""
        return f"the checks of lesson {self.lesson.name}: {', '.join(self.lesson.checks)}"

    def __call__(self, name: str) -> float:
        """Run a check on what the notebook defines, show its card, and return the points earned."""
        verdict = self.verdict(name)
        _show(Card(verdict))
        return float(verdict.points)

    def verdict(self, name: str) -> Verdict:
        """Return what a check finds in what the notebook defines now."""
        from gradschool import nn

        spec, answers = self._find(name)
        evidence = run_probe(spec, Names(self._own, self.lesson.exercises, nn), answers.cases)
        found = judge(spec, answers, evidence, reveal=True)
        if found.state not in ("right", "not attempted") and found.mistake is None:
            earlier = {need: self.verdict(need) for need in spec.needs}  # of what the notebook defines now
            found = judge(spec, answers, evidence, reveal=True, earlier=earlier)
        self._verdicts[name] = found
        return found

    def _find(self, name: str) -> tuple[Spec, Answers]:
        if name not in self.lesson.checks:
            raise KeyError(
                f"there is no check {name!r} in {self.lesson.name}; there are {', '.join(self.lesson.checks)}"
            )
        return self.lesson.checks[name]

    def done(self, *names: str) -> bool:
        """Return whether these checks are right in this session; print those that are not."""
        for name in names:
            self._find(name)
        missing = [name for name in names if name not in self._verdicts or self._verdicts[name].state != "right"]
        if missing:
            print(textwrap.fill(f"This cell waits for {', '.join(missing)}: come back once your code passes.", 100))
        return not missing

    def case(self, name: str, number: int = 0) -> Case:
        """Return a public case of a check: the arguments that its probe gets, by name."""
        cases = self._find(name)[1].cases
        if not 0 <= number < len(cases):
            raise IndexError(f"{name} has cases 0 to {len(cases) - 1}, got {number}")
        given = {key: value for key, value in cases[number].items() if key != "judge"}
        return {key: value.copy() if isinstance(value, np.ndarray) else value for key, value in given.items()}

    def progress(self) -> None:
        """Run every check and show the points of each, and their sum."""
        verdicts = [self.verdict(name) for name in self.lesson.checks]
        _show(Progress(verdicts))


class Progress:
    """A table of all checks of a lesson."""

    def __init__(self, verdicts: list[Verdict]) -> None:
        self.verdicts = verdicts
        earned, most = sum(v.points for v in verdicts), sum(v.max_points for v in verdicts)
        self.total = f"{earned:g} of {most:g} points"

    def __repr__(self) -> str:
        """Return the table for a terminal."""
        width = max(len(v.name) for v in self.verdicts)
        rows = [f"{WORDS[v.state][0]} {v.name:<{width}}  {points(v):>9}  {WORDS[v.state][1]}" for v in self.verdicts]
        return "\n".join([*rows, self.total])

    def _repr_html_(self) -> str:
        rows = "".join(
            f'<tr><td style="text-align:left"><span style="color:rgb({WORDS[v.state][2]})">{WORDS[v.state][0]}</span> '
            f'<code>{v.name}</code></td><td style="text-align:right">{points(v)}</td>'
            f'<td style="text-align:left">{WORDS[v.state][1]}</td></tr>'
            for v in self.verdicts
        )
        return f"<table>{rows}</table><p><b>{self.total}</b></p>"


def _show(what: Any) -> None:
    if "IPython" in sys.modules and sys.modules["IPython"].get_ipython() is not None:
        from IPython.display import display

        display(what)
    else:
        print(what)


_open: list[Session] = []


def open_lesson(name: str) -> Session:
    """Return the checks of a lesson, for the notebook that calls this.

    The public cases are looked for beside the notebook, then in the folder `lessons` of this folder or one above.

    Raises:
        FileNotFoundError: there are none.
    """
    session = Session(partial(public.load, find_public(name, Path.cwd())), sys._getframe(1).f_globals)
    _open[:] = [session]
    return session


def find_public(name: str, start: Path) -> Path:
    """Return the path of the public cases of lesson `name`, looking from the folder `start`."""
    beside = start / "public.npz"
    if beside.exists() and (start.name == name or (start / f"{name}.ipynb").exists()):
        return beside
    for folder in (start, *start.parents):
        for candidate in (folder / "lessons" / name, *(folder / "lessons").glob(f"*/{name}")):
            if (candidate / "public.npz").exists():
                return candidate / "public.npz"
    raise FileNotFoundError(
        f"public.npz of lesson {name} is not beside the notebook, nor in a folder lessons/{name} of {start} or above; "
        "copy it from where you got the notebook"
    )


def done(*names: str) -> bool:
    """Return whether these checks of the opened lesson are right in this session; print those that are not."""
    return _current().done(*names)


def case(name: str, number: int = 0) -> Case:
    """Return a public case of a check of the opened lesson: the arguments that its probe gets, by name."""
    return _current().case(name, number)


def progress() -> None:
    """Run every check of the opened lesson and show the points of each, and their sum."""
    _current().progress()


def _current() -> Session:
    if not _open:
        raise RuntimeError('no lesson is open: run the first cell of the notebook, which calls lab.open_lesson("...")')
    return _open[0]
