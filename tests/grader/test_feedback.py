"""The feedback that students get holds no secret case, no expected value and no line of the checks."""

from __future__ import annotations

import html
import re

import numpy as np
import pytest
from grader.conftest import Draft

from gradschool.grader import simulate
from gradschool.grader.classroom import secret_seed
from gradschool.grader.discretion import Discretion
from gradschool.grader.reference import all_answers
from gradschool.lab.judge import Verdict

TALKERS = {
    "raises": "def double(x):\n    raise ValueError(f'got {x} and {x.tolist()} {x.tobytes().hex()} {x[0]:.3e}')\n",
    "warns": "import warnings\ndef double(x):\n    warnings.warn(f'{x.tolist()} {float(x[0])!r}')\n    return x\n",
    "prints": "def double(x):\n    print(x.tolist())\n    return 3 * x\n",
    "fails": "def double(x):\n    assert x.sum() == 0, x\n    return x\n",
    "keys": "def double(x):\n    return {}[tuple(x.tolist())]\n",
    "chained": (
        "def double(x):\n    try:\n        return {}[float(x[0])]\n"
        "    except KeyError as e:\n        raise RuntimeError(*x) from e\n"
    ),
    "named": "def double(x):\n    raise type(f'E{x.tolist()}', (Exception,), {})(x)\n",
    "odd": "def double(x):\n    class Odd:\n        __qualname__ = f'{x.tolist()}'\n    return Odd()\n",
    "unfinished": "def double(x):\n    raise NotImplementedError(str(x.tolist()))\n",
}


def numbers(value):
    """Return the entries of what a case or an answer holds."""
    array = np.asarray(value)
    return array.ravel().tolist() if array.dtype.kind == "f" else []


def spellings(number):
    """Return how a value may be written; of six characters or more, since short ones occur by chance."""
    ways = (repr(number), str(np.float64(number)), f"{number:.8f}", f"{number:.6g}", f"{number:.3e}")
    return {way for way in ways if len(way) > 5}


@pytest.fixture(scope="module")
def told(graded, submit, tmp_path_factory):
    """Return the class, talkers in it, its feedback as text, and its secret values."""
    mine = graded.copy(tmp_path_factory.mktemp("feedback") / "class")
    lesson = mine.tiny.lesson()
    simulate.simulate(mine.root, [lesson], 20, seed=3)
    for name, source in TALKERS.items():
        submit(mine.root, name, Draft(lesson).put("exercise-double", source).bytes())
    mine.grade(feedback=True)
    pages = {
        path.parents[1].name: html.unescape(path.read_text())
        for path in (mine.root / "feedback").glob("*/01_tiny/01_tiny.html")
    }
    answers = all_answers(lesson, secret_seed(mine.root))
    secrets = set()
    for each in answers.values():
        for case in each.cases:
            secrets |= {n for value in case.values() if not isinstance(value, dict) for n in numbers(value)}
            secrets |= {n for value in case.get("judge", {}).values() for n in numbers(value)}
        secrets |= {n for e in each.expected for value in e.arrays.values() for n in numbers(value)}
    return mine, pages, {n for n in secrets if len(repr(n)) > 8}


def test_no_value_of_a_secret_case_and_no_expected_value_is_shown(told):
    _, pages, secrets = told
    assert len(pages) == 5 + 20 + len(TALKERS)
    assert len(secrets) > 50
    written = {spelling for number in secrets for spelling in spellings(number)}
    shown = {(name, s) for name, page in pages.items() for s in written if s in page}
    assert shown == set()
    raw = {np.float64(number).tobytes().hex() for number in secrets}
    assert {(name, s) for name, page in pages.items() for s in raw if s in page} == set()


def test_no_line_of_the_checks_is_shown(told):
    mine, pages, _ = told
    released = (mine.root / "release/01_tiny/01_tiny.ipynb").read_text()
    lines = {line.strip() for line in mine.tiny.checks.read_text().splitlines()}
    code = {line for line in lines if len(line) > 12 and re.search(r"[(=\[]", line) and line not in released}
    code -= {line for source in TALKERS.values() for line in source.splitlines()}
    assert len(code) > 20
    probes = {
        line for line in code if line.startswith(("return {", "yield", "@", "layer", "def double_", "def scale_"))
    }
    assert len(probes) > 12
    for name, page in pages.items():
        assert {line for line in probes if line in page} == set(), name


def test_the_instructor_s_reports_keep_what_students_are_not_shown(told):
    mine, pages, _ = told
    report = next(r for r in mine.grade(students=["raises"]).values())
    message = next(c["message"] for c in report.to_json()["checks"] if c["name"] == "double_values")
    assert re.search(r"got \[-?\d\.\d+", message)
    assert "Your code raised ValueError: got … and …" in re.sub(r"<[^>]+>", "", pages["raises"])


