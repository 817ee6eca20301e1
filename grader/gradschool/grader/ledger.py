"""The ledger: for each submission in the gradebook, the digest of what it was graded on, and its report.

It is a table of our own in nbgrader's database, because it must say what the grades say: both are written in one
transaction, so that a run that is interrupted anywhere leaves a grade with its digest, or neither. A file beside the
autograded notebook could be newer than the grade or older. nbgrader creates, migrates and reads its own tables by name
and leaves this one alone; there is no foreign key, so that it may delete what it likes: a row of a submission that it
deleted belongs to no submission and is found by nobody.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Column, Connection, MetaData, String, Table, Text, delete, insert, select

from gradschool.grader.tables import ASSIGNMENT, NOTEBOOK, SUBMITTED_NOTEBOOK

LEDGER = Table(
    "gradschool_record",
    MetaData(),
    Column("notebook_id", String(32), primary_key=True),  # of nbgrader's submitted_notebook
    Column("digest", String(64), nullable=False),
    Column("isolation", Text, nullable=False),
    Column("report", Text, nullable=False),
)


def enter(connection: Connection, notebook: str, digest: str, isolation: str, report: str) -> None:
    """Put what a submission was graded on, and its report, in the place of what was there."""
    connection.execute(delete(LEDGER).where(LEDGER.c.notebook_id == notebook))
    if digest:
        row = {"notebook_id": notebook, "digest": digest, "isolation": isolation, "report": report}
        connection.execute(insert(LEDGER).values(row))


def look_up(connection: Connection, notebook: str, digest: str) -> str | None:
    """Return the report of a submission if it was graded on what has this digest."""
    found = connection.execute(
        select(LEDGER.c.report).where(LEDGER.c.notebook_id == notebook, LEDGER.c.digest == digest)
    ).scalar()
    return None if found is None else str(found)


def reports(connection: Connection, lessons: list[str] | None) -> Iterator[str]:
    """Return the reports of all submissions that the gradebook has, or of those of some lessons, one by one."""
    found = (
        select(LEDGER.c.report)
        .join(SUBMITTED_NOTEBOOK, SUBMITTED_NOTEBOOK.c.id == LEDGER.c.notebook_id)
        .join(NOTEBOOK, NOTEBOOK.c.id == SUBMITTED_NOTEBOOK.c.notebook_id)
        .join(ASSIGNMENT, ASSIGNMENT.c.id == NOTEBOOK.c.assignment_id)
    )
    if lessons is not None:
        found = found.where(ASSIGNMENT.c.name.in_(lessons))
    yield from connection.execution_options(yield_per=100).execute(found).scalars()
