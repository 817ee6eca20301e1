"""A student's files, and what is made of them before anything runs.

`prepare` matches the submission's cells with the lesson's by nbgrader's id (or the notebook's own cell id, or, for an
exercise, by what the cell defines), restores what the student must not change, and keeps what the student added
where it was added.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gradschool.grader.errors import SubmissionError
from gradschool.grader.lesson import Cell, Lesson
from gradschool.grader.notebooks import cell_id

MOST_BYTES = 20_000_000
MOST_SOURCE = 200_000
MOST_CELLS = 2_000
PATTERNS = {"exercise": r"^(?:def|class) {}\b", "question": r"^{} *=[^=]"}
"""How a cell shows that it defines an exercise or answers a question, should its ids be lost."""


@dataclass(frozen=True)
class Submission:
    """One student's notebook of one lesson, as bytes."""

    student: str
    lesson: str
    content: bytes
    problem: str = ""
    """Why there is no content, in words for student and instructor."""


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
    """The exercises whose cell is not in the submission."""


def find_submission(folder: Path, student: str, lesson: str) -> Submission:
    """Return the submission in `folder`: the notebook of the lesson's name, or the only one there is."""
    path = folder / f"{lesson}.ipynb"
    try:
        if not path.exists():
            others = sorted(folder.glob("*.ipynb"))
            if len(others) != 1:
                found = ", ".join(p.name for p in others[:5]) or "no notebook"
                raise SubmissionError(f"the folder should hold {lesson}.ipynb, and holds {found}")
            path = others[0]
        if path.is_symlink() or not path.is_file():
            raise SubmissionError(f"{path.name} is not an ordinary file")
        if path.stat().st_size > MOST_BYTES:
            size = path.stat().st_size / 1e6
            raise SubmissionError(
                f"{path.name} has {size:.0f} MB, more than the {MOST_BYTES / 1e6:.0f} MB that are read"
            )
        return Submission(student, lesson, path.read_bytes())
    except SubmissionError as error:
        return Submission(student, lesson, b"", str(error))
    except OSError as error:
        return Submission(
            student, lesson, b"", f"the submission can't be read: {error.strerror or type(error).__name__}"
        )


def prepare(submission: Submission, lesson: Lesson) -> Prepared:
    """Return the submission, ready to run. One that can't be read has no cells and a `problem`."""
    if submission.problem:
        return Prepared(submission.student, submission.lesson, (), problem=submission.problem)
    try:
        cells = read_cells(submission.content)
    except SubmissionError as error:
        return Prepared(submission.student, submission.lesson, (), problem=str(error))
    return _arrange(submission, lesson, cells)


@dataclass(frozen=True)
class RawCell:
    """A cell of a submitted file."""

    ids: tuple[str, ...]
    cell_type: str
    source: str


def read_cells(content: bytes) -> list[RawCell]:
    """Return the cells of a notebook file.

    Raises:
        SubmissionError: it is none.
    """
    try:
        notebook = json.loads(content)
    except (ValueError, RecursionError):
        raise SubmissionError("the file is not a notebook: it is not valid JSON") from None
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list):
        raise SubmissionError("the file is not a notebook of format 4: it has no list of cells")
    if len(cells) > MOST_CELLS:
        raise SubmissionError(f"the notebook has {len(cells)} cells, more than the {MOST_CELLS} that are read")
    return [read for cell in cells if isinstance(cell, dict) and (read := _read_cell(cell)) is not None]


def _read_cell(cell: Mapping[str, Any]) -> RawCell | None:
    source = cell.get("source", "")
    if isinstance(source, list):
        source = "".join(part for part in source if isinstance(part, str))
    kind = cell.get("cell_type")
    if not isinstance(source, str) or kind not in ("code", "markdown", "raw"):
        return None
    metadata = cell.get("metadata")
    marks = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    ids = [marks.get("grade_id") if isinstance(marks, dict) else None, cell.get("id")]
    source = source.encode("utf-8", "replace").decode()  # no lone surrogates
    return RawCell(tuple(i for i in ids if isinstance(i, str)), kind, source[:MOST_SOURCE])


def _arrange(submission: Submission, lesson: Lesson, raw: Sequence[RawCell]) -> Prepared:
    own = {cell.id: cell for cell in lesson.cells}
    by_id = {cell_id(cell.id): cell for cell in lesson.cells} | own
    found: dict[str, list[RawCell]] = {}
    extras: dict[str, list[RawCell]] = {}
    notes: list[str] = []
    anchor = ""
    for cell in raw:
        match = _match(cell, by_id, found)
        if match is None:
            extras.setdefault(anchor, []).append(cell)
        else:
            anchor = match.id
            found.setdefault(match.id, []).append(cell)
    cells: list[PreparedCell] = []
    missing: set[str] = set()
    _add_extras(cells, extras.get("", ()))
    for mine in lesson.cells:
        versions = found.get(mine.id, [])
        cells.append(_graded(mine, versions, notes))
        if mine.kind in ("exercise", "question") and not versions:
            missing.add(mine.name)
            notes.append(f"The cell of `{mine.name}` is missing from the notebook.")
        _add_extras(cells, extras.get(mine.id, ()))
    return Prepared(submission.student, lesson.name, tuple(cells), tuple(notes), missing=frozenset(missing))


def _match(cell: RawCell, by_id: Mapping[str, Cell], found: Mapping[str, Any]) -> Cell | None:
    for name in cell.ids:
        if name in by_id:
            return by_id[name]
    if cell.cell_type == "code":
        for mine in by_id.values():
            pattern = PATTERNS.get(mine.kind)
            if pattern is None or mine.id in found:
                continue
            if re.search(pattern.format(re.escape(mine.name)), cell.source, re.MULTILINE):
                return mine
    return None


def _graded(mine: Cell, versions: Sequence[RawCell], notes: list[str]) -> PreparedCell:
    kind = "markdown" if mine.kind == "text" else "code"
    if mine.kind in ("exercise", "question"):
        changed = [v for v in versions if v.source.strip() != mine.student.strip()]
        if len(changed) > 1:
            notes.append(f"There are {len(changed)} different cells of `{mine.name}`; the last one is graded.")
        chosen = (changed or list(versions))[-1:]
        source = chosen[0].source if chosen else f"# The cell of {mine.name} is missing from the submission.\n"
        return PreparedCell(mine.id, mine.kind, "code", source, runs=bool(chosen))
    if mine.kind == "check":
        if not versions:
            notes.append(f"The check `{mine.name}` was deleted from the notebook, and put back.")
        elif any(v.source.strip() != mine.student or v.cell_type != "code" for v in versions):
            notes.append(f"The check `{mine.name}` was changed in the notebook, and put back as it was.")
        return PreparedCell(mine.id, "check", "code", mine.student, runs=False)
    if mine.kind == "setup":
        return PreparedCell(mine.id, "setup", "code", mine.student, runs=True)
    source = versions[-1].source if versions else mine.student
    edited = mine.kind == "demo" and source.strip() != mine.student.strip()
    return PreparedCell(mine.id, mine.kind, kind, source, runs=edited)


def _add_extras(cells: list[PreparedCell], extras: Sequence[RawCell]) -> None:
    for cell in extras:
        runs = cell.cell_type == "code" and bool(cell.source.strip())
        kept = cell.cell_type if cell.cell_type == "code" else "markdown"
        cells.append(PreparedCell(f"extra-{len(cells)}", "extra", kept, cell.source, runs))
