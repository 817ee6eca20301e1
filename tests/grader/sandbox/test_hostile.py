"""Every hostile submission of tests/submissions gets the marks it must get, and nobody else is the worse for it."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from gradschool.grader.autograded import Template, autograded, text
from gradschool.grader.errors import IsolationError
from gradschool.grader.grade import grade
from gradschool.grader.sandbox.choose import Isolation, choose
from gradschool.grader.sandbox.isolation.family import descendants
from gradschool.grader.sandbox.limits import Limits
from gradschool.grader.sandbox.pool import sandboxed
from gradschool.grader.submission import Submission

FOLDER = Path(__file__).resolve().parents[2] / "submissions/hostile"
HOSTILE = {folder.name: json.loads((folder / "expected.json").read_text()) for folder in sorted(FOLDER.iterdir())}
BARE = [name for name, expected in HOSTILE.items() if expected["without_a_sandbox"]]
WARM = ("namespaces", "landlock")
ISOLATIONS = (*WARM, "bubblewrap")
"""Those of which this machine lacks what they need are skipped; "container" could stand here too, and takes longer."""
NOBODY = 65534
BRIEF = "GRADSCHOOL_HOSTILE_BRIEF"
"""Set where the submissions run once more as another user: what they leave is then looked for once, at the end."""

CALM = Limits(
    cell_seconds=5.0,
    check_seconds=5.0,
    seconds=60.0,
    memory=2**28,
    file_size=2**20,
    output=2**23,
    scratch=2**23,
    processes=16,
    files=64,
)
"""Limits that a busy machine keeps too."""
LIMITS = {"calm": CALM, "tight": replace(CALM, cell_seconds=0.5, check_seconds=1.0, output=2**20)}
"""The tight ones end soon what is endless."""

LOOK = """
import builtins, glob, os, sys, tempfile
found = [name for name in ("builtins", "np", "nn") if hasattr(globals()[name], "left")]
found += [name for name in ("left", "numpy.left") if name in sys.modules] + [n for n in os.environ if "LEFT" in n]
found += sorted(set(os.listdir()) - {"01_tiny.ipynb", "public.npz"}) + [p for p in sys.path if "left" in p]
for place in ("/tmp", "/var/tmp", "/dev/shm", "/run", "..", tempfile.gettempdir()):
    found += glob.glob(f"{place}/*left*")
print("found", found, np.array([1.0]).tolist(), oct(os.umask(0o22)))
"""
WORDS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
NOTHING = "found [] [1.0] 0o22\n"


@dataclass
class World:
    """What a hostile submission could read, change, call or hurt on the grader's machine."""

    folder: Path
    course: Path
    secrets: list[str]
    servers: list[socket.socket]
    bystanders: list[subprocess.Popen[bytes]]

    @property
    def marks(self):
        """What a notebook can't know and is told, by the mark that stands for it."""
        return {
            "@CLASSROOM@": str(self.folder),
            "@COURSE@": str(self.course),
            "@GRADERS_HOME@": str(Path.home()),
            "@GRADER@": str(os.getpid()),
            "@BYSTANDER@": str(self.bystanders[0].pid),
            "@PORT@": str(self.servers[0].getsockname()[1]),
            "@UDP@": str(self.servers[1].getsockname()[1]),
            "@WORD@": self.folder.name,
        }

    def picture(self):
        """Return what there is of files."""
        kept = {}
        for path in sorted(self.folder.rglob("*")):
            seen = path.lstat()
            content = path.read_bytes() if path.is_file() else b""
            kept[str(path)] = (seen.st_mode, seen.st_mtime_ns, seen.st_nlink, content)
        for place in ("/tmp", "/var/tmp", "/dev/shm", "/run"):
            if os.path.isdir(place):
                kept[place] = sorted(name for name in os.listdir(place) if f"left-{self.folder.name}" in name)
        return kept

    def called(self):
        """Return which servers were called since this was last asked, one name a call."""
        names = []
        for server in self.servers:
            with contextlib.suppress(BlockingIOError):
                while True:  # a call that is left waiting would be charged to the next submission
                    if server.type == socket.SOCK_STREAM:
                        server.accept()[0].close()
                    else:
                        server.recv(100)
                    names.append(server.getsockname())
        return names

    def ours(self):
        """Return the processes that bear this world's name."""
        found = []
        for pid in filter(str.isdigit, os.listdir("/proc")):
            with contextlib.suppress(OSError):
                if self.folder.name in Path(f"/proc/{pid}/cmdline").read_text(errors="replace"):
                    found.append(int(pid))
        return found


