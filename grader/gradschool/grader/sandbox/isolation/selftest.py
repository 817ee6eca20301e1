"""Whether a sandbox holds: a process in it tries what it must not be able to do, and tells what it could.

Sandboxes are chosen by what they do and not by what a kernel claims to offer.
"""

from __future__ import annotations

import json
import os
import socket
from typing import Any


def work(request: bytes, channel: Any, later: Any = None) -> None:
    """Try everything that `request` allows to try, and send the list of what should have failed."""
    given = json.loads(request)
    allowed = given.get("allowed", ())
    could = [name for name, attempt in attempts(given).items() if name not in allowed and succeeds(attempt)]
    message = json.dumps(could).encode()
    channel.write(len(message).to_bytes(8, "little") + message)
    channel.flush()
    os._exit(0)


def attempts(given: dict[str, Any]) -> dict[str, Any]:
    """Return what is tried, by the words for it."""
    return {
        "open a network connection": lambda: socket.create_connection(("127.0.0.1", given["port"]), 1),
        "send a datagram": lambda: socket.socket(type=socket.SOCK_DGRAM).sendto(b"", ("127.0.0.1", given["port"])),
        "read a file of the grader": lambda: open(given["secret"]).close(),
        "write next to the scratch folder": lambda: open("../written", "w").close(),
        "write to the grader's folder": lambda: open(given["secret"], "a").close(),
        "signal the grader": lambda: os.kill(given["grader"], 0) if given["grader"] != os.getpid() else os.kill(0, 99),
        "signal the warm process": lambda: os.kill(os.getppid() or 2**22, 0),
        "be root": _be_root,
        "mount": _mount,
    }


def succeeds(attempt: Any) -> bool:
    """Return whether an attempt came to its end."""
    try:
        attempt()
    except (OSError, ValueError):
        return False
    return True


def _be_root() -> None:
    if os.geteuid() != 0:
        raise PermissionError


def _mount() -> None:
    from . import libc

    libc.mount("tmpfs", ".", "tmpfs")
