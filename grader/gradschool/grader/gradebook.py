"""nbgrader's gradebook and files: with `tables.py`, the only file that imports nbgrader.

Grades, autograded notebooks and feedback stand where nbgrader puts them, so that its own commands and its formgrader
work on a classroom before and after. The rows are written to nbgrader's own tables, all of a submission's in one
transaction, over one connection for the whole run.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sysconfig
import warnings
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from nbgrader import api
from nbgrader.apps import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import AssignLatePenalties
from nbgrader.utils import compute_checksum, determine_grade, parse_utc
from sqlalchemy import Connection
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, NoSuchModuleError
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from gradschool.grader import entries, ledger, marks
from gradschool.grader.autograded import Template, autograded, graded_cells, text
from gradschool.grader.errors import ClassroomError, SubmissionError
from gradschool.grader.grade import Report
from gradschool.grader.lesson import Lesson
from gradschool.grader.patience import PATIENCE, patiently, reason
from gradschool.grader.summary import Summary, load, summarize

CONFIG = "nbgrader_config.py"
MOST_TIMESTAMP = 200
"""Bytes of a file with a timestamp."""

T = TypeVar("T")
Say = Callable[[str], None]


class Book:
    """The gradebook and the folders of a classroom, as its nbgrader_config.py describes them."""

    patience = PATIENCE

    def __init__(self, root: Path, db: str = "") -> None:
        """Read the configuration; `db` is the URL of a gradebook in the place of its own."""
        if not (root / CONFIG).exists():
            raise ClassroomError(f"{root} is no classroom: it has no {CONFIG}; `gradschool classroom init` makes one")
        self.root = root.resolve()
        config: Config = PyFileConfigLoader(CONFIG, path=str(self.root)).load_config()
        config.CourseDirectory.root = str(self.root)
        if db:
            config.CourseDirectory.db_url = db
        self.coursedir = CourseDirectory(config=config)
        config.CourseDirectory.db_url = self.coursedir.db_url = _with_driver(self.coursedir.db_url)
        self._api = NbGraderAPI(coursedir=self.coursedir, config=config)
        self._config = config
        self._say: Say = _silence
        self._open: Any = None
        self._late: Any = None
        self._template: Template | None = None

    @property
    def engine(self) -> Any:
        """SQLAlchemy's engine, while the gradebook is open."""
        return self._open.engine

    @property
    def url(self) -> str:
        """Where the gradebook is, without its password."""
        return make_url(self.coursedir.db_url).render_as_string(hide_password=True)

    def path(self, stage: str, student: str, lesson: str) -> Path:
        """Return the folder of a stage (`submitted`, `autograded`, `feedback`, …) for a student and a lesson."""
        folder = getattr(self.coursedir, f"{stage}_directory")
        return Path(self.coursedir.format_path(folder, student, lesson))

    def students(self, lesson: str) -> list[str]:
        """Return the students whose submission of a lesson is there, in order."""
        folder = self.path("submitted", "*", lesson)
        return sorted(p.parent.name for p in self.root.glob(str(folder.relative_to(self.root))) if p.is_dir())

    def assign(self, lesson: str) -> None:
        """Have nbgrader make `release/` of `source/` and enter the lesson in the gradebook.

        Raises:
            ClassroomError: nbgrader could not.
        """
        with _quiet():
            result = self._api.generate_assignment(lesson, force=True)
        if not result["success"]:
            raise ClassroomError(f"nbgrader could not make the release of {lesson}:\n{_reason(result)}")

    def feedback(self, lesson: str, student: str | None = None) -> None:
        """Have nbgrader write the feedback on a lesson, for a student or for all.

        Raises:
            ClassroomError: nbgrader could not.
        """
        students = [student] if student else sorted(p.parent.name for p in self.root.glob(f"autograded/*/{lesson}"))
        for name in students:
            with _quiet():
                result = self._api.generate_feedback(lesson, name, force=True)
            if not result["success"]:
                raise ClassroomError(f"nbgrader could not write the feedback for {name}:\n{_reason(result)}")

    @contextlib.contextmanager
    def opened(self, say: Say | None = None) -> Iterator[None]:
        """Keep the gradebook open for a run; its tables are made if they are not there. `say` is told of delays.

        Raises:
            ClassroomError: it can't be opened.
        """
        if self._open is not None:
            yield
            return

        def connect() -> Any:
            with _quiet():
                book = api.Gradebook(self.coursedir.db_url, self.coursedir.course_id)
            try:
                ledger.LEDGER.create(book.engine, checkfirst=True)
            except BaseException:
                book.close()
                raise
            return book

        self._say = say or _silence
        self._open = self._patiently(connect)
        try:
            yield
        finally:
            self._open.close()
            self._open, self._say = None, _silence

    def transact(self, work: Callable[[Connection], T]) -> T:
        """Return what `work` returns, done in one transaction; it may be called again, so it must bear that.

        Raises:
            ClassroomError: the gradebook can't be used, even after a while.
            SubmissionError: it refuses what is written.
        """

        def once() -> T:
            with self.engine.begin() as connection:
                return work(connection)

        with self.opened():
            return self._patiently(once)

    def _patiently(self, work: Callable[[], T]) -> T:
        def wait(why: str) -> None:
            self._say(f"waiting for the gradebook: {why}")

        try:
            return patiently(work, wait, self.patience)
        except DataError as error:
            raise SubmissionError(f"the gradebook refuses it: {reason(error)}") from error
        except DBAPIError as error:
            raise ClassroomError(
                f"the gradebook {self.url} can't be used: {reason(error)}. What was graded before is recorded: "
                "once the gradebook is there again, the same command goes on from here"
            ) from error
        except ModuleNotFoundError as error:
            raise ClassroomError(
                f"the gradebook {self.url} needs the package {error.name}: install gradschool[postgres]"
            ) from error
        except NoSuchModuleError as error:
            raise ClassroomError(f"the gradebook {self.url} is of an unknown kind: {error}") from error

    def record(self, report: Report, lesson: Lesson, digest: str = "", isolation: str = "") -> Summary:
        """Write a report into the gradebook and the autograded notebook, and return its summary.

        Manual grades and comments are kept. Recording a report again changes nothing.

        Args:
            report: the report.
            lesson: its lesson.
            digest: of all that the report depends on; it can be recalled by that.
            isolation: what kept the submission from the rest of the machine.
        """
        made, summary = self.autograded(report, lesson), summarize(report)
        cells = graded_cells(made)
        scores = {name: determine_grade(c)[0] for name, c in cells.items() if c.metadata.nbgrader.grade}
        comments = {
            name: "No response." if compute_checksum(c) == c.metadata.nbgrader.checksum else None
            for name, c in cells.items()
            if c.metadata.nbgrader.solution
        }
        _write(self.path("autograded", report.student, report.lesson) / f"{report.lesson}.ipynb", text(made))

        def work(connection: Connection) -> None:
            entry = self._entry(connection, report.student, report.lesson)
            entries.grade(connection, entry, scores)
            entries.comment(connection, entry, comments)
            self._penalize(connection, entry, report.student)
            ledger.enter(connection, entry.notebook, digest, isolation, summary.dump())

        self.transact(work)
        return summary

    def recall(self, student: str, lesson: str, digest: str) -> Summary | None:
        """Return what was recorded for a submission if it was graded on what has this digest, and is still so.

        It is not if the autograded notebook is gone or another program gave other points. Its timestamp and its late
        penalty are brought up to date.
        """
        if not (self.path("autograded", student, lesson) / f"{lesson}.ipynb").exists():
            return None

        def work(connection: Connection) -> Summary | None:
            entry = entries.find(connection, student, lesson)
            kept = entry and ledger.look_up(connection, entry.notebook, digest)
            if not entry or not kept:
                return None
            summary = load(kept)
            if abs(entries.automatic_points(connection, entry) - summary.points) > 0.005:
                return None
            self._penalize(connection, self._entry(connection, student, lesson), student)
            return summary

        return self.transact(work)

    def autograded(self, report: Report, lesson: Lesson) -> dict[str, Any]:
        """Return the autograded notebook of a report, with outputs that nbgrader reads as the report's points."""
        if self._template is None or self._template.lesson is not lesson:
            self._template = Template(lesson, compute_checksum)
        return autograded(report, self._template)

    def _entry(self, connection: Connection, student: str, lesson: str) -> entries.Entry:
        """Return a submission as it stands in the gradebook, entered if it is not there, with its timestamp."""
        timestamp = _timestamp(self.path("submitted", student, lesson) / "timestamp.txt")
        entry = entries.find(connection, student, lesson) or entries.enter(connection, student, lesson, timestamp)
        if timestamp is not None and timestamp != entry.timestamp:
            entries.date(connection, entry, timestamp)
            entry = entries.find(connection, student, lesson) or entry
        return entry

    def _penalize(self, connection: Connection, entry: entries.Entry, student: str) -> None:
        """Give a late submission the penalty that nbgrader's plugin says, as nbgrader's AssignLatePenalties does."""
        penalty = None
        if entry.seconds_late > 0:
            if self._late is None:
                self._late = AssignLatePenalties(config=self._config)
                self._late.init_plugin()
            score = entries.score(connection, entry)
            said = self._late.plugin_inst.late_submission_penalty(student, score, entry.seconds_late)
            penalty = None if said is None else min(max(float(said), 0.0), score)
        entries.penalize(connection, entry, penalty)

    def scores(self, lesson: str) -> dict[str, float]:
        """Return each student's score for a lesson as the gradebook has it."""
        return {row.student_id: row.raw_score for row in self.rows([lesson], all_students=False)}

    def rows(self, lessons: list[str] | None = None, all_students: bool = True) -> list[marks.Row]:
        """Return the grades of all students for all lessons, or for some, in nbgrader's order.

        A student who submitted nothing has a row of zeros, as in nbgrader's export, if `all_students` is true.
        """
        return self.transact(lambda connection: list(marks.read(connection, lessons, all_students)))


