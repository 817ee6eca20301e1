"""The journal: a line a submission, whatever a student wrote."""

from __future__ import annotations

import re

import pytest

from gradschool.grader.errors import ClassroomError
from gradschool.grader.journal import open_journal
from gradschool.grader.summary import Summary, failure


def lines(path):
    return [line.split(" ", 1)[1] for line in path.read_text(encoding="utf-8").splitlines()]


def test_a_line_has_the_time_the_points_the_seconds_and_what_was_wrong(tmp_path):
    with open_journal(tmp_path / "logs/a.log") as journal:
        journal.submission(Summary("ada", "01_tiny", 6.0, 9.0, "double: it is squared", "", ("A note.",)), 1.234)
        journal.submission(Summary("bob", "01_tiny", 9.0, 9.0, "all right"), None)
        journal.submission(failure("eve", "01_tiny", 9, "it was not recorded: why"), 0.0)
    assert lines(tmp_path / "logs/a.log") == [
        "01_tiny ada: 6 / 9, 1.23 s: double: it is squared; A note.",
        "01_tiny bob: 9 / 9, as before: all right",
        "01_tiny eve: not recorded, 0.00 s: it was not recorded: why",
    ]
    first = (tmp_path / "logs/a.log").read_text().split(" ", 1)[0]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d", first)


def test_no_student_writes_a_line_of_their_own_or_moves_the_cursor(tmp_path):
    with open_journal(tmp_path / "a.log") as journal:
        journal.say("raised\n2026-01-01 01_tiny ada: 9 / 9\r\x1b[2J\x85\u2028 \ud800")
    assert lines(tmp_path / "a.log") == ["raised 2026-01-01 01_tiny ada: 9 / 9 [2J  ?"]


def test_lines_are_added_to_those_that_are_there(tmp_path):
    for text in ("one", "two"):
        with open_journal(tmp_path / "a.log") as journal:
            journal.say(text)
    assert lines(tmp_path / "a.log") == ["one", "two"]


def test_a_log_that_can_t_be_written_is_refused_before_anything_is_graded(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ClassroomError, match=r"file/a\.log can't be written: .*; give another with --log"):
        open_journal(tmp_path / "file/a.log").__enter__()
