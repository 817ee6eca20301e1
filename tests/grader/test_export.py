"""Grades as a file: nbgrader's own export is the oracle."""

from __future__ import annotations

import csv
import json
from datetime import datetime

import pytest
from nbgrader.api import Gradebook
from nbgrader.plugins import CsvExportPlugin

from gradschool.grader import export
from gradschool.grader.errors import ClassroomError
from gradschool.grader.gradebook import Book, _quiet


@pytest.fixture
def mixed(graded, tmp_path):
    """A gradebook with all that a gradebook can hold: another assignment, who handed in nothing, late, by hand."""
    mine = graded.copy(tmp_path / "class")
    with _quiet(), Gradebook(f"sqlite:///{mine.root}/gradebook.db", "gradschool") as book:
        book.add_student("idle", first_name="Ida", last_name="Le, junior", email="ida@example.org")
        book.update_or_create_assignment("01_tiny", duedate=datetime(2026, 1, 2, 3, 4, 5, 6))
        book.add_assignment("essay", course_id="gradschool")
        book.add_notebook("essay", "essay")
        book.add_grade_cell("written", "essay", "essay", max_score=4, cell_type="markdown")
        book.add_task_cell("task", "essay", "essay", max_score=3, cell_type="markdown")
        book.add_submission("essay", "idle", timestamp="2026-01-01 00:00:00 UTC")
        book.find_grade("written", "essay", "essay", "idle").manual_score = 3.5
        notebook = book.find_submission_notebook("01_tiny", "01_tiny", "squared")
        notebook.late_submission_penalty = 2.5
        grade = next(g for g in notebook.grades if g.name == "check-double_values")
        grade.manual_score, grade.extra_credit = 1.5, 0.25
        late = book.find_submission_notebook("01_tiny", "01_tiny", "stub")
        late.late_submission_penalty = 7.0
        book.db.commit()
    return mine


def test_the_first_columns_are_those_of_nbgrader_s_export(mixed, tmp_path):
    with _quiet(), Gradebook(f"sqlite:///{mixed.root}/gradebook.db", "gradschool") as book:
        plugin = CsvExportPlugin()
        plugin.to = str(tmp_path / "theirs.csv")
        plugin.export(book)
    export.write(export.by_lesson(Book(mixed.root).rows()), tmp_path / "ours.csv")
    theirs = (tmp_path / "theirs.csv").read_text().replace("Le, junior", '"Le, junior"')
    names, *their_rows = list(csv.reader(theirs.splitlines()))
    mine, *my_rows = list(csv.reader((tmp_path / "ours.csv").read_text().splitlines()))
    assert mine == [*names, "auto_score", "extra_credit", "needs_manual_grade"]
    assert sorted(row[: len(names)] for row in my_rows) == sorted(their_rows)
    assert len(my_rows) == 12


def test_what_was_given_by_hand_and_taken_for_being_late_is_in_it(mixed):
    rows = {(r["assignment"], r["student_id"]): r for r in export.by_lesson(Book(mixed.root).rows())}
    row = rows["01_tiny", "squared"]
    assert (row["auto_score"], row["extra_credit"], row["raw_score"]) == (6, 0.25, 7.75)
    assert (row["late_submission_penalty"], row["score"], row["max_score"]) == (2.5, 5.25, 9)
    assert rows["01_tiny", "stub"]["score"] == 0  # not less than nothing
    assert (rows["essay", "idle"]["score"], rows["essay", "idle"]["max_score"]) == (3.5, 7)
    assert rows["essay", "idle"]["needs_manual_grade"] is True


def test_a_row_a_student_has_a_column_a_lesson_and_the_sum(mixed):
    rows = {r["student_id"]: r for r in export.by_student(Book(mixed.root).rows())}
    assert list(rows["idle"])[4:] == ["essay", "01_tiny", "score", "max_score"]
    assert list(rows["idle"].values()) == ["idle", "Le, junior", "Ida", "ida@example.org", 3.5, 0.0, 3.5, 16.0]
    assert rows["squared"]["score"] == 5.25


def test_only_the_named_lessons_are_in_it(mixed):
    assert {row.assignment for row in Book(mixed.root).rows(["essay"])} == {"essay"}


def test_csv_holds_no_formula_of_a_student_s(tmp_path):
    export.write([{"student_id": "=cmd()", "score": -1.0, "email": None}], tmp_path / "grades.csv")
    assert (tmp_path / "grades.csv").read_text().splitlines() == ["student_id,score,email", "'=cmd(),-1.0,"]


def test_an_empty_class_has_a_head(tmp_path):
    assert export.as_csv([]).startswith("assignment,duedate,timestamp,student_id,")


def test_the_name_of_the_file_says_what_it_is(mixed, tmp_path):
    records = export.by_lesson(Book(mixed.root).rows())
    export.write(records, tmp_path / "grades.json")
    assert json.loads((tmp_path / "grades.json").read_text()) == records
    with pytest.raises(ClassroomError) as raised:
        export.write(records, tmp_path / "grades.xlsx")
    assert str(raised.value) == "tables are written as .csv or .json, and grades.xlsx is neither"
    with pytest.raises(ClassroomError, match="can't be written: No such file or directory"):
        export.write(records, tmp_path / "none/grades.csv")
