"""Running a submission in a process of its own: what comes back, and what can't be reached from there."""

from __future__ import annotations

import ast
import os
import select
from dataclasses import replace
from pathlib import Path

import pytest
from grader.sandbox.memory import SEARCH, given_and_secret

from gradschool.grader.grade import open_key, report
from gradschool.grader.sandbox.process import Heard
from gradschool.grader.sandbox.run import run, run_once
from gradschool.grader.submission import Submission, prepare


def execute(key, draft, limits):
    return run_once(prepare(draft.submission(), key.lesson), key.task, limits)


def states(key, draft, limits):
    """Return the state of each check, and all that was said."""
    prepared = prepare(draft.submission(), key.lesson)
    made = report(prepared, run_once(prepared, key.task, limits), key, limits)
    return {v.name: v.state for v in made.verdicts}, made


def of_extras(executed):
    return [result for cell_id, result in executed.cells.items() if cell_id.startswith("extra")]


ALL_RIGHT = dict.fromkeys(("double_values", "double_outcome", "scale_forward", "scale_backward", "colour"), "right")


def test_prints_and_errors_come_back_by_cell_and_no_error_stops_the_next_cell(key, draft, fast):
    mine = draft()
    for source in (
        "print('hello'); import sys; print('loud', file=sys.stderr)",
        "1 / 0",
        "raise SystemExit",
        "class Odd(BaseException):\n    pass\nraise Odd('odd')",
        "x = 1 +* 2",
        "raise KeyboardInterrupt",
        "print('still here', x_is_undefined if False else 'yes')",
        "print('a' * 5000)",
        "%timeit_is_no_magic",
        "!echo from the shell > /dev/null",
    ):
        mine.add(source)
    found, made = states(key, mine, fast)
    assert found == ALL_RIGHT
    assert made.executed.ended == ""
    cells = of_extras(made.executed)
    assert cells[0].printed == "hello\nloud\n"
    assert cells[0].error is None
    assert cells[1].error == ("ZeroDivisionError", "division by zero")
    assert cells[2].error == ("SystemExit", "")
    assert cells[3].error == ("Odd", "odd")
    assert cells[4].error == ("SyntaxError", "invalid syntax (line 1: x = 1 +* 2)")
    assert cells[5].error[0] == "KeyboardInterrupt"
    assert (cells[6].printed, cells[6].error) == ("still here yes\n", None)
    assert cells[7].printed == "a" * 2000
    assert len(cells) == 10


def test_a_process_that_ends_itself_says_where(key, draft, fast):
    mine = draft().put("exercise-Scale", "import os\nos._exit(0)")
    found, made = states(key, mine, fast)
    assert (made.executed.ended, made.executed.stopped_at) == ("it ended by itself", "exercise-Scale")
    assert set(found.values()) == {"error"}
    assert made.notes == ("The notebook stopped in the cell exercise-Scale and did not come out of it.",)


def test_what_ends_the_process_costs_what_it_is_worth(key, draft, fast):
    prepared = prepare(draft().put("exercise-Scale", "import os\nos._exit(0)").submission(), key.lesson)
    made = report(prepared, run(prepared, key.task, fast), key, fast)
    wrong = {"scale_forward": "error", "scale_backward": "error"}
    assert {v.name: v.state for v in made.verdicts} == ALL_RIGHT | wrong


def test_a_process_that_ends_itself_in_a_probe_keeps_the_checks_before(key, draft, fast):
    ending = "import os\nclass Scale:\n    def __init__(self, factor):\n        os._exit(0)\n"
    found, made = states(key, draft().put("exercise-Scale", ending), fast)
    assert found == {**dict.fromkeys(ALL_RIGHT, "error"), "double_values": "right", "double_outcome": "right"}
    assert made.verdicts[2].findings == (
        "the student's process stopped before this check was done: it ended by itself.",
    )
    assert made.executed.stopped_at == ""


def test_endless_loops_in_a_cell_and_in_a_function_end_at_their_limits(key, draft, fast):
    mine = draft().add("while True:\n    try:\n        pass\n    except Exception:\n        pass")
    mine.put("exercise-Scale", "class Scale:\n    def __init__(self, factor):\n        while True:\n            pass\n")
    found, made = states(key, mine, replace(fast, cell_seconds=0.5, check_seconds=0.5))
    assert found == {**ALL_RIGHT, "scale_forward": "timeout", "scale_backward": "timeout"}
    (cell,) = of_extras(made.executed)
    assert cell.error == ("TimeIsUp", "the cell was still running after 0.5 seconds")
    forward = made.verdicts[2]
    assert forward.findings == ("Your code did not finish: it was still running after 0.5 seconds.",)


