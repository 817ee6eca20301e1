"""The kit that runs over all checks of all lessons: every right answer passes, every mistake fails and is named."""

from __future__ import annotations

import copy
from functools import cache
from pathlib import Path

import nbformat
import numpy as np
import pytest

from gradschool.grader import notebooks
from gradschool.grader.authoring import Check, Overlay
from gradschool.grader.course import Course
from gradschool.grader.lesson import Lesson
from gradschool.grader.planting import plant
from gradschool.grader.reference import Reference
from gradschool.lab import public
from gradschool.lab.judge import Answers, judge
from gradschool.lab.names import Names
from gradschool.lab.probe import run_probe
from gradschool.lab.spec import SORTS

COURSE = Course(Path(__file__).resolve().parents[2])
SECRET = [1000 + i for i in range(50)]
LESSONS = COURSE.lessons()
CHECKS = [
    pytest.param(lesson, check, id=f"{lesson.name}-{check.name}")
    for lesson in LESSONS
    for check in lesson.checks.values()
]
STYLES = [
    pytest.param(lesson, style, id=f"{lesson.name}-{style.name}-{i}")
    for lesson in LESSONS
    for i, style in enumerate(lesson.styles)
]

each_check = pytest.mark.parametrize(("lesson", "check"), CHECKS, scope="module")  # all tests of a check in a row


@cache
def reference(name: str) -> Reference:
    return Reference(COURSE.lesson(name))


@cache
def answers(lesson: str, check: str, seed: int) -> Answers:
    """Return the answers, kept for the other tests; raise where the reference fails or gives no array."""
    return reference(lesson).answers(COURSE.lesson(lesson).checks[check], seed)


@cache
def shipped(name: str) -> public.Lesson:
    return public.load(COURSE.lesson(name).folder / "public.npz")


@cache
def solved(name: str) -> nbformat.NotebookNode:
    return notebooks.notebook(COURSE.lesson(name), "solved")


def few(check: Check) -> list[int]:
    """Return the seeds for all but the reference: of a training one, and its docstring says what many gave."""
    return SECRET[:1] if check.spec.sort == "outcome" else [0, *SECRET[:2]]


@each_check
def test_the_reference_runs_on_50_secret_seeds_and_gets_full_marks_when_it_runs_again(
    lesson: Lesson, check: Check
) -> None:
    for seed in SECRET[:2] if check.spec.sort == "outcome" else SECRET:
        kept = seed in few(check)
        right = answers(lesson.name, check.name, seed) if kept else reference(lesson.name).answers(check, seed)
        assert not [evidence.notes for evidence in right.expected if evidence.notes], seed
        if kept:
            again = run_probe(check.spec, reference(lesson.name).names(), right.cases)
            verdict = judge(check.spec, right, again, reveal=False)
            assert (verdict.state, verdict.points) == ("right", check.spec.points), (seed, verdict.message)


@each_check
def test_every_mistake_fails_and_is_named_and_no_other(lesson: Lesson, check: Check) -> None:
    for seed in few(check):
        assert_every_mistake_is_named(check, answers(lesson.name, check.name, seed))


@each_check
def test_what_ships_names_every_mistake_and_no_other(lesson: Lesson, check: Check) -> None:
    spec, known = shipped(lesson.name).checks[check.name]
    assert spec.to_json() == check.spec.to_json()
    assert_every_mistake_is_named(check, known)


def assert_every_mistake_is_named(check: Check, known: Answers) -> None:
    assert [mistake.text for mistake in known.mistakes] == [mistake.text for mistake in check.mistakes]
    for mistake in known.mistakes:
        verdict = judge(check.spec, known, mistake.evidence, reveal=False)
        assert verdict.state in ("wrong", "partly"), (mistake.text, verdict)
        assert verdict.points < check.spec.points
        assert verdict.mistake == mistake.text, verdict.findings
        assert verdict.hint == mistake.hint
    if check.spec.outcome is not None:
        assert_the_controls_miss_the_band(check, known)


def assert_the_controls_miss_the_band(check: Check, known: Answers) -> None:
    outcome = check.spec.outcome
    assert outcome is not None
    controls = [m for m, authored in zip(known.mistakes, check.mistakes, strict=True) if authored.control]
    assert controls
    for control in controls:
        pairs = zip(control.evidence, known.cases, strict=True)
        measured = [outcome.measure(evidence.arrays, case["judge"]) for evidence, case in pairs]
        assert not any(outcome.holds(number) for number in measured), (control.text, measured)


