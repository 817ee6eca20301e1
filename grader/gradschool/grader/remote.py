"""What a worker of a cluster does: it grades with the course and the sandbox of its own machine, and keeps them warm.

    job, the notebook's bytes ──▶ the course has the job's digests? ──▶ key, warm process ──▶ attempt ──▶ bytes

The answers are computed here, from the seed in the job; neither the gradebook nor the classroom's folder is needed.
What goes in and comes out is JSON and the notebook's bytes.
"""

from __future__ import annotations

import atexit
import json
import platform
import threading
from contextlib import AbstractContextManager, ExitStack
from dataclasses import asdict, dataclass
from functools import cache, lru_cache

import numpy as np

from gradschool.grader.course import Course
from gradschool.grader.digests import code_digest, grader_digest, lesson_digest
from gradschool.grader.errors import ClassroomError, IsolationError
from gradschool.grader.executors import attempt
from gradschool.grader.grade import Key, open_key
from gradschool.grader.lesson import Lesson
from gradschool.grader.sandbox.choose import choose
from gradschool.grader.sandbox.limits import Limits
from gradschool.grader.sandbox.pool import sandboxed
from gradschool.grader.sandbox.run import Runner
from gradschool.grader.submission import Submission
from gradschool.grader.wire import pack

MOST_KEYS = 4
_opening = threading.Lock()
_kept = ExitStack()
"""Keeps the warm processes until this program ends."""
atexit.register(_kept.close)


def version() -> str:
    """Return what the digest of the grader is made of, in words."""
    return f"grader {grader_digest()[:12]}, Python {platform.python_version()}, NumPy {np.__version__}"


def examine(wanted: str) -> str:
    """Return, as JSON, what this machine offers of the isolation that is wanted, and its version of the grader."""
    found = {"grader": grader_digest(), "version": version(), "course": "", "refusal": ""}
    try:
        found["course"] = _as_loaded()
        chosen = choose(wanted)
        found |= {"record": chosen.record, "description": chosen.description}
    except Exception as error:
        kind = "isolation" if isinstance(error, IsolationError) else "other"
        found |= {"refusal": _words(error), "kind": kind}
    return json.dumps(found)


def job(course: Course, lesson: Lesson, seed: int, limits: Limits, isolation: str) -> str:
    """Return what a worker must know to grade submissions of a lesson, as JSON."""
    asked = {
        "lesson": lesson.name,
        "digest": lesson_digest(course, lesson),
        "grader": grader_digest(),
        "version": version(),
        "seed": seed,
        "limits": asdict(limits),
        "isolation": isolation,
    }
    return json.dumps(asked)


def message(submission: Submission) -> tuple[str, bytes]:
    """Return a submission as JSON and the bytes of its file."""
    about = {"student": submission.student, "problem": submission.problem, "notes": submission.notes}
    return json.dumps(about), submission.content


def work(job: str, about: str, content: bytes) -> bytes:
    """Return what was found on a submission, packed, or as JSON `refusal` or `failure`: why nothing was."""
    asked, told = json.loads(job), json.loads(about)
    try:
        with _opening:
            runner, record = _sandbox(asked["isolation"])
            opened = _open(asked["lesson"], asked["digest"], asked["grader"], asked["seed"], asked["version"])
    except Exception as error:
        return json.dumps({"refusal": _words(error)}).encode()
    submission = Submission(told["student"], asked["lesson"], content, told["problem"], tuple(told["notes"]))
    try:
        return pack(attempt(submission, opened.key, Limits(**asked["limits"]), runner, record))
    except Exception as error:
        return json.dumps({"failure": f"{type(error).__name__}: {error}"}).encode()


@dataclass(frozen=True)
class _Opened:
    """A key, and what keeps its folder until the last thread that uses it drops it."""

    context: AbstractContextManager[Key]
    key: Key


@lru_cache(maxsize=MOST_KEYS)
def _open(name: str, digest: str, grader: str, seed: int, version_there: str) -> _Opened:
    """Return the key of a lesson whose digest, and the grader's, are those of the machine that asks.

    Raises:
        ClassroomError: they are not.
    """
    course, loaded = Course.find(), _as_loaded()
    if code_digest(course) != loaded:
        raise ClassroomError("the course has changed since it was started; start it again")
    mine = lesson_digest(course, course.lesson(name)) if name in course.names else "unknown"
    if (mine, grader_digest()) != (digest, grader):
        raise ClassroomError(
            "it has another version of the course; update it and start it again. "
            f"There: {name} {mine[:12]}, {version()}. Here: {name} {digest[:12]}, {version_there}"
        )
    context = open_key(course, course.lesson(name), seed)
    return _Opened(context, context.__enter__())


@cache
def _sandbox(wanted: str) -> tuple[Runner, str]:
    """Return what runs submissions in the isolation that is wanted, and the isolation's name."""
    chosen = choose(wanted)
    return _kept.enter_context(sandboxed(chosen)), chosen.record


@cache
def _as_loaded() -> str:
    """Return the digest of the code when it was first asked for: what this process has imported is no newer."""
    return code_digest(Course.find())


def _words(error: Exception) -> str:
    return str(error) if isinstance(error, ClassroomError | IsolationError) else f"{type(error).__name__}: {error}"
