"""The command `gradschool`, for those too who installed the course without the instructor's packages."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line, or say which packages it needs."""
    try:
        from gradschool.grader.cli import main as run
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("gradschool"):
            raise
        sys.exit(
            f"gradschool: the command line needs {error.name}, which comes with the instructor's packages:\n"
            "  python -m pip install -e '.[instructor]'\n"
            "To open the lessons, it is not needed: jupyter lab lessons"
        )
    run()
