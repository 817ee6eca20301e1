"""What a probe brings back from a student's code, whatever that code does."""

from __future__ import annotations

import linecache
import math
import os
import signal
import sys
import textwrap
import threading
import warnings
from types import SimpleNamespace

import numpy as np
import pytest

from gradschool.lab.evidence import Evidence, Fault, describe, plain
from gradschool.lab.names import Names
from gradschool.lab.probe import Shortened, TimeIsUp, run_probe, time_limit
from gradschool.lab.spec import Spec

X = np.array([[1.0, 2.0], [3.0, 4.0]])
PLAIN_PROBE = 'def probe(nn, x):\n    return {"y": nn.f(x)}\n'


@pytest.fixture
def cell():
    """Run a student's cell as a notebook does: in `__main__`, its source known to tracebacks; return the names."""
    known = []

    def run(source):
        source = textwrap.dedent(source)
        path = f"/tmp/no-such-folder/cell-{len(known)}.py"
        linecache.cache[path] = (len(source), None, source.splitlines(keepends=True), path)
        known.append(path)
        namespace = {"__name__": "__main__", "np": np, "math": math, "os": os}
        exec(compile(source, path, "exec"), namespace)
        return namespace

    yield run
    for path in known:
        linecache.cache.pop(path, None)


def spec(source=PLAIN_PROBE, seconds=10.0):
    return Spec("probe", ("f",), "words", 1, "value", source, seconds=seconds)


def probe(own, *cases, source=PLAIN_PROBE, seconds=10.0, library=None):
    under_test = Names(own, {"f", "Dense", "question"}, library or SimpleNamespace())
    return run_probe(spec(source, seconds), under_test, cases or [{"x": X}])


def one(own, *cases, **options):
    (evidence,) = probe(own, *cases, **options)
    return evidence


def fault(own, **options):
    evidence = one(own, **options)
    assert evidence.arrays == evidence.odd == {}
    assert evidence.fault is not None
    return evidence.fault


# Arrays


def test_what_a_probe_returns_comes_back_with_the_arguments_after_the_call(cell):
    evidence = one(cell("def f(x): return x + 1"))
    assert list(evidence.arrays) == ["y", "x after the call"]
    np.testing.assert_array_equal(evidence.arrays["y"], X + 1)
    np.testing.assert_array_equal(evidence.arrays["x after the call"], X)
    assert (evidence.odd, evidence.fault, evidence.notes) == ({}, None, ())


def test_arguments_are_copies_and_come_back_as_they_are_after_the_call(cell):
    x = X.copy()
    evidence = one(cell("def f(x):\n    x *= 10\n    return x.sum()"), {"x": x})
    np.testing.assert_array_equal(x, X)
    np.testing.assert_array_equal(evidence.arrays["x after the call"], 10 * X)
    assert evidence.arrays["y"] == 100.0


def test_a_change_in_one_case_is_not_seen_in_the_next(cell):
    own = cell("def f(x):\n    x += 1\n    return x")
    shared = {"x": X}
    evidence = probe(own, shared, shared)
    np.testing.assert_array_equal(evidence[0].arrays["y"], evidence[1].arrays["y"])


def test_results_share_no_memory_with_the_students_arrays(cell):
    own = cell("kept = []\ndef f(x):\n    kept.append(x)\n    return x")
    evidence = one(own)
    own["kept"][0][:] = -1
    np.testing.assert_array_equal(evidence.arrays["y"], X)
    np.testing.assert_array_equal(evidence.arrays["x after the call"], X)


def test_what_the_judge_alone_may_see_does_not_reach_the_probe(cell):
    evidence = one(cell("def f(x): return x"), {"x": X, "judge": {"secret": X}})
    assert list(evidence.arrays) == ["y", "x after the call"]


def test_arguments_that_are_no_arrays_are_not_returned(cell):
    source = 'def probe(nn, x, rate, shape):\n    return {"y": nn.f(x) * rate + len(shape)}\n'
    evidence = one(cell("def f(x): return x"), {"x": X, "rate": 0.5, "shape": (2, 3)}, source=source)
    np.testing.assert_array_equal(evidence.arrays["y"], X / 2 + 2)
    assert list(evidence.arrays) == ["y", "x after the call"]


