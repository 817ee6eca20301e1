"""The engine as a preprocessor of nbgrader, in the place of its Execute.

`nbgrader autograde` and formgrader's button then grade a submission as `gradschool grade` does: on the secret cases, in
the sandbox. The verdicts stand in the notebook as outputs that nbgrader's own SaveAutoGrades reads.
"""

from __future__ import annotations

import atexit
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.preprocessors import Preprocessor
from traitlets import Bool, Unicode

from gradschool.grader.classroom import secret_seed
from gradschool.grader.course import Course
from gradschool.grader.digests import lesson_digest
from gradschool.grader.errors import ClassroomError
from gradschool.grader.grade import Key, grade, open_key
from gradschool.grader.gradebook import Book
from gradschool.grader.sandbox.choose import choose
from gradschool.grader.sandbox.limits import Limits
from gradschool.grader.sandbox.pool import sandboxed
from gradschool.grader.sandbox.run import Runner
from gradschool.grader.submission import find_submission

_kept = ExitStack()
"""Keeps the folders of the keys and the sandboxes until this program ends."""
atexit.register(_kept.close)


class GradschoolExecute(Preprocessor):
    """Grade the submission that the notebook was made of, and put its autograded notebook in the place of it."""

    enabled = Bool(True, help="Whether to use this preprocessor").tag(config=True)
    course = Unicode("", help="The folder of the course; found where this program stands if empty").tag(config=True)
    isolation = Unicode("auto", help="What keeps the students' code from this machine").tag(config=True)
    limits = Limits()

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Return the autograded notebook of the submission."""
        about = resources["nbgrader"]
        student, name = about["student"], about["assignment"]
        root = Path(self.config.CourseDirectory.get("root") or ".").resolve()
        course = Course(Path(self.course)) if (Path(self.course) / "lessons").is_dir() else Course.find()
        if name not in course.names or about["notebook"] != name:
            raise ClassroomError(
                f"{name}/{about['notebook']} is no lesson of the course in {course.root}; give it nbgrader's own "
                f"preprocessors in {root}/nbgrader_config.py"
            )
        book, now = Book(root, about["db_url"]), lesson_digest(course, course.lesson(name))
        key = _key(course.root, name, secret_seed(root), now)
        submission = find_submission(book.path("submitted", student, name), student, name)
        report = grade(submission, key, limits=self.limits, runner=_runner(self.isolation))
        return nbformat.from_dict(book.autograded(report, key.lesson)), resources


@cache
def _runner(isolation: str) -> Runner:
    """Return what runs submissions in sandboxes of this isolation, made once."""
    return _kept.enter_context(sandboxed(choose(isolation)))


@cache
def _key(root: Path, name: str, seed: int, digest: str) -> Key:
    """Return the key of a lesson, made once for all that this program grades while the lesson has this digest.

    A Jupyter server may run for weeks, and the lesson be mended meanwhile.
    """
    course = Course(root)
    return _kept.enter_context(open_key(course, course.lesson(name), seed))
