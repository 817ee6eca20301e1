"""Grades as a file: a row a student and lesson, or a row a student with a column a lesson."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import Any

from gradschool.grader.errors import ClassroomError
from gradschool.grader.marks import Row

FORMS = (".csv", ".json")
Record = dict[str, Any]


def by_lesson(rows: Sequence[Row]) -> list[Record]:
    """Return a record for each student and lesson; the first columns are those of nbgrader's export."""
    names = [field.name for field in fields(Row)]
    return [{name: _plain(getattr(row, name)) for name in names} for row in rows]


def by_student(rows: Sequence[Row]) -> list[Record]:
    """Return a record for each student: the score of each lesson, after its penalty, and their sum."""
    lessons = list(dict.fromkeys(row.assignment for row in rows))
    records: dict[str, Record] = {}
    for row in rows:
        who = {name: _plain(getattr(row, name)) for name in ("student_id", "last_name", "first_name", "email")}
        record = records.setdefault(
            row.student_id, {**who, **dict.fromkeys(lessons, 0.0), "score": 0.0, "max_score": 0.0}
        )
        record[row.assignment] = row.score
        record["score"] = round(record["score"] + row.score, 6)
        record["max_score"] = round(record["max_score"] + row.max_score, 6)
    return list(records.values())


def write(records: Sequence[Record], path: Path, columns: Sequence[str] = ()) -> None:
    """Write records to a file, as its name says: CSV or JSON; `columns` are the names where there is no record.

    Raises:
        ClassroomError: it is neither, or the file can't be written.
    """
    if path.suffix not in FORMS:
        raise ClassroomError(f"tables are written as {' or '.join(FORMS)}, and {path.name} is neither")
    content = as_json(records) if path.suffix == ".json" else as_csv(records, columns)
    try:
        path.write_text(content, encoding="utf-8", newline="")
    except OSError as error:
        raise ClassroomError(f"{path} can't be written: {error.strerror}") from None


def as_csv(records: Sequence[Record], columns: Sequence[str] = ()) -> str:
    """Return records as CSV with a head."""
    made = io.StringIO()
    writer = csv.DictWriter(made, list(records[0]) if records else columns or [field.name for field in fields(Row)])
    writer.writeheader()
    writer.writerows({name: _inert(value) for name, value in record.items()} for record in records)
    return made.getvalue()


def as_json(records: Sequence[Record]) -> str:
    """Return records as JSON."""
    return json.dumps(list(records), indent=1, ensure_ascii=False) + "\n"


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, datetime) else value


def _inert(value: Any) -> Any:
    """Return a text so that a spreadsheet takes it for text and not for a formula; nothing for what is not there."""
    if value is None:
        return ""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t") else value
