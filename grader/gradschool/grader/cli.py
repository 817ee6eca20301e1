"""The command line: each command parses, calls the library, prints, and returns a status."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Column, Table

from gradschool.grader.course import Course
from gradschool.grader.errors import GradschoolError
from gradschool.grader.sandbox.limits import Limits

if TYPE_CHECKING:
    from gradschool.grader.mistakes import Row
    from gradschool.grader.summary import Summary

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Build the lessons of Gradschool, and grade a class that does them.",
)

FEW = 8
"""How many mistakes of a lesson are printed after its grades."""

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
def run(
    lessons: Annotated[list[str], typer.Argument(help="Lessons, by name or number.")],
    to: Annotated[Path, typer.Option(help="Where to write the notebooks and their pages.")] = Path("runs"),
) -> None:
    """Run the solved notebooks of lessons, with the data that GRADSCHOOL_DATA names, and write them as pages."""
    from gradschool.grader import build as builder

    builder.run(Course.find(), lessons, to)


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


@app.command()
def release(
    folder: Annotated[Path, typer.Argument(help="Where to write; a folder for each lesson is made in it.")],
    lessons: Lessons = None,
) -> None:
    """Write the student's folder of lessons: notebook, public cases, and the package they rest on; no solutions."""
    from gradschool.grader.release import release as write

    course = Course.find()
    for lesson in course.lessons(lessons or ()):
        write(course, lesson, folder / lesson.name)
        print(here(folder / lesson.name))


@app.command()
def assemble(
    notebooks: Annotated[Path, typer.Argument(help="A student's notebooks, or folders with one for each lesson.")],
    to: Annotated[Path, typer.Option(help="Where to write the library.")] = Path("my-library"),
    lesson: Annotated[
        list[str] | None, typer.Option("--lesson", help="A lesson, by name or number; may be repeated; else all.")
    ] = None,
    isolation: Annotated[
        Literal["auto", "namespaces", "bubblewrap", "landlock", "container", "limits"],
        typer.Option(help="What keeps the notebooks' code from this machine; auto: the strongest that holds."),
    ] = "auto",
) -> None:
    """Write a student's own library: the course's modules with the bodies of their notebooks.

    A part that does not pass its checks is taken from the reference, and listed. In the folder, `make` trains a network
    with the library, and `make test` runs its tests.
    """
    from gradschool.grader.assemble import assemble as write
    from gradschool.grader.sandbox.choose import choose
    from gradschool.grader.sandbox.pool import sandboxed

    screen = console()
    with progress_bar(screen) as bar, sandboxed(choose(isolation)) as runner:
        pieces = write(Course.find(), notebooks, to, lesson or (), runner=runner, tell=bar)
    table = Table("lesson", "part", "whose")
    for piece in pieces:
        table.add_row(piece.lesson, piece.name, "yours" if piece.own else f"the reference's: {piece.why}")
    screen.print(table)
    own = sum(piece.own for piece in pieces)
    screen.print(f"{own} of {len(pieces)} parts are yours; the library is in {here(to)}", highlight=False)


classroom = typer.Typer(no_args_is_help=True, help="Make nbgrader's folders for a class, or a made-up class.")
app.add_typer(classroom, name="classroom")

Root = Annotated[Path, typer.Argument(help="The classroom's folder.")]
Database = Annotated[
    str,
    typer.Option(
        "--db", help="The URL of the gradebook, such as postgresql+psycopg://user@host/database; else its own."
    ),
]
Choice = Literal["auto", "namespaces", "bubblewrap", "landlock", "container", "limits"]
Lesson = Annotated[list[str] | None, typer.Option("--lesson", help="A lesson, by name or number; may be repeated.")]


@classroom.command("init")
def classroom_init(root: Root, lesson: Lesson = None) -> None:
    """Make a classroom, or bring the lessons of one up to date; grades and submissions stay."""
    from gradschool.grader.classroom import init

    init(Course.find(), root, lesson or ())


@classroom.command("simulate")
def classroom_simulate(
    root: Root,
    students: Annotated[int, typer.Option(min=1, help="How many students.")] = 24,
    seed: Annotated[int, typer.Option(help="The same seed gives the same class.")] = 0,
    lesson: Lesson = None,
) -> None:
    """Fill submitted/ with a made-up class: right answers, every named mistake, and broken submissions."""
    from gradschool.grader.gradebook import Book
    from gradschool.grader.simulate import simulate

    Book(root)
    planted = simulate(root, Course.find().lessons(lesson or ()), students, seed)
    mistakes = sum(len(p.mistakes) for p in planted)
    print(f"{len(planted)} submissions with {mistakes} planted mistakes are in {here(root)}/submitted")


