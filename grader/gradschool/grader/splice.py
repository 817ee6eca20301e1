"""Put a student's bodies into a module of the library, with what they need from their notebook.

The library's signature, docstring and everything that the notebook left out stay; the body is the student's. Names
that the body uses and the module lacks are brought along: an import of the notebook, an exercise of another module, a
helper that the student wrote. Nothing is executed here.
"""

from __future__ import annotations

import ast
import builtins
import symtable
import textwrap
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from gradschool.grader.blanking import STUB, find_bodies, replace_bodies

BUILTINS = frozenset(dir(builtins)) | {"__name__", "__file__", "__class__"}
Definition = ast.FunctionDef | ast.ClassDef


class SpliceError(Exception):
    """A part can't be put into the library; the text says why."""


@dataclass
class Scope:
    """What the cells of a notebook define at their top level; of several definitions the last."""

    imports: dict[str, str] = field(default_factory=dict)
    """For a name: the import statement that binds it, and nothing else."""
    definitions: dict[str, str] = field(default_factory=dict)
    """For a name: the source of the function, class or assignment."""

    @classmethod
    def of(cls, sources: Iterable[str]) -> Scope:
        """Return what these cells define, one after the other; a cell that is no Python defines nothing."""
        scope = cls()
        for source in sources:
            try:
                tree = ast.parse(source)
            except SyntaxError:
                continue
            for node in tree.body:
                scope._add(node, source)
        return scope

    def _add(self, node: ast.stmt, source: str) -> None:
        if isinstance(node, ast.Import | ast.ImportFrom):
            for alias in node.names:
                name = (alias.asname or alias.name).split(".")[0]
                single = ast.Import([alias]) if isinstance(node, ast.Import) else _one_of(node, alias)
                self.imports[name] = ast.unparse(single)
                self.definitions.pop(name, None)
            return
        for name in _bound(node):
            self.definitions[name] = _text(node, source)
            self.imports.pop(name, None)


@dataclass(frozen=True)
class Part:
    """An exercise as the library has it and as a student got it."""

    name: str
    module: str
    stub: str
    """The cell that the student got, with the bodies that were to be written."""


def splice(module: str, part: Part, scope: Scope, homes: Mapping[str, str], own: Collection[str] = ()) -> str:
    """Return the source of a library module with the student's bodies of `part`.

    Args:
        module: the module's source.
        part: the exercise.
        scope: what the student's notebook defines.
        homes: for the names of other exercises, the modules that define them.
        own: those of them that are the student's own, which the part calls even where the library's calls a faster one.

    Raises:
        SpliceError: the student's code can't stand there; it says why.
    """
    if part.name not in scope.definitions:
        raise SpliceError("no cell defines it as a function or a class")
    written = scope.definitions[part.name]
    mine = _parse(written, part.name)
    theirs = next(n for n in ast.parse(module).body if isinstance(n, Definition) and n.name == part.name)
    if type(mine) is not type(theirs):
        raise SpliceError(f"it is {_kind(mine)}, where the library has {_kind(theirs)}")
    source = _text(theirs, module)
    made = _function(source, written) if isinstance(mine, ast.FunctionDef) else _class(source, written, part)
    lines = module.splitlines()
    lines[_first(theirs) - 1 : theirs.end_lineno] = made.splitlines()
    return _bring("\n".join(lines) + "\n", part, made, scope, homes, own)


def _function(library: str, written: str) -> str:
    """Return the library's function, or method, with the body of the student's."""
    (theirs,), (mine,) = ast.parse(library).body, ast.parse(written).body
    assert isinstance(theirs, ast.FunctionDef)
    assert isinstance(mine, ast.FunctionDef)
    if _names(mine.args) != _names(theirs.args):
        raise SpliceError(f"`{mine.name}` takes {_names(mine.args)}, where the library has {_names(theirs.args)}")
    (body,) = find_bodies(written, [mine.name])
    lines = [line for line in body.lines if line.strip() != STUB[0]]
    return replace_bodies(library, find_bodies(library, [mine.name]), lambda _: lines)


def _class(library: str, written: str, part: Part) -> str:
    """Return the library's class with the methods that the student wrote or changed, and those that they added."""
    given, mine, theirs = (_methods(source, part.name) for source in (part.stub, written, library))
    if lost := [name for name in given if name not in mine and STUB[1] in given[name]]:
        raise SpliceError(f"its class has no method `{lost[0]}` of its own")
    if _bases(written, part.name) != _bases(part.stub, part.name):
        raise SpliceError("its class is derived from another than the library's")
    lines = library.splitlines()
    known = {ast.dump(node) for node in _parse(part.stub, part.name).body}
    others = [n for n in _parse(written, part.name).body if not isinstance(n, ast.FunctionDef | ast.Expr)]
    added = [textwrap.indent(ast.unparse(node), "    ") for node in others if ast.dump(node) not in known]
    changed = [name for name in mine if name not in given or _tree(mine[name]) != _tree(given[name])]
    nodes = {n.name: n for n in _parse(library, part.name).body if isinstance(n, ast.FunctionDef)}
    for name in sorted(changed, key=lambda n: nodes[n].lineno if n in nodes else 0, reverse=True):
        if name in theirs:
            node = nodes[name]
            new = textwrap.indent(_function(theirs[name], mine[name]), "    ")
            lines[_first(node) - 1 : node.end_lineno] = new.splitlines()
        else:
            added.append(textwrap.indent(mine[name], "    "))
    return "\n".join(lines) + "".join("\n\n" + text for text in added)


