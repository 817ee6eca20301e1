"""Markdown of a student's own, made harmless: in the browser of an instructor, formgrader runs what HTML is in it.

Text stays as it was written and is shown so; only what would become a tag, or a link to anything but a page, is kept
from it by a character of no width.
"""

from __future__ import annotations

import html
import re
from urllib.parse import unquote

NO_WIDTH = "\u200b"
TAG = re.compile(r"<(?=[A-Za-z/!?])")
LINK = re.compile(r"\](?=[ \t\n]*(?:\(|:)[ \t\n]*<?([^\s>]*))")
PAGE = re.compile(r"(?:https?:|mailto:|[^:]*\Z|[^:]*[/?#])", re.IGNORECASE)
"""How an address begins that a browser opens as a page: with such a scheme or with none."""


def harmless(text: str) -> str:
    """Return Markdown in which no HTML is HTML, and no link leads to a program.

    >>> harmless("a <b>").replace(NO_WIDTH, "|")
    'a <|b>'
    >>> harmless("[x](javascript:f) [y](https://a.b)").replace(NO_WIDTH, "|")
    '[x]|(javascript:f) [y](https://a.b)'
    """
    return LINK.sub(_unlinked, TAG.sub(f"<{NO_WIDTH}", text))


def _unlinked(match: re.Match[str]) -> str:
    return match[0] if PAGE.match(_plain(match[1])) else f"]{NO_WIDTH}"


def _plain(address: str) -> str:
    """Return an address as a browser would understand it: without escapes, and without what it skips."""
    for _ in range(3):
        address = html.unescape(unquote(address))
    return re.sub(r"[\x00-\x20\\]", "", address)
