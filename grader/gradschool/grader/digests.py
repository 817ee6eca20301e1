"""Digests: what a grade depends on, in 64 letters. Where they are the same, so is the report.

lesson       its cells, checks and cases, and the part of the library that it rests on
grader       the modules that decide about marks, and the versions of Python and NumPy
run          the lesson, the grader, the secret seed, the limits and the isolation
submission   the run, the submitted bytes and what was noted of their folder
"""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

import numpy as np

from gradschool.grader.course import Course
from gradschool.grader.lesson import Lesson
from gradschool.grader.release import PARTS, library_files
from gradschool.grader.sandbox.limits import Limits
from gradschool.grader.submission import Submission

CARRIES = frozenset(
    {
        "build",
        "classroom",
        "cli",
        "cluster",
        "database",
        "demo",
        "digests",
        "entries",
        "errors",
        "executors",
        "export",
        "figures",
        "gradebook",
        "interruption",
        "journal",
        "ledger",
        "main",
        "marks",
        "matrix",
        "mistakes",
        "patience",
        "planting",
        "preprocessor",
        "remote",
        "session",
        "simulate",
        "tables",
        "wire",
    }
)
"""The modules of the grader that carry a report from here to there; the others decide about marks and messages."""


def run_digest(course: Course, lesson: Lesson, seed: int, limits: Limits, isolation: str) -> str:
    """Return the digest of all that a grade depends on besides the submission."""
    given = [
        lesson_digest(course, lesson),
        grader_digest(),
        str(seed),
        repr(sorted(asdict(limits).items())),
        isolation,
    ]
    return _digest(part.encode() for part in given)


def submission_digest(run: str, submission: Submission) -> str:
    """Return the digest of a submission, graded in a run of this digest."""
    words = (submission.student, submission.lesson, submission.problem, *submission.notes)
    return _digest([run.encode(), *(text.encode("utf-8", "surrogateescape") for text in words), submission.content])


def lesson_digest(course: Course, lesson: Lesson) -> str:
    """Return the digest of a lesson: its cells, its checks, its public cases and the library that it rests on."""
    cells = [repr((c.kind, c.id, c.name, c.points, c.student, c.solved)).encode() for c in lesson.cells]
    library = {course.library / file for file in library_files(course, lesson)}
    library |= {course.library / Path(*module.split(".")[2:]).with_suffix(".py") for module in lesson.builds}
    files = [lesson.folder / "checks.py", lesson.folder / "public.npz", *library]
    return _digest([lesson.name.encode(), *cells, *_contents(course.root, [*files, *_parts(course)])])


def grader_digest() -> str:
    """Return the digest of the grader itself."""
    here = Path(__file__).parent
    files = [file for file in here.rglob("*.py") if file.relative_to(here).with_suffix("").as_posix() not in CARRIES]
    versions = f"Python {platform.python_version()}, NumPy {np.__version__}"
    return _digest([versions.encode(), *_contents(here, files)])


def code_digest(course: Course) -> str:
    """Return the digest of the code that a program which grades has imported of a course, or will."""
    return _digest(
        [grader_digest().encode(), *_contents(course.root, [*course.library.rglob("*.py"), *_parts(course)])]
    )


def _parts(course: Course) -> list[Path]:
    return [file for part in PARTS.values() for file in (course.root / part).rglob("*.py")]


def _contents(root: Path, files: Iterable[Path]) -> list[bytes]:
    """Return the names below `root` and the contents of the files that exist, in order of their names."""
    there = sorted({file for file in files if file.is_file()})
    return [part for file in there for part in (file.relative_to(root).as_posix().encode(), file.read_bytes())]


def _digest(parts: Iterable[bytes]) -> str:
    """Return the SHA-256 of the parts, each with its length before it, so that none runs into the next."""
    made = hashlib.sha256()
    for part in parts:
        made.update(len(part).to_bytes(8, "little"))
        made.update(part)
    return made.hexdigest()
