"""What of a student's own messages may be shown with secret cases: words and shapes, and no values.

A student's exception or warning says what the student likes, and the arguments of a secret case with it. So what comes
from the student's process is shown to students without numbers that could be entries of an array and without long
words that are no prose. The instructor's reports keep all of it.
"""

from __future__ import annotations

import re
from dataclasses import replace

from gradschool.lab.judge import Verdict

HIDDEN = "…"
LONGEST = 300
VALUE = re.compile(
    r"""
    [-+]?\d*\.\d+(?:[eE][-+]?\d+)?     # 0.25, .5, 1.5e-7
    | [-+]?\d+\.(?:[eE][-+]?\d+|(?=[\s,\])])) # NumPy's 2.
    | [-+]?\d+[eE][-+]?\d+             # 1e-7
    | [-+]?\d{5,}                      # longer than the side of an array
    | -\d+                             # no shape and no index that a message has need of
    | 0x[0-9a-fA-F]+
    | \b(?:nan|inf)\b
    """,
    re.VERBOSE,
)
NO_PROSE = re.compile(r"[^\s(),'\"`]{41,}")
LISTED = re.compile(r"\[[^\[\]]*[\d…][^\[\]]*\]")
"""A list with numbers in it: the entries of an array of integers, or a list's."""


def discreet(verdict: Verdict) -> Verdict:
    """Return the verdict as a student may see it."""
    notes = tuple(without_values(note) for note in verdict.notes)
    if verdict.state not in ("error", "timeout", "not attempted"):
        return replace(verdict, notes=notes)
    return replace(verdict, findings=tuple(without_values(finding) for finding in verdict.findings), notes=notes)


def without_values(text: str) -> str:
    """Return a message from a student's process without what may be a value of a secret case.

    >>> without_values("ValueError: x is [0.25 1.5], of shape (3, 2)")
    'ValueError: x is …, of shape (3, 2)'
    """
    shown = NO_PROSE.sub(HIDDEN, VALUE.sub(HIDDEN, text))
    while (fewer := LISTED.sub(HIDDEN, shown)) != shown:
        shown = fewer
    shown = re.sub(rf"{HIDDEN}(?:[\s,]*{HIDDEN})+", HIDDEN, shown)
    return shown if len(shown) <= LONGEST else shown[:LONGEST] + HIDDEN
