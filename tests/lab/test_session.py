"""`check("...")` in a notebook, and what it remembers."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import numpy as np
import pytest

from gradschool import lab
from gradschool.lab import session as module
from gradschool.lab.evidence import Evidence
from gradschool.lab.judge import Answers, Mistake
from gradschool.lab.public import Lesson, save
from gradschool.lab.session import Session, find_public, open_lesson
from gradschool.lab.spec import Spec

X = np.array([1.0, 2.0])
PROBE = 'def {0}(nn, x):\n    return {{"y": nn.{0}(x)}}\n'


def _lesson():
    double = Spec("double", ("double",), "`double` returns 2·x.", 2, "value", PROBE.format("double"))
    square = Spec("square", ("square",), "`square` returns x².", 1, "value", PROBE.format("square"), needs=("double",))
    cases = [{"x": X, "judge": {"secret": X}}, {"x": -X, "judge": {}}]
    mistake = Mistake("nothing is doubled", "What is 2·x for x = 1?", [_evidence(X, X), _evidence(-X, -X)])
    return Lesson(
        "02_dense",
        "Dense",
        {
            "double": (double, Answers(cases, [_evidence(2 * X, X), _evidence(-2 * X, -X)], [mistake])),
            "square": (square, Answers(cases, [_evidence(X**2, X), _evidence(X**2, -X)], [])),
        },
    )


def _evidence(y, x):
    return Evidence({"y": y, "x after the call": x})


@pytest.fixture
def own():
    return {}


@pytest.fixture
def check(own):
    return Session(_lesson, own)


@pytest.fixture(autouse=True)
def _no_notebook(monkeypatch):
    """No notebook, and no lesson that another test has opened."""
    monkeypatch.setattr(module, "_open", [])
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: None))


def double(x):
    return 2 * x


def square(x):
    return x**2


# check("...")


def test_a_check_returns_its_points_as_a_plain_float_and_prints_the_card(check, own, capsys):
    own["double"] = double
    points = check("double")
    assert type(points) is float
    assert points == 2.0
    assert capsys.readouterr() == ("✓ double: right, 2 / 2\n  `double` returns 2·x.\n", "")


def test_a_wrong_answer_returns_its_points_and_names_the_mistake(check, own, capsys):
    own["double"] = lambda x: x.copy()
    points = check("double")
    assert type(points) is float
    assert points == 0.0
    assert capsys.readouterr().out == (
        "✗ double: wrong, 0 / 2\n"
        "  Expected: `double` returns 2·x.\n"
        "  `y` is wrong in 2 of 2 cases (case 0): all 2 entries differ; every entry is 1/2 times what was\n"
        "    expected; the worst is entry [1]: 2, and 4 was expected.\n"
        "  What went wrong: nothing is doubled.\n"
        "  Hint: What is 2·x for x = 1?\n"
    )


def test_without_ipython_the_card_is_printed(check, own, capsys, monkeypatch):
    monkeypatch.delitem(sys.modules, "IPython")
    own["double"] = double
    assert check("double") == 2.0
    assert capsys.readouterr().out.startswith("✓ double: right, 2 / 2\n")


def test_in_a_notebook_the_card_is_displayed(check, own, capsys, monkeypatch):
    shown = []
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: "a shell"))
    monkeypatch.setitem(sys.modules, "IPython.display", SimpleNamespace(display=shown.append))
    own["double"] = double
    assert check("double") == 2.0
    assert capsys.readouterr() == ("", "")
    assert [type(card).__name__ for card in shown] == ["Card"]
    assert "right" in shown[0]._repr_html_()


def test_what_the_notebook_defines_now_is_checked(check, own):
    own["double"] = lambda x: x
    assert check("double") == 0.0
    own["double"] = double
    assert check("double") == 2.0


def test_a_missing_exercise_is_not_filled_in(check, capsys):
    assert check("double") == 0.0
    assert "`double` is not defined: run the cell that defines it" in capsys.readouterr().out


def test_a_check_that_rests_on_a_wrong_one_says_so(check, own, capsys):
    own["double"], own["square"] = (lambda x: x.copy()), (lambda x: x + 1)
    check("double")
    check("square")
    assert "Hint: This rests on `double`, which is not right yet (nothing is doubled): mend that one" in (
        capsys.readouterr().out
    )


def test_what_a_check_rests_on_is_looked_at_as_it_is_now(check, own, capsys):
    own["double"], own["square"] = (lambda x: x.copy()), (lambda x: x + 1)
    check("square")
    assert "This rests on `double`, which is not right yet" in capsys.readouterr().out  # it was never checked
    own["double"] = double
    check("square")
    assert "rests on" not in capsys.readouterr().out  # it was mended, and not checked again


def test_a_check_leaves_its_cases_as_they_were(check, own):
    def spoils(x):
        x *= 0
        return x

    own["double"] = spoils
    check("double")
    own["double"] = double
    assert check("double") == 2.0


UNKNOWN = "there is no check 'dubble' in 02_dense; there are double, square"


@pytest.mark.parametrize(
    "call",
    [lambda s: s("dubble"), lambda s: s.verdict("dubble"), lambda s: s.case("dubble"), lambda s: s.done("dubble")],
)
def test_an_unknown_check_is_refused_with_those_that_there_are(check, call):
    with pytest.raises(KeyError) as raised:
        call(check)
    assert raised.value.args == (UNKNOWN,)


def test_a_session_says_what_it_is(check):
    assert repr(check) == "the checks of lesson 02_dense: double, square"


# done, case, progress


def test_done_is_true_once_the_checks_are_right(check, own, capsys):
    own["double"], own["square"] = double, square
    assert check.done("double", "square") is False
    assert capsys.readouterr().out == "This cell waits for double, square: come back once your code passes.\n"
    check("double")
    capsys.readouterr()
    assert check.done("double") is True
    assert capsys.readouterr().out == ""
    assert check.done("double", "square") is False
    assert capsys.readouterr().out == "This cell waits for square: come back once your code passes.\n"
    check("square")
    assert check.done("double", "square") is True
    assert check.done() is True


def test_done_is_false_again_when_a_check_fails_again(check, own):
    own["double"] = double
    check("double")
    own["double"] = lambda x: x
    check("double")
    assert check.done("double") is False


def test_a_case_is_the_arguments_of_the_probe(check):
    case = check.case("double")
    assert list(case) == ["x"]
    np.testing.assert_array_equal(case["x"], X)
    np.testing.assert_array_equal(check.case("double", 1)["x"], -X)


def test_a_case_is_a_copy(check, own):
    check.case("double")["x"][:] = 100
    own["double"] = double
    assert check("double") == 2.0


@pytest.mark.parametrize("number", [-1, 2])
def test_a_case_that_there_is_not_is_refused(check, number):
    with pytest.raises(IndexError) as raised:
        check.case("double", number)
    assert str(raised.value) == f"double has cases 0 to 1, got {number}"


def test_progress_runs_every_check_and_adds_the_points(check, own, capsys):
    own["double"] = double
    assert check.progress() is None
    assert capsys.readouterr().out == (
        "✓ double      2 / 2  right\n✗ square      0 / 1  stopped by an error\n2 of 3 points\n"
    )
    assert check.done("double") is True


def test_progress_is_a_table_in_a_notebook(check, own):
    own["double"] = double
    page = module.Progress([check.verdict("double"), check.verdict("square")])._repr_html_()
    assert page.startswith("<table><tr><td")
    assert "<code>double</code></td>" in page
    assert ">2 / 2</td>" in page
    assert ">stopped by an error</td>" in page
    assert page.endswith("</table><p><b>2 of 3 points</b></p>")


# Finding the lesson


def put(folder):
    folder.mkdir(parents=True, exist_ok=True)
    save(folder / "public.npz", _lesson())
    return folder / "public.npz"


def test_the_cases_are_found_in_the_lessons_own_folder(tmp_path):
    path = put(tmp_path / "02_dense")
    assert find_public("02_dense", tmp_path / "02_dense") == path


def test_the_cases_are_found_beside_the_notebook(tmp_path):
    path = put(tmp_path / "homework")
    (tmp_path / "homework" / "02_dense.ipynb").touch()
    assert find_public("02_dense", tmp_path / "homework") == path


@pytest.mark.parametrize("start", [".", "lessons", "lessons/01_linear_regression", "solutions/notebooks"])
def test_the_cases_are_found_in_a_folder_lessons_here_or_above(tmp_path, start):
    path = put(tmp_path / "lessons" / "02_dense")
    (tmp_path / start).mkdir(parents=True, exist_ok=True)
    assert find_public("02_dense", (tmp_path / start).resolve()) == path


def test_the_cases_of_another_lesson_are_not_taken(tmp_path):
    put(tmp_path / "lessons" / "01_linear_regression")
    path = put(tmp_path / "lessons" / "02_dense")
    assert find_public("02_dense", tmp_path / "lessons" / "01_linear_regression") == path


def test_cases_that_are_nowhere_say_where_they_were_looked_for(tmp_path):
    put(tmp_path / "homework")  # beside no notebook of the lesson
    with pytest.raises(FileNotFoundError) as raised:
        find_public("02_dense", tmp_path / "homework")
    assert str(raised.value) == (
        f"public.npz of lesson 02_dense is not beside the notebook, nor in a folder lessons/02_dense of "
        f"{tmp_path / 'homework'} or above; copy it from where you got the notebook"
    )


def test_opening_a_lesson_gives_the_checks_on_the_callers_names(tmp_path, monkeypatch, capsys):
    put(tmp_path / "02_dense")
    monkeypatch.chdir(tmp_path / "02_dense")
    check = open_lesson("02_dense")
    assert check("double") == 2.0  # this module's own double and square
    assert check("square") == 1.0
    capsys.readouterr()
    assert lab.done("double", "square") is True
    np.testing.assert_array_equal(lab.case("square", 1)["x"], -X)
    lab.progress()
    assert capsys.readouterr().out.endswith("3 of 3 points\n")


@pytest.mark.parametrize("call", [lab.done, lab.progress, lambda: lab.case("double")])
def test_without_an_open_lesson_the_first_cell_is_asked_for(call):
    with pytest.raises(RuntimeError) as raised:
        call()
    assert str(raised.value) == (
        'no lesson is open: run the first cell of the notebook, which calls lab.open_lesson("...")'
    )


def test_the_public_names_of_the_lab_are_these():
    assert lab.__all__ == ["case", "check_gradient", "done", "open_lesson", "progress"]
    assert all(callable(getattr(lab, name)) for name in lab.__all__)
