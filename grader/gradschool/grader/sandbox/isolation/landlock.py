"""Landlock: a process gives up access to files, to TCP, and to signals and sockets beyond itself, for good.

https://docs.kernel.org/userspace-api/landlock.html. Rights that this kernel does not know are left out; reading and
writing files are there from the first version.
"""

from __future__ import annotations

import os
import stat
import struct
import sys
from collections.abc import Iterable

from . import libc

CREATE, ADD_RULE, RESTRICT = 444, 445, 446
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR, IOCTL = 1, 2, 4, 8, 1 << 15
READ = EXECUTE | READ_FILE | READ_DIR
FILES = EXECUTE | WRITE_FILE | READ_FILE | 1 << 14 | IOCTL
"""The rights that make sense for what is no folder; 1 << 14 is truncation."""
SIGNALS_SINCE = 6


def version() -> int:
    """Return the version of Landlock that the kernel offers, 0 if none."""
    if sys.platform != "linux":
        return 0
    try:
        return libc.syscall(CREATE, None, 0, 1)
    except OSError:
        return 0


def rights(version: int) -> int:
    """Return all rights to files that a version knows."""
    bits = 13 + (version >= 2) + (version >= 3) + (version >= 5)
    return (1 << (16 if version >= 5 else bits)) - 1


def restrict(readable: Iterable[str], listed: Iterable[str], writable: Iterable[str]) -> None:
    """Leave this process, and what it starts, these paths: to read and execute, to list, to do anything with."""
    known = version()
    everything = rights(known)
    network, scope = (3 if known >= 4 else 0), (3 if known >= SIGNALS_SINCE else 0)
    attributes = struct.pack("<QQQ", everything, network, scope)[: 8 if known < 4 else 16 if known < 6 else 24]
    ruleset = libc.syscall(CREATE, attributes, len(attributes), 0)
    try:
        for paths, allowed in ((readable, READ), (listed, READ_DIR), (writable, everything)):
            for path in paths:
                _allow(ruleset, path, allowed)
        libc.syscall(RESTRICT, ruleset, 0)
    finally:
        os.close(ruleset)


def _allow(ruleset: int, path: str, allowed: int) -> None:
    try:
        fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # what does not exist needs no permission
    try:
        if not stat.S_ISDIR(os.fstat(fd).st_mode):
            allowed &= FILES & rights(version())
        if allowed:
            libc.syscall(ADD_RULE, ruleset, 1, struct.pack("<Qi", allowed, fd), 0)
    finally:
        os.close(fd)
