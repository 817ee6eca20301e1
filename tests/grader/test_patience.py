"""What is tried again and what is not."""

from __future__ import annotations

import sqlite3

import pytest
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, ProgrammingError

from gradschool.grader import patience
from gradschool.grader.patience import patiently


class PsycopgError(Exception):
    """An error of another driver than SQLite's."""


def error(kind, orig):
    return kind("statement", {}, orig)


LOCKED = error(OperationalError, sqlite3.OperationalError("database is locked"))


@pytest.mark.parametrize(
    ("raised", "again"),
    [
        (LOCKED, True),
        (error(OperationalError, sqlite3.OperationalError("no such table: grade")), False),
        (error(OperationalError, sqlite3.OperationalError("attempt to write a readonly database")), False),
        (error(IntegrityError, sqlite3.IntegrityError("UNIQUE constraint failed: student.id")), True),
        (error(OperationalError, PsycopgError("server closed the connection unexpectedly")), True),
        (error(OperationalError, PsycopgError("connection failed: No such file or directory")), True),
        (error(OperationalError, PsycopgError('password authentication failed for user "ada"')), False),
        (error(OperationalError, PsycopgError('database "grades" does not exist')), False),
        (error(IntegrityError, PsycopgError("duplicate key value")), True),
        (error(ProgrammingError, PsycopgError("syntax error")), False),
        (DBAPIError("statement", {}, PsycopgError("gone"), connection_invalidated=True), True),
    ],
    ids=lambda value: str(getattr(value, "orig", value))[:30],
)
def test_what_passes_by_itself_is_tried_again(raised, again):
    assert patience.passes(raised) is again


def test_work_is_tried_until_it_is_done_and_the_first_reason_is_told(monkeypatch):
    pauses, told, left = [], [], [LOCKED] * 9
    monkeypatch.setattr(patience.time, "sleep", pauses.append)
    monkeypatch.setattr(patience, "uniform", lambda low, high: high)

    def work():
        if left:
            raise left.pop()
        return 7

    assert patiently(work, told.append) == 7
    assert told == ["database is locked"]
    assert [round(p, 1) for p in pauses] == [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0, 5.0]


def test_patience_ends(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(patience.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(patience.time, "sleep", lambda seconds: now.__setitem__(0, now[0] + seconds))

    def work():
        raise LOCKED

    with pytest.raises(OperationalError):
        patiently(work, lambda why: None, seconds=20)
    assert 14 <= now[0] <= 20
