"""The notebook in a student's folder, found and read: an ordinary file, opened once, in bounded memory.

The folder may hold anything. Links are never followed, and nothing but an ordinary file is read, so that
a pipe does not stop the class and a link does not show another's work.
"""

from __future__ import annotations

import json
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from gradschool.grader.errors import SubmissionError
from gradschool.grader.submission.names import ENDING, alike, copy_number, refusal, shown, stem
from gradschool.grader.submission.reading import decode, script_cells
from gradschool.grader.submission.skim import Skimmed, TooLongError, skim
from gradschool.grader.submission.values import Submission

MOST_FILE = 2_000_000_000
"""The largest file that is read; what is not an output, a picture or a widget may have `MOST_KEPT`."""

MOST_KEPT = 20_000_000
MOST_WHOLE = 2_000_000
"""A file that is no larger is read as it is."""

MOST_ENTRIES = 2_000
FLAGS = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_NOCTTY", "O_CLOEXEC"))
FOLDER_FLAGS = FLAGS | getattr(os, "O_DIRECTORY", 0)
BY_HANDLE = os.open in os.supports_dir_fd and os.scandir in os.supports_fd
"""Whether files can be opened in an open folder, which nobody can exchange in the meantime."""


@dataclass(frozen=True)
class Entry:
    """What stands in a folder under a name."""

    name: str
    mode: int

    @property
    def what(self) -> str:
        """What it is, in words."""
        kinds = {
            stat.S_IFLNK: "a link",
            stat.S_IFDIR: "a folder",
            stat.S_IFIFO: "a pipe",
            stat.S_IFSOCK: "a socket",
            stat.S_IFCHR: "a device",
            stat.S_IFBLK: "a device",
        }
        return kinds.get(stat.S_IFMT(self.mode), "a file")


def find_submission(folder: Path, student: str, lesson: str) -> Submission:
    """Return the submission in `folder`: the notebook of the lesson's name, or the one that is most like it."""
    notes: list[str] = []
    content, problem = b"", ""
    try:
        content = _find(folder, lesson, notes)
    except SubmissionError as error:
        problem = str(error)
    except OSError as error:
        problem = f"the submission can't be read: {error.strerror or type(error).__name__}"
    return Submission(student, lesson, content, problem, tuple(notes))


def _find(folder: Path, lesson: str, notes: list[str], deeper: bool = True) -> bytes:
    with _opened(folder, lesson) as handle:
        entries = _entries(folder, handle)
        files = [entry.name for entry in entries if stat.S_ISREG(entry.mode)]
        odd = [entry for entry in entries if alike(entry.name, lesson) and not stat.S_ISREG(entry.mode)]
        if name := _chosen(folder, handle, files, lesson, notes):
            notes += [f"{shown(entry.name)} is {entry.what}, and was left alone." for entry in odd[:5]]
            return _read(folder, handle, name, notes)
        if odd:
            raise SubmissionError(f"{shown(odd[0].name)} is {odd[0].what}, not an ordinary file")
        scripts = [name for name in files if name.lower().endswith(".py")]
        named = [name for name in scripts if stem(name[:-3]) == stem(lesson)]
        if len(named or scripts) == 1:
            return _read_script(folder, handle, (named or scripts)[0], lesson, notes)
    folders = [entry.name for entry in entries if stat.S_ISDIR(entry.mode) and entry.name != "gradschool"]
    if deeper and len(folders) == 1:
        content = _find(folder / folders[0], lesson, notes, deeper=False)
        notes.append(f"The notebook stands in the folder {shown(folders[0])}, and should stand outside.")
        return content
    raise SubmissionError(refusal(files, lesson))


@contextmanager
def _opened(folder: Path, lesson: str) -> Iterator[int | None]:
    """Open a folder that is not a link."""
    if folder.is_symlink():
        raise SubmissionError(f"the folder of {lesson} is a link, not a folder")
    if not folder.is_dir():
        if (folder.parent / f"{lesson}.ipynb").exists():
            raise SubmissionError(f"there is no folder of {lesson}; put {lesson}.ipynb into one")
        raise SubmissionError(f"there is no folder of {lesson}" if not folder.exists() else f"{lesson} is not a folder")
    handle = os.open(folder, FOLDER_FLAGS) if BY_HANDLE else None
    try:
        yield handle
    finally:
        if handle is not None:
            os.close(handle)


def _entries(folder: Path, handle: int | None) -> list[Entry]:
    """Return what stands in a folder, in order, but for what programs leave there."""
    entries = []
    with os.scandir(folder if handle is None else handle) as listing:
        for found in islice(listing, MOST_ENTRIES):
            try:
                entry = Entry(found.name, found.stat(follow_symlinks=False).st_mode)
            except OSError:  # it has gone since
                continue
            if not entry.name.startswith((".", "__")):
                entries.append(entry)
    return sorted(entries, key=lambda entry: entry.name)


