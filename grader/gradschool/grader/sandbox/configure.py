"""What a warm process, or the first one of a sandbox, is told at its start: where things are, which layers to enter."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gradschool.grader.sandbox.isolation import libc, namespaces, paths, view
from gradschool.grader.sandbox.run import environment

if TYPE_CHECKING:
    from gradschool.grader.sandbox.choose import Isolation

OWN_VIEW = {"namespaces", "bubblewrap", "container"}
"""The layers in which a process sees a file system of its own."""


def configuration(isolation: Isolation, root: Path, own: str, *, selftest: bool) -> dict[str, Any]:
    """Return the configuration, as JSON can hold it.

    Args:
        isolation: which layers to enter.
        root: the folder with the lesson's part of `gradschool`.
        own: an empty folder of the host, for this process only; not used where it sees a file system of its own.
        selftest: whether to try the sandbox instead of running submissions.
    """
    inside, is_root = not OWN_VIEW.isdisjoint(isolation.layers), os.geteuid() == 0
    course, scratch = (view.COURSE, view.SCRATCH) if inside else (str(root), own)
    used, container = paths.packages(), "container" in isolation.layers
    devices = [f"/dev/{name}" for name in view.DEVICES]
    return {
        "layers": isolation.layers,
        "selftest": selftest,
        "course": str(root),
        "scratch": scratch,
        "path": [course] if container else [course, *paths.importable()],  # an image has packages of its own
        "modules": modules(root),
        "environment": environment(scratch),
        "shown": paths.shown() if inside else [*paths.shown(), course],
        "hidden": paths.hidden(),
        "packages": used,
        "devices": devices,
        "readable": ["/"],
        "listed": [],
        "user": namespaces.NOBODY if is_root and not container else None,
        "capabilities": [libc.CAP_DAC_READ_SEARCH] if is_root and not inside else [],
    }


def modules(root: Path) -> list[str]:
    """Return the names of the modules of a student's `gradschool`."""
    files = sorted((root / "gradschool").rglob("*.py"))
    names = [".".join(file.relative_to(root).with_suffix("").parts) for file in files]
    return [name.removesuffix(".__init__") for name in names]
