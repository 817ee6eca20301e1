"""The file system that a student's process sees: system and Python, the lesson's package, and nothing else.

/                 a small file system of its own, read-only
/usr, /lib, ...   the host's, read-only, without the packages that are installed there
Python's folders  at their own paths, with the packages that a notebook may use
/course           a copy of the lesson's part of `gradschool`
/scratch          the only folder to write to; /tmp and /dev/shm lead there
/dev              null, zero, full, random, urandom
/proc             the processes of its own namespace
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence

from . import libc

COURSE, SCRATCH, OLD = "/course", "/scratch", "/.old"
DEVICES = ("null", "zero", "full", "random", "urandom")
ROOT_BYTES = 500 * 2**20


def build(shown: Sequence[str], hidden: Sequence[str], packages: Sequence[str], course: str) -> None:
    """Make a new root of these paths and move into it; what is hidden is empty but for `packages`."""
    sources = {path: os.path.realpath(path) for path in (*shown, *packages)}
    links = {path: os.readlink(path) for path in shown if os.path.islink(path) and os.path.dirname(path) == "/"}
    before = os.umask(0o022)
    libc.mount("tmpfs", "/tmp", "tmpfs", libc.NO_SUID | libc.NO_DEV, f"size={ROOT_BYTES},mode=755")
    os.mkdir(f"/tmp{OLD}")
    os.chdir("/tmp")
    libc.pivot_root(".", OLD[1:])
    os.chdir("/")
    for path, to in links.items():
        os.symlink(to, path)
    _bind_all(sources, [path for path in shown if path not in links])
    for path in hidden:
        if os.path.isdir(path):
            libc.mount("tmpfs", path, "tmpfs", libc.NO_SUID | libc.NO_DEV, f"size={ROOT_BYTES},mode=755")
    _bind_all(sources, packages)
    _devices()
    _copy(OLD + os.path.realpath(course), COURSE)
    for path in ("/proc", SCRATCH):
        os.makedirs(path, exist_ok=True)
    for path in ("/tmp", "/dev/shm"):
        if not os.path.lexists(path):
            os.symlink(SCRATCH, path)
    os.umask(before)
    libc.seal("/")
    libc.mount("proc", "/proc", "proc", libc.NO_SUID | libc.NO_DEV)  # allowed as long as the host's can be seen
    libc.unmount(OLD)
    libc.mount("tmpfs", SCRATCH, "tmpfs", libc.NO_SUID | libc.NO_DEV, "size=1048576,mode=777")


def _bind_all(sources: Mapping[str, str], paths: Sequence[str]) -> None:
    for path in paths:
        source = OLD + sources[path]
        if os.path.exists(source):
            _make_like(source, path)
            libc.mount(source, path, "", libc.BIND | libc.RECURSIVE)


def _make_like(source: str, target: str) -> None:
    """Make an empty folder or file to mount on, as `source` is one."""
    if os.path.isdir(source):
        os.makedirs(target, exist_ok=True)
    elif not os.path.exists(target):
        os.makedirs(os.path.dirname(target), exist_ok=True)
        os.close(os.open(target, os.O_CREAT | os.O_WRONLY, 0o644))


def _copy(source: str, target: str) -> None:
    """Copy a folder, so that anybody may read it whoever may read the original."""
    os.mkdir(target, 0o755)
    for entry in os.scandir(source):
        if entry.is_dir(follow_symlinks=False):
            _copy(entry.path, f"{target}/{entry.name}")
        elif entry.is_file(follow_symlinks=False):
            shutil.copyfile(entry.path, f"{target}/{entry.name}")


def _devices() -> None:
    os.makedirs("/dev", exist_ok=True)
    _bind_all({f"/dev/{name}": f"/dev/{name}" for name in DEVICES}, [f"/dev/{name}" for name in DEVICES])
    os.symlink("/proc/self/fd", "/dev/fd")