def _chosen(folder: Path, handle: int | None, files: list[str], lesson: str, notes: list[str]) -> str:
    """Return which file is the notebook, and note why; nothing if there is none."""
    wanted = f"{lesson}.ipynb"
    notebooks = [name for name in files if ".ipynb" in name.lower() and ENDING.search(name)]
    like = sorted((name for name in files if alike(name, lesson)), key=copy_number)
    if wanted in files:
        name = wanted
    elif like:
        name = like[-1]
    elif len(notebooks) > 1:
        named = [name for name in notebooks[:20] if _says(folder, handle, name, lesson)]
        if len(named) != 1:
            listed = ", ".join(shown(name) for name in notebooks[:5])
            raise SubmissionError(f"the folder should hold {wanted}, and holds {listed}")
        name = named[0]
    else:
        name = notebooks[0] if notebooks else ""
    if others := [shown(other) for other in dict.fromkeys(like + notebooks) if other != name]:
        listed = ", ".join(others[:5])
        notes.append(f"{shown(name)} was graded; the folder also holds {listed}. Hand in one notebook.")
    if name and name != wanted:
        notes.append(f"The notebook is called {shown(name)}, and should be called {wanted}.")
    return name


def _says(folder: Path, handle: int | None, name: str, lesson: str) -> bool:
    """Return whether a notebook says that it is of a lesson."""
    try:
        with _open_file(folder, handle, name) as stream:
            content = stream.read(MOST_WHOLE)
    except (OSError, SubmissionError):
        return False
    escaped = re.escape(lesson.encode())
    return re.search(rb'"lesson"\s*:\s*"%b"|open_lesson\(\\?["\']%b' % (escaped, escaped), content) is not None


@contextmanager
def _open_file(folder: Path, handle: int | None, name: str) -> Iterator[BinaryIO]:
    """Open an ordinary file, once: what is asked of it later can't be another."""
    with open(os.open(name if handle is not None else folder / name, FLAGS, dir_fd=handle), "rb") as stream:
        mode = os.fstat(stream.fileno()).st_mode
        if not stat.S_ISREG(mode):
            raise SubmissionError(f"{shown(name)} is {Entry(name, mode).what}, not an ordinary file")
        yield stream


def _read(folder: Path, handle: int | None, name: str, notes: list[str]) -> bytes:
    """Return what a file holds, but for long outputs."""
    with _open_file(folder, handle, name) as stream:
        before = os.fstat(stream.fileno())
        if before.st_size > MOST_FILE:
            size, most = f"{before.st_size / 1e6:.0f} MB", f"{MOST_FILE / 1e6:.0f} MB that are read"
            raise SubmissionError(f"{shown(name)} has {size}, more than the {most}")
        try:
            skimmed = _skimmed(stream)
        except TooLongError:
            most = f"{MOST_KEPT / 1e6:.0f} MB that are read"
            raise SubmissionError(f"{shown(name)} has, without its outputs, more than the {most}") from None
        after = os.fstat(stream.fileno())
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        notes.append(f"{shown(name)} was changed while it was read; grade it again.")
    _say_what_was_skipped(skimmed, notes)
    return skimmed.content


def _skimmed(stream: BinaryIO) -> Skimmed:
    content = stream.read(MOST_WHOLE + 1)
    if len(content) <= MOST_WHOLE:
        return Skimmed(content)
    stream.seek(0)
    left = MOST_FILE  # the file may grow

    def read(most: int) -> bytes:
        nonlocal left
        piece = stream.read(min(most, left))
        left -= len(piece)
        return piece

    return skim(read, MOST_KEPT)


def _say_what_was_skipped(skimmed: Skimmed, notes: list[str]) -> None:
    if (long := sum(skimmed.skipped.values()) / 1e6) > 1:
        notes.append(
            f"{long:.0f} MB of outputs and pictures were not read. "
            "Clear the outputs before you hand in; a notebook then has less than 1 MB."
        )
    if skimmed.skipped["source"] or skimmed.skipped["input"]:
        notes.append("A cell of more than 2 MB was left out. Keep data in files, not in cells.")


def _read_script(folder: Path, handle: int | None, name: str, lesson: str, notes: list[str]) -> bytes:
    notes.append(f"{shown(name)} was handed in, no notebook; its code was read. Hand in {lesson}.ipynb.")
    return json.dumps({"cells": script_cells(decode(_read(folder, handle, name, notes))[0])}).encode()
