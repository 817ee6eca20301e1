"""A class of 200 is graded whole, whatever happens meanwhile, and the marks are those of a run without faults.

Warm processes are killed at random, the run is interrupted twice and killed once, the database is locked, and
PostgreSQL is restarted. The grader writes its log into a pipe, so that each fault is made when it says how far it is.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import re
import select
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from submissions.special import SPECIAL

from grader import postgres
from gradschool.grader import classroom
from gradschool.grader.errors import IsolationError
from gradschool.grader.gradebook import Book
from gradschool.grader.sandbox.choose import choose

SUBMISSIONS = Path(__file__).resolve().parents[1] / "submissions"
MAIN = "from gradschool.grader.main import main; main()"
STUDENTS = 200
PROGRAMS = postgres.programs()

DOUBLES = (
    "return x + x",
    "return x * x",
    "return x.copy()",
    "return 3 * x",
    "x += x\n    return x",
    "raise ValueError(x)",
    "print(x)\n    return 2 * x",
    "return None",
    "return (2 * x).astype('float32')",
    "return list(2 * x)",
)
SKIPPED = {
    "no_folder",  # no submission
    "outputs_of_100_mb",  # and those that take seconds
    "a_cell_of_50_mb",
    "cells_without_number",
    "text_of_30_mb",
    "lists_without_number",
}
HOSTILE = (  # of those that neither use up time nor depend on it
    "an_array_that_lies",
    "calls_home",
    "ends_the_process_in_a_cell",
    "ends_the_process_in_a_check",
    "equals_everything",
    "exits_in_every_way",
    "forges_evidence_for_other_checks",
    "forges_points",
    "imports_what_solves_the_exercises",
    "leaves_changed_modules",
    "leaves_files",
    "patches_numpy",
    "patches_the_codecs",
    "patches_the_language",
    "patches_the_probes",
    "patches_the_shell",
    "prints_its_points",
    "reads_the_environment",
    "reads_the_gradebook_and_the_course",
    "right_for_the_public_cases_only",
    "says_the_end_too_early",
    "writes_the_gradebook",
)


@pytest.fixture(scope="module")
def isolation() -> str:
    """The strongest isolation that this machine has."""
    try:
        return choose("auto").name
    except IsolationError:
        return "limits"


@dataclass(frozen=True)
class Big:
    """A classroom of 200, and the grader as a program."""

    root: Path
    course: Path
    isolation: str
    db: str = ""

    def run(self, *command: str | Path) -> subprocess.CompletedProcess[str]:
        """Run the program to its end."""
        return subprocess.run(
            [sys.executable, "-c", MAIN, *command], cwd=self.course, capture_output=True, text=True, timeout=300
        )

    @property
    def options(self) -> list[str | Path]:
        """What a grading is asked for."""
        db = ["--db", self.db] if self.db else []
        return ["grade", self.root, "--json", "--workers", "2", "--isolation", self.isolation, *db]

    def exported(self) -> str:
        """Return the table of all grades."""
        to = self.root.parent / f"{self.root.name}.csv"
        done = self.run("export", self.root, "--to", to, *(["--db", self.db] if self.db else []))
        assert done.returncode == 0, done.stderr
        return to.read_text()


@pytest.fixture(scope="module")
def fill(lesson, isolation, drafts) -> Callable[[Path], None]:
    """What hands in the same 200 submissions, of all sorts."""

    def made(folder: Path, name: str) -> None:
        if name.startswith(("broken/", "hostile/")):
            for file in (SUBMISSIONS / name).iterdir():
                if file.name != "expected.json":
                    (folder / file.name).write_bytes(file.read_bytes())
        elif name in SPECIAL:
            SPECIAL[name].make(folder, drafts("solved").bytes())
        else:
            number, form = name.split(maxsplit=1)
            draft = drafts("student" if form == "stub" else "solved")
            if form != "stub":
                draft.put("exercise-double", f"def double(x):\n    # {number}\n    {form}\n")
            (folder / f"{lesson.name}.ipynb").write_bytes(draft.bytes())

    def fill(root: Path) -> None:
        names = [f"broken/{path.name}" for path in sorted((SUBMISSIONS / "broken").iterdir())]
        names += [name for name in SPECIAL if name not in SKIPPED]
        if isolation != "limits":
            names += [f"hostile/{name}" for name in HOSTILE if (SUBMISSIONS / "hostile" / name).is_dir()]
        forms = (*DOUBLES, "stub")
        names += [f"{number} {forms[number % len(forms)]}" for number in range(STUDENTS - len(names))]
        random.Random(4).shuffle(names)
        for number, name in enumerate(names):
            folder = root / "submitted" / f"student{number:03d}" / lesson.name
            folder.mkdir(parents=True)
            made(folder, name)

    return fill


@pytest.fixture(scope="module")
def drafts(lesson):
    """What makes a student's notebook of the tiny lesson."""
    from grader.conftest import Draft

    return lambda form: Draft(lesson, form)


@pytest.fixture(scope="module")
def big(built, fill, isolation, tmp_path_factory) -> Callable[..., Big]:
    """What makes the classroom, each time with the same submissions and the same secret cases."""

    def make(db: str = "") -> Big:
        root = tmp_path_factory.mktemp("big") / "class"
        classroom.init(built.course(), root, log=lambda line: None)
        (root / ".secret_seed").write_text("20261121\n")
        fill(root)
        return Big(root, built.root, isolation, db)

    return make


@dataclass(frozen=True)
class Expected:
    """What a run without faults gives."""

    printed: str
    exported: str