@each_check
def test_a_mistake_in_the_text_of_a_notebook_is_the_same_mistake(lesson: Lesson, check: Check) -> None:
    known = answers(lesson.name, check.name, few(check)[0])
    for mistake, evidence in zip(check.mistakes, known.mistakes, strict=True):
        if check.is_question:
            continue
        names = in_a_notebook(lesson, mistake.overlay)
        found = judge(check.spec, known, run_probe(check.spec, names, known.cases), reveal=False)
        assert found.mistake == evidence.text, (mistake.text, found.findings)


def in_a_notebook(lesson: Lesson, overlay: Overlay) -> Names:
    """Return the names of a solved notebook in which a student has written what the overlay defines."""
    right = reference(lesson.name)
    notebook = copy.deepcopy(solved(lesson.name))
    plant(lesson, notebook, [overlay], right.names())
    own = dict(right._setup)
    ids = [notebooks.cell_id(cell.id) for cell in lesson.of_kind("exercise", "question")]
    for cell in notebook.cells:
        if cell.id in ids:
            exec(cell.source, own)
    return right._view(own)


@each_check
def test_the_stub_is_not_attempted_and_earns_nothing(lesson: Lesson, check: Check) -> None:
    own = dict(reference(lesson.name)._setup)
    for cell in lesson.of_kind("exercise", "question"):
        exec(compile(cell.student, f"<{cell.id}>", "exec"), own)
    known = answers(lesson.name, check.name, few(check)[0])
    verdict = judge(
        check.spec, known, run_probe(check.spec, reference(lesson.name)._view(own), known.cases), reveal=False
    )
    assert (verdict.state, verdict.points) == ("not attempted", 0), verdict


@each_check
@pytest.mark.parametrize("constant", [None, 0.0], ids=["None", "zeros"])
def test_none_and_zeros_fail(lesson: Lesson, check: Check, constant: float | None) -> None:
    """Every function and every method of the exercise returns None, or zeros of the shape that it should return."""
    known = answers(lesson.name, check.name, few(check)[0])

    def overlay(nn):
        replaced = {}
        for name in check.spec.of:
            right = getattr(nn, name)
            if isinstance(right, type):
                methods = {m: getattr(f, "__func__", f) for m, f in vars(right).items() if not m.startswith("__")}
                body = {m: blank(f, constant) for m, f in methods.items() if callable(f)}
                replaced[name] = type(name, (right,), body)
            else:
                replaced[name] = blank(right, constant) if callable(right) else constant
        return replaced

    evidence = run_probe(check.spec, reference(lesson.name).names(overlay), known.cases)
    verdict = judge(check.spec, Answers(known.cases, known.expected, known.mistakes), evidence, reveal=False)
    assert verdict.state != "right"
    assert verdict.points <= check.spec.points / 2, verdict


def blank(right, constant):
    def empty(*args, **kwargs):
        if constant is None:
            return None
        returned = right(*copy.deepcopy(args), **copy.deepcopy(kwargs))  # what it changes is lost
        if isinstance(returned, tuple):
            return tuple(np.zeros_like(part) for part in returned)
        return np.zeros_like(returned) if returned is not None else None

    return empty


@pytest.mark.parametrize(("lesson", "style"), STYLES)
def test_every_style_gets_full_marks(lesson: Lesson, style) -> None:
    names, written = reference(lesson.name).names(style.overlay), in_a_notebook(lesson, style.overlay)
    replaced = set(style.overlay(reference(lesson.name).names()))
    assert replaced <= set(lesson.exercises)
    for check in lesson.checks.values():
        for seed in few(check)[:2]:  # loops take their time
            right = answers(lesson.name, check.name, seed)
            own = written if seed == few(check)[0] else names
            verdict = judge(check.spec, right, run_probe(check.spec, own, right.cases), reveal=False)
            assert verdict.state == "right", (check.name, seed, verdict.message)


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_every_exercise_has_another_right_style(lesson: Lesson) -> None:
    styled = {name for style in lesson.styles for name in style.overlay(reference(lesson.name).names())}
    assert styled == {cell.name for cell in lesson.of_kind("exercise")}


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_a_lesson_has_what_every_lesson_has(lesson: Lesson) -> None:
    checks = list(lesson.checks.values())
    sorts = {check.spec.sort for check in checks}
    exercises, questions = len(list(lesson.of_kind("exercise"))), sum(check.is_question for check in checks)
    if lesson.is_project:
        assert "outcome" in sorts
        assert 1 <= exercises <= 9
    else:
        assert sorts == set(SORTS)
        assert sum(len(check.mistakes) for check in checks if not check.is_question) >= 8
        assert 5 <= exercises <= 9
        assert 2 <= questions <= 4
    assert all(check.mistakes for check in checks), [c.name for c in checks if not c.mistakes]
    for cell in lesson.of_kind("exercise"):
        assert len(cell.lines) > 0
        assert any(cell.name in check.spec.of for check in checks), f"{cell.name} has no check"