SOURCE = """
class Shape(Exception): pass
def double(x, name):
    if x.ndim != 2:
        raise Shape(f"x should have 2 axes, and has {x.ndim} ({x})")
    if x is None:
        raise TypeError("x must be an array, got " + str(x))
    raise ValueError("use {} and not %s".format(x) + "never" if name else "no values here: one two")
"""


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("ValueError: operands could not be broadcast together with shapes (3,2) (2,3)",) * 2,
        ("ValueError: cannot reshape array of size 6 into shape (4,)",) * 2,
        ("IndexError: index 12 is out of bounds for axis 0 with size 10",) * 2,
        ("IndexError: index 123456 is out of bounds for axis 0 with size 10", "IndexError: …"),
        ("NameError: name 'x' is not defined",) * 2,
        ("NameError: name 'x_0_25' is not defined", "NameError: name … is not defined"),
        ("AttributeError: 'list' object has no attribute 'shape'",) * 2,
        ("TypeError: double() missing 1 required positional argument: 'name'",) * 2,
        ("RuntimeWarning: overflow encountered in exp",) * 2,
        ("KeyError: 'name'",) * 2,
        ("KeyError: (1.5, -2e-07)", "KeyError: …"),
        ("MemoryError",) * 2,
        ("E_0_25: x", "…: x"),
        ("no values here one two: x", "…: x"),
        ("ValueError: x is 0.25", "ValueError: …"),
        ("ValueError: two seven one eight", "ValueError: …"),
        ("ValueError: one two", "ValueError: …"),
        ("Shape: x should have 2 axes, and has 3 ([[0.25]])", "Shape: x should have 2 axes, and has … (…)"),
        ("ValueError: no values here: one two",) * 2,
        ("TypeError: x must be an array, got 0.25", "TypeError: x must be an array, got …"),
        ("TypeError: unsupported operand type(s) for +: 'NoneType' and 'float'",) * 2,
        ("ValueError: use 0.25 and not 3", "ValueError: use … and not …"),
        ("UserWarning: " + "a" * 5000, "UserWarning: …"),
    ],
)
def test_of_a_message_what_was_there_before_the_cases_is_shown(said, shown):
    assert Discretion([SOURCE]).raised(said) == shown


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (
            "Your code raised ValueError: 0.25.",
            "Your code raised ValueError: ….",
        ),
        ("It happened at line 4 of its cell, in `double`: if x.ndim != 2:",) * 2,
        (
            "It happened at line 25 of its cell, in `x_0_25`: two five",
            "It happened at line 25 of its cell, in …: …",
        ),
        ("the student's process ended in this check: it was ended by signal 9.",) * 2,
        (
            "the student's process ended in this check: zero point two five.",
            "the student's process ended in this check: ….",
        ),
        ("zero point two five.", "…"),
        ("Your code did not finish: it was still running after 0.5 seconds.",) * 2,
        ("Your code did not finish: zero point two five.", "…"),
        ("`double` is not written yet.",) * 2,
        ("`zero.point` is not written yet.", "… is not written yet."),
    ],
)
def test_of_what_a_process_says_only_our_own_sentences_are_shown(said, shown):
    verdict = Verdict("a", "b", "c", 0.0, 1.0, "error", (said,))
    assert Discretion([SOURCE]).verdict(verdict).findings == (shown,)


def test_a_verdict_on_values_is_shown_as_the_judge_worded_it_but_for_names_and_shapes_that_were_made_up():
    said = (
        "The loss should be at most 0.25, and is 3.5.",
        "`y` is wrong in 3 of 3 cases: it has shape (2, 12), not (3, 12).",
        "`y` is wrong: it is an E_0_25, not an array of numbers.",
        "`y` is an E_0_25, so the outcome can't be computed.",
        "`y` is wrong: it has shape (0, 1, 2, 3, 4, 5, 6), not (3,).",
        "`y` is wrong: it has shape (0, 12345678), not (3,).",
    )
    verdict = Verdict("a", "b", "c", 0.0, 1.0, "wrong", said, notes=("UserWarning: 0.5",))
    shown = Discretion([SOURCE]).verdict(verdict)
    assert shown.findings == (
        *said[:2],
        "`y` is wrong: it is …, not an array of numbers.",
        "`y` is …, so the outcome can't be computed.",
        "`y` is wrong: it has shape …, not (3,).",
        "`y` is wrong: it has shape (0, …), not (3,).",
    )
    assert shown.notes == ("UserWarning: …",)


def test_a_text_of_many_gaps_is_compared_at_once():
    source = f"raise ValueError({'a%s' * 5000 + 'b'!r})"
    assert Discretion([source]).raised("ValueError: " + "a" * 10_000) == "ValueError: …"
