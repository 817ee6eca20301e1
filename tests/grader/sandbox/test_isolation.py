"""Hostile cells in every isolation that this machine can have: nothing is earned or leaks, nobody else is hurt."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gradschool.grader.errors import IsolationError
from gradschool.grader.grade import report
from gradschool.grader.sandbox import choose as choosing
from gradschool.grader.sandbox.choose import Isolation, choose, holds
from gradschool.grader.sandbox.limits import Limits
from gradschool.grader.sandbox.pool import Pool, sandboxed
from gradschool.grader.sandbox.warm import Nursery
from gradschool.grader.submission import prepare
from gradschool.lab.evidence import AFTER

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


def test_there_is_no_network_not_even_to_this_machine(sandbox, draft):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        source = TRY + (
            "import socket, urllib.request\n"
            f"attempt(socket.create_connection, ('127.0.0.1', {port}), 1)\n"
            "attempt(socket.create_server, ('127.0.0.1', 0))\n"
            "attempt(socket.socket, socket.AF_UNIX)\n"
            "attempt(socket.socket, socket.AF_NETLINK, socket.SOCK_RAW)\n"
            f"attempt(urllib.request.urlopen, 'http://127.0.0.1:{port}', timeout=1)\n"
        )
        all_refused(sandbox.printed(draft, source), 5)
        server.setblocking(False)
        with pytest.raises(BlockingIOError):
            server.accept()


def test_files_outside_the_view_can_t_be_read(sandbox, draft, course, tmp_path, built):
    (tmp_path / "gradebook.db").write_text("grades")
    (tmp_path / "gradebook.db").chmod(0o666)
    tmp_path.chmod(0o777)
    paths = [
        "/etc/passwd",
        "/etc/shadow",
        "/etc/hostname",
        str(tmp_path / "gradebook.db"),
        str(course.root / "lessons/02_dense/checks.py"),
        str(course.root / "solutions/gradschool/nn/linear_regression.py"),
        str(built.checks),
        str(built.module),
        str(Path.home() / ".bashrc"),
        "/proc/1/environ" if sandbox.name == "landlock" else f"/proc/{os.getpid()}/environ",
        f"/proc/{os.getpid()}/root/etc/passwd",
        f"/proc/{os.getpid()}/mem",
    ]
    source = TRY + f"for path in {paths!r}:\n    attempt(open, path)\n"
    all_refused(sandbox.printed(draft, source), len(paths))


def test_folders_of_the_host_can_t_be_listed_or_are_not_there(sandbox, draft, course, tmp_path):
    paths = [str(course.root), str(tmp_path), str(Path.home()), str(sandbox.key.task.root.parent)]
    source = TRY + f"import os\nfor path in {paths!r}:\n    attempt(os.listdir, path)\n"
    printed = sandbox.printed(draft, source)
    for name in ("solutions", "gradebook", "submitted", ".bashrc", "pytest"):
        assert name not in printed.replace(str(tmp_path), "")


def test_nothing_outside_scratch_can_be_written(sandbox, draft, tmp_path):
    tmp_path.chmod(0o777)
    (tmp_path / "grades").write_text("grades")
    (tmp_path / "grades").chmod(0o666)
    root = sandbox.key.task.root
    source = TRY + (
        "import os, numpy\n"
        f"attempt(open, {str(tmp_path / 'grades')!r}, 'w')\n"
        f"attempt(open, {str(tmp_path / 'new')!r}, 'w')\n"
        f"attempt(os.truncate, {str(tmp_path / 'grades')!r}, 0)\n"
        f"attempt(os.unlink, {str(tmp_path / 'grades')!r})\n"
        f"attempt(os.chmod, {str(tmp_path / 'grades')!r}, 0)\n"
        f"attempt(os.utime, {str(tmp_path / 'grades')!r}, (1, 1))\n"
        f"attempt(open, {str(root / 'gradschool/lab/judge.py')!r}, 'a')\n"
        "attempt(open, '/course/gradschool/lab/judge.py', 'a')\n"
        "attempt(open, numpy.__file__, 'a')\n"
        "attempt(open, '/usr/written', 'w')\n"
        "attempt(open, '../written', 'w')\n"
        "attempt(os.mknod, 'device', 0o60600, os.makedev(254, 0))\n"
    )
    all_refused(sandbox.printed(draft, source), 12)
    assert (tmp_path / "grades").read_text() == "grades"


def test_no_secret_is_in_the_environment(draft, key, monkeypatch):
    monkeypatch.setenv("SECRET_OF_THE_GRADER", "hunter2")
    with sandboxed(choose()) as runner:
        source = "import os\nprint(sorted(os.environ), 'hunter2' in str(dict(os.environ)))"
        printed = Sandbox("", runner, key).printed(draft, source)
    assert "SECRET_OF_THE_GRADER" not in printed
    assert "True" not in printed


def test_other_processes_are_out_of_reach(sandbox, draft):
    with subprocess.Popen(["sleep", "100"]) as bystander:
        source = TRY + (
            "import ctypes, os, signal\n"
            "libc = ctypes.CDLL(None, use_errno=True)\n"
            "def call(name, *arguments):\n"
            "    if getattr(libc, name)(*arguments) < 0:\n"
            "        raise OSError(ctypes.get_errno(), name)\n"
            f"for pid in ({os.getpid()}, {bystander.pid}):\n"
            "    attempt(os.kill, pid, 9)\n"
            "    attempt(call, 'ptrace', 16, pid, None, None)\n"
            "    attempt(call, 'process_vm_readv', pid, None, 0, None, 0, 0)\n"
            "    attempt(call, 'setpriority', 0, pid, 19)\n"
            "    attempt(call, 'prlimit64', pid, 7, None, ctypes.create_string_buffer(16))\n"
            "calls = [('unshare', 0x10000000), ('unshare', 0x20000), ('setns', 0, 0), ('chroot', b'.')]\n"
            "calls += [('mount', b'tmpfs', b'.', b'tmpfs', 0, None), ('umount2', b'/proc', 2)]\n"
            "calls += [('reboot', 0), ('setuid', 0)]\n"
            "for name, *arguments in calls:\n"
            "    attempt(call, name, *arguments)\n"
            "for number in (425, 321, 323, 298, 250, 29):\n"
            "    attempt(call, 'syscall', number, 0, 0, 0, 0)\n"
        )
        try:
            all_refused(sandbox.printed(draft, source), 24)
            assert bystander.poll() is None
        finally:
            bystander.kill()


@pytest.mark.parametrize("pid", ["os.getppid()", "-1", "0", "1", "-os.getpgrp()"])
def test_a_signal_to_parent_or_group_harms_nobody_else(sandbox, draft, pid):
    with subprocess.Popen(["sleep", "100"]) as bystander:
        ending = f"import os\ntry:\n    os.kill({pid}, 9)\nexcept OSError:\n    pass\n"
        found, _ = sandbox.grade(draft().add(ending, at=0))
        assert found == ALL_RIGHT
        assert bystander.poll() is None
        bystander.kill()
    assert sandbox.grade(draft())[0] == ALL_RIGHT


def test_a_process_that_ends_itself_in_a_cell_costs_that_cell(sandbox, draft):
    found, made = sandbox.grade(draft().put("exercise-Scale", "import os\nos._exit(0)"))
    assert found == {**ALL_RIGHT, "scale_forward": "error", "scale_backward": "error"}
    assert made.verdicts[2].findings == (
        "the cell of `Scale` did not run: ProcessEnded: the process ended in this cell: it ended by itself.",
    )
    assert (made.executed.ended, made.executed.stopped_at) == ("", "exercise-Scale")


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


def test_system_exit_and_closed_files_cost_nothing(sandbox, draft):
    assert sandbox.grade(draft().add("import sys\nsys.exit(0)", at=0))[0] == ALL_RIGHT
    found, made = sandbox.grade(draft().add("import os\nos.closerange(0, 1000)", at=0))
    assert found == ALL_RIGHT
    assert made.executed.stopped_at == extras(made)[0:1] or made.executed.stopped_at.startswith("extra")


@pytest.mark.parametrize(
    "stubborn",
    [
        "import time\ntime.sleep(1000)",
        "while True:\n    try:\n        pass\n    except:\n        pass",
        "import signal\nsignal.signal(signal.SIGALRM, signal.SIG_IGN)\nwhile True:\n    pass",
        "import signal\nsignal.alarm(0)\nsignal.setitimer(signal.ITIMER_REAL, 0)\nwhile True:\n    pass",
        "import signal\nsignal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))\nsignal.pause()",
        "import os\nos.kill(os.getpid(), 19)\nimport time\ntime.sleep(1000)",
        "import sys\nsys.settrace(lambda *_: None)\nsys.stdout = sys.stderr = None\nwhile True:\n    pass",
    ],
)
def test_a_cell_that_does_not_end_costs_that_cell(sandbox, draft, stubborn):
    found, made = sandbox.grade(draft().put("exercise-double", stubborn), LIMITS)
    assert found == {**ALL_RIGHT, "double_values": "timeout", "double_outcome": "timeout"}
    assert "still running after 0.5 seconds" in made.verdicts[0].findings[0]


def test_a_check_that_does_not_end_costs_that_check(sandbox, draft):
    source = "def double(x):\n    signal.signal(signal.SIGALRM, signal.SIG_IGN)\n    while True:\n        pass\n"
    source = f"import signal\n{source}"
    found, _ = sandbox.grade(draft().put("exercise-double", source), LIMITS)
    assert found == {**ALL_RIGHT, "double_values": "timeout", "double_outcome": "timeout"}


def test_the_time_of_the_submission_is_the_last_word(sandbox, draft):
    mine = draft()
    for _ in range(5):
        mine.add("import signal\nsignal.signal(signal.SIGALRM, signal.SIG_IGN)\nwhile True:\n    pass", at=0)
    found, made = sandbox.grade(mine, replace(LIMITS, seconds=2.5))
    assert made.executed.ended == "time"
    assert set(found.values()) == {"timeout"}


def test_a_fork_bomb_ends_with_its_cell(sandbox, draft):
    bomb = "import os\nwhile True:\n    try:\n        os.fork()\n    except OSError:\n        pass\n"
    found, made = sandbox.grade(draft().add(bomb, at=0), LIMITS)
    assert set(found.values()) <= {"right"}
    assert made.executed.ended == ""
    assert sandbox.grade(draft())[0] == ALL_RIGHT


def test_there_is_a_limit_on_processes_and_threads(sandbox, draft):
    source = (
        "import threading, time\n"
        "try:\n    for n in range(100):\n"
        "        threading.Thread(target=time.sleep, args=(100,), daemon=True).start()\n"
        "except RuntimeError:\n    pass\nprint(n)\n"
    )
    assert 0 < int(sandbox.printed(draft, source)) <= 16


def test_a_daemon_does_not_outlive_its_submission(sandbox, draft):
    source = (
        "import os, signal, time\n"
        "if os.fork() == 0:\n"
        "    os.setsid()\n"
        "    for number in range(1, 32):\n"
        "        if number not in (9, 19):\n            signal.signal(number, signal.SIG_IGN)\n"
        "    if os.fork() == 0:\n"
        "        os.execv('/bin/sleep', ['sleep-of-the-daemon', '1000'])\n"
        "    os._exit(0)\n"
        "print('started')"
    )
    assert sandbox.printed(draft, source) == "started\n"
    lines = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert "sleep-of-the-daemon" not in lines


def test_memory_disk_and_file_descriptors_have_limits(sandbox, draft):
    source = TRY + (
        "import os\n"
        "attempt(bytearray, 10**9)\n"
        "attempt(lambda: open('big', 'wb').write(b'x' * 2**21))\n"
        "os.unlink('big')\n"
        "attempt(lambda: [open(os.devnull) for _ in range(100)] and None)\n"
    )
    all_refused(sandbox.printed(draft, source), 3)


def test_the_scratch_folder_can_t_be_filled_beyond_its_limit(sandbox, draft):
    source = "for n in range(100_000):\n    with open(f'f{n}', 'wb') as file:\n        file.write(b'x' * 2**20)\n"
    found, made = sandbox.grade(draft().add(source, at=0))
    assert found == ALL_RIGHT
    (cell,) = extras(made)
    assert cell.error is not None
    assert cell.error[0] in ("OSError", "ProcessEnded", "TimeIsUp")


def test_many_processes_together_have_a_limit_on_memory(sandbox, draft):
    source = (
        "import os, time\nfor _ in range(12):\n"
        "    if os.fork() == 0:\n        held = bytearray(b'x') * (150 * 2**20)\n        time.sleep(100)\n"
        "time.sleep(100)"
    )
    found, made = sandbox.grade(draft().add(source, at=0), CALM)
    assert found == ALL_RIGHT
    (cell,) = extras(made)
    assert cell.error == ("ProcessEnded", "the process ended in this cell: it used too much memory")


def test_what_a_submission_leaves_is_not_there_for_the_next(sandbox, draft):
    leave = (
        "import builtins, os, sys, numpy\nbuiltins.left = numpy.left = 'left'\nsys.modules['left'] = sys\n"
        "os.environ['LEFT'] = 'left'\nopen('left', 'w').write('left')\nos.makedirs('/'.join(['deep'] * 500))\n"
        "os.mkdir('closed', 0)\nprint('done')\n"
    )
    look = (
        "import builtins, os, sys, numpy, tempfile\n"
        "print(hasattr(builtins, 'left'), hasattr(numpy, 'left'), 'left' in sys.modules, 'LEFT' in os.environ)\n"
        "print(sorted(os.listdir()), sorted(os.listdir(tempfile.gettempdir())) == sorted(os.listdir()))"
    )
    assert sandbox.printed(draft, leave) == "done\n"
    first, second = sandbox.printed(draft, look).splitlines()
    assert first == "False False False False"
    assert second == "['01_tiny.ipynb', 'public.npz'] True"


@pytest.mark.parametrize("module", ["sklearn", "torch", "scipy", "gradschool.grader", "gradschool.nn.tiny", "nbgrader"])
def test_what_solves_or_grades_the_exercises_can_t_be_imported(sandbox, draft, module):
    all_refused(sandbox.printed(draft, f"{TRY}\nimport importlib\nattempt(importlib.import_module, {module!r})"), 1)


FORGE = """
import json, os, struct
def frame(meta, arrays=()):
    header = json.dumps({"meta": meta, "arrays": list(arrays)}).encode()
    body = len(header).to_bytes(8, "little") + header
    return len(body).to_bytes(8, "little") + body
