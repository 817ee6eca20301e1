"""A submission's rows in nbgrader's tables: found, entered, and given grades, comments and a penalty.

Only what differs is written, so that grading again leaves every row as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, func, insert, select, update

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


def find(connection: Connection, student: str, lesson: str) -> Entry | None:
    """Return a submission as it stands in the gradebook, or None if it is not there."""
    found = connection.execute(
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
            and_(
                SUBMITTED_NOTEBOOK.c.assignment_id == SUBMITTED.c.id, SUBMITTED_NOTEBOOK.c.notebook_id == NOTEBOOK.c.id
            ),
        )
        .where(SUBMITTED.c.student_id == student, ASSIGNMENT.c.name == lesson, NOTEBOOK.c.name == lesson)
    ).first()
    if found is None:
        return None
    late = 0.0
    if found.timestamp is not None and found.duedate is not None:
        due = found.duedate if found.extension is None else found.duedate + found.extension
        late = max(0.0, (found.timestamp - due).total_seconds())
    return Entry(found.id, found.notebook, found.source, found.timestamp, late, found.penalty)


def enter(connection: Connection, student: str, lesson: str, timestamp: datetime | None) -> Entry:
    """Enter a submission of every notebook that the assignment has, as nbgrader's `add_submission` does.

    Raises:
        ClassroomError: the gradebook does not know the lesson.
    """
    if connection.execute(select(STUDENT.c.id).where(STUDENT.c.id == student)).first() is None:
        connection.execute(insert(STUDENT).values(id=student))
    notebooks = connection.execute(
        select(ASSIGNMENT.c.id.label("assignment"), NOTEBOOK.c.id)
        .join(NOTEBOOK, NOTEBOOK.c.assignment_id == ASSIGNMENT.c.id)
        .where(ASSIGNMENT.c.name == lesson)
    ).all()
    if not notebooks:
        raise ClassroomError(f"the gradebook knows no {lesson}: `gradschool classroom init` enters it")
    assignment = notebooks[0].assignment
    submitted = connection.execute(
        select(SUBMITTED.c.id).where(SUBMITTED.c.assignment_id == assignment, SUBMITTED.c.student_id == student)
    ).scalar()
    if submitted is None:
        submitted = new_id()
        connection.execute(
            insert(SUBMITTED).values(id=submitted, assignment_id=assignment, student_id=student, timestamp=timestamp)
        )
    there = set(
        connection.execute(
            select(SUBMITTED_NOTEBOOK.c.notebook_id).where(SUBMITTED_NOTEBOOK.c.assignment_id == submitted)
        ).scalars()
    )
    new = [{"assignment_id": submitted, "notebook_id": row.id} for row in notebooks if row.id not in there]
    connection.execute(insert(SUBMITTED_NOTEBOOK), new)
    for row in notebooks:
        _complete(connection, row.id, submitted)
    submission = find(connection, student, lesson)
    if submission is None:
        raise ClassroomError(f"the gradebook knows no notebook {lesson} of {lesson}: `gradschool classroom init`")
    return submission


def _complete(connection: Connection, source: str, submitted: str) -> None:
    """Enter a grade and a comment for each cell that has none yet, as nbgrader does with a new submission."""
    notebook = connection.execute(
        select(SUBMITTED_NOTEBOOK.c.id).where(
            SUBMITTED_NOTEBOOK.c.assignment_id == submitted, SUBMITTED_NOTEBOOK.c.notebook_id == source
        )
    ).scalar_one()
    for table, kinds in ((GRADE, ("GradeCell", "TaskCell")), (COMMENT, ("SolutionCell", "TaskCell"))):
        there = select(table.c.cell_id).where(table.c.notebook_id == notebook)
        cells = connection.execute(
            select(CELL.c.id).where(CELL.c.notebook_id == source, CELL.c.type.in_(kinds), CELL.c.id.not_in(there))
        ).scalars()
        if new := [{"notebook_id": notebook, "cell_id": cell} for cell in cells]:
            connection.execute(insert(table), new)


def grade(connection: Connection, submission: Entry, scores: Mapping[str, float | None]) -> None:
    """Give each cell its automatic score. One with a manual score keeps it, and asks to be looked at again."""
    _complete(connection, submission.source, submission.id)
    rows = connection.execute(
        select(GRADE.c.id, GRADE.c.auto_score, GRADE.c.manual_score, GRADE.c.needs_manual_grade, CELL.c.name)
        .join(CELL, CELL.c.id == GRADE.c.cell_id)
        .where(GRADE.c.notebook_id == submission.notebook)
    ).all()
    for row in rows:
        if row.name in scores:
            wanted = (scores[row.name], row.manual_score is not None or scores[row.name] is None)
            if (row.auto_score, row.needs_manual_grade) != wanted:
                connection.execute(
                    update(GRADE).where(GRADE.c.id == row.id).values(auto_score=wanted[0], needs_manual_grade=wanted[1])
                )


def comment(connection: Connection, submission: Entry, comments: Mapping[str, str | None]) -> None:
    """Give each cell its automatic comment; manual ones stay."""
    rows = connection.execute(
        select(COMMENT.c.id, COMMENT.c.auto_comment, CELL.c.name)
        .join(CELL, CELL.c.id == COMMENT.c.cell_id)
        .where(COMMENT.c.notebook_id == submission.notebook)
    ).all()
    for row in rows:
        if row.name in comments and row.auto_comment != comments[row.name]:
            connection.execute(update(COMMENT).where(COMMENT.c.id == row.id).values(auto_comment=comments[row.name]))


def date(connection: Connection, submission: Entry, timestamp: datetime) -> None:
    """Give a submission another timestamp."""
    connection.execute(update(SUBMITTED).where(SUBMITTED.c.id == submission.id).values(timestamp=timestamp))


def score(connection: Connection, submission: Entry) -> float:
    """Return what the grades of a submission come to, before a penalty."""
    total = select(func.coalesce(func.sum(SCORE), 0.0)).where(GRADE.c.notebook_id == submission.notebook)
    return float(connection.execute(total).scalar_one())


def automatic_points(connection: Connection, submission: Entry) -> float:
    """Return what the automatic scores of a submission come to."""
    total = select(func.coalesce(func.sum(GRADE.c.auto_score), 0.0)).where(GRADE.c.notebook_id == submission.notebook)
    return float(connection.execute(total).scalar_one())


def penalize(connection: Connection, submission: Entry, penalty: float | None) -> None:
    """Give a submission its late penalty."""
    if penalty != submission.penalty:
        connection.execute(
            update(SUBMITTED_NOTEBOOK)
            .where(SUBMITTED_NOTEBOOK.c.id == submission.notebook)
            .values(late_submission_penalty=penalty)
        )
