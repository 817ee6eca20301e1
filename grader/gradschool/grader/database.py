"""The gradebook as a database: where it is, transactions, and the grades of a class.

`gradebook.py` adds what nbgrader does. Nothing here imports it: that takes more than a second, and reading grades does
not.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, Engine, create_engine, inspect
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, NoSuchModuleError
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from gradschool.grader import marks
from gradschool.grader.errors import ClassroomError, SubmissionError
from gradschool.grader.patience import PATIENCE, patiently, reason
from gradschool.grader.tables import GRADE

CONFIG = "nbgrader_config.py"

T = TypeVar("T")
Say = Callable[[str], None]


class Database:
    """The gradebook of a classroom, as its nbgrader_config.py names it."""

    patience = PATIENCE

    def __init__(self, root: Path, db: str = "") -> None:
        """Read the configuration; `db` is the URL of a gradebook in the place of its own."""
        if not (root / CONFIG).exists():
            raise ClassroomError(f"{root} is no classroom: it has no {CONFIG}; `gradschool classroom init` makes one")
        self.root = root.resolve()
        self.config: Config = PyFileConfigLoader(CONFIG, path=str(self.root)).load_config()
        self.config.CourseDirectory.root = str(self.root)
        own = self.config.CourseDirectory.get("db_url") or f"sqlite:///{self.root / 'gradebook.db'}"
        self.location = self.config.CourseDirectory.db_url = _with_driver(db or own)
        self._say: Say = _silence
        self._engine: Engine | None = None

    @property
    def engine(self) -> Engine:
        """SQLAlchemy's engine, while the gradebook is open."""
        assert self._engine is not None
        return self._engine

    @property
    def url(self) -> str:
        """Where the gradebook is, without its password."""
        return make_url(self.location).render_as_string(hide_password=True)

    @contextlib.contextmanager
    def opened(self, say: Say | None = None) -> Iterator[None]:
        """Keep the gradebook open for a run. `say` is told of delays.

        Raises:
            ClassroomError: it can't be opened.
        """
        if self._engine is not None:
            yield
            return
        logging.getLogger("psycopg").setLevel(logging.ERROR)  # `say` is told of a connection that is lost
        self._say = say or _silence
        self._engine = self._patiently(self._connect)
        try:
            yield
        finally:
            self._engine.dispose()
            self._engine, self._say = None, _silence

    def _connect(self) -> Engine:
        engine = create_engine(self.location)
        if not inspect(engine).has_table(GRADE.name):
            engine.dispose()
            raise ClassroomError(f"the gradebook {self.url} holds no grades: `gradschool grade` enters them")
        return engine

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
