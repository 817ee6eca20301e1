"""Namespaces: a process that sees no other process, no network, no host name and no shared memory but its own.

Entered twice. The warm process has namespaces of its own, of which it is the first process, so that killing it kills
all that was ever started in it. Each submission has new ones inside these.
"""

from __future__ import annotations

import os
import socket
import sys

from . import libc

NOBODY = 65534
"""The user and group of a student's process, as it sees itself, and as the host does if the grader is root."""

ALL = libc.NEW_NS | libc.NEW_PID | libc.NEW_NET | libc.NEW_IPC | libc.NEW_UTS


def enter_outer() -> None:
    """Put what this process starts next into new namespaces; root needs no namespace of users for that."""
    if os.geteuid() == 0:
        libc.unshare(ALL)
    else:
        _unshare_with_users()
    libc.mount("", "/", "", libc.PRIVATE | libc.RECURSIVE)
    socket.sethostname("sandbox")


def become_nobody() -> None:
    """Leave root for a user without rights; any other user stays who it is."""
    if os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)


def enter_inner() -> None:
    """Put what this process starts next into new namespaces inside those of the warm process."""
    libc.prctl(libc.DUMPABLE, 1)  # else the maps of users in /proc/self belong to root
    _unshare_with_users()


def enter_users() -> None:
    """Put this process into a new namespace of users, so that its processes are counted apart from its user's."""
    _unshare_with_users(0)


def _unshare_with_users(others: int = ALL) -> None:
    user, group = os.geteuid(), os.getegid()
    libc.unshare(libc.NEW_USER | others)
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{NOBODY} {user} 1"),
        ("gid_map", f"{NOBODY} {group} 1"),
    ):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(text)


def mount_inner(scratch_bytes: int) -> None:
    """Mount what each submission has of its own: its processes and its scratch folder."""
    libc.mount("proc", "/proc", "proc", libc.NO_SUID | libc.NO_DEV)
    options = f"size={scratch_bytes},nr_inodes=4096,mode=700"
    libc.mount("tmpfs", "/scratch", "tmpfs", libc.NO_SUID | libc.NO_DEV, options)


def available() -> str:
    """Return why namespaces can't be had here, or nothing."""
    if sys.platform != "linux":
        return "they are a part of Linux"
    return "" if libc.machine() in libc.PIVOT_ROOT else f"the processor {libc.machine()} is not supported"
