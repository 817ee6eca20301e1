"""The journal of a classroom: a line for each submission, in `logs/grade.log` if no other file is named."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO

from gradschool.grader.errors import ClassroomError
from gradschool.grader.summary import Summary

LOG = Path("logs", "grade.log")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
"""What could begin a line of its own or move a terminal's cursor; a student may have written it."""


class Journal:
    """Writes lines with the time before them."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file

    def say(self, text: str) -> None:
        """Write a line."""
        now = datetime.now().astimezone().isoformat(timespec="seconds")
        self._file.write(f"{now} {CONTROL.sub(' ', text)}\n")
        self._file.flush()

    def submission(self, summary: Summary, seconds: float | None) -> None:
        """Write the line of a submission; one that was not graded again took no seconds."""
        points = "not recorded" if summary.failed else f"{summary.points:g} / {summary.max_points:g}"
        time = "as before" if seconds is None else f"{seconds:.2f} s"
        told = "; ".join(filter(None, [summary.diagnosis, *_others(summary)]))
        self.say(f"{summary.lesson} {summary.student}: {points}, {time}: {told}")


def _others(summary: Summary) -> list[str]:
    """Return what else was wrong than the diagnosis says."""
    return [note for note in (summary.trouble, *summary.notes) if note and note not in summary.diagnosis]


@contextmanager
def open_journal(path: Path) -> Iterator[Journal]:
    """Open the journal at `path` for further lines.

    Raises:
        ClassroomError: it can't be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a", encoding="utf-8", errors="replace")
    except OSError as error:
        raise ClassroomError(f"the log {path} can't be written: {error.strerror}; give another with --log") from None
    with file:
        yield Journal(file)