@contextlib.contextmanager
def made_up(course):
    """Make a classroom with grades and another student, servers, and processes of the grader's user and of nobody."""
    with contextlib.ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="classroom-"))
        stack.callback(shutil.rmtree, folder)
        secrets = [f"secret-{place}-{os.urandom(6).hex()}" for place in ("file", "book", "grace", "environment")]
        (folder / "secret.txt").write_text(secrets[0])
        with contextlib.closing(sqlite3.connect(folder / "gradebook.db")) as book, book:
            book.execute("create table grade (student text, points real)")
            book.execute("insert into grade values (?, 0)", [secrets[1]])
        other = folder / "submitted/grace/01_tiny"
        other.mkdir(parents=True)
        (folder / "feedback").mkdir()
        source = f"def double(x):\n    return 2 * x  # {secrets[2]}\n"
        (other / "01_tiny.ipynb").write_text(json.dumps({"cells": [{"source": source}]}))
        for path in (folder, *folder.rglob("*")):  # so that nothing but the sandbox protects them
            path.chmod(0o777 if path.is_dir() else 0o666)
        servers = [stack.enter_context(socket.create_server(("127.0.0.1", 0)))]
        servers.append(stack.enter_context(socket.socket(type=socket.SOCK_DGRAM)))
        servers[1].bind(("127.0.0.1", 0))
        for address in (str(folder / "socket"), f"\0{folder.name}"):
            servers.append(stack.enter_context(socket.socket(socket.AF_UNIX)))
            servers[-1].bind(address)
            servers[-1].listen()
        (folder / "socket").chmod(0o666)
        for server in servers:
            server.setblocking(False)
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.setenv("GRADSCHOOL_TEST_SECRET", secrets[3])
        bystanders = []
        for user in (None, NOBODY)[: 2 if os.geteuid() == 0 else 1]:
            bystanders.append(stack.enter_context(subprocess.Popen(["sleep", "1000"], user=user)))
            stack.callback(bystanders[-1].kill)
        yield World(folder, course, secrets, servers, bystanders)


@pytest.fixture(scope="module")
def world(built):
    """A world that all submissions in sandboxes share: none may change it."""
    with made_up(built.root) as world:
        yield world


@pytest.fixture
def harmed(built):
    """A world for one submission that has no sandbox."""
    with made_up(built.root) as world:
        yield world


class Sandbox:
    """The runner of one isolation, and what is asked of it."""

    warm = True
    """Whether one process is forked for every submission, so that each could leave something for the next."""

    def __init__(self, runner, key, draft, template):
        self._runner, self._key, self._draft, self._template = runner, key, draft, template

    def grade(self, notebook, limits=CALM):
        """Return the state of each check, the report, and the notebook that the feedback is made of."""
        made = grade(Submission("mallory", "01_tiny", notebook), self._key, limits=limits, runner=self._runner)
        shown = text(autograded(made, self._template))
        for line in (*((v.name, v.state, v.findings) for v in made.verdicts), made.executed.ended):
            print(line)  # pytest shows them should the test fail
        return {v.name: v.state for v in made.verdicts}, made, shown

    def next_finds(self):
        """Return what a right submission finds, which must be graded as if nobody had been there before."""
        states, made, _ = self.grade(self._draft("solved").add(LOOK).bytes())
        assert set(states.values()) == {"right"}
        assert (made.executed.ended, made.notes) == ("", ())
        return next(cell.printed for name, cell in made.executed.cells.items() if name.startswith("extra"))


@pytest.fixture(scope="module")
def making(key, lesson):
    """What makes a sandbox of a runner."""
    from grader.conftest import Draft

    template = Template(lesson, lambda cell: "")
    return lambda runner: Sandbox(runner, key, lambda form: Draft(lesson, form), template)


@pytest.fixture(scope="module", params=ISOLATIONS)
def sandbox(request, world, making):
    """A sandbox of each isolation; each test's submission is the next one in the same warm process."""
    try:
        isolation = choose(request.param)
    except IsolationError as error:
        pytest.skip(str(error))
    with sandboxed(isolation) as runner:
        made = making(runner)
        made.warm = isolation.name in WARM
        assert made.next_finds() == NOTHING
        yield made
        assert made.next_finds() == NOTHING


def notebook(name, world):
    """Return a hostile notebook, told what it can't know."""
    content = (FOLDER / name / "01_tiny.ipynb").read_text()
    for mark, value in world.marks.items():
        content = content.replace(mark, value)
    return content.encode()


