"""How checks, questions and styles are made."""

from __future__ import annotations

import numpy as np
import pytest

from gradschool.grader.authoring import check, collect_styles, function_source, overlay_source, question, style
from gradschool.grader.errors import LessonError
from gradschool.lab.names import Names
from gradschool.lab.probe import run_probe


def make():
    @check(of="double", points=2, sort="value", needs=["other"], whole=True, rtol=1e-3, seconds=4)
    def doubled(nn, x):
        """`double` returns
        twice x."""
        return {"y": nn.double(x)}

    return doubled


def test_a_check_takes_its_name_words_and_source_from_the_probe():
    spec = make().spec
    assert (spec.name, spec.of, spec.points, spec.sort) == ("doubled", ("double",), 2, "value")
    assert (spec.needs, spec.whole, spec.rtol, spec.seconds) == (("other",), True, 1e-3, 4)
    assert spec.words == "`double` returns twice x."
    assert spec.source.startswith("def doubled(nn, x):\n")
    assert "@check" not in spec.source


def test_a_check_may_be_of_several_exercises():
    @check(of=["a", "b"], points=1, sort="outcome")
    def both(nn):
        """Both."""
        return {}

    assert both.spec.of == ("a", "b")
    assert not both.is_question


def test_an_unknown_sort_is_refused():
    with pytest.raises(LessonError) as raised:
        check(of="double", points=1, sort="speed")
    assert str(raised.value) == "a check's sort is one of value, gradient, property, outcome, got 'speed'"


def test_a_probe_without_a_docstring_is_refused():
    with pytest.raises(LessonError) as raised:

        @check(of="double", points=1, sort="value")
        def silent(nn):
            return {}

    assert str(raised.value) == "the check silent needs a docstring: what is expected, in words"


def test_a_check_without_cases_is_refused():
    with pytest.raises(LessonError) as raised:
        make().draw(0, "01_tiny")
    assert str(raised.value) == "01_tiny/checks.py: the check doubled has no cases"


def test_the_same_seed_draws_the_same_cases_and_another_seed_or_lesson_or_check_others():
    def cases(rng):
        yield {"x": rng.normal(size=4)}

    mine = make().cases(cases)
    (first,), (again,), (other,) = mine.draw(3, "01_tiny"), mine.draw(3, "01_tiny"), mine.draw(4, "01_tiny")
    (elsewhere,) = mine.draw(3, "02_tiny")
    assert np.array_equal(first["x"], again["x"])
    assert not np.array_equal(first["x"], other["x"])
    assert not np.array_equal(first["x"], elsewhere["x"])

    @check(of="double", points=1, sort="value")
    def another(nn, x):
        """Another."""
        return {}

    (different,) = another.cases(cases).draw(3, "01_tiny")
    assert not np.array_equal(first["x"], different["x"])


def test_a_mistake_is_kept_with_its_text_hint_and_control():
    mine = make()

    @mine.mistake("it is tripled", hint="Count.", control=True)
    def _(nn):
        return {"double": lambda x: 3 * x}

    (variant,) = mine.mistakes
    assert (variant.text, variant.hint, variant.control, variant.answer) == ("it is tripled", "Count.", True, None)
    assert _ is mine


def test_an_outcome_becomes_text_that_the_judge_can_run():
    mine = make()

    @mine.outcome("the sum", uses=["y"], at_least=1.0, at_most=5.0)
    def _(arrays, judge):
        return np.sum(arrays["y"]) + judge["b"]

    outcome = mine.spec.outcome
    assert outcome.source.startswith("def measure(arrays, judge):\n")
    assert outcome.measure({"y": np.ones(2)}, {"b": 1.0}) == 3.0
    assert (outcome.uses, outcome.band) == (("y",), "at least 1 and at most 5")
    assert mine.spec.words == "`double` returns twice x."  # the rest of the check stays


def ask():
    return question(
        "colour", "The colour of the sky.", answer="blue", points=1, wrong={"red": ("it is evening", "Look at noon.")}
    )


def test_a_question_is_a_whole_check_of_one_case_with_its_wrong_answers():
    asked = ask()
    assert asked.is_question
    assert (asked.spec.of, asked.spec.whole, asked.spec.sort) == (("colour",), True, "value")
    assert asked.draw(0, "01_tiny") == [{}]
    (variant,) = asked.mistakes
    assert (variant.text, variant.hint, variant.answer) == ("it is evening", "Look at noon.", "red")
    assert variant.overlay(None) == {"colour": "red"}


@pytest.mark.parametrize(("answer", "given"), [("blue", "blue"), (" Blue ", "blue"), ((2, 3), [2.0, 3.0])])
def test_a_question_s_probe_returns_the_student_s_answer(answer, given):
    spec = ask().spec
    (evidence,) = run_probe(spec, Names({"colour": answer}, {"colour"}, None), [{}])
    assert evidence.fault is None
    assert np.array_equal(evidence.arrays["colour"], given)


def test_an_unanswered_question_is_not_attempted():
    (evidence,) = run_probe(ask().spec, Names({"colour": None}, {"colour"}, None), [{}])
    assert (evidence.fault.kind, evidence.fault.message) == ("not attempted", "colour")


def test_styles_are_collected_once_in_order():
    collect_styles()

    @style("loops")
    def _(nn):
        return {}

    @style("vectors")
    def _(nn):
        return {}

    assert [s.name for s in collect_styles()] == ["loops", "vectors"]
    assert collect_styles() == []


def test_the_source_of_a_function_stands_at_the_margin_without_decorators():
    @style("plain")
    def right(nn):
        # a comment
        return {"a": 1}

    (made,) = collect_styles()
    assert made is right
    assert function_source(made.overlay) == 'def right(nn):\n    # a comment\n    return {"a": 1}\n'


def test_the_source_of_an_overlay_is_what_a_student_s_cell_would_hold():
    def overlay(nn):
        """Say what it is."""

        class Dense(nn.Dense):
            def forward(self, x):
                return nn.relu(super().forward(x))

        def helper(x):
            return nn.Densest(x)

        return {"Dense": Dense, "helper": helper}

    assert overlay_source(overlay, ["Dense", "helper"]) == (
        "class Dense(_right_Dense):\n"
        "    def forward(self, x):\n"
        "        return nn.relu(super().forward(x))\n"
        "\n"
        "def helper(x):\n"
        "    return nn.Densest(x)\n"
    )
    assert "class Dense(_before_1_Dense):" in overlay_source(overlay, ["Dense"], "_before_1_")


def test_the_decorators_of_an_overlay_s_first_definition_are_kept():
    def overlay(nn):
        @np.errstate(all="ignore")
        def double(x):
            return 2 * x

        return {"double": double}

    assert overlay_source(overlay, ["double"]).startswith('@np.errstate(all="ignore")\ndef double(x):\n')


def test_an_overlay_that_does_not_end_with_a_return_is_refused():
    def overlay(nn):
        for name in nn:
            return {name: name}
        raise KeyError

    with pytest.raises(LessonError, match="a mistake or style ends with a return of the names it replaces:\ndef over"):
        overlay_source(overlay, ["double"])