def test_numbers_text_and_tuples_of_numbers_are_arrays(cell):
    own = cell("def f(x): return None")
    source = 'def probe(nn, x):\n    return {"a": 1.5, "b": True, "c": "text", "d": (2, 3), "e": [1.0, 2.0], "f": 7}\n'
    arrays = one(own, source=source).arrays
    assert {k: (v.dtype.kind, v.tolist()) for k, v in arrays.items() if k != "x after the call"} == {
        "a": ("f", 1.5),
        "b": ("b", True),
        "c": ("U", "text"),
        "d": ("i", [2, 3]),
        "e": ("f", [1.0, 2.0]),
        "f": ("i", 7),
    }


@pytest.mark.parametrize(
    ("returned", "words"),
    [
        ("None", "None"),
        ("{'a': 1}", "a dict"),
        ("[[1, 2], [3]]", "a list"),
        ("[None]", "a list"),
        ("{1, 2}", "a set"),
        ("object()", "an object"),
        ("lambda: 1", "a function"),
        ("np.array([None])", "an array of object"),
        ("np.array(['a'], 'S1')", "an array of |S1"),
        ("np.zeros((1,) * 17)", "an array of float64"),
        ("'a' * 5000", "a str"),
        ("10 ** 30", "an int"),
        ("b'bytes'", "a bytes"),
    ],
)
def test_what_is_no_plain_array_is_described(cell, returned, words):
    evidence = one(cell(f"def f(x): return {returned}"))
    assert evidence.odd == {"y": words}
    assert list(evidence.arrays) == ["x after the call"]
    assert evidence.fault is None


def test_a_subclass_of_array_becomes_a_plain_one():
    got = plain(np.ma.masked_array([1.0, 2.0], mask=[True, False]))
    assert type(got) is np.ndarray
    assert got.tolist() == [1.0, 2.0]


def test_an_object_that_refuses_to_be_an_array_is_described():
    class Refuses:
        def __array__(self, dtype=None, copy=None):
            raise RuntimeError("no")

    assert plain(Refuses()) is None
    assert describe(Refuses()) == "a Refuses"


def test_an_object_that_claims_to_equal_everything_comes_back_as_no_array(cell):
    own = cell("class Equal:\n    def __eq__(self, other): return True\ndef f(x): return Equal()")
    assert one(own).odd == {"y": "an Equal"}


# Stubs


def test_a_stub_is_not_attempted(cell):
    own = cell('def f(x):\n    """Return twice x."""\n    # YOUR CODE HERE\n    raise NotImplementedError()\n')
    assert fault(own) == Fault("not attempted", "f")


@pytest.mark.parametrize(
    "line", ["raise NotImplementedError()", "raise NotImplementedError", "raise NotImplementedError('x')"]
)
def test_a_stub_needs_no_docstring(cell, line):
    assert fault(cell(f"def f(x):\n    {line}\n")) == Fault("not attempted", "f")


METHOD = """
    class Dense:
        def __init__(self, n):
            self.n = n

        def forward(self, x):
            '''Return X W + b.'''
            # YOUR CODE HERE
            raise NotImplementedError()
"""
METHOD_PROBE = 'def probe(nn, x):\n    return {"y": nn.Dense(2).forward(x)}\n'


def test_a_stub_of_a_method_is_named_with_its_class(cell):
    assert fault(cell(METHOD), source=METHOD_PROBE) == Fault("not attempted", "Dense.forward")


def test_a_stub_inside_a_function_is_named_without_its_locals(cell):
    own = cell("""
        def make():
            class Dense:
                def __init__(self, n): pass
                def forward(self, x):
                    raise NotImplementedError()
            return Dense
        Dense = make()
    """)
    assert fault(own, source=METHOD_PROBE) == Fault("not attempted", "make.Dense.forward")


def test_a_stub_that_another_function_calls_is_the_one_not_attempted(cell):
    own = cell("""
        def g(x):
            raise NotImplementedError()

        def f(x):
            return g(x) + 1
    """)
    assert fault(own) == Fault("not attempted", "g")


def test_a_stub_whose_source_is_lost_is_not_attempted():
    own = {"__name__": "__main__"}
    exec(compile("def f(x):\n    raise NotImplementedError()\n", "/tmp/no-such-folder/lost.py", "exec"), own)
    assert fault(own) == Fault("not attempted", "f")


def test_a_stub_line_left_behind_real_code_says_to_delete_it(cell):
    own = cell("""
        def f(x):
            '''Return twice x.'''
            y = 2 * x
            raise NotImplementedError()
            return y
    """)
    assert fault(own) == Fault(
        "error",
        "NotImplementedError",
        "line 5 of its cell, in `f`: raise NotImplementedError(); delete that line once your code stands above it",
    )


