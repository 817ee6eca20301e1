"""A submission's rows in nbgrader's tables: found, entered, and given grades, comments and a penalty.

Only what differs is written, so that grading again leaves every row as it is. Making a statement takes longer than
executing it, so each that a whole class needs is made once, and executed with all its rows at a time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, bindparam, func, insert, select, update

from gradschool.grader.errors import ClassroomError
from gradschool.grader.tables import (
    ASSIGNMENT,
    CELL,
    COMMENT,
    GRADE,
    NOTEBOOK,
    SCORE,
    STUDENT,
    SUBMITTED,
    SUBMITTED_NOTEBOOK,
    new_id,
)


@dataclass(frozen=True)
class Entry:
    """A submission as it stands in the gradebook."""

    id: str
    notebook: str
    """The id of the submitted notebook."""
    source: str
    """The id of the notebook as it was released."""
    timestamp: datetime | None
    seconds_late: float
    penalty: float | None


FIND = (
    select(
        SUBMITTED.c.id,
        SUBMITTED_NOTEBOOK.c.id.label("notebook"),
        NOTEBOOK.c.id.label("source"),
        SUBMITTED.c.timestamp,
        SUBMITTED.c.extension,
        ASSIGNMENT.c.duedate,
        SUBMITTED_NOTEBOOK.c.late_submission_penalty.label("penalty"),
    )
    .select_from(SUBMITTED)
    .join(ASSIGNMENT, ASSIGNMENT.c.id == SUBMITTED.c.assignment_id)
    .join(NOTEBOOK, NOTEBOOK.c.assignment_id == ASSIGNMENT.c.id)
    .join(
        SUBMITTED_NOTEBOOK,
        and_(SUBMITTED_NOTEBOOK.c.assignment_id == SUBMITTED.c.id, SUBMITTED_NOTEBOOK.c.notebook_id == NOTEBOOK.c.id),
    )
    .where(
        SUBMITTED.c.student_id == bindparam("student"),
        ASSIGNMENT.c.name == bindparam("lesson"),
        NOTEBOOK.c.name == bindparam("lesson"),
    )
)


def find(connection: Connection, student: str, lesson: str) -> Entry | None:
    """Return a submission as it stands in the gradebook, or None if it is not there."""
    found = connection.execute(FIND, {"student": student, "lesson": lesson}).first()
    if found is None:
        return None
    late = 0.0
    if found.timestamp is not None and found.duedate is not None:
        due = found.duedate if found.extension is None else found.duedate + found.extension
        late = max(0.0, (found.timestamp - due).total_seconds())
    return Entry(found.id, found.notebook, found.source, found.timestamp, late, found.penalty)


KNOWN = select(STUDENT.c.id).where(STUDENT.c.id == bindparam("student"))
NOTEBOOKS = (
    select(ASSIGNMENT.c.id.label("assignment"), NOTEBOOK.c.id)
    .join(NOTEBOOK, NOTEBOOK.c.assignment_id == ASSIGNMENT.c.id)
    .where(ASSIGNMENT.c.name == bindparam("lesson"))
)
HANDED_IN = select(SUBMITTED.c.id).where(
    SUBMITTED.c.assignment_id == bindparam("assignment"), SUBMITTED.c.student_id == bindparam("student")
)
THERE = select(SUBMITTED_NOTEBOOK.c.notebook_id, SUBMITTED_NOTEBOOK.c.id).where(
    SUBMITTED_NOTEBOOK.c.assignment_id == bindparam("submitted")
)


def enter(connection: Connection, student: str, lesson: str, timestamp: datetime | None) -> Entry:
    """Enter a submission of every notebook that the assignment has, as nbgrader's `add_submission` does.

    Raises:
        ClassroomError: the gradebook does not know the lesson.
    """
    if connection.execute(KNOWN, {"student": student}).first() is None:
        connection.execute(insert(STUDENT), {"id": student})
    notebooks = connection.execute(NOTEBOOKS, {"lesson": lesson}).all()
    if not notebooks:
        raise ClassroomError(f"the gradebook knows no {lesson}: `gradschool classroom init` enters it")
    whose = {"assignment": notebooks[0].assignment, "student": student}
    submitted = connection.execute(HANDED_IN, whose).scalar()
    if submitted is None:
        submitted = new_id()
        row = {"assignment_id": whose["assignment"], "student_id": student, "timestamp": timestamp}
        connection.execute(insert(SUBMITTED), {"id": submitted, **row})
    there = {row.notebook_id: row.id for row in connection.execute(THERE, {"submitted": submitted})}
    missing = {row.id: new_id() for row in notebooks if row.id not in there}
    new = [{"id": mine, "assignment_id": submitted, "notebook_id": source} for source, mine in missing.items()]
    connection.execute(insert(SUBMITTED_NOTEBOOK), new)
    for source, mine in {**there, **missing}.items():
        _grade(connection, source, mine, {})
        _comment(connection, source, mine, {})
    submission = find(connection, student, lesson)
    if submission is None:
        raise ClassroomError(f"the gradebook knows no notebook {lesson} of {lesson}: `gradschool classroom init`")
    return submission


CELLS = select(CELL.c.id.label("cell"), CELL.c.name).select_from(CELL).where(CELL.c.notebook_id == bindparam("source"))
GRADES = (
    CELLS.add_columns(GRADE.c.id, GRADE.c.auto_score, GRADE.c.manual_score, GRADE.c.needs_manual_grade)
    .outerjoin(GRADE, and_(GRADE.c.cell_id == CELL.c.id, GRADE.c.notebook_id == bindparam("notebook")))
    .where(CELL.c.type.in_(("GradeCell", "TaskCell")))
)
COMMENTS = (
    CELLS.add_columns(COMMENT.c.id, COMMENT.c.auto_comment)
    .outerjoin(COMMENT, and_(COMMENT.c.cell_id == CELL.c.id, COMMENT.c.notebook_id == bindparam("notebook")))
    .where(CELL.c.type.in_(("SolutionCell", "TaskCell")))
)
REGRADE = (
    update(GRADE)
    .where(GRADE.c.id == bindparam("grade"))
    .values(auto_score=bindparam("auto_score"), needs_manual_grade=bindparam("needs_manual_grade"))
)
RECOMMENT = update(COMMENT).where(COMMENT.c.id == bindparam("comment")).values(auto_comment=bindparam("auto_comment"))


def grade(connection: Connection, submission: Entry, scores: Mapping[str, float | None]) -> None:
    """Give each cell its automatic score. One with a manual score keeps it, and asks to be looked at again."""
    _grade(connection, submission.source, submission.notebook, scores)


def _grade(connection: Connection, source: str, notebook: str, scores: Mapping[str, float | None]) -> None:
    """Enter a grade for each cell that has none, as nbgrader does, and give the scored ones their score."""
    new, changed = [], []
    for row in connection.execute(GRADES, {"source": source, "notebook": notebook}):
        score = scores.get(row.name)
        wanted = {"auto_score": score, "needs_manual_grade": row.manual_score is not None or score is None}
        if row.id is None:
            new.append({"notebook_id": notebook, "cell_id": row.cell, **wanted})
        elif row.name in scores and wanted != {name: getattr(row, name) for name in wanted}:
            changed.append({"grade": row.id, **wanted})
    if new:
        connection.execute(insert(GRADE), new)
    if changed:
        connection.execute(REGRADE, changed)


def comment(connection: Connection, submission: Entry, comments: Mapping[str, str | None]) -> None:
    """Give each cell its automatic comment; manual ones stay."""
    _comment(connection, submission.source, submission.notebook, comments)


def _comment(connection: Connection, source: str, notebook: str, comments: Mapping[str, str | None]) -> None:
    """Enter a comment for each cell that has none, as nbgrader does, and give those that are named their text."""
    new, changed = [], []
    for row in connection.execute(COMMENTS, {"source": source, "notebook": notebook}):
        wanted = {"auto_comment": comments.get(row.name)}
        if row.id is None:
            new.append({"notebook_id": notebook, "cell_id": row.cell, **wanted})
        elif row.name in comments and wanted["auto_comment"] != row.auto_comment:
            changed.append({"comment": row.id, **wanted})
    if new:
        connection.execute(insert(COMMENT), new)
    if changed:
        connection.execute(RECOMMENT, changed)


def date(connection: Connection, submission: Entry, timestamp: datetime) -> None:
    """Give a submission another timestamp."""
    connection.execute(update(SUBMITTED).where(SUBMITTED.c.id == submission.id).values(timestamp=timestamp))


TOTAL = select(func.coalesce(func.sum(SCORE), 0.0)).where(GRADE.c.notebook_id == bindparam("notebook"))
AUTOMATIC = select(func.coalesce(func.sum(GRADE.c.auto_score), 0.0)).where(GRADE.c.notebook_id == bindparam("notebook"))


def score(connection: Connection, submission: Entry) -> float:
    """Return what the grades of a submission come to, before a penalty."""
    return float(connection.execute(TOTAL, {"notebook": submission.notebook}).scalar_one())


def automatic_points(connection: Connection, submission: Entry) -> float:
    """Return what the automatic scores of a submission come to."""
    return float(connection.execute(AUTOMATIC, {"notebook": submission.notebook}).scalar_one())


def penalize(connection: Connection, submission: Entry, penalty: float | None) -> None:
    """Give a submission its late penalty."""
    if penalty != submission.penalty:
        connection.execute(
            update(SUBMITTED_NOTEBOOK)
            .where(SUBMITTED_NOTEBOOK.c.id == submission.notebook)
            .values(late_submission_penalty=penalty)
        )
