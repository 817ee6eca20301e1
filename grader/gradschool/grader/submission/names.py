"""What files are called, by students and their programs, and how a message shows it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from pathlib import PurePath

ENDING = re.compile(r"\.ipynb(?:\.(?:txt|json))?$|\.json$", re.IGNORECASE)
COPY = re.compile(r"[ _-]*(?:\((\d+)\)|-?copy[ _-]*\(?(\d*)\)?)$")
OTHER_ENDINGS = {
    ".html": "a web page",
    ".htm": "a web page",
    ".pdf": "a PDF",
    ".zip": "an archive",
    ".gz": "an archive",
    ".rar": "an archive",
    ".7z": "an archive",
}


def alike(name: str, lesson: str) -> bool:
    """Return whether a file's name is the lesson's but for its case, its ending or the number of a copy."""
    return ENDING.search(name) is not None and stem(ENDING.sub("", name)) == stem(lesson)


def stem(name: str) -> str:
    """Return a name without what systems and people add to the names of copies."""
    name = unicodedata.normalize("NFKC", name[:300]).casefold().strip()
    for _ in range(3):
        name = COPY.sub("", name.removeprefix("copy of ").removeprefix("copy_of_").strip())
    return re.sub(r"[\W_]+", "_", name).strip("_")


def copy_number(name: str) -> tuple[int, str]:
    """Return what files of one name are ordered by: the number that a system gave the copy."""
    match = COPY.search(ENDING.sub("", name).casefold())
    number = (match[1] or match[2] or "1") if match else "0"
    return int(number[:6]), name


def refusal(files: Sequence[str], lesson: str) -> str:
    """Return what is said of a folder without a notebook."""
    wanted = f"the folder should hold {lesson}.ipynb, and"
    if not files:
        return f"{wanted} holds no notebook"
    for name in files:
        if what := OTHER_ENDINGS.get(PurePath(name).suffix.lower()):
            return f"{wanted} holds {shown(name)}, {what}: hand in the notebook itself"
    return f"{wanted} holds no notebook, but {', '.join(shown(name) for name in files[:5])}"


def shown(name: str, most: int = 60) -> str:
    """Return a name from a student as a message can show it: short, on one line, without marks of HTML or Markdown.

    >>> shown("a<b>\\n`c`.ipynb")
    'a?b???c?.ipynb'
    """
    plain = "".join(c if c.isalnum() or c in " .-_()+,=@%!'\"/" else "?" for c in name[: most + 1])
    return plain if len(plain) <= most else plain[: most - 1] + "…"
