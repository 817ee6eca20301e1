"""The feedback that students get holds no secret case, no expected value and no line of the checks."""

from __future__ import annotations

import html
import re

import numpy as np
import pytest
from grader.conftest import Draft

from gradschool.grader import simulate
from gradschool.grader.classroom import secret_seed
from gradschool.grader.discretion import discreet, without_values
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
    """Return how a value may be written; short ones occur by chance."""
    return {repr(number), str(np.float64(number)), f"{number:.8f}", f"{number:.6g}", f"{number:.3e}"}


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


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("operands could not be broadcast together with shapes (3,2) (2,3)",) * 2,
        ("index 12 is out of bounds for axis 0 with size 10",) * 2,
        ("name 'x' is not defined",) * 2,
        ("x is 0.25", "x is …"),
        ("KeyError: (1.5, -2e-07)", "KeyError: (…)"),
        ("got [1 2 3]", "got …"),
        ("got [[1.  2.]\n [3.  4.]]", "got …"),
        ("1234567 or -3", "… or …"),
        ("nan, inf", "…"),
        ("a" * 50, "…"),
        ("word " * 100, "word " * 60 + "…"),
    ],
)
def test_words_and_shapes_are_shown_and_values_are_not(said, shown):
    assert without_values(said) == shown


def test_a_verdict_on_values_is_shown_as_the_judge_worded_it():
    verdict = Verdict(
        "a", "b", "c", 0.0, 1.0, "wrong", ("The loss should be at most 0.25, and is 3.5.",), notes=("0.5",)
    )
    assert discreet(verdict).findings == verdict.findings
    assert discreet(verdict).notes == ("…",)
