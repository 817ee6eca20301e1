"""The student's process: run the cells, then the probes, and send what they gave.

Started by file name with `python -I -S`, so that nothing is imported but what the request says: the folder with the
lesson's part of `gradschool`, and the installed packages without their `.pth` files. It reads one request
from its standard input and writes length-prefixed messages to what was its standard output; then it ends. A warm
process imports this module instead and calls `warm` once, and `work` in each process that it forks.
"""

from __future__ import annotations

import ast
import builtins
import gc
import json
import os
import sys
from collections.abc import Callable
from contextlib import nullcontext, redirect_stderr, redirect_stdout
from traceback import walk_tb
from typing import Any

LATE = ("importlib.resources.readers", "numpy.random")
"""What Python and NumPy import at first use; most submissions use it."""


def main() -> None:
    """Read the request, run it, and send what it gave."""
    request = sys.stdin.buffer.read()
    size = int.from_bytes(request[8:16], "little")
    paths = json.loads(request[16 : 16 + size])["meta"]["path"]
    channel = os.fdopen(os.dup(1), "wb")
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    search(paths)
    work(request, channel)


def search(paths: list[str]) -> None:
    """Import from the first of these paths before all others, and from the rest after them."""
    sys.path[:0] = paths[:1]
    sys.path += paths[1:]


def warm() -> Any:
    """Import what every submission needs, and return the shell that runs cells."""
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    options = Config()
    options.HistoryManager.enabled = False
    options.InteractiveShell.colors = "nocolor"
    for module in LATE:
        __import__(module)
    shell: Any = InteractiveShell.instance(config=options)
    shell.enable_gui = lambda gui=None: None  # there is no window to open
    shell._tee = lambda channel: nullcontext()  # IPython 9 keeps all that is printed, as long as there is memory
    builtins.input = lambda prompt="": "1"  # and nobody to ask; this is a number and a name too
    sys.breakpointhook = lambda *args, **options: None
    return shell


def work(request: bytes, channel: Any, later: Callable[[], bytes] | None = None) -> None:
    """Run what the request holds; `later` waits for its second part, if that comes when the cells have run."""
    from gradschool import nn
    from gradschool.lab import codec
    from gradschool.lab.names import Names
    from gradschool.lab.probe import run_probe
    from gradschool.lab.spec import Spec

    def send(message: bytes) -> None:
        channel.write(len(message).to_bytes(8, "little") + message)
        channel.flush()

    end = 8 + int.from_bytes(request[:8], "little")
    meta, _ = codec.unpack(request[8:end])
    shell = warm()
    for cell_id, source in meta["cells"]:
        send(codec.pack({"cell": cell_id, **run_cell(shell, source, meta["cell_seconds"])}, {}))
    received, arrays = codec.unpack(later() if later else request[end:])

    def arguments(given: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
        """Return the arguments of a case: JSON makes lists of tuples, and arrays arrive read-only."""
        plain = {key: tuple(value) if isinstance(value, list) else value for key, value in given.items()}
        return {**plain, **{key: arrays[number].copy() for key, number in names.items()}}

    checks = [(Spec.from_json(spec), [arguments(*case) for case in cases]) for spec, cases in received]
    names = Names(shell.user_ns, meta["exercises"], nn)
    for spec, cases in checks:
        for evidence in run_probe(spec, names, cases):
            send(codec.pack_evidence(spec.name, evidence))
    send(codec.pack({"end": True}, {}))
    channel.close()
    os._exit(0)  # threads and exit handlers of the student's code do not keep the process


def run_cell(shell: Any, source: str, seconds: float) -> dict[str, Any]:
    """Run a cell and return what it printed and the error that it raised, both shortened."""
    from gradschool.lab.probe import Shortened

    printed = Shortened()
    error = run_limited(shell, source, seconds, printed)
    if error is not None:
        forget(shell)
    return {"printed": printed.getvalue(), "error": error}


def run_limited(shell: Any, source: str, seconds: float, printed: Any) -> list[str] | None:
    """Run a cell that prints to `printed`, and return the error that it raised."""
    from gradschool.lab.probe import TimeIsUp, time_limit

    late = ["TimeIsUp", f"the cell was still running after {seconds:g} seconds"]
    try:
        with redirect_stdout(printed), redirect_stderr(printed), time_limit(seconds):
            raised = run_all(shell, source)
        if raised is None:
            return None
        return late if isinstance(raised, TimeIsUp) else describe_error(raised)
    except TimeIsUp:
        return late
    except BaseException as error:  # SystemExit, and what else may come out of a shell
        return describe_error(error)


def forget(shell: Any) -> None:
    """Drop what Python and the shell keep of the last exception: its message and its variables may fill the memory."""
    for name in ("last_type", "last_value", "last_traceback", "last_exc"):
        vars(sys).pop(name, None)
    shell.last_execution_result = None
    shell.InteractiveTB.etype = shell.InteractiveTB.value = shell.InteractiveTB.tb = None
    gc.collect()


def run_all(shell: Any, source: str) -> BaseException | None:
    """Run a cell and return what it raised first; what stands below the statement that did so is run all the same.

    A picture that can't be drawn and a package that is not there are no reason to lose the function below them.
    """
    first: BaseException | None = None
    while source:
        result = shell.run_cell(source, store_history=first is None)
        raised = result.error_before_exec or result.error_in_exec
        first = first or raised
        source = "" if raised is None or type(raised).__name__ == "TimeIsUp" else below(shell, source, raised)
    return first


def below(shell: Any, source: str, raised: BaseException) -> str:
    """Return what stands in a cell below the statement that raised, in the same lines."""
    text = shell.transform_cell(source)
    try:
        tree = compile(text, "cell", "exec", ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return ""
    lines = (line for frame, line in walk_tb(raised.__traceback__) if frame.f_globals is shell.user_ns)
    stopped = next(lines, len(text))
    starts = (min(n.lineno for n in (node, *getattr(node, "decorator_list", ()))) for node in tree.body)
    start = next((start for start in starts if start > stopped), None)
    return "" if start is None else "\n" * (start - 1) + "\n".join(text.split("\n")[start - 1 :])


def describe_error(raised: BaseException) -> list[str]:
    """Return the name and the message of an exception, with the line it stands in."""
    line = getattr(raised, "text", None) if isinstance(raised, SyntaxError) else None
    where = f" (line {raised.lineno}: {line.strip()})" if isinstance(raised, SyntaxError) and line else ""
    message = raised.msg if isinstance(raised, SyntaxError) else str(raised)
    return [type(raised).__name__, (message + where)[:500]]


if __name__ == "__main__":
    main()
