"""Grading a classroom: what is graded, in which order, what is told, and what is refused."""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
import sys

import pytest

from gradschool.grader.errors import ClassroomError, Interrupted
from gradschool.grader.grade import grade
from gradschool.grader.gradebook import Book
from gradschool.grader.sandbox.limits import Limits
from gradschool.grader.sandbox.run import Executed
from gradschool.grader.session import grade_classroom
from gradschool.grader.submission import find_submission

FAST = Limits(cell_seconds=5.0, check_seconds=5.0, seconds=60.0)


def nothing(prepared, task, limits):
    return Executed({}, {}, "it was not run")


def test_every_submission_is_graded_whatever_the_others_are(graded):
    assert {name: report.points for name, report in graded.reports.items()} == {
        "leaver": 4,
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
    assert reports["link"].diagnosis == "01_tiny.ipynb is a link, not an ordinary file"
    assert reports["folder"].diagnosis == "01_tiny.ipynb is a folder, not an ordinary file"
    for name in reports:
        assert mine.notebook("feedback", name).with_suffix(".html").exists()


def test_the_progress_is_told(graded, tmp_path):
    mine = graded.copy(tmp_path / "class")
    told = []
    grade_classroom(
        mine.tiny.course(), mine.root, ["1"], ["stub", "right"], runner=nothing, tell=lambda *what: told.append(what)
    )
    assert told == [("grading 01_tiny", 0, 2), ("grading 01_tiny", 1, 2), ("grading 01_tiny", 2, 2)]


def test_a_file_where_a_folder_should_be_and_a_notebook_outside_of_one_are_not_lost(graded, tmp_path, draft):
    mine = graded.copy(tmp_path / "class")
    for student in ("ada", "bob"):
        (mine.root / "submitted" / student).mkdir()
    (mine.root / "submitted/ada/01_tiny").write_bytes(draft().bytes())
    (mine.root / "submitted/bob/01_tiny.ipynb").write_bytes(draft().bytes())
    reports = mine.grade()
    assert reports["ada"].trouble == "01_tiny is not a folder"
    assert reports["bob"].trouble == "there is no folder of 01_tiny; put 01_tiny.ipynb into one"
    assert Book(mine.root).scores("01_tiny") == {name: report.points for name, report in reports.items()}


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


def in_json(reports):
    """Return reports as `--json` prints them."""
    return json.dumps([r.to_json() for r in (reports.values() if isinstance(reports, dict) else reports)])


@pytest.fixture
def counted(graded, tmp_path, monkeypatch):
    """A copy of the classroom, and the students who are graded in it, in order."""
    asked = []

    def counting(submission, key, **options):
        asked.append(submission.student)
        return grade(submission, key, **options)

    monkeypatch.setattr("gradschool.grader.executors.grade", counting)
    return graded.copy(tmp_path / "class"), asked


def test_what_did_not_change_is_not_graded_again_and_has_the_same_report(counted):
    mine, asked = counted
    assert in_json(mine.grade()) == in_json(mine.reports)
    assert asked == []
    assert in_json(mine.grade(force=True)) == in_json(mine.reports)
    assert sorted(asked) == sorted(mine.reports)


def test_the_reports_are_the_same_whatever_the_number_of_workers(counted):
    mine, _ = counted
    one, three = mine.grade(force=True, workers=1), mine.grade(force=True, workers=3)
    assert in_json(one) == in_json(three) == in_json(mine.reports)


@pytest.mark.parametrize("change", ["submission", "checks", "library", "limits", "seed", "isolation"])
def test_what_changed_is_graded_again(counted, tiny, draft, submit, change):
    mine, asked = counted
    options = {"limits": FAST}
    if change == "submission":
        submit(mine.root, "stub", draft().bytes())
    elif change == "checks":
        tiny.change(tiny.checks, "What should become of 3?", "What should become of 4?")
    elif change == "library":
        tiny.change(tiny.module.with_name("types.py"), '"""', '"""A word more. ')
    elif change == "limits":
        options["limits"] = Limits(cell_seconds=4.0, check_seconds=5.0, seconds=60.0)
    elif change == "seed":
        (mine.root / ".secret_seed").write_text("7\n")
    else:
        options["isolation"] = "limits alone"
    reports = {r.student: r for r in grade_classroom(tiny.course(), mine.root, **options)}
    assert sorted(asked) == (["stub"] if change == "submission" else sorted(mine.reports))
    assert reports["right"].points == 9
    asked.clear()
    grade_classroom(tiny.course(), mine.root, **options)
    assert asked == []


@pytest.mark.parametrize("workers", [1, 2])
def test_an_interrupted_run_finishes_what_is_in_flight_and_goes_on_when_it_is_given_again(counted, workers):
    mine, asked = counted
    said, times = [], []

    def interrupt(job, done, total):
        if done == 1 and not times:
            times.append(done)
            signal.raise_signal(signal.SIGINT)

    (mine.root / ".secret_seed").write_text("7\n")
    with pytest.raises(Interrupted) as raised:
        mine.grade(workers=workers, tell=interrupt, say=said.append)
    assert said == ["stopping: what is being graded now is finished and recorded; Ctrl-C again drops it"]
    first = list(asked)
    assert 1 <= len(first) < 5
    assert str(raised.value) == (
        f"interrupted: {len(first)} of 5 submissions are graded and recorded; "
        "the same command, given again, goes on from there"
    )
    asked.clear()
    reports = mine.grade(workers=workers)
    assert sorted([*first, *asked]) == sorted(mine.reports)
    assert in_json(reports) == in_json(mine.grade(force=True, workers=3))


def test_a_run_that_is_killed_leaves_whole_grades_and_goes_on(graded, tmp_path):
    mine = graded.copy(tmp_path / "class")
    (mine.root / ".secret_seed").write_text("7\n")
    code = (
        "import os, sys; from pathlib import Path; from gradschool.grader.course import Course\n"
        "from gradschool.grader.session import grade_classroom\n"
        "def tell(job, done, total):\n    done == 2 and os._exit(9)\n"
        "grade_classroom(Course(Path(sys.argv[1])), Path(sys.argv[2]), workers=1, tell=tell, isolation='test')\n"
    )
    done = subprocess.run([sys.executable, "-c", code, mine.tiny.root, mine.root], capture_output=True, timeout=120)
    assert done.returncode == 9, done.stderr
    told = []
    reports = grade_classroom(
        mine.tiny.course(), mine.root, log=tmp_path / "log", isolation="test", tell=lambda *what: told.append(what)
    )
    assert len(reports) == 5
    assert (tmp_path / "log").read_text().count("as before") == 2


def test_no_more_than_two_submissions_a_worker_are_in_flight(graded, tmp_path, draft, submit, monkeypatch):
    mine = graded.copy(tmp_path / "class")
    for number in range(20):
        submit(mine.root, f"student{number:02d}", draft().bytes())
    found, recorded, most = [], [], []

    def find(folder, student, lesson):
        found.append(student)
        most.append(len(found) - len(recorded))
        return find_submission(folder, student, lesson)

    monkeypatch.setattr("gradschool.grader.session.find_submission", find)
    grade_classroom(
        mine.tiny.course(), mine.root, workers=3, runner=nothing, tell=lambda job, done, total: recorded.append(done)
    )
    assert len(found) == 25
    assert max(most) <= 7  # six in flight, and the one for which there will be room


def test_a_submission_on_which_the_grader_fails_costs_nobody_else_anything(graded, tmp_path, monkeypatch):
    mine, tries = graded.copy(tmp_path / "class"), []

    def failing(submission, key, **options):
        if submission.student in ("squared", "stub"):
            tries.append(submission.student)
            if submission.student == "squared" or tries.count("stub") == 1:
                raise RuntimeError("a worker died")
        return grade(submission, key, **options)

    monkeypatch.setattr("gradschool.grader.executors.grade", failing)
    reports = mine.grade(force=True, feedback=True)
    assert reports["squared"].failed
    assert reports["squared"].trouble == "the grader failed on it: RuntimeError: a worker died"
    assert (reports["squared"].points, reports["squared"].max_points) == (0, 9)
    others = [name for name in reports if name != "squared"]
    assert in_json([reports[n] for n in others]) == in_json([graded.reports[n] for n in others])
    assert tries.count("squared") == tries.count("stub") == 2
    assert Book(mine.root).scores("01_tiny")["squared"] == 6  # as it was


def test_every_submission_has_a_line_in_the_log(graded, tmp_path):
    mine = graded.copy(tmp_path / "class")
    (mine.root / "logs/grade.log").unlink()
    mine.grade(students=["unreadable", "squared"], force=True)
    mine.grade(students=["squared"])
    lines = [line.split(" ", 1)[1] for line in (mine.root / "logs/grade.log").read_text().splitlines()]
    assert len(lines) == 5
    assert re.fullmatch(r"grading 2 of 01_tiny; isolation: \S+run; digest [0-9a-f]{64}", lines[0])
    assert {re.sub(r"\d+\.\d\d s", "T", line) for line in lines[1:3]} == {
        "01_tiny squared: 6 / 9, T: double_values: x is squared, not doubled",
        "01_tiny unreadable: 0 / 9, T: "
        "the file is not a notebook: it is a PDF; hand in the .ipynb file that Jupyter saves",
    }
    assert lines[4] == "01_tiny squared: 6 / 9, as before: double_values: x is squared, not doubled"


PEAK = """
import resource, sys
from pathlib import Path
from gradschool.grader.course import Course
from gradschool.grader.sandbox.run import Executed
from gradschool.grader.session import grade_classroom
run = lambda *what: Executed({}, {}, "not run")
grade_classroom(Course(Path(sys.argv[1])), Path(sys.argv[2]), workers=2, runner=run)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def test_memory_does_not_grow_with_the_class(graded, tmp_path, draft, submit):
    def peak(students):
        mine = graded.copy(tmp_path / f"class{students}")
        for number in range(students):
            bulky = draft().add(f"note = {number}\n" + f"# {'x' * 70}\n" * 2000)
            submit(mine.root, f"student{number:03d}", bulky.bytes())
        done = subprocess.run(
            [sys.executable, "-c", PEAK, mine.tiny.root, mine.root], capture_output=True, text=True, timeout=300
        )
        assert done.returncode == 0, done.stderr
        return float(done.stdout)

    few, many = peak(30), peak(240)
    assert many < 1.1 * few, f"{few:.0f} MB at 30 submissions, {many:.0f} MB at 240"
