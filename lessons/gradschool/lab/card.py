"""A verdict as a person sees it: a small card in a notebook, a few lines in a terminal.

The card has no style sheet and no script, so that it survives JupyterLab's sanitizer and nbgrader's feedback; its
background is a translucent tint and its text takes the page's colour, so that it is legible on light and dark. The
state is always a word too, never a colour alone.
"""

from __future__ import annotations

import html
import re
import textwrap
from collections.abc import Sequence

from gradschool.lab.judge import Verdict

WORDS = {
    "right": ("✓", "right", "0, 158, 115"),
    "partly": ("◐", "partly right", "230, 159, 0"),
    "wrong": ("✗", "wrong", "213, 94, 0"),
    "error": ("✗", "stopped by an error", "213, 94, 0"),
    "timeout": ("✗", "out of time", "213, 94, 0"),
    "not attempted": ("○", "not attempted", "128, 128, 128"),
}
"""The sign, the word and the colour (red, green, blue; Okabe and Ito's palette) of each state."""

CODE = "color:inherit; background-color:rgba(128, 128, 128, 0.15); padding:0px 3px"
"""The style of code in a sentence: a page's own may be red, which would read as a fault, or push the words apart."""


class Card:
    """What `check` shows."""

    def __init__(self, verdict: Verdict) -> None:
        self.verdict = verdict

    def __repr__(self) -> str:
        """Return the card for a terminal."""
        return as_text(self.verdict)

    def _repr_html_(self) -> str:
        return as_html(self.verdict)


def points(verdict: Verdict) -> str:
    """Return the points as `1.5 / 2`."""
    return f"{verdict.points:g} / {verdict.max_points:g}"


def as_text(verdict: Verdict, width: int = 100) -> str:
    """Return the card as lines of at most `width` characters."""
    sign, word, _ = WORDS[verdict.state]
    lines = [f"{sign} {verdict.name}: {word}, {points(verdict)}"]
    for label, body in _parts(verdict):
        start = f"  {label + ': ' if label else ''}"
        lines += textwrap.wrap(start + body, width, subsequent_indent="    ", break_long_words=False)
    return "\n".join(lines)


def as_html(verdict: Verdict) -> str:
    """Return the card as HTML with inline styles only."""
    sign, word, rgb = WORDS[verdict.state]
    head = (
        f'<div style="font-weight:bold"><span style="color:rgb({rgb})">{sign}</span> '
        f'<code style="color:inherit; background-color:transparent; padding:0px">{html.escape(verdict.name)}</code>'
        f": {word} "
        f'<span style="font-weight:normal; opacity:0.8">({points(verdict)})</span></div>'
    )
    body = "".join(_row(label, text) for label, text in _parts(verdict))
    return (
        f'<div style="border-left:5px solid rgb({rgb}); background-color:rgba({rgb}, 0.10); padding:8px 12px; '
        f'margin:4px 0px; line-height:1.5; max-width:60em; overflow-wrap:break-word">{head}{body}</div>'
    )


def _parts(verdict: Verdict) -> Sequence[tuple[str, str]]:
    parts = [("Expected" if verdict.state != "right" else "", verdict.words)]
    parts += [("", finding) for finding in verdict.findings]
    if verdict.mistake:
        parts.append(("What went wrong", verdict.mistake + "."))
    if verdict.hint:
        parts.append(("Hint", verdict.hint))
    return parts + [("Note", note) for note in verdict.notes]


def _row(label: str, text: str) -> str:
    strong = label in ("What went wrong", "Hint")
    tag = f"<b>{label}:</b> " if strong else f'<span style="opacity:0.75">{label}:</span> ' if label else ""
    return f'<div style="margin-top:3px">{tag}{_inline(text)}</div>'


def _inline(text: str) -> str:
    """Return the text with its `code` marked as such and all else escaped."""
    return re.sub(r"`([^`]+)`", rf'<code style="{CODE}">\1</code>', html.escape(text, quote=False))
