"""nbgrader's gradebook and files; nbgrader itself reads them."""

from __future__ import annotations

import contextlib
import logging
import sqlite3
from datetime import datetime

import nbformat
import pytest
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from nbgrader.nbgraderformat import MetadataValidator
from nbgrader.plugins import LateSubmissionPlugin
from nbgrader.utils import compute_checksum, determine_grade
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from gradschool.grader.errors import ClassroomError
from gradschool.grader.gradebook import Book, _quiet

STUDENTS = ["leaver", "right", "squared", "stub", "unreadable"]


@contextlib.contextmanager
def opened(root):
    with _quiet(), Gradebook(f"sqlite:///{root}/gradebook.db", "gradschool") as gradebook:
        yield gradebook


def grades(root, student):
    with opened(root) as gradebook:
        notebook = gradebook.find_submission_notebook("01_tiny", "01_tiny", student)
        return {grade.name: grade.auto_score for grade in notebook.grades}


def everything(root):
    """Return every row of the gradebook."""
    with contextlib.closing(sqlite3.connect(root / "gradebook.db")) as connection:
        return sorted(connection.iterdump())


def test_the_gradebook_has_the_points_of_the_reports(graded):
    book = Book(graded.root)
    assert book.scores("01_tiny") == {name: report.points for name, report in graded.reports.items()}
    for name, report in graded.reports.items():
        assert grades(graded.root, name) == {f"check-{v.name}": v.points for v in report.verdicts}


def test_a_right_submission_has_full_marks_in_nbgrader(graded):
    with opened(graded.root) as gradebook:
        submission = gradebook.find_submission("01_tiny", "right")
        assert (submission.score, submission.max_score, submission.needs_manual_grade) == (9, 9, False)


@pytest.mark.parametrize("student", STUDENTS)
def test_nbgrader_reads_the_points_of_the_autograded_notebook_as_the_report_has_them(graded, student):
    made = nbformat.read(graded.notebook("autograded", student), as_version=4)
    nbformat.validate(made)
    MetadataValidator().validate_nb(made)
    points = {v.name: (v.points, v.max_points) for v in graded.reports[student].verdicts}
    read = {
        cell.metadata.nbgrader.grade_id.removeprefix("check-"): determine_grade(cell)
        for cell in made.cells
        if cell.metadata.get("nbgrader", {}).get("grade")
    }
    assert read == points


def test_the_autograded_notebook_shows_what_cells_printed_and_the_notes(graded):
    made = nbformat.read(graded.notebook("autograded", "leaver"), as_version=4)
    assert made.cells[0].source == (
        "**Notes of the grader**\n\n- The notebook stopped in the cell exercise-Scale and did not come out of it."
    )
    made = nbformat.read(graded.notebook("autograded", "unreadable"), as_version=4)
    assert made.cells[0].source == (
        "**Notes of the grader**\n\n"
        "- This submission could not be graded: the file is not a notebook: it is not valid JSON."
    )
    made = nbformat.read(graded.notebook("autograded", "squared"), as_version=4)
    cell = next(c for c in made.cells if c.id == "check-double_values")
    assert "What went wrong: x is squared, not doubled." in cell.outputs[0].data["text/plain"]
    assert cell.outputs[1].data["text/plain"] == "0.0"


def test_the_checksums_are_those_of_the_release_so_nbgrader_sees_what_was_changed(graded):
    released = nbformat.read(graded.root / "release/01_tiny/01_tiny.ipynb", as_version=4)
    sums = {
        c.metadata.nbgrader.grade_id: c.metadata.nbgrader.checksum for c in released.cells if "nbgrader" in c.metadata
    }
    made = nbformat.read(graded.notebook("autograded", "stub"), as_version=4)
    marked = {c.metadata.nbgrader.grade_id: c for c in made.cells if "nbgrader" in c.metadata}
    assert {name: c.metadata.nbgrader.checksum for name, c in marked.items()} == sums
    assert all(compute_checksum(c) == sums[name] for name, c in marked.items())