def send(message):
    for fd in range(0, 64):
        try:
            os.write(fd, message)
        except OSError:
            pass
"""


@pytest.mark.parametrize(
    "forged",
    [
        'frame({"check": "double_values", "odd": {}, "fault": None, "notes": [], "points": 2, "state": "right"})',
        'frame({"check": "double_values", "odd": {}, "fault": None, "notes": []}, [["y", "|O", [1]]])',
        'frame({"cell": "exercise-double", "printed": "", "error": None}) + frame({"end": True})',
        'frame({"status": 0, "why": ""}) + b\'{"status": 0, "why": ""}\'',
        'b\'{"failed": "the sandbox broke"}\'',
        "(10 * 2**30).to_bytes(8, 'little') + b'x' * 1000",
        "(2**63).to_bytes(8, 'little') * 2",
        "os.urandom(100_000)",
    ],
)
def test_a_forged_message_earns_nothing_and_the_next_submission_is_as_it_was(sandbox, draft, forged):
    found, made = sandbox.grade(draft("student").add(f"{FORGE}\nsend({forged})", at=0))
    assert made.points == 0
    assert not {"right", "partly"} & set(found.values())
    assert sandbox.grade(draft())[0] == ALL_RIGHT


@pytest.mark.parametrize("size", [0, 1000])
def test_an_endless_message_ends_at_the_limit(sandbox, draft, size):
    source = f"{FORGE}\nmessage = frame('x' * {size})\nwhile True:\n    send(message)"
    found, made = sandbox.grade(draft("student").add(source, at=0), replace(LIMITS, output=2**18))
    assert made.points == 0
    assert "right" not in found.values()


SEARCH = """
def double(x):
    import gc, hashlib
    found, seen, todo = set(), set(), gc.get_objects()
    while todo:
        each = todo.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        if isinstance(each, np.ndarray):
            if each.dtype == np.float64 and each.size >= 3:
                found.add(hashlib.sha256(each.tobytes()).hexdigest())
        elif gc.is_tracked(each) or isinstance(each, (dict, list, tuple)):
            todo += gc.get_referents(each)
    return sorted(found)
