"""The warm process: it imports what every submission needs, then forks a process for each, which enters a sandbox.

Started by file name with `python -I -S` and the number of a socket, its only tie to the grader. It reads the
configuration, enters namespaces of its own, shows itself the file system of a student, and only then imports NumPy,
Matplotlib, IPython and the lesson's package. It never holds an answer, and never reads what a student wrote: of each
submission it gets limits and three files, the request, the pipe for what comes back and the one that tells that more
of the request has come, and hands them to the process that it forks.

    grader ──configuration──▶ fork server        {"ready": true}, or {"failed": why}
           ──limits, files──▶ fork server ──fork──▶ student's process, the first of its namespace
           ◀─{"status": how it ended, "why": what ended it}, or {"failed": why it did not start}
"""

from __future__ import annotations

import gc
import json
import os
import signal
import socket
import sys
from collections.abc import Callable
from typing import Any

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import worker  # type: ignore[import-not-found]
from isolation import child, family, libc, namespaces, paths, selftest, view  # type: ignore[import-not-found]

sys.path.pop(0)

MOST = 65536
Work = Callable[[bytes, Any, Callable[[], bytes]], None]


def main() -> None:
    """Become the warm process, and serve until the grader closes the socket."""
    control = socket.socket(fileno=int(sys.argv[1]))
    config = json.loads(control.recv(MOST))
    try:
        if "namespaces" in config["layers"]:
            namespaces.enter_outer()
            _leave_a_guard(control, inside=True)
            view.build(config["shown"], config["hidden"], config["packages"], config["course"])
            namespaces.become_nobody()
        else:
            _leave_a_guard(control, inside=False)
            config["readable"], config["listed"] = paths.expand(config["shown"], config["hidden"], config["packages"])
        work = selftest.work if config["selftest"] else prepare(config)
        libc.prctl(libc.DUMPABLE, 0)
        libc.prctl(libc.SUBREAPER, 1)
    except Exception as error:
        control.send(json.dumps({"failed": f"{type(error).__name__}: {error}"[:1000]}).encode())
        return
    control.send(json.dumps({"ready": True}).encode())
    serve(control, config, work)


def _leave_a_guard(control: socket.socket, *, inside: bool) -> None:
    """Go on as a new process, and leave the old one to see to it that nothing is left when the new one dies.

    In namespaces the kernel does that: the new one is the first of its namespace, and dies with the guard.
    """
    if not inside:
        libc.prctl(libc.SUBREAPER, 1)
    started = os.fork()
    if started:
        control.close()
        os.waitpid(started, 0)
        if not inside:
            family.end_all(inside, started)
        os._exit(0)
    if inside:
        libc.prctl(libc.PARENT_DEATH_SIGNAL, signal.SIGKILL)


def prepare(config: dict[str, Any]) -> Work:
    """Import what every submission needs, in the surroundings that each of them has; return what runs one."""
    child.settle(config["scratch"])
    worker.search(config["path"])
    import matplotlib.pyplot as plt

    plt.close(plt.figure())
    for module in config["modules"]:
        try:
            __import__(module)
        except ImportError:
            continue  # it needs a package that students may lack; whoever asks for it is told
    worker.warm()
    os.chdir("/")
    gc.collect()
    gc.freeze()  # the collector leaves alone what forks share
    work: Work = worker.work
    return work


def serve(control: socket.socket, config: dict[str, Any], work: Work) -> None:
    """Fork a process for each message, and answer with how it ended."""
    awake, wake = socket.socketpair()
    awake.setblocking(False)
    wake.setblocking(False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wake.fileno(), warn_on_full_buffer=False)
    while True:
        message, fds, _, _ = socket.recv_fds(control, MOST, 3)
        if not message:
            return
        limits = json.loads(message)
        reading, writing = os.pipe()
        started = os.fork()
        if started == 0:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            child.run(work, config, limits, fds, writing)
        for fd in (*fds, writing):
            os.close(fd)
        answer = family.watch(started, reading, control, awake, config, limits)
        if answer is None:
            return
        control.send(json.dumps(answer).encode())


if __name__ == "__main__":
    main()
