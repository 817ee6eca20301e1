"""nbgrader's gradebook and files; nbgrader itself reads them."""

from __future__ import annotations

import contextlib
import logging
import os
import re
import sqlite3
import subprocess
import sys
import threading
from datetime import datetime
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from nbgrader.nbgraderformat import MetadataValidator
from nbgrader.plugins import LateSubmissionPlugin
from nbgrader.utils import compute_checksum, determine_grade
from sqlalchemy import event
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from gradschool.grader.errors import ClassroomError
from gradschool.grader.grade import grade
from gradschool.grader.gradebook import Book, _quiet, _timestamp
from gradschool.grader.sandbox.limits import Limits

FAST = Limits(cell_seconds=5.0, check_seconds=5.0, seconds=60.0)

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
        assert grades(graded.root, name) == {f"check-{c['name']}": c["points"] for c in report.checks}


def test_a_right_submission_has_full_marks_in_nbgrader(graded):
    with opened(graded.root) as gradebook:
        submission = gradebook.find_submission("01_tiny", "right")
        assert (submission.score, submission.max_score, submission.needs_manual_grade) == (9, 9, False)


@pytest.mark.parametrize("student", STUDENTS)
def test_nbgrader_reads_the_points_of_the_autograded_notebook_as_the_report_has_them(graded, student):
    made = nbformat.read(graded.notebook("autograded", student), as_version=4)
    nbformat.validate(made)
    MetadataValidator().validate_nb(made)
    points = {c["name"]: (c["points"], c["max_points"]) for c in graded.reports[student].checks}
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
        "- This submission could not be graded: the file is not a notebook: it is a PDF; "
        "hand in the .ipynb file that Jupyter saves."
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


@pytest.mark.parametrize("force", [False, True])
def test_grading_again_changes_nothing(graded, tmp_path, force):
    mine = graded.copy(tmp_path / "class")
    names = ["right", "squared", "stub"]
    files = {name: mine.notebook("autograded", name).read_bytes() for name in names}
    rows = everything(mine.root)
    again = mine.grade(students=names, force=force)
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
    assert Book(mine.root).scores("01_tiny")["squared"] == 7.75
    mine.grade(students=["squared"], force=True)
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


PLUGIN = """
from nbgrader.plugins import BasePlugin


class Hourly(BasePlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return total_seconds_late / HOUR
"""


def late_by_plugin(mine, draft, submit, text):
    """Have a plugin in the classroom's folder say the penalty of a submission that is two hours late."""
    (mine.root / "hourly_penalty.py").write_text(text)
    config = mine.root / "nbgrader_config.py"
    config.write_text(config.read_text() + '\nc.AssignLatePenalties.plugin_class = "hourly_penalty.Hourly"\n')
    with opened(mine.root) as gradebook:
        gradebook.update_or_create_assignment("01_tiny", duedate=datetime(2026, 1, 2))
    submit(mine.root, "right", draft().bytes(), "2026-01-02 02:00:00 UTC")
    mine.grade(students=["right"])


def test_a_plugin_for_late_submissions_stands_in_the_classroom_s_folder(graded, tmp_path, draft, submit, monkeypatch):
    mine = graded.copy(tmp_path / "class")
    monkeypatch.delitem(sys.modules, "hourly_penalty", raising=False)
    late_by_plugin(mine, draft, submit, PLUGIN.replace("HOUR", "3600"))
    with opened(mine.root) as gradebook:
        assert gradebook.find_submission("01_tiny", "right").notebooks[0].late_submission_penalty == 2
    assert str(mine.root) not in sys.path


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (PLUGIN, "the plugin for late submissions failed on right: NameError: name 'HOUR' is not defined"),
        ("", "the plugin for late submissions of nbgrader_config.py can't be used: "),
    ],
)
def test_a_plugin_that_fails_is_named_and_no_traceback(graded, tmp_path, draft, submit, monkeypatch, text, why):
    mine = graded.copy(tmp_path / "class")
    monkeypatch.delitem(sys.modules, "hourly_penalty", raising=False)
    with pytest.raises(ClassroomError, match=re.escape(why)):
        late_by_plugin(mine, draft, submit, text)


