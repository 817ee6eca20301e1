"""Run a probe: the student's code is driven over the cases, and what comes back is evidence."""

from __future__ import annotations

import ast
import contextlib
import inspect
import io
import signal
import textwrap
import threading
import time
import traceback
import types
import warnings
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from gradschool.lab.evidence import AFTER, PRINTED, Case, Evidence, Fault, describe, plain
from gradschool.lab.names import Names, NotAttempted, NotDefined
from gradschool.lab.spec import Spec, load_function


class TimeIsUp(BaseException):
    """The limit is reached. Not an Exception, so that `except Exception` in a student's loop does not stop it."""


def run_probe(spec: Spec, names: Names, cases: Iterable[Case]) -> list[Evidence]:
    """Return what each case of the probe gave, up to the first that has a fault."""
    probe = load_function(spec.source, spec.name)
    collected: list[Evidence] = []
    stop = time.monotonic() + spec.seconds
    for case in cases:
        collected.append(run_case(probe, names, case, spec.seconds, stop))
        if collected[-1].fault is not None:
            break
    return collected


def run_case(probe: Any, names: Names, case: Case, seconds: float, stop: float) -> Evidence:
    """Return what one case of a probe gave; all cases together have `seconds`, which end at `stop`."""
    arguments = {key: _copy(value) for key, value in case.items() if key != "judge"}
    printed = Shortened()
    fault = None
    with _caught(printed) as caught:
        try:
            with time_limit(max(stop - time.monotonic(), 0.001)):
                arrays, odd = _plain_values(probe(names, **arguments))
        except TimeIsUp:
            fault = Fault("timeout", f"it was still running after {seconds:g} seconds")
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # a student's code may raise anything, SystemExit too
            fault = _fault(error)
    if fault is None:
        after = {key + AFTER: value for key, value in arguments.items() if isinstance(value, np.ndarray)}
        arrays |= {key: array for key, value in after.items() if (array := plain(value)) is not None}
    else:
        arrays, odd = {}, {}
    notes = [f"{w.category.__name__}: {w.message}"[:200] for w in caught]
    notes += [f"{PRINTED}{line}"[:200] for line in printed.getvalue().splitlines()[:3] if line.strip()]
    return Evidence(arrays, odd, fault, tuple(dict.fromkeys(notes))[:5])


def _plain_values(returned: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    arrays: dict[str, Any] = {}
    odd: dict[str, str] = {}
    for key, value in returned.items():
        array = plain(value)
        if array is None:
            odd[key] = describe(value)
        else:
            arrays[key] = array
    return arrays, odd


def _copy(value: Any) -> Any:
    return value.copy() if isinstance(value, np.ndarray) else value


class Shortened(io.StringIO):
    """A text stream that keeps its first 2,000 characters."""

    def write(self, text: str) -> int:
        """Keep what there is room for; return what was given."""
        room = 2000 - self.tell()
        if room > 0:
            super().write(text[:room])
        return len(text)


@contextlib.contextmanager
def _caught(printed: io.StringIO) -> Iterator[list[warnings.WarningMessage]]:
    """Keep prints and warnings from the notebook's output: on stderr they would cost points in nbgrader.

    All threads share the streams and the filters of warnings, so what runs in another thread leaves them alone.
    """
    if threading.current_thread() is not threading.main_thread():
        with np.errstate(all="ignore"):
            yield []
        return
    with (
        contextlib.redirect_stdout(printed),
        contextlib.redirect_stderr(printed),
        warnings.catch_warnings(record=True) as caught,
    ):
        warnings.simplefilter("default")
        yield caught


@contextlib.contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise TimeIsUp in this block after `seconds`; no limit where there are no alarms (Windows, another thread)."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def ring(_signum: int, _frame: types.FrameType | None) -> None:
        raise TimeIsUp

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds, 1.0)  # again each second, should a bare `except` have caught it
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _fault(error: BaseException) -> Fault:
    every = list(traceback.walk_tb(error.__traceback__))
    frames = [(f, line) for f, line in every if _is_students(f)]
    where = _where(*frames[-1]) if frames else ""
    if isinstance(error, NotImplementedError) and frames and frames[-1] == every[-1]:
        frame = frames[-1][0]
        if _is_stub(frame.f_code):
            return Fault("not attempted", _qualified(frame.f_code))
        where += "; delete that line once your code stands above it"
    if isinstance(error, NotAttempted):
        return Fault("not attempted", str(error))
    if isinstance(error, NotDefined):
        return Fault("error", str(error))
    try:
        lines = str(error).strip().splitlines()
    except Exception:  # a student's exception may fail to say what it is
        lines = []
    return Fault("error", f"{type(error).__name__}: {lines[0][:300] if lines else ''}".rstrip(": "), where)


def _is_students(frame: types.FrameType) -> bool:
    name, file = frame.f_globals.get("__name__", ""), frame.f_code.co_filename
    return name == "__main__" and "<check " not in file and file != "<string>"  # which a dataclass's methods are of


def _qualified(code: types.CodeType) -> str:
    return code.co_qualname.replace("<locals>.", "")


def _where(frame: types.FrameType, line: int) -> str:
    import linecache

    text = linecache.getline(frame.f_code.co_filename, line, frame.f_globals).strip()
    place = f"line {line} of its cell, in `{_qualified(frame.f_code)}`"
    return f"{place}: {text[:200]}" if text else place


def _is_stub(code: types.CodeType) -> bool:
    """Return whether the function's body is its docstring and a raise, and nothing else."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(code)))
    except (OSError, SyntaxError, IndexError):
        return True
    function = tree.body[0] if tree.body else None
    if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return False
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return len(body) == 1 and isinstance(body[0], ast.Raise)
