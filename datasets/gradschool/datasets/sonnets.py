"""Sonnets: 44 of Shakespeare's, as one text.

William Shakespeare (1609), "Shake-speares Sonnets", Thomas Thorpe, London. The card, `data/sonnets.md`, has the rest.
"""

from __future__ import annotations

from importlib.resources import files


def load_sonnets() -> str:
    r"""Return 44 sonnets as one text of 26,852 characters: lines end with "\n", an empty line parts two sonnets.

    Source: William Shakespeare (1609), "Shake-speares Sonnets", in modern spelling; out of copyright.

    >>> text = load_sonnets()
    >>> text.splitlines()[0]
    'From fairest creatures we desire increase,'
    """
    path = files("gradschool.datasets") / "data" / "sonnets.txt"
    return path.read_bytes().decode("ascii")
