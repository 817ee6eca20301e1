"""Seccomp: a filter that refuses system calls which a notebook never needs and an attack does.

A filter is a program of the classic BPF that the kernel runs on each system call: it loads the architecture and the
number, compares, and returns what is to happen. Refused calls fail with EPERM; `clone3` and calls that are newer than
the table below fail with ENOSYS, so that the C library falls back to older ones.
https://docs.kernel.org/userspace-api/seccomp_filter.html
"""

from __future__ import annotations

import ctypes
import errno
import struct
import sys

from . import libc
from .syscalls import (
    CLONE,
    CLONE3,
    FCNTL,
    HIDING,
    IOCTL,
    KILLERS,
    LAST,
    OWNING,
    OWNING_SOCKETS,
    PRCTL,
    REFUSED,
    REFUSED_WITHOUT_NAMESPACES,
    TO_ITSELF,
)

ARCHITECTURE = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
NUMBER_AT, ARCHITECTURE_AT, ARGUMENTS_AT = 0, 4, 16
ALLOW, ERROR, KILL_PROCESS = 0x7FFF0000, 0x00050000, 0x80000000
SET_SECCOMP, FILTER = 22, 2
NAMESPACES = 0x7E020000
"""The flags of `clone` that make namespaces."""

Step = tuple[int, int, int, int]


def enter(*, namespaces: bool, signals: bool) -> None:
    """Install the filter, which the process and all that it starts keep for good.

    Args:
        namespaces: whether the process has namespaces of its own; if not, it may not touch other processes of its user.
        signals: whether something else keeps it from sending signals to them.
    """
    program = assemble(namespaces=namespaces, signals=signals, own=0 if namespaces else _own_pid())
    code = b"".join(struct.pack("<HBBI", *step) for step in program)
    buffer = ctypes.create_string_buffer(code)
    head = struct.pack("<HxxxxxxQ", len(program), ctypes.addressof(buffer))
    address = ctypes.create_string_buffer(head)
    libc.prctl(libc.NO_NEW_PRIVS, 1)
    libc.prctl(SET_SECCOMP, FILTER, ctypes.addressof(address))


def assemble(*, namespaces: bool, signals: bool, own: int) -> list[Step]:
    """Return the program for this processor."""
    column = 0 if libc.machine() == "x86_64" else 1
    refused = list(REFUSED) + ([] if namespaces else list(REFUSED_WITHOUT_NAMESPACES))
    steps: list[Step] = [
        (LOAD, 0, 0, ARCHITECTURE_AT),
        (EQUAL, 1, 0, ARCHITECTURE[libc.machine()]),
        (RETURN, 0, 0, KILL_PROCESS),  # the calls of another processor's mode have other numbers
        (LOAD, 0, 0, NUMBER_AT),
        (AT_LEAST, 0, 1, LAST + 1),  # the numbers of the x32 mode too
        (RETURN, 0, 0, ERROR | errno.ENOSYS),
        (EQUAL, 0, 1, CLONE3[column]),
        (RETURN, 0, 0, ERROR | errno.ENOSYS),
        *_on_argument(CLONE[column], 0, [(ANY_BIT, 0, 1, NAMESPACES), (RETURN, 0, 0, ERROR | errno.EPERM)]),
        *_on_argument(PRCTL[column], 0, _refuse(HIDING)),
    ]
    if not namespaces:
        steps += _on_argument(FCNTL[column], 1, _refuse(*OWNING))
        steps += _on_argument(IOCTL[column], 1, _refuse(*OWNING_SOCKETS))
        for row in TO_ITSELF + (() if signals else KILLERS):
            mine = [(EQUAL, 2, 0, own), (EQUAL, 1, 0, 0), (RETURN, 0, 0, ERROR | errno.EPERM)]
            steps += _on_argument(row[column], 0, mine)
    for row in refused:
        if row[column] >= 0:
            steps += [(EQUAL, 0, 1, row[column]), (RETURN, 0, 0, ERROR | errno.EPERM)]
    return [*steps, (RETURN, 0, 0, ALLOW)]


def _refuse(*values: int) -> list[Step]:
    """Return steps that refuse these values of the argument that is looked at."""
    return [step for value in values for step in ((EQUAL, 0, 1, value), (RETURN, 0, 0, ERROR | errno.EPERM))]


def _on_argument(number: int, which: int, steps: list[Step]) -> list[Step]:
    """Return steps that look at the low half of an argument of one call, then go on with its number."""
    inner: list[Step] = [(LOAD, 0, 0, ARGUMENTS_AT + 8 * which), *steps, (LOAD, 0, 0, NUMBER_AT)]
    return [(EQUAL, 0, len(inner), number), *inner]


def _own_pid() -> int:
    import os

    return os.getpid()


def available() -> str:
    """Return why there is no filter here, or nothing."""
    if sys.platform != "linux":
        return "it is a part of Linux"
    return "" if libc.machine() in ARCHITECTURE else f"the processor {libc.machine()} is not supported"
