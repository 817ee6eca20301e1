"""Lines that talk to a person or a machine rather than define something.

When a notebook is graded nobody answers, and a line like `!pip install numpy` or `exit()` would stop its cell before
the function below it is defined. Such lines do nothing then, and stay visible as comments.
"""

from __future__ import annotations

import re

LINE = re.compile(
    r"^([ \t]*)("
    r"![ \t]*[A-Za-z].*"  # a command of the system, wherever it stands
    r"|%(?:pip|conda|cd|env|matplotlib|config|load_ext|autoreload)\b.*"
    r"|(?:help|exit|quit)\(.*\)[ \t;]*"
    r"|(?:from|import) google\.colab\b.*|drive\.mount\(.*\)[ \t;]*"
    r")$"
    r"|^()("
    r"%(?!%|time\b).*"  # another magic, but for `%time statement`; in a block it may be what is left of a division
    r"|!.*|\?.*|[\w.]+\?{1,2}[ \t]*"  # help
    r"|(?:exit|quit)[ \t]*|(?:pip3?|conda|mamba) install\b.*"
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
        found.append(match[2] or match[4])
        return f"{match[1] or ''}pass  # {found[-1]}"

    if magic := CELL_MAGIC.match(source):
        if magic[1] in OTHER_LANGUAGES:
            return source, []
        found.append(magic[0])
        source = CELL_MAGIC.sub(lambda magic: f"pass  # {magic[0]}", source, count=1)
    return LINE.sub(silence, source), found


def is_python(source: str) -> bool:
    """Return whether a cell is not wholly in another language, as one that begins with `%%bash` is."""
    magic = CELL_MAGIC.match(source)
    return magic is None or magic[1] not in OTHER_LANGUAGES