def _bring(module: str, part: Part, made: str, scope: Scope, homes: Mapping[str, str], own: Collection[str]) -> str:
    """Return the module with what the student's part uses and the module does not have."""
    name = part.name
    has = {bound for node in ast.parse(module).body for bound in _bound(node)}
    imports: list[str] = []
    helpers: dict[str, str] = {}
    todo = [made]
    while todo:
        for used in sorted(_globals(todo.pop()) - BUILTINS - {name} - set(helpers)):
            if used in homes:
                if used not in has:
                    imports.append(f"from {homes[used]} import {used}")
                elif used in own and homes[used] != part.module:
                    module = _imported_from(module, used, homes[used])
            elif used in scope.definitions:
                if used in has:
                    if Scope.of([module]).definitions.get(used) == scope.definitions[used]:
                        continue  # another part has brought it
                    raise SpliceError(f"its helper `{used}` has a name that the module needs for something else")
                helpers[used] = scope.definitions[used]
                todo.append(scope.definitions[used])
            elif used in has:
                continue
            elif used in scope.imports:
                imports.append(scope.imports[used])
            else:
                raise SpliceError(f"it uses `{used}`, which no cell defines")
    lines = module.splitlines()
    tree = ast.parse(module)
    theirs = next(n for n in tree.body if isinstance(n, Definition) and n.name == name)
    wanted = [text for found in reversed(helpers.values()) for text in ("", "", *found.splitlines())]
    at = _first(theirs) - 1
    lines[at:at] = [*wanted[2:], "", ""] if wanted else []
    last = max((n.end_lineno or 1 for n in tree.body if isinstance(n, ast.Import | ast.ImportFrom)), default=0)
    last = last or (tree.body[0].end_lineno or 1)
    lines[last:last] = dict.fromkeys(imports)
    return "\n".join(lines) + "\n"


def _imported_from(module: str, name: str, home: str) -> str:
    """Return the module with `name` imported from `home`, wherever it came from before."""
    lines = module.splitlines()
    for node in ast.parse(module).body:
        if isinstance(node, ast.ImportFrom) and node.module != home and name in _bound(node):
            others = ast.ImportFrom(node.module, [a for a in node.names if a.name != name], node.level)
            rest = [ast.unparse(others)] if others.names else []
            lines[node.lineno - 1 : node.end_lineno] = [*rest, f"from {home} import {name}"]
            break
    return "\n".join(lines) + "\n"


def _globals(source: str) -> set[str]:
    """Return the names that a piece of source takes from its module when it runs."""
    code = compile(source, "<part>", "exec", flags=ast.PyCF_ONLY_AST)
    for node in ast.walk(code):  # annotations are not evaluated in the library
        if isinstance(node, ast.FunctionDef):
            node.returns = None
            for argument in ast.walk(node.args):
                if isinstance(argument, ast.arg):
                    argument.annotation = None
        elif isinstance(node, ast.AnnAssign):
            node.annotation = ast.Constant(None)
    return set(_used(symtable.symtable(ast.unparse(code), "<part>", "exec"), top=True))


def _used(table: symtable.SymbolTable, *, top: bool = False) -> Iterator[str]:
    bound = {s.get_name() for s in table.get_symbols() if s.is_assigned() or s.is_imported() or s.is_namespace()}
    for symbol in table.get_symbols():
        if symbol.is_referenced() and (symbol.is_global() or top) and not (top and symbol.get_name() in bound):
            yield symbol.get_name()
    for child in table.get_children():
        yield from (name for name in _used(child) if not (top and name in bound))


def _bound(node: ast.stmt) -> Iterator[str]:
    """Return the names that a statement at the top level binds."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.Import | ast.ImportFrom):
        yield from ((alias.asname or alias.name).split(".")[0] for alias in node.names)
    elif isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        yield from (n.id for target in targets for n in ast.walk(target) if isinstance(n, ast.Name))
    elif isinstance(node, ast.If | ast.Try | ast.With):
        for inner in ast.walk(node):
            if inner is not node and isinstance(inner, ast.stmt) and not isinstance(inner, ast.If | ast.Try | ast.With):
                yield from _bound(inner)


def _parse(source: str, name: str) -> Definition:
    nodes = [n for n in ast.parse(source).body if isinstance(n, Definition) and n.name == name]
    if not nodes:
        raise SpliceError("no cell defines it as a function or a class")
    return nodes[-1]


def _methods(source: str, name: str) -> dict[str, str]:
    """Return the source of each method of a class, at the margin."""
    body = _parse(source, name).body
    return {n.name: textwrap.dedent(_text(n, source)) for n in body if isinstance(n, ast.FunctionDef)}


def _bases(source: str, name: str) -> list[str]:
    node = _parse(source, name)
    return [ast.unparse(base) for base in node.bases] if isinstance(node, ast.ClassDef) else []


def _tree(source: str) -> str:
    """Return a function's statements in one form, without its docstring."""
    (node,) = ast.parse(source).body
    assert isinstance(node, ast.FunctionDef)
    return ast.dump(ast.Module(node.body[1:] if ast.get_docstring(node) is not None else node.body, []))


def _one_of(node: ast.ImportFrom, alias: ast.alias) -> ast.ImportFrom:
    return ast.ImportFrom(node.module, [alias], node.level)


def _names(arguments: ast.arguments) -> str:
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    rest = [a for a in (arguments.vararg, arguments.kwarg) if a is not None]
    return "(" + ", ".join(a.arg for a in (*every, *rest)) + ")"


def _kind(node: ast.AST) -> str:
    return "a class" if isinstance(node, ast.ClassDef) else "a function"


def _first(node: Definition) -> int:
    return min([node.lineno, *(d.lineno for d in node.decorator_list)])


def _text(node: ast.stmt, source: str) -> str:
    first = _first(node) if isinstance(node, Definition) else node.lineno
    return "\n".join(source.splitlines()[first - 1 : node.end_lineno])
