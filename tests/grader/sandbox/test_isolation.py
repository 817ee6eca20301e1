"""The mechanism of the sandboxes: how one is chosen, what it limits, how it ends and what becomes of its processes."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from grader.sandbox.memory import SEARCH, given_and_secret

from gradschool.grader.errors import IsolationError
from gradschool.grader.grade import report
from gradschool.grader.sandbox import choose as choosing
from gradschool.grader.sandbox.choose import Isolation, choose, holds
from gradschool.grader.sandbox.limits import Limits
from gradschool.grader.sandbox.pool import Pool, sandboxed
from gradschool.grader.sandbox.warm import WarmProcess
from gradschool.grader.submission import prepare

NAMES = ("double_values", "double_outcome", "scale_forward", "scale_backward", "colour")
ALL_RIGHT = dict.fromkeys(NAMES, "right")
LIMITS = Limits(
    cell_seconds=0.5,
    check_seconds=1.0,
    seconds=15.0,
    memory=2**28,
    file_size=2**20,
    output=2**22,
    scratch=2**23,
    processes=16,
    files=64,
)
"""Limits that end what is endless soon."""
CALM = replace(LIMITS, cell_seconds=5.0, check_seconds=5.0, seconds=60.0)
"""Limits that a busy machine keeps too."""


class Sandbox:
    """The runner of one isolation, and what is asked of it."""

    def __init__(self, name, runner, key):
        self.name, self.runner, self.key = name, runner, key

    def grade(self, draft, limits=CALM):
        """Return the state of each check, and the report."""
        prepared = prepare(draft.submission(), self.key.lesson)
        made = report(prepared, self.runner(prepared, self.key.task, limits), self.key, limits)
        for verdict in made.verdicts:  # pytest shows them should the test fail
            print(verdict.name, verdict.findings)
        return {v.name: v.state for v in made.verdicts}, made

    def printed(self, draft, source, limits=CALM):
        """Return what a cell printed in a submission that is otherwise right, and still is."""
        found, made = self.grade(draft().add(source), limits)
        assert found == ALL_RIGHT
        assert made.executed.ended == ""
        (cell,) = extras(made)
        assert cell.error is None, cell.error
        return cell.printed


def extras(made):
    return [result for cell_id, result in made.executed.cells.items() if cell_id.startswith("extra")]


def possible(name):
    try:
        return choose(name)
    except IsolationError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module", params=["namespaces", "landlock"])
def sandbox(request, key):
    """A sandbox of each isolation; each test's submission is the next one in the same warm process."""
    with sandboxed(possible(request.param)) as runner:
        yield Sandbox(request.param, runner, key)


def test_a_right_submission_is_right_and_several_threads_may_run_some(sandbox, draft):
    with ThreadPoolExecutor(3) as pool:
        every = [pool.submit(sandbox.grade, draft(), CALM) for _ in range(6)]
        assert [job.result()[0] for job in every] == [ALL_RIGHT] * 6


TRY = """
def attempt(what, *arguments, **options):
    try:
        value = what(*arguments, **options)
    except BaseException as error:
        print("refused:", type(error).__name__)
    else:
        print("done:", value)
"""


def all_refused(printed, count):
    lines = printed.splitlines()
    assert len(lines) == count
    assert all(line.startswith("refused:") for line in lines), printed


def test_folders_of_the_host_can_t_be_listed_or_are_not_there(sandbox, draft, course, tmp_path):
    paths = [str(course.root), str(tmp_path), str(Path.home()), str(sandbox.key.task.root.parent)]
    source = TRY + f"import os\nfor path in {paths!r}:\n    attempt(os.listdir, path)\n"
    printed = sandbox.printed(draft, source)
    for name in ("solutions", "gradebook", "submitted", ".bashrc", "pytest"):
        assert name not in printed.replace(str(tmp_path), "")


@pytest.mark.parametrize(
    "ending",
    ["os._exit(0)", "os.abort()", "ctypes.string_at(0)", "os.execv('/bin/true', ['true'])", "os.kill(os.getpid(), 15)"],
)
def test_a_process_that_ends_itself_in_a_probe_costs_the_checks_that_do(sandbox, draft, ending):
    source = (
        f"import ctypes, os\nclass Scale:\n    def __init__(self, factor):\n        {ending}\n        os._exit(3)\n"
    )
    found, made = sandbox.grade(draft().put("exercise-Scale", source))
    assert found == {**ALL_RIGHT, "scale_forward": "error", "scale_backward": "error"}
    assert made.verdicts[2].findings[0].startswith("the student's process ended in this check: it ")


def test_every_cell_may_end_the_process_and_the_tries_are_counted(sandbox, draft):
    mine = draft()
    for _ in range(20):
        mine.add("import os\nos._exit(0)", at=0)
    found, made = sandbox.grade(mine)
    assert set(found.values()) == {"error"}
    assert made.executed.ended == "it ended by itself"


@pytest.mark.parametrize(
    "stubborn",
    [
        "while True:\n    try:\n        pass\n    except:\n        pass",
        "import signal\nsignal.signal(signal.SIGALRM, signal.SIG_IGN)\nwhile True:\n    pass",
        "import signal\nsignal.alarm(0)\nsignal.setitimer(signal.ITIMER_REAL, 0)\nwhile True:\n    pass",
        "import sys\nsys.settrace(lambda *_: None)\nsys.stdout = sys.stderr = None\nwhile True:\n    pass",
    ],
)
def test_a_cell_that_does_not_end_costs_that_cell(sandbox, draft, stubborn):
    found, made = sandbox.grade(draft().put("exercise-double", stubborn), LIMITS)
    assert found == {**ALL_RIGHT, "double_values": "timeout", "double_outcome": "timeout"}
    assert "still running after 0.5 seconds" in made.verdicts[0].findings[0]


