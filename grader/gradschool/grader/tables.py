"""nbgrader's tables, as far as they are read or written here.

They are nbgrader's to make and to migrate; a test holds these columns to its own. They are said again because importing
nbgrader takes more than a second, which is what an export of a class should take.
"""

from __future__ import annotations

from uuid import uuid4

from sqlalchemy import Boolean, Column, DateTime, Float, Interval, MetaData, String, Table, Text, case, func

ID, NAME = String(32), String(128)
TABLES = MetaData()


def new_id() -> str:
    """Return an id as nbgrader gives them."""
    return uuid4().hex


def _table(name: str, *columns: Column[object]) -> Table:
    return Table(name, TABLES, *columns)


def _id() -> Column[object]:
    return Column("id", ID, primary_key=True, default=new_id)


ASSIGNMENT = _table("assignment", _id(), Column("name", NAME), Column("duedate", DateTime))
NOTEBOOK = _table("notebook", _id(), Column("name", NAME), Column("assignment_id", ID))
CELL = _table("base_cell", _id(), Column("name", NAME), Column("notebook_id", ID), Column("type", String(50)))
GRADE_CELL = _table("grade_cells", Column("id", ID, primary_key=True), Column("max_score", Float))
TASK_CELL = _table("task_cells", Column("id", ID, primary_key=True), Column("max_score", Float))
STUDENT = _table(
    "student",
    Column("id", NAME, primary_key=True),
    Column("first_name", NAME),
    Column("last_name", NAME),
    Column("email", NAME),
)
SUBMITTED = _table(
    "submitted_assignment",
    _id(),
    Column("assignment_id", ID),
    Column("student_id", NAME),
    Column("timestamp", DateTime),
    Column("extension", Interval),
)
SUBMITTED_NOTEBOOK = _table(
    "submitted_notebook",
    _id(),
    Column("assignment_id", ID),
    Column("notebook_id", ID),
    Column("flagged", Boolean, default=False),
    Column("late_submission_penalty", Float(0)),
)
GRADE = _table(
    "grade",
    _id(),
    Column("notebook_id", ID),
    Column("cell_id", ID),
    Column("auto_score", Float),
    Column("manual_score", Float),
    Column("extra_credit", Float),
    Column("needs_manual_grade", Boolean, default=True),
)
COMMENT = _table("comment", _id(), Column("notebook_id", ID), Column("cell_id", ID), Column("auto_comment", Text))

SCORE = case(
    (GRADE.c.manual_score.is_not(None), GRADE.c.manual_score + func.coalesce(GRADE.c.extra_credit, 0.0)),
    (GRADE.c.auto_score.is_not(None), GRADE.c.auto_score + func.coalesce(GRADE.c.extra_credit, 0.0)),
    else_=0.0,
)
"""What a grade counts, as nbgrader's `Grade.score` has it: by hand if it was given by hand, and extra credit."""