def test_a_loop_that_no_signal_ends_is_killed_at_the_limit_of_the_submission(key, draft, fast):
    stubborn = "import signal\nsignal.signal(signal.SIGALRM, signal.SIG_IGN)\nwhile True:\n    pass"
    found, made = states(key, draft().put("exercise-double", stubborn), replace(fast, seconds=3.0))
    assert (made.executed.ended, made.executed.stopped_at) == ("time", "exercise-double")
    assert set(found.values()) == {"timeout"}
    assert made.verdicts[0].findings == ("Your code did not finish: the 3 seconds of the submission were used up.",)


def test_a_memory_bomb_is_an_error_of_its_cell_or_check(key, draft, fast):
    bomb = "def double(x):\n    return bytearray(10**11)\n"
    found, made = states(key, draft().put("exercise-double", bomb).add("bytearray(10**11)"), fast)
    assert found == {**ALL_RIGHT, "double_values": "error", "double_outcome": "error"}
    assert of_extras(made.executed)[0].error == ("MemoryError", "")
    assert made.verdicts[0].findings[0] == "Your code raised MemoryError."


def test_a_file_can_t_grow_beyond_the_limit(key, draft, fast):
    mine = draft().add("with open('big', 'wb') as f:\n    f.write(b'x' * 2_000_000)")
    (cell,) = of_extras(execute(key, mine, replace(fast, file_size=1_000_000)))
    assert cell.error == ("OSError", "[Errno 27] File too large")


def test_more_output_than_the_limit_ends_the_process(key, draft, fast):
    mine = draft().put("exercise-double", "def double(x):\n    return np.zeros(10**6)")
    found, made = states(key, mine, replace(fast, output=2**20))
    assert made.executed.ended == "it sent more than 1 MB"
    assert set(found.values()) == {"error"}


FORGE = """
import json, os, sys
def frame(meta, arrays=()):
    header = json.dumps({"meta": meta, "arrays": list(arrays)}).encode()
    body = len(header).to_bytes(8, "little") + header
    return len(body).to_bytes(8, "little") + body
def send(message):
    for fd in range(1, 30):
        try:
            os.write(fd, message)
        except OSError:
            pass
"""


def test_points_printed_on_standard_output_do_nothing(key, draft, fast):
    mine = draft("student").add(
        FORGE + "print(2.0)\nos.write(1, b'2.0\\n')\nsys.__stdout__.write('2.0'); sys.__stdout__.flush()\n"
        "os.system('echo 2.0')"
    )
    found, made = states(key, mine, fast)
    assert found == dict.fromkeys(ALL_RIGHT, "not attempted")
    assert made.points == 0


@pytest.mark.parametrize(
    "forged",
    [
        'frame({"cell": "exercise-double", "printed": "", "error": []})',
        'frame({"cell": "exercise-double", "printed": "", "error": {}})',
        'frame({"cell": "exercise-double", "printed": "", "error": 5})',
        'frame({"cell": "exercise-double"})',
        'frame({"check": "double_values", "odd": {}, "fault": None, "notes": [], "points": 2, "state": "right"})',
        'frame({"check": "double_values", "odd": {}, "fault": None, "notes": []}, [["y", "|O", [1]]])',
        'frame({"end": True})',
        "frame(None)",
        "(5).to_bytes(8, 'little') + b'hello'",
        "(2**62).to_bytes(8, 'little')",
        "b'\\xff' * 1000",
    ],
)
def test_messages_forged_on_every_channel_never_raise_and_never_earn_points(key, draft, fast, forged):
    mine = draft("student").add(f"{FORGE}\nsend({forged})")
    found, made = states(key, mine, fast)
    assert made.points == 0
    assert "right" not in found.values()
    assert "partly" not in found.values()


