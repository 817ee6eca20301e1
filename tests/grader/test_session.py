"""Grading a classroom: what is graded, in which order, what is told, and what is refused."""

from __future__ import annotations

import shutil

import pytest

from gradschool.grader.errors import ClassroomError
from gradschool.grader.sandbox.run import Executed
from gradschool.grader.session import grade_classroom


def nothing(prepared, task, limits):
    return Executed({}, {}, "it was not run")


def test_every_submission_is_graded_whatever_the_others_are(graded):
    assert {name: report.points for name, report in graded.reports.items()} == {
        "leaver": 0,
        "right": 9,
        "squared": 6,
        "stub": 0,
        "unreadable": 0,
    }
    assert list(graded.reports) == sorted(graded.reports)


def test_broken_files_of_every_sort_never_stop_the_class(graded, tmp_path, draft):
    mine = graded.copy(tmp_path / "class")
    submitted = mine.root / "submitted"
    (submitted / "empty" / "01_tiny").mkdir(parents=True)
    (submitted / "link" / "01_tiny").mkdir(parents=True)
    (submitted / "link" / "01_tiny" / "01_tiny.ipynb").symlink_to("/etc/hostname")
    (submitted / "folder" / "01_tiny" / "01_tiny.ipynb").mkdir(parents=True)
    (submitted / "a_file").write_text("not a student")
    (submitted / "nobody").mkdir()
    odd = draft().add("\x00\x1b[31m", cell_type="markdown").add("s = '\ud800' + '\x07'\nprint('\x1b[31mred\x07')")
    (submitted / "odd" / "01_tiny").mkdir(parents=True)
    (submitted / "odd" / "01_tiny" / "01_tiny.ipynb").write_bytes(odd.bytes())
    reports = mine.grade(students=["empty", "link", "folder", "odd"], feedback=True)
    assert [reports[name].points for name in ("empty", "link", "folder", "odd")] == [0, 0, 0, 9]
    assert reports["empty"].diagnosis == "the folder should hold 01_tiny.ipynb, and holds no notebook"
    assert reports["link"].diagnosis == reports["folder"].diagnosis == "01_tiny.ipynb is not an ordinary file"
    for name in reports:
        assert mine.notebook("feedback", name).with_suffix(".html").exists()


def test_the_progress_is_told(graded, tmp_path):
    mine = graded.copy(tmp_path / "class")
    told = []
    grade_classroom(
        mine.tiny.course(), mine.root, ["1"], ["stub", "right"], runner=nothing, tell=lambda *what: told.append(what)
    )
    assert told == [("grading 01_tiny", 0, 2), ("grading 01_tiny", 1, 2), ("grading 01_tiny", 2, 2)]


def test_only_the_named_students_are_graded(graded, tmp_path):
    mine = graded.copy(tmp_path / "class")
    before = mine.notebook("autograded", "right").read_bytes()
    reports = grade_classroom(mine.tiny.course(), mine.root, students=["stub"], runner=nothing)
    assert [report.student for report in reports] == ["stub"]
    assert mine.notebook("autograded", "right").read_bytes() == before


def test_a_student_without_a_submission_is_refused(graded):
    with pytest.raises(ClassroomError) as raised:
        grade_classroom(graded.tiny.course(), graded.root, students=["right", "zoe", "yan"])
    assert str(raised.value) == f"there is no submission of 01_tiny by zoe, yan in {graded.root}/submitted"


def test_a_classroom_without_submissions_is_refused(graded, tmp_path):
    root, course = graded.copy(tmp_path / "class").root, graded.tiny.course()
    shutil.rmtree(root / "submitted")
    with pytest.raises(ClassroomError) as raised:
        grade_classroom(course, root)
    assert str(raised.value) == (
        f"there are no submissions in {root}/submitted: put them at submitted/STUDENT/LESSON/LESSON.ipynb"
    )
    with pytest.raises(ClassroomError) as raised:
        grade_classroom(course, root, ["tiny"])
    assert str(raised.value) == f"there is no submission of 01_tiny in {root}/submitted"


def test_a_folder_that_is_no_classroom_is_refused(built, tmp_path):
    with pytest.raises(ClassroomError) as raised:
        grade_classroom(built.course(), tmp_path)
    assert str(raised.value) == (
        f"{tmp_path} is no classroom: it has no nbgrader_config.py; `gradschool classroom init` makes one"
    )