def _silence(line: str) -> None:
    """Say nothing."""


def _with_driver(url: str) -> str:
    """Return the URL with psycopg 3 for PostgreSQL where it names no driver: what that means depends on SQLAlchemy."""
    for start in ("postgresql://", "postgres://"):
        if url.startswith(start):
            return "postgresql+psycopg://" + url.removeprefix(start)
    try:
        make_url(url)
    except ArgumentError:
        raise ClassroomError(
            f"{url!r} is no URL of a gradebook; give one such as sqlite:////folder/gradebook.db "
            "or postgresql+psycopg://user@host/database"
        ) from None
    return url


def _timestamp(path: Path) -> datetime | None:
    """Return when a submission was handed in, or None if the file does not say so: a student may have written it."""
    try:
        if path.is_symlink() or not path.is_file() or path.stat().st_size > MOST_TIMESTAMP:
            return None
        said = path.read_text(encoding="utf-8").strip()
        made: datetime | None = parse_utc(said) if said else None
    except (OSError, ValueError, OverflowError, TypeError):
        return None
    return made


def _write(path: Path, content: str) -> None:
    """Write a file so that it is there whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.new")
    new.write_text(content, encoding="utf-8", errors="replace", newline="\n")
    new.replace(path)


def _reason(result: Mapping[str, Any]) -> str:
    return str(result.get("error") or result.get("log") or "it does not say why")


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep nbgrader's log and the warnings of what it imports from the terminal, and the working folder as it was.

    nbgrader starts `alembic` by name, so the programs of this environment are put on the path.
    """
    before, here, path = logging.root.manager.disable, Path.cwd(), os.environ.get("PATH", "")
    os.environ["PATH"] = os.pathsep.join([sysconfig.get_path("scripts"), path])
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)
        os.environ["PATH"] = path
        os.chdir(here)