"""


def digests(arrays):
    kept = (np.asarray(a, dtype=np.float64) for a in arrays if np.size(a) >= 3 and np.asarray(a).dtype.kind in "iuf")
    return {hashlib.sha256(array.tobytes()).hexdigest() for array in kept}


def test_no_expected_array_is_in_the_memory_of_the_process(sandbox, draft):
    slow = CALM
    _, made = sandbox.grade(draft().put("exercise-double", SEARCH), slow)
    found = set(made.executed.evidence["double_values"][0].arrays["y"].tolist())
    answers = list(sandbox.key.answers.values())
    given = digests(v for a in answers for case in a.cases for k, v in case.items() if k != "judge")
    expected = digests(v for a in answers for e in a.expected for k, v in e.arrays.items() if not k.endswith(AFTER))
    secret = expected | digests(v for a in answers for case in a.cases for v in case.get("judge", {}).values())
    assert given & found  # so the search finds what is there
    assert len(secret - given) >= 8
    assert not (secret - given) & found


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
        first = Nursery(isolation, key.task.root)
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
    nursery = Nursery(isolation, key.task.root)
    pool._put_back(nursery)
    prepared, executed = prepare(mine.submission(), key.lesson), []
    thread = threading.Thread(target=lambda: executed.append(pool.once(prepared, key.task, CALM)))
    try:
        thread.start()
        wait_until(lambda: running(word))
        guard = nursery._process.pid
        os.kill(int(Path(f"/proc/{guard}/task/{guard}/children").read_text().split()[0]), signal.SIGKILL)
        nursery._process.wait(10)
        assert not running(word)
        thread.join()
        assert executed[0].ended == ""
    finally:
        thread.join()
        pool.close()
        nursery.close()
    assert not running(word)


def test_an_unknown_isolation_and_an_impossible_one_are_refused_in_words(monkeypatch):
    with pytest.raises(
        IsolationError, match="there is no isolation 'jail'; there are auto, namespaces, landlock, limits"
    ):
        choose("jail")
    monkeypatch.setattr(choosing, "holds", lambda name, layers: "it leaks")
    with pytest.raises(IsolationError, match=r"namespaces: it leaks; landlock: it leaks.*--isolation limits"):
        choose()
    with pytest.raises(IsolationError, match="landlock: it leaks"):
        choose("landlock")
    assert "strangers' code can read what the grader can" in choose("limits").description


@pytest.mark.parametrize("layers", [("limits",), ("landlock", "limits"), ("seccomp", "limits")])
def test_a_sandbox_that_lacks_a_layer_is_seen_to_leak(layers):
    assert "a process in it could" in holds("incomplete", layers)


def test_limits_are_a_choice_that_runs_as_before(key, draft):
    with sandboxed(Isolation("limits", ("limits",))) as runner:
        assert Sandbox("limits", runner, key).grade(draft(), Limits())[0] == ALL_RIGHT


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_a_grader_that_is_not_root_has_the_same_sandboxes(tmp_path_factory, course):
    python = shutil.which(f"python3.{sys.version_info.minor}", path="/usr/bin:/usr/local/bin")
    if python is None:
        pytest.skip("there is no Python of this version outside root's own folders")
    folder = Path(tempfile.mkdtemp(prefix="nobody-"))
    try:
        folder.chmod(0o755)
        subprocess.run([python, "-m", "venv", "--without-pip", folder / "v"], check=True)
        packages = next(folder.glob("v/lib/python*/site-packages"))
        packages.rmdir()
        packages.symlink_to(Path(np.__file__).parents[1])
        (base := folder / "base").mkdir()
        os.chown(base, 65534, 65534)
        command = [folder / "v/bin/python", "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist"]
        done = subprocess.run(
            [*command, "--basetemp", base / "pytest", "-k", "not limits and not leak and not not_root", __file__],
            cwd=course.root,
            user=65534,
            group=65534,
            extra_groups=[],
            env={"PATH": os.environ["PATH"], "HOME": str(base), "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
        )
        if "Permission denied" in done.stderr + done.stdout and "passed" not in done.stdout:
            pytest.skip(f"another user can't read this checkout or its packages: {done.stdout[-200:]}")
        assert done.returncode == 0, done.stdout[-5000:]
        assert "skipped" not in done.stdout
    finally:
        shutil.rmtree(folder)
