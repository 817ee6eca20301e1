"""What a class gets wrong: how many students made each mistake in each check.

It is counted from what was kept of the reports, so nothing is graded for it. Two mistakes that were named at once are
counted each. What fails because an earlier check failed is not counted again, and a submission that could not be read
is not counted at all.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from gradschool.grader.summary import Summary
from gradschool.lab.card import WORDS
from gradschool.lab.judge import AND

COLUMNS = ("lesson", "check", "state", "mistake", "students", "of", "share", "who")
UNNAMED = "wrong, and no named mistake fits"


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

    @property
    def words(self) -> str:
        """What went wrong."""
        return self.mistake or (UNNAMED if self.state == "wrong" else WORDS[self.state][1])

    @property
    def share(self) -> float:
        """The part of the class that it happened to."""
        return len(self.who) / self.of

    def record(self) -> dict[str, Any]:
        """Return the row as a file can hold it, under the names of `COLUMNS`."""
        told = (self.lesson, self.check, self.state, self.mistake, len(self.who), self.of, round(self.share, 4))
        return dict(zip(COLUMNS, (*told, " ".join(self.who)), strict=True))


def count(summaries: Iterable[Summary]) -> list[Row]:
    """Return what went wrong, lesson by lesson: the most frequent first, and the named before the others."""
    who: dict[tuple[str, str, str, str | None], list[str]] = {}
    places: dict[tuple[str, str], int] = {}
    readable: dict[str, int] = {}
    for summary in summaries:
        if summary.unread:
            continue
        readable[summary.lesson] = readable.get(summary.lesson, 0) + 1
        for place, check in enumerate(summary.checks):
            places[summary.lesson, check["name"]] = place
            for state, mistake in _wrongs(check):
                who.setdefault((summary.lesson, check["name"], state, mistake), []).append(summary.student)
    rows = [Row(*what, tuple(sorted(students)), readable[what[0]]) for what, students in who.items()]
    return sorted(
        rows, key=lambda row: (row.lesson, -len(row.who), row.mistake is None, places[row.lesson, row.check], row.words)
    )


def _wrongs(check: dict[str, Any]) -> Iterable[tuple[str, str | None]]:
    """Return what is wrong with a check: a state and the mistake that is named, or several."""
    state = "wrong" if check["state"] == "partly" else check["state"]
    if state == "right" or check.get("rests_on"):
        return []
    if check["mistake"] is None:
        return [(state, None)]
    return [(state, mistake) for mistake in check["mistake"].split(AND)]
