"""Bubblewrap: the program `bwrap` makes the namespaces and the view of the file system.

Some systems let only chosen programs make namespaces, and `bwrap` is one of them. What is seen is the same as in
`isolation/view.py`. If the grader is root, `inside.py` becomes nobody; any other user is nobody by a namespace of
users.
"""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from gradschool.grader.sandbox.isolation import namespaces, paths, view
from gradschool.grader.sandbox.limits import Limits
from gradschool.grader.sandbox.process import Launch
from gradschool.grader.sandbox.run import environment

ENGINE = "/engine"
ALONE = ("--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try")
NOBODY = ("--unshare-user", "--uid", str(namespaces.NOBODY), "--gid", str(namespaces.NOBODY))
TO_BECOME_NOBODY = ("--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID")


def available() -> str:
    """Return why there is no bubblewrap here, or nothing."""
    program = shutil.which("bwrap")
    if program is None:
        return "there is no program bwrap (Debian and Ubuntu: apt install bubblewrap)"
    text = subprocess.run([program, "--help"], capture_output=True, text=True, check=False).stdout
    return "" if "--size" in text else "bwrap is older than 0.6"


def launch(folder: Path, limits: Limits) -> Launch:
    """Return what starts `inside.py`; `folder` holds the engine and the course."""
    users = TO_BECOME_NOBODY if os.geteuid() == 0 else NOBODY
    return Launch(
        [
            shutil.which("bwrap") or "bwrap",
            *(*ALONE, "--hostname", "sandbox", "--cap-drop", "ALL", *users),
            *("--die-with-parent", "--new-session", "--as-pid-1"),
            *_view(),
            *("--ro-bind", f"{folder}/engine", ENGINE, "--ro-bind", f"{folder}/course", view.COURSE),
            *("--perms", "0777", "--size", str(limits.scratch), "--tmpfs", view.SCRATCH),
            *("--remount-ro", "/", "--chdir", view.SCRATCH),
            *(os.path.abspath(sys.executable), "-I", "-S", f"{ENGINE}/inside.py"),
        ],
        environment(view.SCRATCH),
        "/",
    )


@functools.cache
def _view() -> tuple[str, ...]:
    return tuple(_system(paths.shown(), paths.hidden(), paths.packages()))


def _system(shown: Sequence[str], hidden: Sequence[str], packages: Sequence[str]) -> Iterator[str]:
    """Give the options that show the system and Python, with these packages and no others."""
    links = [path for path in shown if os.path.islink(path) and os.path.dirname(path) == "/"]
    folders = [path for path in shown if path not in links]
    devices = [f"/dev/{name}" for name in view.DEVICES]
    emptied = [path for path in hidden if os.path.isdir(path)]
    for path in links:
        yield from ("--symlink", os.readlink(path), path)
    for parent in sorted({parent for path in (*folders, *packages, *devices) for parent in Path(path).parents})[1:]:
        if not any(parent.is_relative_to(folder) for folder in folders):
            yield from ("--dir", str(parent))  # those that bubblewrap makes by itself are closed to other users
    for path in folders:
        yield from ("--ro-bind", os.path.realpath(path), path)
    for path in emptied:
        yield from ("--tmpfs", path)
    for path in packages:
        yield from ("--ro-bind", os.path.realpath(path), path)
    for path in emptied:
        yield from ("--remount-ro", path)
    for device in devices:
        yield from ("--dev-bind", device, device)
    yield from ("--symlink", "/proc/self/fd", "/dev/fd", "--proc", "/proc")
    for path in ("/tmp", "/dev/shm"):
        if not any(each.startswith(f"{path}/") for each in (*folders, *packages)):
            yield from ("--symlink", view.SCRATCH, path)
