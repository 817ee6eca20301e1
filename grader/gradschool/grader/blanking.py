"""The source of an exercise: take it from the library, find the bodies to blank, put something else in their place."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gradschool.grader.errors import LessonError

STUB = ("# YOUR CODE HERE", "raise NotImplementedError()")
BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"


@dataclass(frozen=True)
class Body:
    """What stands under a function's signature and docstring."""

    name: str
    first: int
    last: int
    indent: str
    lines: tuple[str, ...]
    """The lines as they are, at the margin."""
    statements: tuple[str, ...]
    """The simple statements, each in one normal form."""


def definition(file: Path, name: str) -> str | None:
    """Return the source of the class or function `name` of a module, or None if it defines no such thing."""
    text = file.read_text()
    for node in ast.parse(text).body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and node.name == name:
            first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
            return "\n".join(text.splitlines()[first - 1 : node.end_lineno])
    return None


def find_bodies(source: str, names: Sequence[str]) -> list[Body]:
    """Return the bodies of the named methods of a class, or of the function itself."""
    (node,) = ast.parse(source).body
    wanted: list[ast.AST] = (
        [n for n in node.body if getattr(n, "name", None) in names] if isinstance(node, ast.ClassDef) else [node]
    )
    return [_body(source, n) for n in wanted if isinstance(n, ast.FunctionDef)]


def _body(source: str, function: ast.FunctionDef) -> Body:
    statements = function.body[1:] if ast.get_docstring(function) is not None else function.body
    if not statements:
        raise LessonError(f"{function.name} has a docstring and no body to blank")
    lines = source.splitlines()
    before = function.body[0].end_lineno if statements is not function.body else None
    first = (before + 1) if before else statements[0].lineno
    while not before and lines[first - 2].strip().startswith("#"):
        first -= 1  # a comment above the first statement belongs to it
    last = statements[-1].end_lineno or first
    indent = " " * statements[0].col_offset
    text = textwrap.dedent("\n".join(lines[first - 1 : last])).splitlines()
    return Body(function.name, first, last, indent, tuple(text), tuple(simple_statements(statements)))


def without_methods(source: str, names: Sequence[str]) -> str:
    """Return the source of a class without the methods `names`; KeyError if it has no method of that name."""
    (node,) = ast.parse(source).body
    methods = {n.name: n for n in getattr(node, "body", []) if isinstance(n, ast.FunctionDef)}
    lines = source.splitlines()
    for method in sorted((methods[name] for name in names), key=lambda n: n.lineno, reverse=True):
        first = min([method.lineno, *(d.lineno for d in method.decorator_list)]) - 1
        while not lines[first - 1].strip():
            first -= 1
        del lines[first : method.end_lineno]
    return "\n".join(lines)


def replace_bodies(source: str, bodies: Sequence[Body], put: Any) -> str:
    """Return the source with other lines in the place of each body."""
    lines = source.splitlines()
    for body in sorted(bodies, key=lambda b: b.first, reverse=True):
        new = [body.indent + line if line else "" for line in put(body)]
        lines[body.first - 1 : body.last] = new
    return "\n".join(lines)


def simple_statements(statements: Sequence[ast.stmt]) -> Iterator[str]:
    """Return the simple statements, nested ones too, each in one normal form."""
    for statement in statements:
        for node in ast.walk(statement):
            if isinstance(node, (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Return, ast.Expr)):
                yield ast.unparse(node)
