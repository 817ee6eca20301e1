"""nbgrader's gradebook and files: the only file that imports nbgrader.

Grades, autograded notebooks and feedback stand where nbgrader puts them, so that its own commands and its formgrader
work on a classroom before and after. The rows are written to nbgrader's own tables, all of a submission's in one
transaction, over one connection for the whole run.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import sysconfig
import warnings
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from nbgrader import api
from nbgrader.apps import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import AssignLatePenalties
from nbgrader.utils import compute_checksum, determine_grade, parse_utc
from sqlalchemy import Connection, Engine

from gradschool.grader import entries, ledger
from gradschool.grader.autograded import Template, autograded, graded_cells, text
from gradschool.grader.database import CONFIG, Database
from gradschool.grader.errors import ClassroomError
from gradschool.grader.grade import Report
from gradschool.grader.lesson import Lesson
from gradschool.grader.mistakes import Row, count
from gradschool.grader.pages import Page
from gradschool.grader.summary import Summary, load, summarize

TIMESTAMP = "timestamp.txt"
BESIDE = (TIMESTAMP, "submission_secret.txt")
"""What `nbgrader collect` puts beside a submission, and `nbgrader release_feedback` asks for beside its feedback."""
MOST_BESIDE = 1000
"""Bytes of such a file."""


class Book(Database):
    """The gradebook and the folders of a classroom, as its nbgrader_config.py describes them."""

    def __init__(self, root: Path, db: str = "") -> None:
        """Read the configuration; `db` is the URL of a gradebook in the place of its own."""
        super().__init__(root, db)
        self.coursedir = CourseDirectory(config=self.config)
        self._template: Template | None = None

    @cached_property
    def _api(self) -> NbGraderAPI:
        """nbgrader's own commands; making it looks for the exchange, and complains where there is none."""
        self.config.GenerateFeedback.setdefault("exporter_class", Page)
        with _quiet():
            return NbGraderAPI(coursedir=self.coursedir, config=self.config)

    @cached_property
    def _late(self) -> Any:
        """What says the penalty of a late submission; its class may stand in the classroom's folder."""
        sys.path.insert(0, str(self.root))
        try:
            made = AssignLatePenalties(config=self.config)
            made.init_plugin()
        except Exception as error:
            raise ClassroomError(f"the plugin for late submissions of {CONFIG} can't be used: {error}") from error
        finally:
            sys.path.remove(str(self.root))
        return made.plugin_inst

    def path(self, stage: str, student: str, lesson: str) -> Path:
        """Return the folder of a stage (`submitted`, `autograded`, `feedback`, …) for a student and a lesson."""
        folder = getattr(self.coursedir, f"{stage}_directory")
        return Path(self.coursedir.format_path(folder, student, lesson))

    def students(self, lesson: str) -> list[str]:
        """Return the students of whose submission of a lesson there is something, a folder or not, in order."""
        folder = self.path("submitted", "*", lesson).relative_to(self.root)
        there = [*self.root.glob(str(folder)), *self.root.glob(f"{folder}.ipynb")]
        return sorted({path.parent.name for path in there if path.parent.is_dir()})

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

    def _connect(self) -> Engine:
        """Return the gradebook's engine; its tables, nbgrader's and ours, are made if they are not there."""
        with _quiet():
            book = api.Gradebook(self.location, self.coursedir.course_id)
        book.db.remove()
        engine: Engine = book.engine
        try:
            ledger.LEDGER.create(engine, checkfirst=True)
        except BaseException:
            engine.dispose()
            raise
        return engine

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
        self._carry(report.student, report.lesson)

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
        self._carry(student, lesson)

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

    def _carry(self, student: str, lesson: str) -> None:
        """Put beside the autograded notebook what nbgrader wants to find there of the submission."""
        for name in BESIDE:
            path = self.path("autograded", student, lesson) / name
            submitted = self.path("submitted", student, lesson) / name
            there = _read(submitted)
            if name == TIMESTAMP and _timestamp(submitted) is None:
                there = ""  # nbgrader would stop at it
            if there and there != _read(path):
                _write(path, there)

    def autograded(self, report: Report, lesson: Lesson) -> dict[str, Any]:
        """Return the autograded notebook of a report, with outputs that nbgrader reads as the report's points."""
        if self._template is None or self._template.lesson is not lesson:
            self._template = Template(lesson, compute_checksum)
        return autograded(report, self._template)

    def _entry(self, connection: Connection, student: str, lesson: str) -> entries.Entry:
        """Return a submission as it stands in the gradebook, entered if it is not there, with its timestamp."""
        timestamp = _timestamp(self.path("submitted", student, lesson) / TIMESTAMP)
        entry = entries.find(connection, student, lesson) or entries.enter(connection, student, lesson, timestamp)
        if timestamp is not None and timestamp != entry.timestamp:
            entries.date(connection, entry, timestamp)
            entry = entries.find(connection, student, lesson) or entry
        return entry

    def _penalize(self, connection: Connection, entry: entries.Entry, student: str) -> None:
        """Give a late submission the penalty that nbgrader's plugin says, as nbgrader's AssignLatePenalties does."""
        penalty = None
        if entry.seconds_late > 0:
            plugin, score = self._late, entries.score(connection, entry)
            try:
                said = plugin.late_submission_penalty(student, score, entry.seconds_late)
                penalty = None if said is None else min(max(float(said), 0.0), score)
            except Exception as error:
                raise ClassroomError(
                    f"the plugin for late submissions failed on {student}: {type(error).__name__}: {error}"
                ) from error
        entries.penalize(connection, entry, penalty)

    def mistakes(self, lessons: list[str] | None = None) -> list[Row]:
        """Return what the class gets wrong in all lessons, or in some, as far as it was graded here."""
        return self.transact(lambda connection: count(map(load, ledger.reports(connection, lessons))))


def _timestamp(path: Path) -> datetime | None:
    """Return when a submission was handed in, or None if the file does not say so: a student may have written it."""
    said = _read(path).strip()
    try:
        made: datetime | None = parse_utc(said) if said else None
    except (ValueError, OverflowError, TypeError):
        return None
    return made


def _read(path: Path) -> str:
    """Return what a small file of text holds that a student may have put there; nothing if it is none."""
    try:
        if path.is_symlink() or not path.is_file() or path.stat().st_size > MOST_BESIDE:
            return ""
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return ""


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
