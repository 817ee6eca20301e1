"""What a student's process may read: the system, Python, the packages that a notebook uses.

Installed packages are left out but for those that NumPy, Matplotlib, IPython and tqdm need, so that a library that
solves the exercises is not at hand because the grader's machine has it.
"""

from __future__ import annotations

import glob
import os
import sys
import sysconfig
from collections.abc import Iterable, Sequence

WANTED = ("numpy", "matplotlib", "ipython", "tqdm")
SYSTEM = (
    "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/usr/bin", "/usr/sbin", "/usr/lib", "/usr/lib32", "/usr/lib64",
    "/usr/libexec", "/usr/share", "/etc/alternatives", "/etc/fonts", "/etc/ld.so.cache", "/etc/localtime",
)  # fmt: skip


def shown() -> list[str]:
    """Return the folders and files of the system and of Python."""
    own = [os.path.join(prefix, name) for prefix in (sys.base_prefix, sys.prefix) for name in ("bin", "lib")]
    own = own[:2] if sys.prefix == sys.base_prefix else [*own[:3], os.path.join(sys.prefix, "pyvenv.cfg")]
    return list(dict.fromkeys(path for path in (*SYSTEM, *own) if os.path.lexists(path)))


def hidden() -> list[str]:
    """Return the folders of installed packages."""
    patterns = [
        os.path.join(prefix, "lib*", "python*", name)
        for prefix in dict.fromkeys(("/usr", "/usr/local", sys.base_prefix, sys.prefix))
        for name in ("site-packages", "dist-packages")
    ]
    found = [path for pattern in patterns for path in glob.glob(pattern)]
    return sorted(dict.fromkeys(path for path in found if _is_below(path, shown())))


def packages() -> list[str]:
    """Return the folders and files of the packages that a notebook may import."""
    from importlib.metadata import PackageNotFoundError, distribution

    from packaging.requirements import Requirement

    found: dict[str, None] = {}
    todo, seen = list(WANTED), set[str]()
    while todo:
        name = todo.pop()
        if name.lower() in seen:
            continue
        seen.add(name.lower())
        try:
            one = distribution(name)
        except PackageNotFoundError:
            continue
        for file in one.files or ():
            if file.parts[0] not in ("..", "__pycache__"):
                found[str(one.locate_file(file.parts[0]))] = None
        for text in one.requires or ():
            needed = Requirement(text)
            if needed.marker is None or needed.marker.evaluate({"extra": ""}):
                todo.append(needed.name)
    return sorted(path for path in found if os.path.exists(path))


def importable() -> list[str]:
    """Return the folders that packages are imported from."""
    return list(dict.fromkeys(sysconfig.get_path(name) for name in ("purelib", "platlib")))


def expand(shown: Iterable[str], hidden: Sequence[str], packages: Iterable[str]) -> tuple[list[str], list[str]]:
    """Return what may be read, piece by piece so that nothing hidden is in it, and the folders that may be listed."""
    listed: set[str] = {"/usr/lib"}
    readable = [piece for path in shown for piece in _pieces(os.path.realpath(path), hidden, listed)]
    real = (os.path.realpath(path) for path in hidden)
    return [*dict.fromkeys((*readable, *packages))], sorted({*listed, *real})


def _pieces(path: str, hidden: Sequence[str], listed: set[str]) -> list[str]:
    """Return the paths that together are `path` without what is hidden; add what was taken apart to `listed`."""
    inside = [h for h in hidden if _is_below(h, [path])]
    if path in inside:
        return []
    if not inside:
        return [path]
    listed.add(path)
    return [piece for name in sorted(os.listdir(path)) for piece in _pieces(os.path.join(path, name), inside, listed)]


def _is_below(path: str, folders: Iterable[str]) -> bool:
    return any(path == folder or path.startswith(folder.rstrip("/") + "/") for folder in folders)
