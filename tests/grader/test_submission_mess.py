"""Every broken submission of tests/submissions gets the marks it must get, and says what was found."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from submissions.special import SPECIAL

from gradschool.grader.grade import grade
from gradschool.grader.submission import find_submission

SUBMISSIONS = Path(__file__).resolve().parents[1] / "submissions"
BROKEN = sorted(folder.name for folder in (SUBMISSIONS / "broken").iterdir())


def assert_as_expected(report, right, notes, problem):
    assert report.prepared.problem == problem
    assert {v.name for v in report.verdicts if v.state == "right"} == set(right)
    for note in notes:
        assert any(found.startswith(note) for found in report.notes), (note, report.notes)
    if not notes:
        assert report.notes == ()
    for text in (*report.notes, problem):
        assert "\n" not in text
        assert "<" not in text


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_submission_gets_what_it_is_worth_and_says_why(name, key, fast):
    folder = SUBMISSIONS / "broken" / name
    expected = json.loads((folder / "expected.json").read_text())
    assert_as_expected(grade(find_submission(folder, "ada", "01_tiny"), key, limits=fast), **expected)


@pytest.mark.parametrize("name", SPECIAL)
def test_a_special_submission_gets_what_it_is_worth_and_says_why(name, key, fast, draft, tmp_path):
    special = SPECIAL[name]
    folder = tmp_path / "01_tiny"
    folder.mkdir()
    special.make(folder, draft().bytes())
    report = grade(find_submission(folder, "ada", "01_tiny"), key, limits=fast)
    assert_as_expected(report, special.right, special.notes, special.problem)
