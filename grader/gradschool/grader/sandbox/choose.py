"""Which sandbox this machine can have: the strongest that is seen to hold, or the one that is asked for.

Strongest first. Namespaces and Landlock are entered by processes forked from a warm one, which takes milliseconds.
Some systems forbid users to make namespaces but let the program bubblewrap; it needs a new Python for each submission.
A container needs an image that the instructor has built, and limits are no sandbox: these two are only taken when they
are asked for.
"""

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

LAYERS = {
    "namespaces": ("namespaces", "landlock", "seccomp"),
    "bubblewrap": ("bubblewrap", "landlock", "seccomp"),
    "landlock": ("landlock", "seccomp"),
    "container": ("container", "seccomp"),
    "limits": (),
}
"""What each isolation is made of, where a machine has it; limits come with all of them."""
CHOICES = ("auto", *LAYERS)
AUTO = ("namespaces", "bubblewrap", "landlock")
NEEDED = {name: (name, "seccomp") for name in ("bubblewrap", "landlock")}
"""The layers without which an isolation is none, where that is not just the one it is named for."""
WORDS = {
    "namespaces": "each submission has its own processes and file system, and no network",
    "bubblewrap": "each submission has its own processes and file system, and no network",
    "landlock": "each submission can use the system's files and its own folder, and no network",
    "container": "each submission has a container of its own, and no network",
    "limits": "no sandbox: the students' code can read and write what you can",
}


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
        said = f"isolation: {', '.join(self.layers)} ({WORDS[self.name]})"
        return said + (f"; not here: {'; '.join(self.missing)}" if self.missing else "")


def choose(wanted: str = "auto") -> Isolation:
    """Return the strongest isolation that holds here, or the one that is wanted.

    Raises:
        IsolationError: it does not hold here, or none does and `"limits"` was not asked for.
    """
    if wanted not in CHOICES:
        raise IsolationError(f"there is no isolation {wanted!r}; there are {', '.join(CHOICES)}")
    if wanted == "limits":
        return Isolation("limits", ("limits",))
    missing: list[str] = []
    for name in AUTO if wanted == "auto" else (wanted,):
        layers, lacks = _layers(name)
        reason = next((lacks[need] for need in NEEDED.get(name, (name,)) if need in lacks), "") or holds(name, layers)
        missing += [f"{layer}: {why}" for layer, why in lacks.items() if layer != name]
        if not reason:
            return Isolation(name, layers, tuple(dict.fromkeys(missing)))
        missing.append(f"{name}: {reason}")
    raise IsolationError(_advice(wanted, "; ".join(dict.fromkeys(missing))))


def _advice(wanted: str, missing: str) -> str:
    """Return what an instructor may do where there is no sandbox."""
    trust = "for students whom you trust, ask for `--isolation limits`"
    if wanted == "container":
        return f"there are no containers for the students' code ({missing}). Or, {trust}"
    return (
        f"this machine has no sandbox for the students' code ({missing}). Grade on Linux 5.13 or later, where users "
        "may make namespaces (on Ubuntu: `sysctl kernel.apparmor_restrict_unprivileged_userns=0`; in a container: "
        "`--security-opt seccomp=unconfined` and `--security-opt systempaths=unconfined`) or bubblewrap may (`apt "
        f"install bubblewrap`), or with podman or docker (`--isolation container`), or, {trust}"
    )


def _layers(name: str) -> tuple[tuple[str, ...], dict[str, str]]:
    """Return the layers of an isolation that this machine offers, and why it does not offer others."""
    from gradschool.grader.sandbox import bubblewrap, container

    probes = {
        "namespaces": namespaces.available,
        "bubblewrap": bubblewrap.available,
        "container": container.available,
        "landlock": lambda: "" if landlock.version() else "the kernel has none, or it is not switched on",
        "seccomp": seccomp.available,
    }
    reasons = {layer: probes[layer]() for layer in LAYERS[name]}
    offered = tuple(layer for layer in LAYERS[name] if not reasons[layer])
    return (*offered, "limits"), {layer: reason for layer, reason in reasons.items() if reason}


@functools.cache
def holds(name: str, layers: tuple[str, ...]) -> str:
    """Return why a sandbox of these layers does not hold here, or nothing: it is entered, and attacked from within."""
    from gradschool.grader.sandbox.cold import LAUNCHERS, Cold
    from gradschool.grader.sandbox.messages import Broken
    from gradschool.grader.sandbox.warm import WarmProcess

    if sys.platform != "linux" and name != "container":
        return "it is a part of Linux"
    with tempfile.TemporaryDirectory(prefix="gradschool-") as folder, socket.socket() as server:
        secret = Path(folder) / "secret"
        secret.write_text("secret")
        server.bind(("127.0.0.1", 0))
        server.listen()
        given = {"secret": str(secret), "port": server.getsockname()[1], "grader": os.getpid()}
        (course := Path(folder) / "course").mkdir()
        isolation = Isolation(name, layers)
        try:
            sandbox = Cold(isolation) if name in LAUNCHERS else WarmProcess(isolation, course, selftest=True)
        except IsolationError as error:
            return str(error)
        try:
            could = sandbox.try_out(given)
        except (Broken, IsolationError) as error:
            return str(error)
        finally:
            sandbox.close()
    return f"a process in it could {', '.join(could)}" if could else ""