@app.command()
def grade(
    root: Root,
    lesson: Lesson = None,
    student: Annotated[list[str] | None, typer.Option("--student", help="A student; may be repeated.")] = None,
    workers: Annotated[int, typer.Option(min=0, help="How many submissions at a time; 0: as many as cores.")] = 0,
    scheduler: Annotated[
        str, typer.Option(help="The address of a Dask scheduler, whose workers grade: tcp://10.0.0.1:8786.")
    ] = "",
    cell_seconds: Annotated[float, typer.Option(help="The limit for one cell.")] = Limits.cell_seconds,
    check_seconds: Annotated[float, typer.Option(help="The limit for one check.")] = Limits.check_seconds,
    feedback: Annotated[bool, typer.Option("--feedback", help="Write nbgrader's HTML feedback too.")] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Grade again what did not change since it was graded.")
    ] = False,
    isolation: Annotated[
        Choice, typer.Option(help="What keeps the students' code from this machine; auto: the strongest that holds.")
    ] = "auto",
    db: Database = "",
    log: Annotated[
        Path | None, typer.Option(help="Where to write a line for each submission; else logs/grade.log there.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the reports as JSON, and nothing else.")] = False,
) -> None:
    """Grade the submissions of a classroom into nbgrader's gradebook, and print a table.

    What was graded before and did not change is not graded again: its grade and its report are those of before. A run
    that was interrupted goes on where it was when the same command is given again.
    """
    from gradschool.grader.mistakes import count
    from gradschool.grader.session import grade_classroom

    if scheduler and workers:
        raise typer.BadParameter("it is for this machine; a cluster uses all workers it has", param_hint="--workers")
    limits = replace(Limits(), cell_seconds=cell_seconds, check_seconds=check_seconds)
    screen = Console(stderr=True, quiet=True) if as_json else console()

    def say(line: str) -> None:
        screen.print(line, highlight=False, markup=False)

    with who_grades(scheduler, isolation, say) as who, progress_bar(screen) as bar:
        reports = grade_classroom(
            Course.find(),
            root,
            lesson or (),
            student or (),
            workers=workers,
            limits=limits,
            feedback=feedback,
            force=force,
            db=db,
            log=log,
            tell=bar,
            say=say,
            **who,
        )
    if as_json:
        print(json.dumps([report.to_json() for report in reports], indent=1, ensure_ascii=False))
    else:
        print_reports(reports, screen)
        if len({report.student for report in reports}) > 1:
            print_mistakes(count(reports), screen, FEW)
        print_troubles(reports, screen)
    if any(report.failed for report in reports):
        raise typer.Exit(1)


@app.command()
def export(
    root: Root,
    to: Annotated[Path, typer.Option(help="The file: .csv or .json.")] = Path("grades.csv"),
    lesson: Lesson = None,
    by_student: Annotated[bool, typer.Option("--by-student", help="A row a student, with a column a lesson.")] = False,
    db: Database = "",
) -> None:
    """Write the grades of all students for all lessons, with late penalties and what was graded by hand.

    The columns are those of `nbgrader export`, and after them the points that the grader gave by itself, the extra
    credit, and whether someone should look at the submission. Who submitted nothing has a row of zeros.
    """
    from gradschool.grader import export as exporter
    from gradschool.grader.database import Database

    names = [Course.find().resolve(name) for name in lesson] if lesson else None
    rows = Database(root, db).rows(names)
    records = exporter.by_student(rows) if by_student else exporter.by_lesson(rows)
    exporter.write(records, to)
    print(f"{len(records)} rows are in {here(to)}")


@app.command()
def mistakes(
    root: Root,
    lesson: Lesson = None,
    most: Annotated[int, typer.Option(min=0, help="How many rows of each lesson are printed; 0: all.")] = 0,
    to: Annotated[Path | None, typer.Option(help="A file to write all rows to, with who: .csv or .json.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print all rows as JSON, and nothing else.")] = False,
    db: Database = "",
) -> None:
    """Print what the class gets wrong: each mistake, and how many students made it.

    It is counted from the reports that `gradschool grade` has kept; nothing is graded again.
    """
    from gradschool.grader import export as exporter
    from gradschool.grader.gradebook import Book
    from gradschool.grader.mistakes import COLUMNS

    names = [Course.find().resolve(name) for name in lesson] if lesson else None
    rows = Book(root, db).mistakes(names)
    records = [row.record() for row in rows]
    if to is not None:
        exporter.write(records, to, COLUMNS)
    if as_json:
        print(json.dumps(records, indent=1, ensure_ascii=False))
    elif to is not None:
        print(f"{len(records)} rows are in {here(to)}")
    elif rows:
        print_mistakes(rows, console(), most)
    else:
        print("nothing is wrong in what was graded so far")


