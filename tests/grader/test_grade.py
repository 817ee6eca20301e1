"""Grading a submission: reports, faults outside of a probe, and the real lessons."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gradschool.grader.grade import Report, grade, grade_all, open_key
from gradschool.grader.sandbox.run import CellResult, Executed
from gradschool.grader.submission import Submission
from gradschool.lab.evidence import AFTER, Evidence, Fault

SQUARED = "def double(x):\n    return x * x\n"


def executed(value):
    """Return a runner that runs nothing and gives what a student's process would have sent."""
    return lambda prepared, task, limits: value


def right(key):
    return {name: answers.expected for name, answers in key.answers.items()}


def verdict(report, name):
    return next(v for v in report.verdicts if v.name == name)


@pytest.mark.parametrize("name", ["01_linear_regression", "02_dense"])
def test_the_solution_of_a_real_lesson_gets_full_marks_on_secret_cases(course, draft, name):
    lesson = course.lesson(name)
    with open_key(course, lesson, 987654321) as key:
        made = grade(type(draft())(lesson).submission(), key)
    assert [(v.name, v.state) for v in made.verdicts if v.state != "right"] == []
    assert made.points == made.max_points == lesson.points
    assert (made.diagnosis, made.notes) == ("all right", ())


def test_a_named_mistake_gets_the_points_and_the_words_of_the_judge(key, draft, fast):
    made = grade(draft().put("exercise-double", SQUARED).submission(), key, limits=fast)
    assert (made.points, made.max_points) == (6, 9)
    wrong = verdict(made, "double_values")
    assert (wrong.state, wrong.mistake, wrong.hint) == (
        "wrong",
        "x is squared, not doubled",
        "What should become of 3?",
    )
    assert made.diagnosis == "double_values: x is squared, not doubled"
    rests = verdict(made, "double_outcome")
    assert rests.hint == (
        "This rests on `double_values`, which is not right yet (x is squared, not doubled): mend that one first."
    )


def test_the_json_of_a_report_has_these_keys_and_no_value_of_a_case_or_an_answer(key, draft, fast):
    mine = draft().put("exercise-double", "def double(x):\n    return 2 * x + 1e-3\n")
    mine.put("exercise-Scale", next(c for c in key.lesson.of_kind("exercise") if c.name == "Scale").solved + " * 3")
    made = grade(mine.submission("bob"), key, limits=fast)
    data = made.to_json()
    assert set(data) == {"student", "lesson", "points", "max_points", "checks"}
    assert (data["student"], data["lesson"], data["max_points"]) == ("bob", "01_tiny", 9)
    assert [check["name"] for check in data["checks"]] == [c.name for c in key.lesson.of_kind("check")]
    for check in data["checks"]:
        assert set(check) == {"name", "points", "max_points", "state", "mistake", "message", "rests_on"}
    said = " ".join(check["message"] for check in data["checks"])
    assert "`y` is wrong in 3 of 3 cases" in said
    for answers in key.answers.values():
        for evidence in answers.expected:
            for value in np.concatenate([np.ravel(a) for a in evidence.arrays.values() if a.dtype.kind == "f"] or [[]]):
                assert f"{value:.4g}" not in said
                assert f"{value + 1e-3:.4g}" not in said


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda d: d.delete("exercise-double"),
            "the cell of `double` is missing, and no other cell defines it.",
        ),
        (
            lambda d: d.put("exercise-double", "def double(x:\n    pass"),
            "the cell of `double` did not run: SyntaxError: '(' was never closed (line 1: def double(x:).",
        ),
        (
            lambda d: d.put("exercise-double", "import nothing_of_that_name\ntriple = 3"),
            "the cell of `double` did not run: ModuleNotFoundError: No module named 'nothing_of_that_name'.",
        ),
        (
            lambda d: d.put("exercise-double", "triple = 3"),
            "no cell defines `double`; a name that was changed is not found.",
        ),
    ],
)
def test_an_exercise_that_is_not_defined_says_why(key, draft, fast, change, message):
    made = grade(change(draft()).submission(), key, limits=fast)
    found = verdict(made, "double_values")
    assert (found.state, found.findings) == ("error", (message,))
    assert verdict(made, "scale_forward").state == "right"


def test_an_exercise_whose_cell_never_ended_is_out_of_time(key, draft):
    gone = [Evidence(fault=Fault("error", "`double` is not defined: run the cell that defines it, and look"))]
    cells = {"exercise-double": CellResult(error=("TimeIsUp", "the cell was still running after 5 seconds"))}
    runner = executed(Executed(cells, {**right(key), "double_values": gone}))
    found = verdict(grade(draft().submission(), key, runner=runner), "double_values")
    assert found.state == "timeout"
    assert found.findings[0].startswith("Your code did not finish: the cell of `double` was still running")


@pytest.mark.parametrize("source", ["", "# later\n"])
def test_a_cell_that_was_emptied_is_not_attempted(key, draft, fast, source):
    found = verdict(grade(draft().put("exercise-double", source).submission(), key, limits=fast), "double_values")
    assert (found.state, found.findings) == ("not attempted", ("`double` is not written yet.",))


def test_a_question_that_is_not_answered_is_not_attempted(key, draft, fast):
    mine = draft().put("question-colour", "colour = None")
    found = verdict(grade(mine.submission(), key, limits=fast), "colour")
    assert (found.state, found.findings) == ("not attempted", ("`colour` is not answered yet.",))