@pytest.fixture(scope="module")
def expected(big) -> Expected:
    """What a run without faults gives."""
    calm = big()
    done = calm.run(*calm.options)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(json.loads(done.stdout)) == STUDENTS
    return Expected(done.stdout, calm.exported())


# A run that is watched


class Watched:
    """A run of the grader, with its log as it is written."""

    def __init__(self, class_: Big) -> None:
        pipe = class_.root.parent / "pipe"
        with contextlib.suppress(FileNotFoundError):
            pipe.unlink()
        os.mkfifo(pipe)
        self._log = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
        self.program = subprocess.Popen(
            [sys.executable, "-c", MAIN, *class_.options, "--log", pipe],
            cwd=class_.course,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def lines(self) -> Iterator[str]:
        """Return the lines of the log, as they come, until the grader closes it."""
        waiting, rest = select.poll(), b""
        waiting.register(self._log, select.POLLIN)
        try:
            while True:
                assert waiting.poll(120_000), "the grader says nothing"
                data = os.read(self._log, 65536)
                if not data:
                    return
                *whole, rest = (rest + data).split(b"\n")
                yield from (line.decode(errors="replace").split(" ", 1)[1] for line in whole)
        finally:
            os.close(self._log)

    def fresh(self) -> Iterator[tuple[int, str]]:
        """Return the lines, each with the number of submissions graded until then in this run."""
        count = 0
        for line in self.lines():
            count += bool(re.match(r"01_tiny student\d+: .* s: ", line))
            yield count, line

    def kill_one(self, rng: random.Random) -> None:
        """Kill a warm process, or the one that guards it."""
        warm = [pid for pid in _children(self.program.pid) if "forkserver" in _command(pid)]
        warm += [child for pid in warm for child in _children(pid)]
        with contextlib.suppress(ProcessLookupError, IndexError):
            os.kill(rng.choice(warm), signal.SIGKILL)

    def end(self) -> tuple[int, str, str]:
        """Return its status and what it printed."""
        out, err = self.program.communicate(timeout=120)
        return self.program.returncode, out, err


def _children(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            found += [int(child) for child in task.read_text().split()]
    return sorted(found)


def _command(pid: int) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_text()
    return ""


pytestmark = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="there is no /proc: not Linux")


def test_a_class_of_200_is_graded_whole_though_killed_interrupted_and_locked(big, expected):
    rng, mine = random.Random(7), big()

    def watch(stop: signal.Signals | None, after: int, lock: bool = False) -> tuple[int, str, str]:
        run, asked, blocker = Watched(mine), False, None
        deaths = sorted(rng.sample(range(2, after), 3))
        for count, line in run.fresh():
            if deaths and count >= deaths[0]:
                deaths.pop(0)
                run.kill_one(rng)
            if lock and count >= 5:
                lock = False
                blocker = sqlite3.connect(mine.root / "gradebook.db", timeout=60, isolation_level=None)
                blocker.execute("BEGIN EXCLUSIVE")
            if line == "waiting for the gradebook: database is locked":
                assert blocker is not None
                blocker.execute("ROLLBACK")
                blocker.close()
                blocker = None
            if stop is not None and count >= after and not asked:
                asked = True
                run.program.send_signal(stop)
        assert blocker is None, "it did not say that it waits"
        return run.end()

    for lock in (False, True):
        status, out, err = watch(signal.SIGINT, 40, lock)
        assert (status, out) == (130, ""), err
        assert "the same command, given again, goes on from there" in " ".join(err.split())
    assert watch(signal.SIGKILL, 30)[0] == -signal.SIGKILL
    status, out, err = watch(None, 20)
    assert (status, err) == (0, "")
    assert_as_without_faults(mine, out, expected)


@pytest.mark.skipif(PROGRAMS is None, reason="PostgreSQL is not installed")
def test_a_class_of_200_is_graded_whole_though_postgresql_is_restarted(big, expected):
    pytest.importorskip("psycopg")
    assert PROGRAMS is not None
    rng = random.Random(8)
    with postgres.cluster(PROGRAMS) as server:
        mine = big(server.url)
        enter_the_lesson(mine)
        run, down, restarts = Watched(mine), False, 0
        for count, line in run.fresh():
            if count in (25, 60, 90):
                run.kill_one(rng)
            if not down and restarts < 2 and count >= 50 * (restarts + 1):
                server.stop()
                down, restarts = True, restarts + 1
            if down and line.startswith("waiting for the gradebook: "):
                server.start()
                down = False
        status, out, err = run.end()
        assert (status, err, restarts, down) == (0, "", 2, False)
        assert_as_without_faults(mine, out, expected)


def enter_the_lesson(mine: Big) -> None:
    """Enter the lesson in the gradebook of the classroom's `db`, as `classroom init` does."""
    config = mine.root / "nbgrader_config.py"
    config.write_text(config.read_text() + f"\nc.CourseDirectory.db_url = {mine.db!r}\n")
    done = mine.run("classroom", "init", mine.root)
    assert done.returncode == 0, done.stderr


def assert_as_without_faults(mine: Big, printed: str, expected: Expected) -> None:
    """Nothing is lost, and the reports, the marks and the table are those of a run without faults."""
    assert printed == expected.printed
    reports = json.loads(printed)
    assert len(reports) == STUDENTS
    assert Book(mine.root, mine.db).scores("01_tiny") == {r["student"]: r["points"] for r in reports}
    assert mine.exported() == expected.exported
    for report in reports:
        assert (mine.root / "autograded" / report["student"] / "01_tiny/01_tiny.ipynb").stat().st_size > 0