def test_an_untouched_exercise_has_nbgrader_s_comment(graded):
    def comments(student):
        with opened(graded.root) as gradebook:
            notebook = gradebook.find_submission_notebook("01_tiny", "01_tiny", student)
            return {comment.name: comment.auto_comment for comment in notebook.comments}

    assert comments("stub") == {"exercise-double": "No response.", "exercise-Scale": "No response."}
    assert comments("right") == {"exercise-double": None, "exercise-Scale": None}


def test_grading_again_changes_nothing(graded, tmp_path):
    mine = graded.copy(tmp_path / "class")
    names = ["right", "squared", "stub"]
    files = {name: mine.notebook("autograded", name).read_bytes() for name in names}
    rows = everything(mine.root)
    again = mine.grade(students=names)
    assert {name: mine.notebook("autograded", name).read_bytes() for name in names} == files
    assert everything(mine.root) == rows
    assert {name: again[name].to_json() for name in names} == {n: graded.reports[n].to_json() for n in names}


def test_grading_a_changed_submission_changes_its_grades(graded, tmp_path, draft, submit):
    mine = graded.copy(tmp_path / "class")
    submit(mine.root, "squared", draft().bytes())
    mine.grade(students=["squared"])
    assert Book(mine.root).scores("01_tiny")["squared"] == 9


def test_a_manual_score_is_kept_and_asks_to_be_looked_at_again(graded, tmp_path):
    mine = graded.copy(tmp_path / "class")
    with opened(mine.root) as gradebook:
        notebook = gradebook.find_submission_notebook("01_tiny", "01_tiny", "squared")
        grade = next(g for g in notebook.grades if g.name == "check-double_values")
        grade.manual_score, grade.extra_credit = 1.5, 0.25
        comment = next(c for c in notebook.comments if c.name == "exercise-double")
        comment.manual_comment = "Nearly."
        gradebook.db.commit()
    mine.grade(students=["squared"])
    with opened(mine.root) as gradebook:
        notebook = gradebook.find_submission_notebook("01_tiny", "01_tiny", "squared")
        grade = next(g for g in notebook.grades if g.name == "check-double_values")
        assert (grade.auto_score, grade.manual_score, grade.extra_credit) == (0, 1.5, 0.25)
        assert grade.needs_manual_grade is True
        assert [g.needs_manual_grade for g in notebook.grades if g.name != "check-double_values"] == [False] * 4
        assert next(c for c in notebook.comments if c.name == "exercise-double").comment == "Nearly."
    assert Book(mine.root).scores("01_tiny")["squared"] == 7.75


def test_a_late_submission_is_penalized_as_nbgrader_s_own_plugin_says(graded, tmp_path, draft, submit):
    mine = graded.copy(tmp_path / "class")
    config = mine.root / "nbgrader_config.py"
    config.write_text(config.read_text() + '\nc.LateSubmissionPlugin.penalty_method = "zero"\n')
    with opened(mine.root) as gradebook:
        gradebook.update_or_create_assignment("01_tiny", duedate=datetime(2026, 1, 2))
    submit(mine.root, "squared", draft().put("exercise-double", "double = None").bytes(), "2026-01-02 01:00:00 UTC")
    submit(mine.root, "right", draft().bytes(), "2026-01-01 23:00:00 UTC")
    mine.grade(students=["squared", "right"])
    plugin = LateSubmissionPlugin(config=Config({"LateSubmissionPlugin": {"penalty_method": "zero"}}))
    with opened(mine.root) as gradebook:
        late = gradebook.find_submission("01_tiny", "squared")
        assert late.timestamp == datetime(2026, 1, 2, 1)
        notebook = late.notebooks[0]
        assert notebook.score == 6
        assert notebook.late_submission_penalty == plugin.late_submission_penalty("squared", 6.0, 3600.0) == 6
        assert (late.score, late.late_submission_penalty) == (6, 6)  # nbgrader subtracts where it shows the sum
        early = gradebook.find_submission("01_tiny", "right")
        assert (early.notebooks[0].late_submission_penalty, early.score) == (None, 9)
    submit(mine.root, "squared", draft().bytes(), "2026-01-01 12:00:00 UTC")
    mine.grade(students=["squared"])
    with opened(mine.root) as gradebook:
        assert not gradebook.find_submission("01_tiny", "squared").notebooks[0].late_submission_penalty
    assert Book(mine.root).scores("01_tiny")["squared"] == 9