def test_an_exercise_in_a_cell_of_the_student_s_own_earns_its_points(key, draft, fast):
    mine = draft("student").add("def double(x):\n    return 2 * x")
    made = grade(mine.submission(), key, limits=fast)
    assert verdict(made, "double_values").state == verdict(made, "double_outcome").state == "right"
    assert made.points == 3


def test_warnings_are_notes_of_the_check_and_prints_which_could_tell_secret_cases_are_not(key, draft, fast):
    chatty = "import warnings\ndef double(x):\n    print(x)\n    warnings.warn('careful')\n    return 2 * x\n"
    found = verdict(grade(draft().put("exercise-double", chatty).submission(), key, limits=fast), "double_values")
    assert (found.state, found.notes) == ("right", ("UserWarning: careful",))


def test_evidence_of_fewer_cases_than_there_are_is_an_error(key, draft):
    short = {**right(key), "double_values": key.answers["double_values"].expected[:2]}
    found = verdict(grade(draft().submission(), key, runner=executed(Executed({}, short, "it ended"))), "double_values")
    assert (found.state, found.points) == ("error", 0)
    assert found.findings == ("the student's process stopped before this check was done: it ended.",)


def test_the_time_of_the_submission_is_named_where_it_ran_out(key, draft, fast):
    runner = executed(Executed({}, {}, "time", "exercise-double"))
    made = grade(draft().submission(), key, limits=fast, runner=runner)
    assert {v.state for v in made.verdicts} == {"timeout"}
    assert made.notes == ("The notebook stopped in the cell exercise-double and did not come out of it.",)


def test_the_diagnosis_names_a_mistake_first_then_what_is_wrong_then_what_is_missing(key, draft):
    stub = [Evidence(fault=Fault("not attempted", "double"))]
    odd = [Evidence({**e.arrays, "y": e.arrays["y"] + 5}) for e in key.answers["scale_forward"].expected]
    mistake = key.answers["scale_backward"].mistakes[0].evidence

    def diagnosis(**evidence):
        return grade(draft().submission(), key, runner=executed(Executed({}, {**right(key), **evidence}))).diagnosis

    assert diagnosis() == "all right"
    assert diagnosis(double_values=stub, double_outcome=stub) == "not attempted: double_values, double_outcome"
    assert diagnosis(double_values=stub, scale_forward=odd).startswith("scale_forward: `y` is wrong in 2 of 2 cases")
    assert diagnosis(scale_forward=odd, scale_backward=mistake) == "scale_backward: dX is divided by a"


def test_a_submission_that_can_t_be_read_gets_nothing_and_a_reason(key):
    made = grade(Submission("ada", "01_tiny", b"%PDF"), key, runner=executed(None))
    assert made.points == 0
    assert made.diagnosis == "the file is not a notebook: it is a PDF; hand in the .ipynb file that Jupyter saves"
    assert {v.state for v in made.verdicts} == {"error"}
    assert made.verdicts[0].findings == (
        "the submission could not be graded: the file is not a notebook: it is a PDF; "
        "hand in the .ipynb file that Jupyter saves.",
    )


def test_points_are_summed_without_the_dust_of_floats(key, draft):
    made = grade(draft().submission(), key, runner=executed(Executed({}, right(key))))
    tenths = tuple(replace(v, points=0.1) for v in made.verdicts[:3])
    assert replace(made, verdicts=tenths).points == 0.3


def test_the_key_s_folder_holds_no_answer_and_is_gone_afterwards(built, lesson):
    with open_key(built.course(), lesson, 1) as key:
        files = sorted(str(p.relative_to(key.task.root)) for p in key.task.root.rglob("*") if p.is_file())
        assert "public.npz" in files
        assert not [f for f in files if "tiny" in f or "grader" in f or "checks" in f]
    assert not key.task.root.exists()


def test_the_cases_of_a_key_are_those_of_its_seed_and_not_the_public_ones(built, lesson):
    def drawn(seed):
        with open_key(built.course(), lesson, seed) as key:
            return key.answers["double_values"].cases[0]["x"]

    assert np.array_equal(drawn(1), drawn(1))
    assert not np.array_equal(drawn(1), drawn(2))
    assert np.array_equal(drawn(0), lesson.checks["double_values"].draw(0, lesson.name)[0]["x"])


def test_expected_arrays_hold_the_arguments_after_the_call(key):
    (expected, *_) = key.answers["double_values"].expected
    assert set(expected.arrays) == {"y", f"x{AFTER}"}


def test_a_class_is_graded_with_several_workers_as_with_one(key, draft, fast):
    mine = [
        draft().submission("a"),
        draft().put("exercise-double", SQUARED).submission("b"),
        Submission("c", "01_tiny", b"nothing"),
        draft("student").submission("d"),
    ]
    one: dict[str, Report] = {r.student: r for r in grade_all(mine, key, workers=1, limits=fast)}
    two = {r.student: r for r in grade_all(mine, key, workers=2, limits=fast)}
    assert list(one) == ["a", "b", "c", "d"]
    assert {s: r.to_json() for s, r in one.items()} == {s: two[s].to_json() for s in one}
    assert [r.points for r in one.values()] == [9, 6, 0, 0]
