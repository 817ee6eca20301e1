"""What a submission is at each stage before it runs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Submission:
    """One student's notebook of one lesson, as bytes."""

    student: str
    lesson: str
    content: bytes
    problem: str = ""
    """Why there is no content, in words for student and instructor."""
    notes: tuple[str, ...] = ()
    """What was found in the folder that student and instructor should know."""


@dataclass(frozen=True)
class RawCell:
    """A cell of a submitted file."""

    ids: tuple[str, ...]
    cell_type: str
    source: str


@dataclass(frozen=True)
class PreparedCell:
    """A cell as it is graded."""

    id: str
    kind: str
    """The kind of the lesson's cell, or `"extra"` for one that the student added."""
    cell_type: str
    source: str
    runs: bool


@dataclass(frozen=True)
class Prepared:
    """A submission, ready to run: the cells in the lesson's own order, the student's own cells where they were."""

    student: str
    lesson: str
    cells: tuple[PreparedCell, ...]
    notes: tuple[str, ...] = ()
    problem: str = ""
    missing: frozenset[str] = frozenset()
    """The exercises that no cell of the submission defines."""
