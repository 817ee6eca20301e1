"""nbgrader's own tables: with `gradebook.py`, the only file that imports nbgrader."""

from __future__ import annotations

from nbgrader import api
from sqlalchemy import case, func

ASSIGNMENT, NOTEBOOK, STUDENT = api.Assignment.__table__, api.Notebook.__table__, api.Student.__table__
SUBMITTED, SUBMITTED_NOTEBOOK = api.SubmittedAssignment.__table__, api.SubmittedNotebook.__table__
CELL, GRADE_CELL, TASK_CELL = api.BaseCell.__table__, api.GradeCell.__table__, api.TaskCell.__table__
GRADE, COMMENT = api.Grade.__table__, api.Comment.__table__

SCORE = case(
    (GRADE.c.manual_score.is_not(None), GRADE.c.manual_score + func.coalesce(GRADE.c.extra_credit, 0.0)),
    (GRADE.c.auto_score.is_not(None), GRADE.c.auto_score + func.coalesce(GRADE.c.extra_credit, 0.0)),
    else_=0.0,
)
"""What a grade counts, as nbgrader's `Grade.score` has it: by hand if it was given by hand, and extra credit."""
new_id = api.new_uuid
"""Returns an id as nbgrader gives them."""
