"""Names as strings: one table maps them to what they mean, and a name that is not in it gets a hint."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import TypeVar

Found = TypeVar("Found")


def find(kind: str, name: str, table: Mapping[str, Found]) -> Found:
    """Return what `table` has under `name`, as `he_normal` or as `HeNormal`; raise ValueError if there is no such."""
    for known, value in table.items():
        if _plain(known) == _plain(name):
            return value
    raise unknown(kind, name, table)


def unknown(kind: str, name: object, known: Iterable[str]) -> ValueError:
    """Return the error for a name that no table has: the nearest name, and all of them."""
    names = sorted(known)
    close = get_close_matches(_plain(str(name)), [_plain(one) for one in names], n=1)
    nearest = next((one for one in names if close and _plain(one) == close[0]), None)
    hint = f"; did you mean {nearest!r}?" if nearest else "."
    return ValueError(f"there is no {kind} {name!r}{hint} Known are {', '.join(names)}")


def _plain(name: str) -> str:
    """Return the name without capitals and underscores."""
    return name.replace("_", "").lower()
