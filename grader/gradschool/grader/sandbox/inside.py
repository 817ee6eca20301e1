"""The first process in a sandbox that another program made: it starts the student's process there, and watches it.

Started by file name with `python -I` by bubblewrap or a container engine, as process 1 of the sandbox, so that no
process in it can stop or kill this one, and all of them die with it. Its standard input is a line of JSON, and then the
request; its standard output is the channel to the grader. When it is ready to run foreign code, it says so on the
channel; its exit status tells how that ended (`isolation/first.py`).
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from typing import Any

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import worker  # type: ignore[import-not-found]
from isolation import child, first, libc, namespaces, selftest  # type: ignore[import-not-found]

sys.path.pop(0)

CHANNEL, MORE = 3, 4
"""What is open when the student's code starts: where messages go, and whence the rest of the request comes."""


def main() -> None:
    """Start the student's process, and end when it does or passes a limit."""
    config = json.loads(sys.stdin.buffer.readline())
    request = sys.stdin.buffer.read(config["size"])
    os.dup2(1, CHANNEL, inheritable=False)
    os.dup2(0, MORE, inheritable=False)
    _silence(0, 1)
    namespaces.become_nobody()
    libc.prctl(libc.DUMPABLE, 0)
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD])
    started = os.fork()
    if started == 0:
        run(config, request)
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # a signal without a handler does nothing to process 1
    os.closerange(CHANNEL, MORE + 1)
    _silence(2)
    os._exit(first.watch(started, config["limits"]))


def run(config: dict[str, Any], request: bytes) -> None:
    """Enter the rest of the sandbox and run the request; never return."""
    try:
        work = prepare(config)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGCHLD])
        libc.prctl(libc.DUMPABLE, 1)
        os.setsid()
        limits = config["limits"]
        if config["user"] is None or not own_users():
            limits["processes"] += config["others"]
        child.enter(config, limits, config["scratch"], inside=True)
        child.furnish(config, limits, config["scratch"])
        channel = os.fdopen(CHANNEL, "wb")
        channel.write(len(first.READY).to_bytes(8, "little") + first.READY)
        channel.flush()
    except BaseException as error:
        os.write(2, f"{type(error).__name__}: {error}"[:1000].encode())
        os._exit(first.STATUS["failed"])
    _silence(2)
    try:
        work(request, channel, more)
    finally:
        os._exit(1)


def more() -> bytes:
    """Wait for the rest of the request, and return it."""
    with os.fdopen(MORE, "rb") as file:
        return file.read()


def _silence(*numbers: int) -> None:
    """Let these files lead nowhere."""
    with open(os.devnull, "r+b", buffering=0) as silence:
        for number in numbers:
            os.dup2(silence.fileno(), number)


def prepare(config: dict[str, Any]) -> Callable[[bytes, Any, Callable[[], bytes]], None]:
    """Import what every submission needs, so that limits count from there; return what runs the request."""
    child.settle(config["scratch"])
    if config["selftest"]:
        return selftest.work  # type: ignore[no-any-return]
    worker.search(config["path"])
    import matplotlib.pyplot  # noqa: F401

    worker.warm()
    for entry in os.scandir():  # what Matplotlib and IPython keep for the next time, which there is none of
        shutil.rmtree(entry.path) if entry.is_dir() else os.unlink(entry.path)
    return worker.work  # type: ignore[no-any-return]


def own_users() -> bool:
    """Have the processes of this sandbox counted apart from others of nobody, if that can be had."""
    try:
        namespaces.enter_users()
    except OSError:
        return False
    return True


if __name__ == "__main__":
    main()
