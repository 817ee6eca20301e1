"""System calls that Python 3.11 has no function for."""

from __future__ import annotations

import ctypes
import os
import struct
import sys

NEW_NS, NEW_UTS, NEW_IPC, NEW_USER, NEW_PID, NEW_NET = (
    0x20000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000,
)  # fmt: skip
READ_ONLY, NO_SUID, NO_DEV, BIND, RECURSIVE, PRIVATE, DETACH = 1, 2, 4, 0x1000, 0x4000, 0x40000, 2
PARENT_DEATH_SIGNAL, DUMPABLE, KEEP_CAPS, DROP_BOUNDING, NO_NEW_PRIVS, SUBREAPER, AMBIENT = 1, 4, 8, 24, 38, 36, 47
CAP_DAC_READ_SEARCH = 2
PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
CAPSET = {"x86_64": 126, "aarch64": 91}
MOUNT_SETATTR = 442

_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def machine() -> str:
    """Return the processor's family as the kernel calls it."""
    return os.uname().machine


def syscall(number: int, *arguments: object) -> int:
    """Return what a system call returns.

    Raises:
        OSError: it failed.
    """
    if _libc is None:
        raise OSError("there are no Linux system calls here")
    plain = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    result = int(_libc.syscall(ctypes.c_long(number), *plain))
    return _checked(result, f"system call {number}")


def unshare(flags: int) -> None:
    """Leave the namespaces that `flags` name for new ones."""
    _call("unshare", ctypes.c_int(flags))


def mount(source: str, target: str, kind: str, flags: int = 0, options: str = "") -> None:
    """Mount a file system, or a folder or file of one."""
    words = (word.encode() if word else None for word in (source, target, kind))
    _call("mount", *words, ctypes.c_ulong(flags), options.encode() if options else None)


def unmount(target: str) -> None:
    """Take a mount and those below it out of the tree."""
    _call("umount2", target.encode(), ctypes.c_int(DETACH))


def pivot_root(new: str, old: str) -> None:
    """Make the mount `new` the root, and put what was the root at `old`."""
    syscall(PIVOT_ROOT[machine()], new.encode(), old.encode())


def seal(target: str) -> None:
    """Make every mount at and below `target` read-only, and without programs that change the user."""
    attributes = struct.pack("<QQQQ", READ_ONLY | NO_SUID, 0, 0, 0)
    syscall(MOUNT_SETATTR, -100, target.encode(), 0x8000, attributes, len(attributes))


def prctl(option: int, *values: int) -> None:
    """Change a property of this process."""
    padded = [ctypes.c_ulong(value) for value in (*values, 0, 0, 0, 0)[:4]]
    _call("prctl", ctypes.c_int(option), *padded)


def drop_bounding(*kept: int) -> None:
    """Make sure that no program this process starts gets capabilities but those in `kept`."""
    for number in range(64):
        if number not in kept:
            try:
                prctl(DROP_BOUNDING, number)
            except OSError:
                return  # the last one that the kernel knows is passed, or this process may not, and has none


def keep_capabilities(*kept: int) -> None:
    """Give up all capabilities but those in `kept`, for good."""
    prctl(AMBIENT, 4)
    bits = sum(1 << number for number in kept)
    header, low, high = struct.pack("<Ii", 0x20080522, 0), bits & 0xFFFFFFFF, bits >> 32
    syscall(CAPSET[machine()], header, struct.pack("<6I", low, low, 0, high, high, 0))


def _call(name: str, *arguments: object) -> None:
    if _libc is None:
        raise OSError(f"there is no {name} here")
    _checked(int(getattr(_libc, name)(*arguments)), name)


def _checked(result: int, what: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result