@app.command()
def demo(
    root: Annotated[Path, typer.Argument(help="Where to make the classroom; it is emptied first.")] = Path("demo"),
    students: Annotated[int, typer.Option(min=1, help="How many students.")] = 24,
    seed: Annotated[int, typer.Option(help="The same seed gives the same class.")] = 0,
    lesson: Annotated[
        list[str], typer.Option("--lesson", help="A lesson, by name or number; may be repeated.", show_default="1, 2")
    ] = ["1", "2"],  # noqa: B006 - Typer copies it
) -> None:
    """Show it all: build, make a classroom, simulate a class, grade it, and count the right diagnoses."""
    from gradschool.grader.demo import run_demo

    screen = console()
    with progress_bar(screen) as bar:
        result = run_demo(Course.find(), root, lesson, students, seed, bar)
    print_reports(result.reports, screen)
    screen.print()
    for line in result.lines:
        screen.print(line, highlight=False, markup=False, soft_wrap=True)
    if result.missed:
        raise typer.Exit(1)


@contextmanager
def who_grades(scheduler: str, isolation: str, say: Callable[[str], None]) -> Iterator[dict[str, Any]]:
    """Return the arguments that say who grades, this machine or a cluster; say what isolates the students' code."""
    with ExitStack() as kept:
        if scheduler:
            from gradschool.grader.cluster import connect

            yield {"executor": kept.enter_context(connect(scheduler, isolation, say))}
            return
        from gradschool.grader.sandbox.choose import choose
        from gradschool.grader.sandbox.pool import sandboxed

        chosen = choose(isolation)
        say(chosen.description)
        yield {"runner": kept.enter_context(sandboxed(chosen)), "isolation": chosen.record}


@contextmanager
def progress_bar(screen: Console) -> Iterator[Callable[[str, int, int], None]]:
    """Return a function that shows how far a job is: its name, what is done, and of how much."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=screen) as progress:
        tasks: dict[str, TaskID] = {}

        def tell(job: str, done: int, total: int) -> None:
            if job not in tasks:
                tasks[job] = progress.add_task(job, total=total)
            progress.update(tasks[job], completed=done, total=total)

        yield tell


def print_reports(reports: list[Summary], screen: Console) -> None:
    """Print a table for each lesson: each student's points and first diagnosis."""
    for name in dict.fromkeys(report.lesson for report in reports):
        table = Table(
            "student",
            Column("points", justify="right"),
            Column("right", justify="right"),
            "first diagnosis",
            title=name,
        )
        for report in (r for r in reports if r.lesson == name):
            checks = report.checks
            right = sum(check["state"] == "right" for check in checks)
            share = report.points / report.max_points if report.max_points else 0.0
            style = "green" if share == 1 else "red" if share < 0.5 else "yellow"
            points = f"[{style}]{report.points:g}[/] / {report.max_points:g}"
            table.add_row(escape(report.student), points, f"{right} / {len(checks)}", escape(report.diagnosis))
        screen.print(table)


def print_mistakes(rows: list[Row], screen: Console, most: int = 0) -> None:
    """Print a table for each lesson: what the class gets wrong, the most frequent first, and at the `most` so many."""
    for name in dict.fromkeys(row.lesson for row in rows):
        every = [row for row in rows if row.lesson == name]
        table = Table(
            "check",
            "what went wrong",
            Column("students", justify="right"),
            "share",
            title=f"what the class gets wrong in {name}",
            caption=f"{len(every) - most} more: gradschool mistakes" if 0 < most < len(every) else None,
        )
        for row in every[: most or None]:
            bar = f"{'━' * max(1, round(16 * row.share)):16} {row.share:4.0%}"
            table.add_row(row.check, escape(row.words), f"{len(row.who)} / {row.of}", bar)
        screen.print(table)


def print_troubles(reports: list[Summary], screen: Console) -> None:
    """Print what could not be graded, or not all of it, and why."""
    troubled = [report for report in reports if report.trouble]
    if not troubled:
        return
    screen.print(f"{len(troubled)} of {len(reports)} submissions could not be graded, or not all of them:")
    for report in troubled:
        line = f"  {report.lesson} {report.student}: {report.trouble}"
        screen.print(line, highlight=False, markup=False, soft_wrap=True)


def console() -> Console:
    """Return a console for tables and progress, as wide as the terminal or 120 where there is none."""
    return Console() if sys.stdout.isatty() else Console(width=120)


def here(path: Path) -> Path:
    """Return the path relative to this folder where it is below it."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
