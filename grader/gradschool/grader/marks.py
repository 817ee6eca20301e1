"""All grades of a class at a go: five queries, whatever the number of students and lessons."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, case, func, select

from gradschool.grader.tables import (
    ASSIGNMENT,
    CELL,
    GRADE,
    GRADE_CELL,
    NOTEBOOK,
    SCORE,
    STUDENT,
    SUBMITTED,
    SUBMITTED_NOTEBOOK,
    TASK_CELL,
)


@dataclass(frozen=True)
class Row:
    """A student's grade for a lesson, under the names of nbgrader's own export, and what that leaves out."""

    assignment: str
    duedate: datetime | None
    timestamp: datetime | None
    student_id: str
    last_name: str | None
    first_name: str | None
    email: str | None
    raw_score: float
    late_submission_penalty: float
    score: float
    max_score: float
    auto_score: float
    """What the grader gave, before anything was changed by hand."""
    extra_credit: float
    needs_manual_grade: bool


def read(connection: Connection, lessons: list[str] | None, all_students: bool) -> Iterator[Row]:
    """Return the grades in nbgrader's order; without a submission they are zero."""
    most = {
        row.assignment_id: float(row.most)
        for row in connection.execute(
            select(
                NOTEBOOK.c.assignment_id,
                func.sum(func.coalesce(GRADE_CELL.c.max_score, TASK_CELL.c.max_score, 0.0)).label("most"),
            )
            .select_from(NOTEBOOK)
            .join(CELL, CELL.c.notebook_id == NOTEBOOK.c.id)
            .outerjoin(GRADE_CELL, GRADE_CELL.c.id == CELL.c.id)
            .outerjoin(TASK_CELL, TASK_CELL.c.id == CELL.c.id)
            .group_by(NOTEBOOK.c.assignment_id)
        )
    }
    points = {
        row.assignment_id: row
        for row in connection.execute(
            select(
                SUBMITTED_NOTEBOOK.c.assignment_id,
                func.sum(SCORE).label("score"),
                func.sum(func.coalesce(GRADE.c.auto_score, 0.0)).label("auto"),
                func.sum(func.coalesce(GRADE.c.extra_credit, 0.0)).label("extra"),
                func.max(case((GRADE.c.needs_manual_grade, 1), else_=0)).label("by_hand"),
            )
            .join(GRADE, GRADE.c.notebook_id == SUBMITTED_NOTEBOOK.c.id)
            .group_by(SUBMITTED_NOTEBOOK.c.assignment_id)
        )
    }
    late = SUBMITTED_NOTEBOOK.c.late_submission_penalty
    penalties = {
        row.assignment_id: float(row.penalty)
        for row in connection.execute(
            select(SUBMITTED_NOTEBOOK.c.assignment_id, func.coalesce(func.sum(late), 0.0).label("penalty")).group_by(
                SUBMITTED_NOTEBOOK.c.assignment_id
            )
        )
    }
    submitted = {
        (row.assignment_id, row.student_id): row
        for row in connection.execute(
            select(SUBMITTED.c.id, SUBMITTED.c.assignment_id, SUBMITTED.c.student_id, SUBMITTED.c.timestamp)
        )
    }
    students = connection.execute(select(STUDENT).order_by(STUDENT.c.last_name, STUDENT.c.first_name, STUDENT.c.id))
    class_list = students.all()
    for lesson in connection.execute(select(ASSIGNMENT).order_by(ASSIGNMENT.c.duedate, ASSIGNMENT.c.name)).all():
        if lessons is not None and lesson.name not in lessons:
            continue
        for student in class_list:
            there = submitted.get((lesson.id, student.id))
            if there is None and not all_students:
                continue
            given = points.get(there.id) if there is not None else None
            raw = float(given.score) if given is not None else 0.0
            penalty = penalties.get(there.id, 0.0) if there is not None else 0.0
            yield Row(
                lesson.name,
                lesson.duedate,
                there.timestamp if there is not None else None,
                student.id,
                student.last_name,
                student.first_name,
                student.email,
                raw,
                penalty,
                max(0.0, raw - penalty),
                most.get(lesson.id, 0.0),
                float(given.auto) if given is not None else 0.0,
                float(given.extra) if given is not None else 0.0,
                bool(given.by_hand) if given is not None else False,
            )