def test_nbgrader_releases_the_feedback_of_collected_submissions(graded, tmp_path, draft, submit):
    mine = graded.copy(tmp_path / "class")
    for student in mine.reports:
        beside = mine.root / "submitted" / student / "01_tiny"
        (beside / "timestamp.txt").write_text("2026-01-01 12:00:00.000000 UTC")
        (beside / "submission_secret.txt").write_text(f"secret of {student}")
    mine.grade(feedback=True)
    exchange = tmp_path / "exchange"
    exchange.mkdir()
    exchange.chmod(0o777)
    program = [sys.executable, "-m", "nbgrader", "release_feedback", "01_tiny", f"--Exchange.root={exchange}"]
    done = subprocess.run(program, cwd=mine.root, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert len(list(exchange.rglob("*.html"))) == len(mine.reports)


@pytest.mark.parametrize(("said", "carried"), [("soon", False), ("2026-01-01 12:00:00 UTC", True)])
def test_what_nbgrader_could_not_read_is_not_put_beside_the_autograded_notebook(
    graded, tmp_path, draft, submit, said, carried
):
    mine = graded.copy(tmp_path / "class")
    submit(mine.root, "right", draft().bytes(), said)
    (mine.root / "submitted/right/01_tiny/submission_secret.txt").symlink_to(mine.root / ".secret_seed")
    mine.grade(students=["right"], force=True)
    folder = mine.root / "autograded/right/01_tiny"
    assert (folder / "timestamp.txt").exists() is carried
    assert not (folder / "submission_secret.txt").exists()


def test_stock_nbgrader_autogrades_the_submissions_on_the_public_cases(graded, tmp_path):
    mine = graded.copy(tmp_path / "class")
    config = PyFileConfigLoader("nbgrader_config.py", path=str(mine.root)).load_config()
    del config.Autograde  # which names our engine
    config.Execute = Config(
        timeout=120, extra_arguments=["--HistoryManager.hist_file=:memory:", "--IPKernelApp.log_level=ERROR"]
    )
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
    assert grades(mine.root, "right") == {f"check-{c['name']}": c["points"] for c in graded.reports["right"].checks}
    assert grades(mine.root, "squared") == {f"check-{c['name']}": c["points"] for c in graded.reports["squared"].checks}


def test_a_submission_is_one_transaction_over_the_one_connection_of_the_run(graded, key, draft, tmp_path):
    mine = graded.copy(tmp_path / "class")
    reports = [grade(draft().submission(student), key, limits=FAST) for student in ("right", "new")]
    count = {"commit": 0, "engine_connect": 0, "connect": 0}
    book = Book(mine.root)
    with book.opened():
        for name in count:
            event.listen(book.engine, name, lambda *_, name=name: count.update({name: count[name] + 1}))
        for report in reports:
            book.record(report, key.lesson, "d" * 64, "none")
    assert count == {"commit": 2, "engine_connect": 2, "connect": 0}
    assert Book(mine.root).scores("01_tiny")["new"] == 9


def test_a_transaction_that_fails_leaves_nothing(graded, key, draft, tmp_path, monkeypatch):
    mine = graded.copy(tmp_path / "class")
    report = grade(draft().submission("new"), key, limits=FAST)
    before, book = everything(mine.root), Book(mine.root)
    monkeypatch.setattr("gradschool.grader.ledger.enter", None)
    with pytest.raises(TypeError):
        book.record(report, key.lesson, "d" * 64)
    assert everything(mine.root) == before


@pytest.fixture
def locked(graded, tmp_path):
    """A classroom whose gradebook another process can lock, and the function that does, for some seconds."""
    mine = graded.copy(tmp_path / "class")
    timers = []

    def lock(seconds):
        connection = sqlite3.connect(mine.root / "gradebook.db", check_same_thread=False, isolation_level=None)
        connection.execute("BEGIN EXCLUSIVE")

        def release():
            connection.rollback()
            connection.close()

        timers.append(threading.Timer(seconds, release))
        timers[-1].start()

    yield mine, lock
    for timer in timers:
        timer.join()


def test_a_locked_gradebook_delays_a_run_and_loses_nothing(locked, monkeypatch):
    mine, lock = locked
    said, times = [], []

    def tell(job, done, total):
        if done == 1 and not times:
            times.append(1)
            lock(7.0)  # SQLite itself waits for 5

    reports = mine.grade(force=True, tell=tell, say=said.append)
    assert said == ["waiting for the gradebook: database is locked"]
    assert {n: r.to_json() for n, r in reports.items()} == {n: r.to_json() for n, r in mine.reports.items()}
    assert Book(mine.root).scores("01_tiny") == {n: r.points for n, r in mine.reports.items()}


def test_a_gradebook_that_stays_locked_ends_the_run_with_what_to_do(locked, monkeypatch):
    mine, lock = locked
    monkeypatch.setattr(Book, "patience", 0.5)
    book = Book(mine.root)
    with book.opened():
        lock(6.5)
        with pytest.raises(ClassroomError) as raised:
            book.transact(lambda connection: connection.exec_driver_sql("DELETE FROM comment"))
    assert str(raised.value) == (
        f"the gradebook sqlite:///{mine.root}/gradebook.db can't be used: database is locked. What was graded before "
        "is recorded: once the gradebook is there again, the same command goes on from here"
    )


def test_a_gradebook_with_an_unknown_url_or_an_unknown_driver_is_refused(graded):
    with pytest.raises(ClassroomError, match="is no URL of a gradebook; give one such as"):
        Book(graded.root, "grades.db")
    with pytest.raises(ClassroomError, match="is of an unknown kind"):
        Book(graded.root, "nosql://here").scores("01_tiny")


def test_another_gradebook_can_be_named(graded, tmp_path):
    mine = graded.copy(tmp_path / "class")
    before, url = everything(mine.root), f"sqlite:///{tmp_path}/other.db"
    with opened(mine.root), _quiet(), Gradebook(url, "gradschool") as other:
        other.add_assignment("01_tiny", course_id="gradschool")
    with pytest.raises(ClassroomError, match="knows no 01_tiny: `gradschool classroom init` enters it"):
        mine.grade(students=["stub"], db=url)
    assert everything(mine.root) == before


@pytest.mark.parametrize("change", ["points", "notebook", "student"])
def test_what_another_program_changed_is_not_taken_for_graded(graded, tmp_path, change):
    mine = graded.copy(tmp_path / "class")
    book, known = Book(mine.root), "d" * 64
    with book.opened():
        book.transact(lambda c: c.exec_driver_sql(f"UPDATE gradschool_record SET digest = '{known}'"))
        assert book.recall("squared", "01_tiny", known).to_json() == graded.reports["squared"].to_json()
        assert book.recall("squared", "01_tiny", "e" * 64) is None
        if change == "points":
            book.transact(lambda c: c.exec_driver_sql("UPDATE grade SET auto_score = 0"))
        elif change == "notebook":
            mine.notebook("autograded", "squared").unlink()
        else:
            with opened(mine.root) as gradebook:
                gradebook.remove_student("squared")
        assert book.recall("squared", "01_tiny", known) is None


def test_nbgrader_s_own_tables_are_as_nbgrader_makes_them(graded, tmp_path):
    def tables(path):
        with contextlib.closing(sqlite3.connect(path)) as connection:
            return dict(connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchall())

    with _quiet(), Gradebook(f"sqlite:///{tmp_path}/fresh.db", "gradschool"):
        pass
    ours = tables(graded.root / "gradebook.db")
    assert "digest" in ours.pop("gradschool_record")
    assert ours == tables(tmp_path / "fresh.db")


@pytest.mark.parametrize("content", [b"soon", b"\xff\xfe", b"", b"9" * 500, b"2026-99-99 01:00:00 UTC", None])
def test_a_timestamp_that_says_nothing_is_none(tmp_path, content):
    path = tmp_path / "timestamp.txt"
    if content is None:
        os.mkfifo(path)
    else:
        path.write_bytes(content)
    assert _timestamp(path) is None
    path.unlink()
    path.symlink_to("/etc/hostname")
    assert _timestamp(path) is None


def test_a_new_due_date_changes_the_penalty_of_what_is_not_graded_again(graded, tmp_path, draft, submit, monkeypatch):
    mine = graded.copy(tmp_path / "class")
    config = mine.root / "nbgrader_config.py"
    config.write_text(config.read_text() + '\nc.LateSubmissionPlugin.penalty_method = "zero"\n')
    submit(mine.root, "right", draft().bytes(), "2026-01-02 01:00:00 UTC")
    mine.grade(students=["right"])
    monkeypatch.setattr("gradschool.grader.executors.grade", None)
    for due, penalty in ((datetime(2026, 1, 2), 9), (datetime(2026, 1, 3), None)):
        with opened(mine.root) as gradebook:
            gradebook.update_or_create_assignment("01_tiny", duedate=due)
        mine.grade(students=["right"])
        with opened(mine.root) as gradebook:
            assert gradebook.find_submission("01_tiny", "right").notebooks[0].late_submission_penalty == penalty


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
    before = (logging.root.manager.disable, Path.cwd(), os.environ["PATH"])
    with _quiet():
        os.chdir(tmp_path)
    assert (logging.root.manager.disable, Path.cwd(), os.environ["PATH"]) == before
    with pytest.raises(RuntimeError), _quiet():
        raise RuntimeError
    assert (logging.root.manager.disable, Path.cwd(), os.environ["PATH"]) == before
