"""A database that is locked or restarted delays a run and does not end it.

SQLite's file may be locked by formgrader or by a copy to a backup; PostgreSQL may be restarted. Each transaction is a
function that can be called again from its start: it is, after a pause that doubles from a tenth of a second to five.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from random import uniform
from typing import TypeVar

from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError

T = TypeVar("T")

PATIENCE = 120.0
"""Seconds for which a transaction is tried again."""
FIRST, LONGEST = 0.1, 5.0
HOPELESS = ("authentication failed", "does not exist", "no pg_hba.conf entry", "could not translate host")
PASSING = ("locked", "busy")
"""What SQLite says of what passes; all else that it says does not."""


def patiently(work: Callable[[], T], wait: Callable[[str], None], seconds: float = PATIENCE) -> T:
    """Return what `work` returns, trying again for `seconds` while the database can't be used.

    `wait` is told the reason before the second try.

    Raises:
        DBAPIError: it still can't be used, or the reason is none that passes.
    """
    start, pause = time.monotonic(), FIRST
    while True:
        try:
            return work()
        except DBAPIError as error:
            if not passes(error) or time.monotonic() - start + pause > seconds:
                raise
            if pause == FIRST:
                wait(reason(error))
        time.sleep(pause * uniform(0.5, 1.0))
        pause = min(2 * pause, LONGEST)


def passes(error: DBAPIError) -> bool:
    """Return whether the reason of the error may pass by itself.

    An integrity error passes too: another program entered the same student or submission a moment before, and the next
    try finds it there.
    """
    said = str(error.orig).lower()
    if any(words in said for words in HOPELESS):
        return False
    if type(error.orig).__module__.startswith("sqlite3"):
        return isinstance(error, IntegrityError) or any(word in said for word in PASSING)
    return error.connection_invalidated or isinstance(error, OperationalError | InterfaceError | IntegrityError)


def reason(error: DBAPIError) -> str:
    """Return the first line of what the database says."""
    return (str(error.orig).strip().splitlines() or [type(error.orig).__name__])[0]