def test_stock_nbgrader_autogrades_the_submissions_on_the_public_cases(graded, tmp_path):
    mine = graded.copy(tmp_path / "class")
    config = PyFileConfigLoader("nbgrader_config.py", path=str(mine.root)).load_config()
    with _quiet():
        api = NbGraderAPI(coursedir=CourseDirectory(config=config), config=config)
    with opened(mine.root) as gradebook:
        for student in ("right", "squared"):
            for grade in gradebook.find_submission_notebook("01_tiny", "01_tiny", student).grades:
                grade.auto_score = 0.0
        gradebook.db.commit()
    for student in ("right", "squared"):
        with _quiet():
            result = api.autograde("01_tiny", student, force=True)
        assert result["success"], result
    assert grades(mine.root, "right") == {f"check-{v.name}": v.points for v in graded.reports["right"].verdicts}
    assert grades(mine.root, "squared") == {f"check-{v.name}": v.points for v in graded.reports["squared"].verdicts}


def test_the_feedback_of_nbgrader_shows_the_cards(graded):
    page = graded.notebook("feedback", "squared").with_suffix(".html").read_text()
    assert "x is squared, not doubled" in page
    assert "What should become of 3?" in page
    assert "<b>What went wrong:</b>" in page  # as HTML, not as its text
    assert "Score: 6.0 / 9.0" in page


def test_a_folder_that_is_no_classroom_is_refused(tmp_path):
    with pytest.raises(ClassroomError) as raised:
        Book(tmp_path)
    assert str(raised.value) == (
        f"{tmp_path} is no classroom: it has no nbgrader_config.py; `gradschool classroom init` makes one"
    )


def test_a_lesson_that_nbgrader_can_t_release_or_give_feedback_on_is_refused_with_its_reason(graded, tmp_path):
    mine = graded.copy(tmp_path / "class")
    book = Book(mine.root)
    with pytest.raises(ClassroomError, match=r"^nbgrader could not make the release of 02_none:\n."):
        book.assign("02_none")
    mine.notebook("autograded", "stub").write_text("not a notebook")
    with pytest.raises(ClassroomError, match=r"^nbgrader could not write the feedback for stub:\n."):
        book.feedback("01_tiny", "stub")


def test_the_folders_are_those_of_the_configuration(graded, tmp_path):
    mine = graded.copy(tmp_path / "class")
    config = mine.root / "nbgrader_config.py"
    config.write_text(config.read_text() + '\nc.CourseDirectory.autograded_directory = "marked"\n')
    book = Book(mine.root)
    assert book.path("autograded", "ada", "01_tiny") == mine.root / "marked/ada/01_tiny"
    assert book.students("01_tiny") == STUDENTS
    assert book.students("02_none") == []


def test_talking_to_nbgrader_leaves_the_log_the_folder_and_the_path_as_they_were(monkeypatch, tmp_path):
    import os
    from pathlib import Path

    before = (logging.root.manager.disable, Path.cwd(), os.environ["PATH"])
    with _quiet():
        os.chdir(tmp_path)
    assert (logging.root.manager.disable, Path.cwd(), os.environ["PATH"]) == before
    with pytest.raises(RuntimeError), _quiet():
        raise RuntimeError
    assert (logging.root.manager.disable, Path.cwd(), os.environ["PATH"]) == before