def test_a_method_that_only_the_library_has_not_written_does_not_say_to_delete_a_line(cell):
    class Layer:
        def forward(self, x):
            raise NotImplementedError("a layer has a forward")

    own = cell("def f(x):\n    return layer.forward(x)\n")
    own["layer"] = Layer()
    assert fault(own) == Fault(
        "error", "NotImplementedError: a layer has a forward", "line 2 of its cell, in `f`: return layer.forward(x)"
    )


def test_a_missing_exercise_is_an_error_that_says_what_to_run(cell):
    assert fault(cell("g = 1")) == Fault(
        "error", "`f` is not defined: run the cell that defines it, and look there for an error"
    )


def test_a_question_without_an_answer_is_not_attempted(cell):
    source = 'def probe(nn, x):\n    return {"answer": nn.answer("question")}\n'
    assert fault(cell("question = None"), source=source) == Fault("not attempted", "question")


# Exceptions


def test_an_exception_comes_with_the_students_own_line(cell):
    own = cell("""
        def helper(x):
            return x @ np.ones(7)

        def f(x):
            return helper(x)
    """)
    got = fault(own)
    assert got.kind == "error"
    assert got.message.startswith("ValueError: matmul: Input operand 1 has a mismatch in its core dimension 0")
    assert got.where == "line 3 of its cell, in `helper`: return x @ np.ones(7)"


def test_an_exception_inside_a_library_is_shown_at_the_students_line(cell):
    own = cell("def f(x):\n    return np.linalg.inv(np.zeros((2, 2)))\n")
    assert fault(own) == Fault(
        "error", "LinAlgError: Singular matrix", "line 2 of its cell, in `f`: return np.linalg.inv(np.zeros((2, 2)))"
    )


def test_an_exception_in_what_python_wrote_for_a_class_is_shown_at_the_students_line(cell):
    own = cell("""
        from dataclasses import dataclass

        @dataclass(frozen=True)
        class Point:
            x: float

        def f(x):
            point = Point(1.0)
            point.x = 2.0
    """)
    assert fault(own) == Fault(
        "error", "FrozenInstanceError: cannot assign to field 'x'", "line 10 of its cell, in `f`: point.x = 2.0"
    )


def test_a_call_that_does_not_fit_has_no_line(cell):
    got = fault(cell("def f(): return 1"))
    assert got == Fault("error", "TypeError: f() takes 0 positional arguments but 1 was given")


def test_a_line_whose_source_is_lost_has_its_number():
    own = {"__name__": "__main__"}
    exec(compile("def f(x):\n    return 1 / 0\n", "/tmp/no-such-folder/lost.py", "exec"), own)
    assert fault(own) == Fault("error", "ZeroDivisionError: division by zero", "line 2 of its cell, in `f`")


def test_only_the_first_line_of_a_message_is_kept(cell):
    own = cell("def f(x): raise ValueError('a' * 1000 + '\\nsecond')")
    assert fault(own).message == "ValueError: " + "a" * 300


def test_an_exception_without_a_message_is_its_name(cell):
    assert fault(cell("def f(x): raise ValueError")).message == "ValueError"


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("raise SystemExit(0)", "SystemExit: 0"),
        ("import sys; sys.exit('bye')", "SystemExit: bye"),
        ("raise BaseException('odd')", "BaseException: odd"),
        ("raise GeneratorExit", "GeneratorExit"),
        ("f(x)", "RecursionError: maximum recursion depth exceeded"),
        ("assert False, 'no'", "AssertionError: no"),
        ("raise StopIteration", "StopIteration"),
    ],
)
def test_whatever_is_raised_is_caught(cell, statement, message):
    got = fault(cell(f"def f(x):\n    {statement}\n"))
    assert got.kind == "error"
    assert got.message.startswith(message)
    assert got.where == f"line 2 of its cell, in `f`: {statement}"


def test_an_interrupt_by_the_student_passes(cell):
    with pytest.raises(KeyboardInterrupt):
        probe(cell("def f(x): raise KeyboardInterrupt"))


def test_an_interrupt_gives_the_streams_and_the_alarm_back(cell, capsys):
    before = signal.getsignal(signal.SIGALRM)
    with pytest.raises(KeyboardInterrupt):
        probe(cell("def f(x): raise KeyboardInterrupt"))
    print("still here")
    assert capsys.readouterr().out == "still here\n"
    assert signal.getsignal(signal.SIGALRM) is before
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_the_first_fault_is_the_last_case(cell):
    own = cell("def f(x):\n    if x > 1: raise ValueError('too large')\n    return x")
    evidence = probe(own, *({"x": np.array(float(i))} for i in range(5)))
    assert [e.fault is None for e in evidence] == [True, True, False]
    assert evidence[-1].fault.message == "ValueError: too large"


