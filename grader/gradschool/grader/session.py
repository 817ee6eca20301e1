"""Grade the submissions of a classroom and record them: one writer, as many workers as are asked for."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path

from gradschool.grader.classroom import secret_seed
from gradschool.grader.course import Course
from gradschool.grader.errors import ClassroomError
from gradschool.grader.grade import Report, grade_all, open_key
from gradschool.grader.gradebook import Book
from gradschool.grader.sandbox.limits import Limits
from gradschool.grader.sandbox.run import Runner, run
from gradschool.grader.submission import find_submission

Tell = Callable[[str, int, int], None]
"""What is told of the progress: the job, what is done, and of how much."""


def grade_classroom(
    course: Course,
    root: Path,
    lessons: Iterable[str] = (),
    students: Iterable[str] = (),
    *,
    workers: int = 0,
    limits: Limits | None = None,
    feedback: bool = False,
    tell: Tell = lambda job, done, total: None,
    runner: Runner = run,
) -> list[Report]:
    """Grade the submissions in the classroom `root` and return the reports, in the order of lessons and students.

    Args:
        course: the lessons.
        root: the classroom's folder.
        lessons: which lessons; all that have submissions if none is named.
        students: which students; all if none is named.
        workers: how many submissions are run at a time; as many as there are cores if 0.
        limits: what a student's process may use.
        feedback: whether to write nbgrader's HTML feedback.
        tell: is told of the progress.
        runner: what executes the students' code.

    Raises:
        ClassroomError: there is no such classroom, or a lesson or a student that is named has no submission.
    """
    book, seed = Book(root), secret_seed(root)
    chosen, named = [course.resolve(name) for name in lessons] or list(course.names), list(students)
    reports: list[Report] = []
    for name in chosen:
        present = book.students(name)
        if missing := [s for s in named if s not in present]:
            raise ClassroomError(f"there is no submission of {name} by {', '.join(missing)} in {root}/submitted")
        if not present and list(lessons):
            raise ClassroomError(f"there is no submission of {name} in {root}/submitted")
        if not present:
            continue
        lesson = course.lesson(name)
        todo = [find_submission(book.path("submitted", s, name), s, name) for s in named or present]
        tell(f"grading {name}", 0, len(todo))
        with open_key(course, lesson, seed) as key:
            done = []
            for report in grade_all(todo, key, workers=workers or os.cpu_count() or 1, limits=limits, runner=runner):
                book.record(report, lesson)
                done.append(report)
                tell(f"grading {name}", len(done), len(todo))
        done.sort(key=lambda report: report.student)
        reports += done
        if feedback:
            for number, report in enumerate(done, start=1):
                book.feedback(name, report.student)
                tell(f"feedback on {name}", number, len(done))
    if not reports:
        raise ClassroomError(
            f"there are no submissions in {root}/submitted: put them at submitted/STUDENT/LESSON/LESSON.ipynb"
        )
    return reports
