"""The processes of a submission, as the warm process sees them: watched, and all dead when it says so."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import stat
import subprocess
import time
from collections.abc import Iterable, Mapping
from typing import Any

BEAT = 0.05
"""Seconds between two looks at what the processes use."""


def watch(
    started: int,
    complaints: int,
    control: socket.socket,
    awake: socket.socket,
    config: Mapping[str, Any],
    limits: Mapping[str, Any],
) -> dict[str, Any] | None:
    """Wait until a submission ends, or end it; return how it ended, or None if the grader is gone.

    `awake` can be read when a process has ended; what the grader sends on `control` meanwhile means: stop.
    """
    inside = "namespaces" in config["layers"]
    stop = time.monotonic() + limits["seconds"]
    status, why, gone = None, "", False
    failed = _complaint(complaints, stop)
    if inside:
        os.waitpid(started, 0)  # it only started the first process of the namespace
    scratch = None if inside else os.path.join(config["scratch"], limits["name"])
    while not (failed or why or gone):
        status = _ended(None if inside else started)
        if status is not None:
            break
        ready, _, _ = select.select([control, awake], [], [], BEAT)
        if awake in ready:
            awake.recv(100)
        if control in ready:
            gone, why = not control.recv(100), "stopped"
        else:
            why = too_much(scratch, limits, stop)
    last = end_all(inside, started)
    if scratch is not None:
        clean(scratch)
    if gone:
        return None
    if failed:
        return {"failed": failed}
    return {"status": last if status is None else status, "why": why}


def _complaint(pipe: int, stop: float) -> str:
    """Return why the sandbox could not be entered, or nothing."""
    text = b""
    try:
        while len(text) < 1000:
            if not select.select([pipe], [], [], max(0.0, stop - time.monotonic()))[0]:
                return "the sandbox was not entered in time"
            part = os.read(pipe, 1000)
            if not part:
                break
            text += part
    finally:
        os.close(pipe)
    return text.decode(errors="replace")


def _ended(wanted: int | None) -> int | None:
    """Return how the student's process ended, or None; take note of other processes that ended."""
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return 0
        if pid == 0:
            return None
        if wanted is None or pid == wanted:
            return status


def end_all(inside: bool, started: int) -> int:
    """Kill all that a submission started, wait until it is dead, and return how the student's process ended."""
    status = 0
    while True:
        for pid in descendants(os.getpid()):  # by number, never all at once: a slip there would reach the whole machine
            _kill(pid)
        try:
            pid, one = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                time.sleep(0.001)
            elif inside or pid == started:
                status = one
        except ChildProcessError:
            return status


def _kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, signal.SIGKILL)


def descendants(of: int) -> list[int]:
    """Return the processes that descend from `of`, itself not among them."""
    parents: dict[int, int] = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat", "rb") as file:
                    parents[int(name)] = int(file.read().rpartition(b")")[2].split()[1])
            except (OSError, IndexError, ValueError):
                continue
    found, added = {of}, True
    while added:
        more = {pid for pid, parent in parents.items() if parent in found} - found
        found, added = found | more, bool(more)
    return sorted(found - {of})


def clean(folder: str) -> None:
    """Delete a folder, however deep it is and whatever its permissions are."""
    if subprocess.run(["rm", "-rf", folder], stderr=subprocess.DEVNULL, check=False).returncode:
        subprocess.run(["chmod", "-R", "u+rwX", folder], stderr=subprocess.DEVNULL, check=False)
        subprocess.run(["rm", "-rf", folder], stderr=subprocess.DEVNULL, check=False)


def too_much(scratch: str | None, limits: Mapping[str, Any], stop: float) -> str:
    """Return which limit on all processes together is passed, or nothing."""
    if time.monotonic() > stop:
        return "time"
    family = descendants(os.getpid())
    if scratch is not None and _size(scratch, limits["scratch"]) + _deleted(family) > limits["scratch"]:
        return "scratch"
    return "memory" if len(family) > 1 and _use_more_memory(family, 2 * limits["memory"]) else ""


def _use_more_memory(family: Iterable[int], most: int) -> bool:
    """Return whether processes use more than so many bytes of memory, what they share counted once."""
    return sum(map(_resident, family)) > most and sum(map(_share, family)) > most  # the second takes long to find out


def _resident(pid: int) -> int:
    """Return the bytes of memory of a process, what it shares with others in full."""
    with contextlib.suppress(OSError), open(f"/proc/{pid}/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return 0


def _share(pid: int) -> int:
    """Return the bytes of memory of a process, what it shares with others by its share."""
    try:
        with open(f"/proc/{pid}/smaps_rollup") as file:
            return next(int(line.split()[1]) * 1024 for line in file if line.startswith("Pss:"))
    except PermissionError:  # it runs a program that it may not read
        return _resident(pid)
    except (OSError, StopIteration):
        return 0


def _deleted(family: Iterable[int]) -> int:
    """Return the bytes of the files that have no place in any folder, and that these processes have open or mapped."""
    found: dict[tuple[int, int], int] = {}
    for pid in family:
        with contextlib.suppress(OSError):
            for fd in os.listdir(f"/proc/{pid}/fd"):
                with contextlib.suppress(OSError):
                    seen = os.stat(f"/proc/{pid}/fd/{fd}")
                    if seen.st_nlink == 0 and stat.S_ISREG(seen.st_mode):
                        found[seen.st_dev, seen.st_ino] = seen.st_size
            with open(f"/proc/{pid}/maps", "rb") as maps:
                for line in maps:
                    if line.endswith(b" (deleted)\n"):
                        span, _, _, device, inode, _ = line.split(maxsplit=5)
                        start, end = (int(part, 16) for part in span.split(b"-"))
                        major, minor = (int(part, 16) for part in device.split(b":"))
                        found.setdefault((os.makedev(major, minor), int(inode)), end - start)
    return sum(found.values())


def _size(folder: str, enough: int) -> int:
    """Return the bytes of the files in a folder, 4096 at least for each, or the first sum that is enough."""
    total, todo = 0, [folder]
    while todo and total <= enough:
        try:
            with os.scandir(todo.pop()) as entries:
                for entry in entries:
                    total += max(4096, entry.stat(follow_symlinks=False).st_size)
                    if entry.is_dir(follow_symlinks=False):
                        todo.append(entry.path)
        except OSError:
            continue
    return total
