"""The reference of a lesson: the solved cells, run in one namespace as in the solved notebook.

Expected values are what a probe returns on it; a mistake's are what the probe returns when the mistake's names stand
in the place of the reference's, in the same namespace, so that one function that calls another meets the wrong one.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from itertools import permutations
from types import CodeType
from typing import Any

from gradschool import nn
from gradschool.grader.authoring import Check, Overlay
from gradschool.grader.errors import LessonError
from gradschool.grader.lesson import OPEN, Lesson
from gradschool.lab.evidence import Evidence
from gradschool.lab.judge import AND, Answers, Mistake
from gradschool.lab.names import Names
from gradschool.lab.probe import run_probe


class Reference:
    """The reference of a lesson."""

    def __init__(self, lesson: Lesson) -> None:
        self.lesson = lesson
        self._setup: dict[str, Any] = {"__name__": "__main__"}
        for cell in lesson.of_kind("setup"):
            exec(self._compile(cell.id, OPEN.sub("", cell.solved)), self._setup)
        self._solved = {
            cell.name: self._compile(cell.id, cell.solved) for cell in lesson.of_kind("exercise", "question")
        }
        self._bases = {cell.name: _bases(cell.solved) for cell in lesson.of_kind("exercise")}

    def _compile(self, cell_id: str, source: str) -> CodeType:
        return compile(source, f"<{self.lesson.name}, {cell_id}>", "exec")

    def names(self, *overlays: Overlay) -> Names:
        """Return the names of the solved notebook, each overlay's in the place of what it was built over.

        As in a notebook, a class of a later cell that is derived from what is replaced is derived from the replacement.
        """
        own = dict(self._setup)
        for code in self._solved.values():
            exec(code, own)
        for overlay in overlays:
            replaced = dict(overlay(self._view(dict(own))))
            own.update(replaced)
            for name, bases in self._bases.items():
                if name not in replaced and (changed := bases & set(replaced)):
                    if all(isinstance(own[base], type) for base in changed):
                        exec(self._solved[name], own)
                    else:
                        own[name] = None
                    replaced[name] = own[name]
        return self._view(own)

    def _view(self, own: Mapping[str, Any]) -> Names:
        return Names(own, self.lesson.exercises, nn)

    def answers(self, check: Check, seed: int) -> Answers:
        """Return the cases that `seed` gives, what the reference gives for them, and what each mistake gives.

        A mistake is run when it is first asked for: what is right never asks.
        """
        cases = check.draw(seed, self.lesson.name)
        expected = run_probe(check.spec, self.names(), cases)
        if not cases or expected[-1].fault is not None:
            fault = expected[-1].fault if expected else None
            why = " at ".join(filter(None, (fault.message, fault.where))) if fault else "it has no cases"
            raise LessonError(f"{self.lesson.name}/checks.py: {check.name} fails on the reference: {why}")
        if expected[0].odd:
            raise LessonError(f"{self.lesson.name}/checks.py: {check.name} returns {dict(expected[0].odd)}")

        def run(*overlays: Overlay) -> Sequence[Evidence]:
            return run_probe(check.spec, self.names(*overlays), cases)

        mistakes = [Mistake(m.text, m.hint, _Later(partial(run, m.overlay))) for m in check.mistakes]
        return Answers(cases, expected, mistakes, _pairs(check, run))


def _bases(source: str) -> set[str]:
    """Return the names of the classes that the classes of a cell are derived from."""
    classes = [node for node in ast.parse(source).body if isinstance(node, ast.ClassDef)]
    return {base.id for node in classes for base in node.bases if isinstance(base, ast.Name)}


class _Later(Sequence[Evidence]):
    """What a run gives, which is run when it is first asked for, and once."""

    def __init__(self, run: Callable[[], Sequence[Evidence]]) -> None:
        self._found = cache(run)

    def __len__(self) -> int:
        return len(self._found())

    def __getitem__(self, place: Any) -> Any:
        return self._found()[place]


def _pairs(check: Check, run: Callable[..., Sequence[Evidence]]) -> Callable[[], Sequence[Mistake]]:
    """Return a function that returns what each two mistakes of a check give together."""

    @cache
    def pairs() -> Sequence[Mistake]:
        if check.is_question or check.spec.sort == "outcome":
            return ()
        return [
            Mistake(f"{a.text}{AND}{b.text}", f"{a.hint} {b.hint}", _Later(partial(run, a.overlay, b.overlay)))
            for a, b in permutations(check.mistakes, 2)
        ]

    return pairs


def all_answers(lesson: Lesson, seed: int) -> dict[str, Answers]:
    """Return the answers to every check of a lesson, for the cases that `seed` gives."""
    reference = Reference(lesson)
    return {name: reference.answers(check, seed) for name, check in lesson.checks.items()}
