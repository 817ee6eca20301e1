"""The command line: each command parses, calls the library, prints, and returns a status."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from gradschool.grader.course import Course
from gradschool.grader.errors import GradschoolError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Build the lessons of Gradschool, and grade a class that does them.",
)

Lessons = Annotated[list[str] | None, typer.Argument(help="Lessons, by name or number; all if none is named.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")]


def main() -> None:
    """Run the command line; what this program raises on purpose is printed without a traceback."""
    try:
        app()
    except GradschoolError as error:
        Console(stderr=True).print(f"gradschool: {error}", style="red", markup=False, highlight=False)
        sys.exit(error.exit_code)


@app.command()
def build(
    lessons: Lessons = None,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; fail, naming the file, if one is stale.")
    ] = False,
    quiet: Quiet = False,
) -> None:
    """Build the student notebooks, public cases, solved notebooks and the table of lessons."""
    from gradschool.grader import build as builder

    course = Course.find()
    log = (lambda line: None) if quiet else print
    if check:
        fresh = builder.check(course, lessons or ())
        log(f"{len(fresh)} built files match their sources")
    else:
        builder.build(course, lessons or (), log)


@app.command()
def figures(
    names: Annotated[list[str] | None, typer.Argument(help="Figures, by name; all if none is named.")] = None,
) -> None:
    """Draw the pictures of the lessons from their scripts."""
    from gradschool.grader import figures as pictures

    course = Course.find()
    for path in pictures.draw(course.root / "figures", names or ()):
        print(path.relative_to(course.root))


@app.command()
def matrix(
    lessons: Lessons = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the table as JSON.")] = False,
    seed: Annotated[int, typer.Option(help="The seed of the cases; 0 gives the public ones.")] = 0,
) -> None:
    """Print each named mistake, what its check finds in it, and whether it is named rightly."""
    from gradschool.grader.matrix import matrix as rows_of

    course = Course.find()
    rows = [row for lesson in course.lessons(lessons or ()) for row in rows_of(course, lesson, seed)]
    if as_json:
        print(json.dumps(rows, indent=1, ensure_ascii=False))
    else:
        table = Table("check", "mistake", "found", "points", "named rightly")
        for row in rows:
            points = f"{row['points']:g} / {row['max_points']:g}"
            table.add_row(
                row["check"], row["mistake"], row["state"], points, "yes" if row["right"] else f"no: {row['named']}"
            )
        Console().print(table)
    if not all(row["right"] for row in rows):
        raise typer.Exit(1)


def console() -> Console:
    """Return a console for tables and progress, as wide as the terminal or 120 where there is none."""
    return Console() if sys.stdout.isatty() else Console(width=120)


def here(path: Path) -> Path:
    """Return the path relative to this folder where it is below it."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
