"""Sandboxes that the program bubblewrap makes, and containers where the engine and an image are there."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from gradschool.grader.errors import IsolationError
from gradschool.grader.grade import report
from gradschool.grader.sandbox import bubblewrap
from gradschool.grader.sandbox.choose import choose, holds
from gradschool.grader.sandbox.limits import Limits
from gradschool.grader.sandbox.pool import sandboxed
from gradschool.grader.submission import prepare

NAMES = ("double_values", "double_outcome", "scale_forward", "scale_backward", "colour")
ALL_RIGHT = dict.fromkeys(NAMES, "right")
LIMITS = Limits(cell_seconds=5.0, check_seconds=5.0, memory=2**28, file_size=2**20, scratch=2**22, processes=16)


@pytest.fixture(scope="module", params=["bubblewrap", "container"])
def grade(request, key):
    """What grades a submission in a new sandbox: it returns the state of each check, and the report."""
    try:
        isolation = choose(request.param)
    except IsolationError as error:
        pytest.skip(str(error))
    with sandboxed(isolation) as runner:

        def grade(draft, limits=LIMITS):
            prepared = prepare(draft.submission(), key.lesson)
            made = report(prepared, runner(prepared, key.task, limits), key, limits)
            return {verdict.name: verdict.state for verdict in made.verdicts}, made

        yield grade


def printed(grade, draft):
    """Return what the added cell of a submission printed that is right, and is seen to be."""
    found, made = grade(draft)
    assert (found, made.executed.ended) == (ALL_RIGHT, "")
    (cell,) = (result for name, result in made.executed.cells.items() if name.startswith("extra"))
    assert cell.error is None, cell.error
    return cell.printed


TRY = """
def attempt(what, *arguments):
    try:
        what(*arguments)
    except OSError as error:
        print("refused")
    else:
        print("done")
"""


def test_a_right_submission_is_right(grade, draft):
    found, made = grade(draft())
    assert (found, made.executed.ended) == (ALL_RIGHT, "")


@pytest.mark.parametrize("ending", ["os._exit(0)", "os.abort()", "os.kill(os.getpid(), 9)"])
def test_a_cell_that_ends_the_process_costs_itself(grade, draft, ending):
    found, made = grade(draft().put("exercise-Scale", f"import os\n{ending}"))
    assert found == {**ALL_RIGHT, "scale_forward": "error", "scale_backward": "error"}
    assert (made.executed.ended, made.executed.stopped_at) == ("", "exercise-Scale")


def test_a_cell_that_heeds_no_signal_costs_itself(grade, draft):
    stubborn = "import signal\nsignal.signal(signal.SIGALRM, signal.SIG_IGN)\nwhile True:\n    pass"
    found, _ = grade(draft().put("exercise-double", stubborn), replace(LIMITS, cell_seconds=0.5))
    assert found == {**ALL_RIGHT, "double_values": "timeout", "double_outcome": "timeout"}


@pytest.mark.parametrize("number", ["9", "15", "2", "19"])
def test_no_signal_reaches_the_process_that_watches(grade, draft, number):
    mine = draft().add(f"import os\ntry:\n    os.kill(1, {number})\nexcept PermissionError:\n    pass\nprint('on')")
    assert printed(grade, mine) == "on\n"


def test_there_is_no_network_and_no_file_but_the_system_s_and_its_own(grade, draft, course, tmp_path):
    tmp_path.chmod(0o777)
    (tmp_path / "grades").write_text("grades")
    (tmp_path / "grades").chmod(0o666)
    paths = [
        str(tmp_path / "grades"),
        str(course.root / "lessons/02_dense/checks.py"),
        str(Path.home() / ".bashrc"),
        "/etc/shadow",
        f"/proc/{os.getpid()}/environ",
        "/proc/1/environ",
        "/proc/1/mem",
    ]
    with socket.create_server(("127.0.0.1", 0)) as server:
        source = TRY + (
            "import socket\n"
            f"attempt(socket.create_connection, ('127.0.0.1', {server.getsockname()[1]}), 1)\n"
            f"for path in {paths!r}:\n    attempt(open, path)\n"
            "for path in ('../written', '/tmp/x/written', '/dev/shm/x/y', '/course/public.npz', '/usr/written'):\n"
            "    attempt(open, path, 'w')\n"
        )
        assert printed(grade, draft().add(source)).split() == ["refused"] * 13


def test_what_grades_or_solves_can_t_be_imported(grade, draft):
    source = (
        "import importlib\nfor name in ('gradschool.grader', 'gradschool.nn.tiny', 'nbgrader', 'sklearn'):\n"
        "    try:\n        importlib.import_module(name)\n    except ImportError:\n        print('refused')\n"
    )
    assert printed(grade, draft().add(source)).split() == ["refused"] * 4


def test_the_environment_is_clean(grade, draft, monkeypatch):
    monkeypatch.setenv("SECRET_OF_THE_GRADER", "hunter2")
    source = "import os\nprint('hunter2' in str(dict(os.environ)), os.getuid(), os.getcwd() == os.environ['HOME'])"
    assert printed(grade, draft().add(source)).split() == ["False", "65534", "True"]


def test_scratch_memory_and_processes_have_limits(grade, draft):
    source = TRY + (
        "import os, time\n"
        "def fill():\n"
        "    for n in range(100):\n        with open(f'f{n}', 'wb') as file:\n            file.write(b'x' * 2**19)\n"
        "def fork():\n"
        "    for n in range(100):\n        if os.fork() == 0:\n            time.sleep(100)\n"
        "attempt(fill)\nattempt(fork)\n"
        "try:\n    bytearray(2**30)\nexcept MemoryError:\n    print('refused')\n"
    )
    assert printed(grade, draft().add(source)).split() == ["refused"] * 3


def test_the_cases_are_not_there_while_cells_run(grade, draft):
    source = (
        "import sys\nframe, found = sys._getframe(), False\n"
        "while frame:\n    found |= 'def double' + '_values' in repr(frame.f_locals)\n    frame = frame.f_back\n"
        "print(found)"
    )
    assert printed(grade, draft().add(source, at=1)) == "False\n"


def test_everything_is_dead_afterwards(grade, draft):
    word = f"sleep-in-the-sandbox-{os.getpid()}"
    source = (
        "import os\nif os.fork() == 0:\n    os.setsid()\n    os.closerange(0, 100)\n    if os.fork() == 0:\n"
        f"        os.execv('/bin/sleep', ['{word}', '1000'])\n    os._exit(0)\nprint('started')"
    )
    assert printed(grade, draft().add(source)) == "started\n"
    assert word not in subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout


def test_nothing_is_left_for_the_next(grade, draft):
    assert printed(grade, draft().add("open('left', 'w').close()\nprint('done')")) == "done\n"
    files = printed(grade, draft().add("import os\nprint(*sorted(os.listdir()))")).split()
    assert files == ["01_tiny.ipynb", "public.npz"]


@pytest.mark.skipif(shutil.which("bwrap") is None, reason="there is no bubblewrap")
def test_without_seccomp_it_is_seen_to_leak():
    assert "a process in it could" in holds("bubblewrap", ("bubblewrap", "limits"))


def test_a_machine_without_the_program_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert "apt install bubblewrap" in bubblewrap.available()
