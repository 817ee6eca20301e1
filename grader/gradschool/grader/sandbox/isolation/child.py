"""What a forked process does before and after the student's code: enter the sandbox, run, end."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from . import landlock, libc, namespaces, resources, seccomp

REQUEST, RESULTS, MORE, COMPLAINTS = 3, 4, 5, 6
"""The files that are open when the sandbox is entered; all but COMPLAINTS are when the student's code starts."""


def run(
    work: Callable[[bytes, Any, Callable[[], bytes]], None],
    config: Mapping[str, Any],
    limits: Mapping[str, Any],
    fds: Sequence[int],
    complaints: int,
) -> None:
    """Enter the sandbox and run the request that comes from the first of `fds`; never return.

    Why a sandbox can't be entered is written to `complaints`; the student's code does not start then.
    """
    inside = "namespaces" in config["layers"]
    entered = False
    try:
        _keep_only((*fds, complaints))
        if inside:
            namespaces.enter_inner()
            if os.fork():
                os._exit(0)  # the warm process adopts the one that was just started
        os.setsid()
        scratch = config["scratch"] if inside else os.path.join(config["scratch"], limits["name"])
        if inside:
            namespaces.mount_inner(limits["scratch"])
        else:
            os.mkdir(scratch, 0o700)
        enter(config, limits, scratch, inside=inside)
        furnish(config, limits, scratch)
        request = _read(0)
        os.close(COMPLAINTS)
        entered = True
        work(request, os.fdopen(RESULTS, "wb"), lambda: _wait_and_read(len(request)))
    except BaseException as error:
        if not entered:
            os.write(COMPLAINTS, f"{type(error).__name__}: {error}"[:1000].encode())
    finally:
        os._exit(1)


def _wait_and_read(start: int) -> bytes:
    """Return what the grader has added to the request, once it says that it has."""
    os.read(MORE, 1)
    return _read(start)


def _read(start: int) -> bytes:
    """Return the request from `start` to its end."""
    pieces = []
    while piece := os.pread(REQUEST, 2**18, start):
        pieces.append(piece)
        start += len(piece)
    return b"".join(pieces)


def _keep_only(fds: Sequence[int]) -> None:
    """Close all files but these, which get the numbers from 3 on, and make 0, 1 and 2 lead nowhere."""
    lifted = [fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 100) for fd in fds]
    for place, fd in enumerate(lifted):
        os.dup2(fd, 3 + place, inheritable=False)
    os.closerange(3 + len(fds), 65536)
    silence = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(silence, number)
    os.close(silence)


def enter(config: Mapping[str, Any], limits: Mapping[str, Any], scratch: str, *, inside: bool) -> None:
    """Give up rights, in an order in which each step is still allowed."""
    libc.drop_bounding(*config["capabilities"])
    before = 0
    if not inside:
        user = config["user"]
        before = resources.processes_of(os.geteuid() if user is None else user)
        if user is not None:
            os.chown(scratch, user, user)
            libc.prctl(libc.KEEP_CAPS, 1)
            namespaces.become_nobody()
        libc.prctl(libc.DUMPABLE, 1)
    resources.enter(limits, before)
    libc.keep_capabilities(*config["capabilities"])
    if not inside:  # else it dies with the warm process's namespace, and its parent is about to end
        libc.prctl(libc.PARENT_DEATH_SIGNAL, signal.SIGKILL)
    libc.prctl(libc.NO_NEW_PRIVS, 1)
    if "landlock" in config["layers"]:
        landlock.restrict(config["readable"], config["listed"], [scratch, *config["devices"]])
    if "seccomp" in config["layers"]:
        contained = "landlock" in config["layers"] and landlock.version() >= landlock.SIGNALS_SINCE
        seccomp.enter(namespaces=inside, signals=contained)


def settle(scratch: str) -> None:
    """Go to a folder and make it the only one that this process thinks it may write to."""
    os.chdir(scratch)
    for name in ("HOME", "TMPDIR", "MPLCONFIGDIR", "IPYTHONDIR"):
        os.environ[name] = scratch


def furnish(config: Mapping[str, Any], limits: Mapping[str, Any], scratch: str) -> None:
    """Make the scratch folder look like a student's folder of the lesson, and go there."""
    settle(scratch)
    tempfile.tempdir = None  # what it may remember is the warm process's
    if limits["lesson"]:
        shutil.copyfile(f"{config['path'][0]}/public.npz", "public.npz")
        with open(f"{limits['lesson']}.ipynb", "w") as file:
            file.write("{}")  # marks the folder as the lesson's