def test_the_time_of_the_submission_is_the_last_word(sandbox, draft):
    mine = draft()
    for _ in range(5):
        mine.add("import signal\nsignal.signal(signal.SIGALRM, signal.SIG_IGN)\nwhile True:\n    pass", at=0)
    found, made = sandbox.grade(mine, replace(LIMITS, seconds=2.5))
    assert made.executed.ended == "time"
    assert set(found.values()) == {"timeout"}


def test_memory_disk_and_file_descriptors_have_limits(sandbox, draft):
    source = TRY + (
        "import os\n"
        "attempt(bytearray, 10**9)\n"
        "attempt(lambda: open('big', 'wb').write(b'x' * 2**21))\n"
        "os.unlink('big')\n"
        "attempt(lambda: [open(os.devnull) for _ in range(100)] and None)\n"
    )
    all_refused(sandbox.printed(draft, source), 3)


def test_no_expected_array_is_in_the_memory_of_the_process(sandbox, draft):
    _, made = sandbox.grade(draft().put("exercise-double", SEARCH))
    found = set(made.executed.evidence["double_values"][0].arrays["y"].tolist())
    given, secret = given_and_secret(sandbox.key)
    assert given & found  # so the search finds what is there
    assert not secret & found


def test_a_process_that_closes_its_files_and_goes_on_costs_only_its_cell(sandbox, draft, monkeypatch):
    monkeypatch.setattr("gradschool.grader.sandbox.warm.END_SECONDS", 0.5)
    deaf = (
        "import os, signal, time\nsignal.signal(signal.SIGALRM, signal.SIG_IGN)\nos.closerange(3, 60)\ntime.sleep(1000)"
    )
    found, made = sandbox.grade(draft().add(deaf))
    assert found == ALL_RIGHT
    assert made.executed.stopped_at.startswith("extra")


def test_threads_that_still_run_and_exit_handlers_keep_nothing_waiting(sandbox, draft):
    source = (
        "import atexit, threading, time\n"
        "threading.Thread(target=time.sleep, args=(1000,)).start()\n_ = atexit.register(time.sleep, 1000)"
    )
    assert sandbox.printed(draft, source) == ""


def test_a_warm_process_that_is_killed_is_replaced_and_leaves_nothing(key, draft):
    isolation = choose()
    pool = Pool(isolation)
    try:
        first = WarmProcess(isolation, key.task.root)
        pool._put_back(first)
        first._process.kill()
        first._process.wait()
        assert pool.once(prepare(draft().submission(), key.lesson), key.task, LIMITS).ended == ""
    finally:
        pool.close()
        first.close()


def running(word):
    return word in subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout


def wait_until(condition):
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_warm_process_that_is_killed_takes_its_submission_with_it_which_is_run_again(key, draft, sandbox):
    isolation, word = possible(sandbox.name), f"sleep-of-the-killed-{os.getpid()}"
    pool, mine = Pool(isolation), draft()
    mine.add(
        "import os, time\nif os.fork() == 0:\n    os.setsid()\n"
        f"    os.execv('/bin/sleep', ['{word}', '1000'])\ntime.sleep(1)\nprint('woke')"
    )
    warm = WarmProcess(isolation, key.task.root)
    pool._put_back(warm)
    prepared, executed = prepare(mine.submission(), key.lesson), []
    thread = threading.Thread(target=lambda: executed.append(pool.once(prepared, key.task, CALM)))
    try:
        thread.start()
        wait_until(lambda: running(word))
        guard = warm._process.pid
        os.kill(int(Path(f"/proc/{guard}/task/{guard}/children").read_text().split()[0]), signal.SIGKILL)
        warm._process.wait(10)
        assert not running(word)
        thread.join()
        assert executed[0].ended == ""
    finally:
        thread.join()
        pool.close()
        warm.close()
    assert not running(word)


def test_an_unknown_isolation_and_an_impossible_one_are_refused_in_words(monkeypatch):
    with pytest.raises(IsolationError, match=r"there is no isolation 'jail'; there are auto, namespaces, .*limits"):
        choose("jail")
    monkeypatch.setattr(choosing, "holds", lambda name, layers: "it leaks")
    with pytest.raises(IsolationError, match=r"namespaces: it leaks; .*landlock: it leaks.*--isolation limits"):
        choose()
    with pytest.raises(IsolationError, match="landlock: it leaks"):
        choose("landlock")
    assert "the students' code can read and write what you can" in choose("limits").description


@pytest.mark.parametrize("layers", [("limits",), ("landlock", "limits"), ("seccomp", "limits")])
def test_a_sandbox_that_lacks_a_layer_is_seen_to_leak(layers):
    assert "a process in it could" in holds("incomplete", layers)


def test_limits_are_a_choice_that_runs_as_before(key, draft):
    with sandboxed(Isolation("limits", ("limits",))) as runner:
        assert Sandbox("limits", runner, key).grade(draft(), Limits())[0] == ALL_RIGHT
