"""What a class gets wrong: how many students made each mistake in each check.

It is counted from what was kept of the reports, so nothing is graded for it. Two mistakes that were named at once are
counted each. What fails because an earlier check failed is not counted again, and a submission that could not be read
is not counted at all. Errors are counted by their kind.
"""

from __future__ import annotations

import builtins
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from gradschool.grader.summary import Summary
from gradschool.lab.card import WORDS
from gradschool.lab.judge import AND
from gradschool.lab.raised import kind_of

COLUMNS = ("lesson", "check", "state", "mistake", "error", "students", "of", "share", "who")
UNNAMED = "wrong, and no named mistake fits"
TELLS = re.compile(r"(?:Your code raised|the cell of `[^`]*` did not run:) (.*)", re.DOTALL)
"""How a verdict tells of an error."""


@dataclass(frozen=True)
class Row:
    """A mistake, or a state of its own, of a check."""

    lesson: str
    check: str
    state: str
    """`"wrong"`, also if some of it was right; `"error"`, `"timeout"` or `"not attempted"`."""
    mistake: str | None
    """The mistake's text if it is a named one."""
    who: tuple[str, ...]
    of: int
    """How many submissions of the lesson could be read."""
    error: str | None = None
    """What kind of error it was, if that is known."""

    @property
    def words(self) -> str:
        """What went wrong."""
        told = self.mistake or (UNNAMED if self.state == "wrong" else WORDS[self.state][1])
        return f"{told}: {self.error}" if self.error else told

    @property
    def share(self) -> float:
        """The part of the class that it happened to."""
        return len(self.who) / self.of

    def record(self) -> dict[str, Any]:
        """Return the row as a file can hold it, under the names of `COLUMNS`."""
        what = (self.lesson, self.check, self.state, self.mistake, self.error)
        how_many = (len(self.who), self.of, round(self.share, 4), " ".join(self.who))
        return dict(zip(COLUMNS, (*what, *how_many), strict=True))


def count(summaries: Iterable[Summary]) -> list[Row]:
    """Return what went wrong, lesson by lesson: the most frequent first, and the named before the others."""
    who: dict[tuple[str, str, str, str | None, str | None], list[str]] = {}
    places: dict[tuple[str, str], int] = {}
    readable: dict[str, int] = {}
    for summary in summaries:
        if summary.unread:
            continue
        readable[summary.lesson] = readable.get(summary.lesson, 0) + 1
        for place, check in enumerate(summary.checks):
            places[summary.lesson, check["name"]] = place
            for state, mistake, error in _wrongs(check):
                what = summary.lesson, check["name"], state, mistake, error
                who.setdefault(what, []).append(summary.student)
    rows = [
        Row(lesson, name, state, mistake, tuple(sorted(students)), readable[lesson], error)
        for (lesson, name, state, mistake, error), students in who.items()
    ]
    return sorted(
        rows, key=lambda row: (row.lesson, -len(row.who), row.mistake is None, places[row.lesson, row.check], row.words)
    )


def _wrongs(check: dict[str, Any]) -> Iterable[tuple[str, str | None, str | None]]:
    """Return what is wrong with a check: a state, the mistake that is named, or several, and the kind of an error."""
    state = "wrong" if check["state"] == "partly" else check["state"]
    if state == "right" or check.get("rests_on"):
        return []
    if check["mistake"] is None:
        return [(state, None, _kind(check.get("message", "")) if state == "error" else None)]
    return [(state, mistake, None) for mistake in check["mistake"].split(AND)]


def _kind(message: str) -> str | None:
    """Return the kind of the error that a verdict tells of: a name of ours or Python's own, as students make others."""
    told = TELLS.match(message)
    if told is None:
        return None
    raised = re.split(r"\. (?:It happened at|Hint:) ", told[1])[0]
    if kind := kind_of(raised):
        return kind.name
    error = getattr(builtins, raised.partition(":")[0].rstrip("."), None)
    return error.__name__ if isinstance(error, type) and issubclass(error, BaseException) else None