# Time

LOOPS = [
    "while True: pass",
    "for _ in iter(int, 1): math.sqrt(2)",
    "try:\n        while True: math.sqrt(2)\n    except Exception:\n        return x",
]


@pytest.mark.parametrize("loop", LOOPS)
def test_a_loop_that_never_ends_is_a_timeout(cell, loop):
    own = cell(f"def f(x):\n    {loop}\n")
    assert fault(own, seconds=0.2) == Fault("timeout", "it was still running after 0.2 seconds")


def test_the_limit_is_for_all_cases_together(cell):
    # 60 cases of a twentieth of a second each would take 3 seconds; the limit of 0.3 ends them at the sixth or so.
    own = cell("""
        import time
        def f(x):
            until = time.monotonic() + 0.05
            while time.monotonic() < until: pass
            return x
    """)
    evidence = probe(own, *[{"x": X}] * 60, seconds=0.3)
    assert len(evidence) < 60
    assert evidence[-1].fault == Fault("timeout", "it was still running after 0.3 seconds")


def test_no_alarm_stays_behind(cell):
    before = signal.getsignal(signal.SIGALRM)
    probe(cell("def f(x): return x"))
    assert signal.getsignal(signal.SIGALRM) is before
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_a_time_limit_raises_in_its_block():
    def forever():
        with time_limit(0.05):
            while True:
                pass

    with pytest.raises(TimeIsUp):
        forever()


def test_in_another_thread_there_is_no_limit_and_no_error(cell):
    from concurrent.futures import ThreadPoolExecutor

    own = cell("def f(x): return x + 1")
    with ThreadPoolExecutor(1) as pool:
        evidence = pool.submit(one, own).result()
    np.testing.assert_array_equal(evidence.arrays["y"], X + 1)


# Prints and warnings


def test_warnings_and_prints_become_notes_and_reach_no_stream(cell, capfd):
    own = cell("""
        import sys, warnings
        def f(x):
            print("the shape is", x.shape)
            print("to stderr", file=sys.stderr)
            warnings.warn("look out")
            return np.log(x - 1)
    """)
    assert one(own).notes == (
        "UserWarning: look out",
        "RuntimeWarning: divide by zero encountered in log",
        "your code printed: the shape is (2, 2)",
        "your code printed: to stderr",
    )
    assert capfd.readouterr() == ("", "")


def test_notes_are_five_at_most_and_each_once(cell):
    own = cell("""
        import warnings
        def f(x):
            for i in range(20):
                warnings.warn(f"warning {i // 2}")
            return x
    """)
    assert one(own).notes == tuple(f"UserWarning: warning {i}" for i in range(5))


def test_three_lines_of_print_are_kept_and_each_is_cut(cell):
    own = cell("def f(x):\n    for c in 'abcd': print(c * 300)\n    return x")
    assert [len(note) for note in one(own).notes] == [200, 200, 200]


def test_a_fault_keeps_its_notes(cell):
    own = cell("def f(x):\n    print('before')\n    raise ValueError")
    assert one(own) == Evidence(
        fault=Fault("error", "ValueError", "line 3 of its cell, in `f`: raise ValueError"),
        notes=("your code printed: before",),
    )


def test_a_flood_of_print_is_kept_short():
    stream = Shortened()
    for _ in range(1000):
        assert stream.write("0123456789") == 10
    assert stream.getvalue() == "0123456789" * 200


def test_probes_in_two_threads_leave_the_streams_and_the_warnings_of_all_as_they_were():
    first, second = threading.Event(), threading.Event()

    def begins_first(x):
        first.set()
        second.wait(60)  # until the other is under way
        return np.log(-x)

    def ends_last(x):
        second.set()
        earlier.join(60)
        return np.log(-x)

    found = []
    before = sys.stdout, sys.stderr, warnings.showwarning, list(warnings.filters)
    earlier = threading.Thread(target=lambda: found.append(one({"f": begins_first})))
    later = threading.Thread(target=lambda: found.append(one({"f": ends_last})))
    earlier.start()
    first.wait(60)
    later.start()
    later.join(60)
    assert (sys.stdout, sys.stderr, warnings.showwarning, list(warnings.filters)) == before
    assert [np.isnan(evidence.arrays["y"]).all() for evidence in found] == [True, True]
