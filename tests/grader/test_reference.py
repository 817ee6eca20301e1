"""The reference: the solved cells in one namespace, and what mistakes give in their place."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gradschool.grader.authoring import Variant
from gradschool.grader.errors import LessonError
from gradschool.grader.reference import Reference, all_answers


def test_the_names_are_those_of_the_solved_notebook(lesson):
    names = Reference(lesson).names()
    assert np.array_equal(names.double(np.ones(2)), [2, 2])
    assert names.answer("colour") == "blue"
    assert names.Scale(3).forward(2) == 6


def test_an_overlay_is_built_over_the_reference_and_each_over_the_one_before(lesson):
    reference = Reference(lesson)

    def plus(nn):
        before = nn.double
        return {"double": lambda x: before(x) + 1}

    def tenfold(nn):
        before = nn.double
        return {"double": lambda x: 10 * before(x)}

    assert reference.names(plus, tenfold).double(1) == 30
    assert reference.names(tenfold, plus).double(1) == 21
    assert reference.names().double(1) == 2


def test_one_exercise_that_calls_another_meets_the_overlay_s(course):
    reference = Reference(course.lesson("1"))
    wrong = reference.names(lambda nn: {"predict": lambda X, theta: np.zeros(len(X))})
    X, y, theta = np.ones((3, 1)), np.array([1.0, 2.0, 3.0]), np.array([0.0, 5.0])
    assert np.array_equal(wrong.gradient(X, y, theta), [-4.0, -4.0])


def test_the_answers_hold_cases_expected_and_mistakes(lesson):
    answers = all_answers(lesson, 7)
    assert list(answers) == list(lesson.checks)
    double = answers["double_values"]
    for case, expected in zip(double.cases, double.expected, strict=True):
        assert np.array_equal(expected.arrays["y"], 2 * case["x"])
        assert np.array_equal(expected.arrays["x after the call"], case["x"])
    assert [m.text for m in double.mistakes] == ["x is squared, not doubled", "x comes back as it went in"]
    assert np.array_equal(double.mistakes[0].evidence[1].arrays["y"], double.cases[1]["x"] ** 2)


def test_a_mistake_is_run_when_it_is_asked_for_and_once(lesson):
    runs = []

    def wrong(nn):
        runs.append(nn)
        return {"double": lambda x: 3 * x}

    variant = Variant("x is tripled", "How often is twice?", wrong)
    check = replace(lesson.checks["double_values"], mistakes=[variant])
    (mistake,) = Reference(lesson).answers(check, 7).mistakes
    assert runs == []
    assert [len(mistake.evidence), len(list(mistake.evidence)), len(runs)] == [3, 3, 1]


def test_two_mistakes_together_are_computed_when_asked_for_and_once(lesson):
    double = all_answers(lesson, 7)["double_values"]
    pairs = double.more()
    assert [m.text for m in pairs] == [
        "x is squared, not doubled; and x comes back as it went in",
        "x comes back as it went in; and x is squared, not doubled",
    ]
    assert pairs[0].hint == "What should become of 3? Twice, not once."
    assert double.more() is pairs


@pytest.mark.parametrize("check", ["double_outcome", "colour"])
def test_outcomes_and_questions_have_no_pairs(lesson, check):
    assert all_answers(lesson, 7)[check].more() == ()


def answer(tiny, check="double_values"):
    lesson = tiny.lesson()
    return Reference(lesson).answers(lesson.checks[check], 0)


def test_a_check_that_fails_on_the_reference_is_refused(tiny):
    tiny.change(tiny.checks, 'return {"y": nn.double(x)}', 'return {"y": nn.double(x, 1)}')
    with pytest.raises(LessonError) as raised:
        answer(tiny)
    text = str(raised.value)
    assert text.startswith("01_tiny/checks.py: double_values fails on the reference: TypeError: double() takes 1")
    assert "Fault(" not in text


def test_a_check_without_a_case_is_refused(tiny):
    tiny.change(tiny.checks, "for size in (1, 3, 5):", "for size in ():")
    with pytest.raises(LessonError) as raised:
        answer(tiny)
    assert str(raised.value) == "01_tiny/checks.py: double_values fails on the reference: it has no cases"


def test_a_check_that_returns_no_array_on_the_reference_is_refused(tiny):
    tiny.change(tiny.checks, 'return {"y": nn.double(x)}', 'return {"y": nn.double(x), "z": None}')
    with pytest.raises(LessonError) as raised:
        answer(tiny)
    assert str(raised.value) == "01_tiny/checks.py: double_values returns {'z': 'None'}"


def test_a_setup_cell_opens_no_lesson_in_the_grader(lesson, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # where no public cases are
    assert Reference(lesson).names().double(1) == 2
