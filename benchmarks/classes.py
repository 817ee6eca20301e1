"""The classrooms that the grading benchmarks use: full of right answers, and of grades."""

from __future__ import annotations

import re
from pathlib import Path
from random import Random

from gradschool.grader import classroom, entries, notebooks
from gradschool.grader.course import Course
from gradschool.grader.gradebook import Book

LESSON = "02_dense"
COURSE = Course(Path(__file__).resolve().parents[1])


def make_class(root: Path, students: int, *, stock: bool = False) -> None:
    """Make a classroom in which everybody hands in the reference solution, each with a comment of their own.

    With `stock`, nbgrader's own preprocessors grade it, as they do in a course without this project.
    """
    classroom.init(COURSE, root, [LESSON], log=lambda line: None)
    if stock:
        config = root / "nbgrader_config.py"
        ours = (
            r"c\.Autograde\.sanitize_preprocessors.*\n|c\.Autograde\.autograde_preprocessors = \[[^]]*\]\n|c\.Grads.*\n"
        )
        config.write_text(re.sub(ours, "", config.read_text()))
    notebook = notebooks.notebook(COURSE.lesson(LESSON), "solved")
    cell = next(cell for cell in notebook.cells if cell.id.startswith("exercise"))
    source = cell.source
    for name in names(students):
        cell.source = f"{source}\n\n# {name}\n"
        folder = root / "submitted" / name / LESSON
        folder.mkdir(parents=True)
        (folder / f"{LESSON}.ipynb").write_text(notebooks.text(notebook))


def make_grades(root: Path, students: int) -> None:
    """Make a classroom whose gradebook has grades of that many students for each lesson, and no file of theirs."""
    classroom.init(COURSE, root, log=lambda line: None)
    random, book = Random(0), Book(root)

    def enter(connection: entries.Connection) -> None:
        for lesson in COURSE.lessons():
            checks = {f"check-{name}": check.spec.points for name, check in lesson.checks.items()}
            for name in names(students):
                scores = {check: points * random.choice((0, 0.5, 1)) for check, points in checks.items()}
                entries.grade(connection, entries.enter(connection, name, lesson.name, None), scores)

    book.transact(enter)


def names(students: int) -> list[str]:
    """Return the names of that many students."""
    return [f"student{number:04d}" for number in range(students)]