def test_the_solution_and_the_grader_can_t_be_imported_and_the_environment_is_not_the_grader_s(
    course, draft, fast, monkeypatch
):
    monkeypatch.setenv("SECRET_OF_THE_GRADER", "hunter2")
    monkeypatch.setenv("PYTHONPATH", str(course.root / "solutions"))
    lesson = course.lesson("1")
    mine = type(draft())(lesson, "student").add(
        "import os, sys, importlib\n"
        "for name in ('gradschool.grader', 'gradschool.nn.linear_regression', 'gradschool.nn.penalties'):\n"
        "    try:\n"
        "        importlib.import_module(name)\n"
        "    except ImportError as error:\n"
        "        print(error)\n"
        "print('SECRET_OF_THE_GRADER' in os.environ, 'hunter2' in str(dict(os.environ)))\n"
        "print([p for p in sys.path if 'solutions' in p or 'grader' in p.split('/')])\n"
        "print(os.environ['HOME'] == os.environ['TMPDIR'] == os.getcwd())\n"
    )
    with open_key(course, lesson, 5) as key:
        (cell,) = of_extras(execute(replace(key, task=replace(key.task, checks=[])), mine, fast))
    assert cell.printed.splitlines() == [
        "No module named 'gradschool.grader'",
        "No module named 'gradschool.nn.linear_regression'",
        "No module named 'gradschool.nn.penalties'",
        "False False",
        "[]",
        "True",
    ]


def test_no_expected_array_and_no_data_of_the_judge_is_in_the_student_s_process(key, draft, fast):
    executed = execute(key, draft().put("exercise-double", SEARCH), fast)
    found = set(executed.evidence["double_values"][0].arrays["y"].tolist())
    given, secret = given_and_secret(key)
    assert given <= found  # so the search finds what is there
    assert not secret & found


def test_what_is_sent_of_a_check_holds_no_outcome_and_no_mistake(key, draft, fast, monkeypatch):
    sent = []

    def hear(launch, request, *_):
        sent.append(request)
        return Heard([], "", 0, "")

    monkeypatch.setattr("gradschool.grader.sandbox.run.converse", hear)
    execute(key, draft(), fast)
    (request,) = sent
    for secret in (b"judge", b"distance to the targets", b"x is squared", b"want", b'at_most": 1'):
        assert secret not in request
    assert b"def double_values(nn, x):" in request


def test_the_scratch_folder_is_the_only_one_and_is_gone_afterwards(key, draft, fast):
    mine = draft().add("import os\nopen('mine', 'w').write('x')\nprint(os.getcwd())\nprint(sorted(os.listdir()))")
    (cell,) = of_extras(execute(key, mine, fast))
    folder, files = cell.printed.splitlines()
    assert Path(folder).name.startswith("gradschool-")
    assert set(ast.literal_eval(files)) == {"01_tiny.ipynb", "mine", "profile_default", "public.npz"}  # IPython's
    assert not Path(folder).exists()


def test_what_a_student_starts_is_dead_afterwards(key, draft, fast, tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        mine = draft().add(f"import subprocess\nsubprocess.Popen(['sleep', '1000'], stdout=open({str(pipe)!r}, 'w'))")
        executed = execute(key, mine, fast)
        assert executed.ended == ""
        poll = select.poll()
        poll.register(reader, select.POLLIN)
        assert [event & select.POLLHUP for _, event in poll.poll(10_000)] == [select.POLLHUP]  # nobody writes any more
    finally:
        os.close(reader)


def test_threads_and_exit_handlers_do_not_keep_the_process(key, draft, fast):
    mine = draft().add(
        "import atexit, threading\n"
        "def spin():\n    while True:\n        pass\n"
        "threading.Thread(target=spin).start()\natexit.register(spin)"
    )
    found, made = states(key, mine, fast)
    assert found == ALL_RIGHT
    assert made.executed.ended == ""


def test_a_student_who_patches_numpy_or_answers_with_odd_objects_earns_nothing(key, draft, fast):
    mine = draft().put(
        "exercise-double",
        "np.isclose = np.allclose = np.array_equal = lambda *a, **k: True\n"
        "class Yes(np.ndarray):\n    def __eq__(self, other): return True\n"
        "def double(x):\n    return np.zeros_like(x).view(Yes)",
    )
    found, _ = states(key, mine, fast)
    assert (found["double_values"], found["double_outcome"]) == ("wrong", "wrong")


def test_a_submission_with_a_problem_never_starts_a_process(key, fast, monkeypatch):
    from gradschool.grader.grade import grade

    def runner(*args):
        raise AssertionError

    made = grade(Submission("ada", "01_tiny", b"no notebook"), key, limits=fast, runner=runner)
    assert made.points == 0
