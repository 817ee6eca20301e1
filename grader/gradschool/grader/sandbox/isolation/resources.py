"""Limits of the kernel on one process: time of the processor, memory, files, processes."""

from __future__ import annotations

import os
import resource
from collections.abc import Mapping


def enter(limits: Mapping[str, float], processes_before: int) -> None:
    """Set the limits; the memory counts from what the process has now, the processes from `processes_before`."""
    with open("/proc/self/statm") as file:
        has = int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    cpu = int(limits["seconds"]) + 2
    for what, most in (
        (resource.RLIMIT_CPU, cpu),
        (resource.RLIMIT_AS, has + int(limits["memory"])),
        (resource.RLIMIT_FSIZE, int(limits["file_size"])),
        (resource.RLIMIT_NOFILE, int(limits["files"])),
        (resource.RLIMIT_NPROC, int(limits["processes"]) + processes_before),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_MEMLOCK, 0),
        (resource.RLIMIT_MSGQUEUE, 0),
    ):
        _, hard = resource.getrlimit(what)
        value = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (value, value))
    with open("/proc/self/oom_score_adj", "w") as file:
        file.write("1000")  # of all processes, the kernel is to end this one first


def processes_of(user: int) -> int:
    """Return how many threads a user has: the limit on processes counts them all."""
    count = 0
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                if os.stat(f"/proc/{name}").st_uid == user:
                    count += len(os.listdir(f"/proc/{name}/task"))
            except OSError:
                continue
    return count
