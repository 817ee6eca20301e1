"""The student's process: run the cells, then the probes, and send what they gave.

Started by file name with `python -I -S`, so that nothing is imported but what the request says: the folder with the
lesson's part of `gradschool`, and the installed packages without their `.pth` files. It reads one request
from its standard input and writes length-prefixed messages to what was its standard output; then it ends. A warm
process imports this module instead and calls `warm` once, and `work` in each process that it forks.
"""

from __future__ import annotations

import builtins
import json
import os
import sys
from typing import Any


def main() -> None:
    """Read the request, run it, and send what it gave."""
    request = sys.stdin.buffer.read()
    size = int.from_bytes(request[:8], "little")
    paths = json.loads(request[8 : 8 + size])["meta"]["path"]
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
    shell = InteractiveShell.instance(config=options)
    shell.enable_gui = lambda gui=None: None  # type: ignore[method-assign]  # there is no window to open
    builtins.input = lambda prompt="": ""  # and nobody to ask
    return shell


def work(request: bytes, channel: Any) -> None:
    """Run what the request holds."""
    from gradschool import nn
    from gradschool.lab import codec
    from gradschool.lab.names import Names
    from gradschool.lab.probe import run_probe
    from gradschool.lab.spec import Spec

    def send(message: bytes) -> None:
        channel.write(len(message).to_bytes(8, "little") + message)
        channel.flush()

    meta, arrays = codec.unpack(request)

    def arguments(given: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
        """Return the arguments of a case: JSON makes lists of tuples, and arrays arrive read-only."""
        plain = {key: tuple(value) if isinstance(value, list) else value for key, value in given.items()}
        return {**plain, **{key: arrays[number].copy() for key, number in names.items()}}

    checks = [(Spec.from_json(spec), [arguments(*case) for case in cases]) for spec, cases in meta["checks"]]
    shell = warm()
    for cell_id, source in meta["cells"]:
        send(codec.pack({"cell": cell_id, **run_cell(shell, source, meta["cell_seconds"])}, {}))
    names = Names(shell.user_ns, meta["exercises"], nn)
    for spec, cases in checks:
        for evidence in run_probe(spec, names, cases):
            send(codec.pack_evidence(spec.name, evidence))
    send(codec.pack({"end": True}, {}))
    channel.close()
    os._exit(0)  # threads and exit handlers of the student's code do not keep the process


def run_cell(shell: Any, source: str, seconds: float) -> dict[str, Any]:
    """Run a cell and return what it printed and the error that it raised, both shortened."""
    from contextlib import redirect_stderr, redirect_stdout

    from gradschool.lab.probe import Shortened, TimeIsUp, time_limit

    printed = Shortened()
    error: list[str] | None = None
    try:
        with redirect_stdout(printed), redirect_stderr(printed), time_limit(seconds):
            result = shell.run_cell(source, store_history=True)
        raised = result.error_before_exec or result.error_in_exec
        if isinstance(raised, TimeIsUp):
            error = ["TimeIsUp", f"the cell was still running after {seconds:g} seconds"]
        elif raised is not None:
            error = describe_error(raised)
    except TimeIsUp:
        error = ["TimeIsUp", f"the cell was still running after {seconds:g} seconds"]
    except BaseException as raised:  # SystemExit, and what else may come out of a shell
        error = describe_error(raised)
    return {"printed": printed.getvalue(), "error": error}


def describe_error(raised: BaseException) -> list[str]:
    """Return the name and the message of an exception, with the line it stands in."""
    line = getattr(raised, "text", None) if isinstance(raised, SyntaxError) else None
    where = f" (line {raised.lineno}: {line.strip()})" if isinstance(raised, SyntaxError) and line else ""
    message = raised.msg if isinstance(raised, SyntaxError) else str(raised)
    return [type(raised).__name__, (message + where)[:500]]


if __name__ == "__main__":
    main()