def values(key):
    """Return the secret numbers of the cases, in the spellings that the hostile submissions use."""
    arrays = [value for _, cases in key.task.checks for case in cases for value in case.values()]
    numbers = {n for array in arrays if isinstance(array, np.ndarray) for n in array.ravel().tolist()}
    for number in numbers:
        yield from (way for way in (repr(number), f"{number:.6g}") if len(way) > 5)  # short ones occur by chance
        yield from (np.float64(number).tobytes().hex(), str(int(abs(number) * 10**9)))
        yield " ".join(WORDS[int(digit)] for digit in f"{abs(number):.6f}" if digit.isdigit())


def violated(world, key, before, made, shown):
    """Return which conditions do not hold after a submission."""
    told = "\n".join([shown, json.dumps(made.to_json()), repr(made.executed), *made.notes])
    holds = {
        "no secret is told": not any(secret in told for secret in world.secrets),
        "no case is told": not any(value in shown for value in values(key)),
        "no file is changed": world.picture() == before,
        "nobody is called": not world.called(),
        "nobody is hurt": all(bystander.poll() is None for bystander in world.bystanders),
        "no process is left": not world.ours(),
    }
    return {condition for condition, kept in holds.items() if not kept}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_submission_gets_what_it_is_worth_and_harms_nobody(name, sandbox, world, key):
    expected, before, family = HOSTILE[name], world.picture(), len(descendants(os.getpid()))
    states, made, shown = sandbox.grade(notebook(name, world), LIMITS[expected["limits"]])
    for check, wanted in expected["states"].items():
        assert states[check] in ([wanted] if isinstance(wanted, str) else wanted), check
    cells = made.executed.cells.values()
    said = "\n".join([v.message for v in made.verdicts] + [": ".join(cell.error) for cell in cells if cell.error])
    for words in expected["says"]:
        assert any(each in said for each in ([words] if isinstance(words, str) else words)), (words, said)
    printed = [cell.printed for cell in cells]
    assert [line for text in printed for line in text.splitlines() if line.startswith("done")] == []
    assert violated(world, key, before, made, shown) == set()
    assert len(descendants(os.getpid())) == family
    if sandbox.warm and BRIEF not in os.environ:
        assert sandbox.next_finds() == NOTHING


@pytest.mark.parametrize("name", BARE)
def test_without_a_sandbox_the_same_submission_does_harm(name, harmed, making, key):
    expected, before = HOSTILE[name], harmed.picture()
    try:
        with sandboxed(Isolation("limits", ("limits",))) as runner:
            _, report, shown = making(runner).grade(notebook(name, harmed))
        assert set(expected["without_a_sandbox"]) <= violated(harmed, key, before, report, shown)
    finally:
        for pid in harmed.ours():
            os.kill(pid, 9)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_a_grader_that_is_not_root_is_as_safe(course):
    python = shutil.which(f"python3.{sys.version_info.minor}", path="/usr/bin:/usr/local/bin")
    if python is None:
        pytest.skip("there is no Python of this version outside root's own folders")
    with tempfile.TemporaryDirectory(prefix="nobody-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        subprocess.run([python, "-m", "venv", "--without-pip", folder / "v"], check=True)
        packages = next(folder.glob("v/lib/python*/site-packages"))
        packages.rmdir()
        packages.symlink_to(Path(np.__file__).parents[1])
        (base := folder / "base").mkdir()
        os.chown(base, NOBODY, NOBODY)
        nobody = {"user": NOBODY, "group": NOBODY, "extra_groups": [], "capture_output": True, "text": True}
        readable = [folder / "v/bin/python", "-c", f"import pytest; open({__file__!r})"]
        if (asked := subprocess.run(readable, cwd="/", **nobody)).returncode:
            pytest.skip(f"another user can't read this checkout or its packages: {asked.stderr[-200:]}")
        options = ["-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--basetemp", base / "pytest"]
        warm = " or ".join(f"[{isolation}" for isolation in WARM)
        waiting = "several_threads or does_not_end or last_word or run_again"  # they are the same for every user
        chosen = [__file__, Path(__file__).with_name("test_isolation.py"), "-k", f"({warm}) and not ({waiting})"]
        done = subprocess.run(
            [folder / "v/bin/python", "-m", "pytest", *options, *chosen],
            cwd=course.root,
            env={"PATH": os.environ["PATH"], "HOME": str(base), "PYTHONDONTWRITEBYTECODE": "1", BRIEF: "1"},
            **nobody,
        )
    assert done.returncode == 0, done.stdout[-5000:]
    assert int(re.search(r"(\d+) passed", done.stdout)[1]) > len(WARM) * len(HOSTILE)
