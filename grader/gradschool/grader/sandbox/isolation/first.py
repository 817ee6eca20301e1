"""What the first process of a sandbox tells the grader, and how it watches the student's process.

In a namespace of processes nothing inside can stop or kill process 1, and when it ends, everything inside is killed.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Mapping
from typing import Any

from . import family

READY = b"ready"
"""The first message: the sandbox is entered, and what comes next may come from anyone."""
STATUS = {"": 0, "failed": 1, "memory": 2, "time": 3}
"""Exit statuses by what ended the student's process; 128 and the number of a signal, if one did."""


def watch(started: int, limits: Mapping[str, Any]) -> int:
    """Wait until the student's process ends, or a limit on all processes is passed; return the exit status.

    SIGCHLD must be blocked.
    """
    now = time.monotonic()
    stop, look = now + limits["seconds"], now + family.BEAT
    while True:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == started:
            code = os.waitstatus_to_exitcode(status)
            return 128 - code if code < 0 else STATUS[""]
        left = look - time.monotonic()
        if left <= 0:
            if why := family.too_much(None, limits, stop):
                return STATUS[why]
            look = time.monotonic() + family.BEAT
        elif not pid:
            signal.sigtimedwait([signal.SIGCHLD], left)


def reason(status: int) -> dict[str, Any]:
    """Return why the student's process ended, as a warm process says it."""
    why = {number: why for why, number in STATUS.items()}.get(status, "")
    return {"why": why, "status": max(0, status - 128)}
