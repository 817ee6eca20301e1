"""A classroom: nbgrader's folders for a class, with the lessons in them."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from pathlib import Path

from gradschool.grader import notebooks
from gradschool.grader.course import Course
from gradschool.grader.database import CONFIG
from gradschool.grader.errors import ClassroomError
from gradschool.grader.gradebook import Book
from gradschool.grader.release import release

STAGES = ("source", "release", "submitted", "autograded", "feedback")
SEED = ".secret_seed"

TEXT = '''"""nbgrader's configuration of this classroom, made by `gradschool classroom init`. Edit it as you like."""

import os
import warnings

c = get_config()  # noqa: F821

# nbgrader 0.9.6 adds submissions in an order that SQLAlchemy 2 remarks on; nothing is lost.
warnings.filterwarnings("ignore", message="Object of type <Submitted")

c.CourseDirectory.course_id = "gradschool"
c.CourseDirectory.root = os.path.dirname(os.path.abspath(__file__))

# The grades; "postgresql+psycopg://user@host/database" keeps them in PostgreSQL (install gradschool[postgres]).
c.CourseDirectory.db_url = "sqlite:///" + os.path.join(c.CourseDirectory.root, "gradebook.db")

# The lessons' folders hold a package of their own, which every student has.
c.CourseDirectory.ignore = [".ipynb_checkpoints", "*.pyc", "__pycache__", ".secret_seed"]

# `nbgrader autograde` and formgrader's button grade with Gradschool's engine, in a sandbox and on the secret cases: it
# stands in the place of nbgrader's Execute, and mends by itself what nbgrader's sanitizers would.
c.Autograde.sanitize_preprocessors = ["nbgrader.preprocessors.ClearOutput"]
c.Autograde.autograde_preprocessors = [
    "gradschool.grader.preprocessor.GradschoolExecute",
    "nbgrader.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]
c.GradschoolExecute.course = COURSE
'''


def init(course: Course, root: Path, names: Iterable[str] = (), log: Callable[[str], None] = print) -> None:
    """Make a classroom in `root`, or bring the lessons of one up to date; grades and submissions stay.

    Raises:
        ClassroomError: `root` holds other things, or nbgrader can't use it.
    """
    if root.exists() and any(root.iterdir()) and not (root / CONFIG).exists():
        raise ClassroomError(f"{root} holds other files and no classroom; give a new folder")
    for stage in STAGES:
        (root / stage).mkdir(parents=True, exist_ok=True)
    if not (root / CONFIG).exists():
        (root / CONFIG).write_text(TEXT.replace("COURSE", repr(str(course.root.resolve()))), encoding="utf-8")
    if not (root / SEED).exists():
        (root / SEED).touch(mode=0o600)
        (root / SEED).write_text(f"{secrets.randbits(63)}\n")
    book = Book(root)
    for lesson in course.lessons(names):
        folder = root / "source" / lesson.name
        release(course, lesson, folder)
        made = notebooks.text(notebooks.notebook(lesson, "instructor"))
        (folder / f"{lesson.name}.ipynb").write_text(made, encoding="utf-8", newline="\n")
        book.assign(lesson.name)
        log(f"{lesson.name}: source/ and release/ are ready")


def secret_seed(root: Path) -> int:
    """Return the seed of the cases that this classroom's submissions meet, the same at each grading.

    Raises:
        ClassroomError: there is none.
    """
    try:
        return int((root / SEED).read_text())
    except (OSError, ValueError):
        raise ClassroomError(
            f"{root} is no classroom: it has no {SEED}; `gradschool classroom init` makes it"
        ) from None
