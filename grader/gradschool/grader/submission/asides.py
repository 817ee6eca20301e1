"""Lines that talk to a person or a machine rather than define something.

When a notebook is graded nobody answers, and a line like `%matplotlib inline` or `input()` would stop its cell before
the function below it is defined. Such lines do nothing then, and stay visible as comments.
"""

from __future__ import annotations

import re

LINE = re.compile(
    r"^(?:"
    r"%(?!%|time\b).*"  # a magic, but for `%time statement`
    r"|!.*|\?.*|[\w.]+\?{1,2}[ \t]*"  # a command of the system, help
    r"|(?:help|exit|quit|breakpoint|input)\(.*\)[ \t;]*|(?:exit|quit)[ \t]*"
    r"|(?:[\w, ]+=)?[ \t]*(?:(?:int|float|str|eval)\()?input\(.*\)[ \t;]*"
    r"|(?:from|import) google\.colab\b.*|drive\.mount\(.*\)[ \t;]*"
    r")$",
    re.MULTILINE,
)
CELL_MAGIC = re.compile(r"^\s*%%(\w+).*$", re.MULTILINE)
OTHER_LANGUAGES = frozenset(
    (
        "bash",
        "sh",
        "script",
        "cmd",
        "perl",
        "ruby",
        "html",
        "HTML",
        "javascript",
        "js",
        "latex",
        "markdown",
        "svg",
        "SVG",
    )
)


def without_asides(source: str) -> tuple[str, list[str]]:
    """Return the source with such lines as comments, and these lines.

    >>> without_asides("%matplotlib inline\\nx = 1")
    ('pass  # %matplotlib inline\\nx = 1', ['%matplotlib inline'])
    """
    found: list[str] = []

    def silence(match: re.Match[str]) -> str:
        found.append(match[0])
        return f"pass  # {match[0]}"

    if magic := CELL_MAGIC.match(source):
        if magic[1] in OTHER_LANGUAGES:
            return source, []
        source = CELL_MAGIC.sub(silence, source, count=1)
    return LINE.sub(silence, source), found


def is_python(source: str) -> bool:
    """Return whether a cell is not wholly in another language, as one that begins with `%%bash` is."""
    magic = CELL_MAGIC.match(source)
    return magic is None or magic[1] not in OTHER_LANGUAGES
