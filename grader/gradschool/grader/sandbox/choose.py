"""Which sandbox this machine can have: the strongest that is seen to hold, or the one that is asked for."""

from __future__ import annotations

import functools
import os
import socket
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from gradschool.grader.errors import IsolationError
from gradschool.grader.sandbox.isolation import landlock, namespaces, seccomp

CHOICES = ("auto", "namespaces", "landlock", "limits")


@dataclass(frozen=True)
class Isolation:
    """What each submission is put into."""

    name: str
    """One of CHOICES, but not `"auto"`."""
    layers: tuple[str, ...]
    missing: tuple[str, ...] = ()
    """What this machine lacks of the strongest sandbox, each with the reason."""

    @property
    def record(self) -> str:
        """Name the layers, to be kept with the grades."""
        return f"{self.name}: {', '.join(self.layers)}"

    @property
    def description(self) -> str:
        """Say what protects the machine and the grades, for a person to read."""
        words = {
            "namespaces": "own processes, network (none), users and file system (read-only), through namespaces",
            "landlock": "Landlock: no files but the system's and its own scratch folder",
            "seccomp": "seccomp: no sockets, no tracing, no mounts",
            "limits": "limits on time, memory, processes and files",
        }
        said = f"isolation {self.name}: {'; '.join(words[layer] for layer in self.layers)}"
        return said + (f". Missing: {'; '.join(self.missing)}" if self.missing else "")


def choose(wanted: str = "auto") -> Isolation:
    """Return the strongest isolation that holds here, or the one that is wanted.

    Raises:
        IsolationError: it does not hold here, or none does and `"limits"` was not asked for.
    """
    if wanted not in CHOICES:
        raise IsolationError(f"there is no isolation {wanted!r}; there are {', '.join(CHOICES)}")
    if wanted == "limits":
        return Isolation("limits", ("limits",), ("a sandbox: strangers' code can read what the grader can",))
    missing: list[str] = []
    for name in CHOICES[1:3] if wanted == "auto" else (wanted,):
        layers, lacks = _layers(name)
        reason = lacks.get(name) or (lacks.get("seccomp") if name == "landlock" else "") or holds(name, layers)
        missing += [f"{layer}: {why}" for layer, why in lacks.items() if layer != name]
        if not reason:
            return Isolation(name, layers, tuple(dict.fromkeys(missing)))
        missing.append(f"{name}: {reason}")
    raise IsolationError(
        f"this machine has no sandbox for the students' code ({'; '.join(dict.fromkeys(missing))}). Grade on Linux "
        "5.13 or later, where users may make namespaces (on Ubuntu: `sysctl "
        "kernel.apparmor_restrict_unprivileged_userns=0`; in a container: `--security-opt seccomp=unconfined` and "
        "`--security-opt systempaths=unconfined`), or, for students whom you trust, ask for `--isolation limits`"
    )


def _layers(name: str) -> tuple[tuple[str, ...], dict[str, str]]:
    """Return the layers of an isolation that this kernel offers, and why it does not offer others."""
    reasons = {
        "namespaces": namespaces.available(),
        "landlock": "" if landlock.version() else "the kernel has none, or it is not switched on",
        "seccomp": seccomp.available(),
    }
    wanted = ("namespaces", "landlock", "seccomp") if name == "namespaces" else ("landlock", "seccomp")
    offered = tuple(layer for layer in wanted if not reasons[layer])
    return (*offered, "limits"), {layer: reasons[layer] for layer in wanted if reasons[layer]}


@functools.cache
def holds(name: str, layers: tuple[str, ...]) -> str:
    """Return why a sandbox of these layers does not hold here, or nothing: it is entered, and attacked from within."""
    from gradschool.grader.sandbox.warm import Broken, Nursery

    if sys.platform != "linux":
        return "it is a part of Linux"
    with tempfile.TemporaryDirectory(prefix="gradschool-") as folder, socket.socket() as server:
        secret = Path(folder) / "secret"
        secret.write_text("secret")
        server.bind(("127.0.0.1", 0))
        server.listen()
        given = {"secret": str(secret), "port": server.getsockname()[1], "grader": os.getpid()}
        (course := Path(folder) / "course").mkdir()
        try:
            nursery = Nursery(Isolation(name, layers), course, selftest=True)
        except IsolationError as error:
            return str(error)
        try:
            could = nursery.try_out(given)
        except (Broken, IsolationError) as error:
            return str(error)
        finally:
            nursery.close()
    return f"a process in it could {', '.join(could)}" if could else ""
