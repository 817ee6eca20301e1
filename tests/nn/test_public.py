"""What `gradschool.nn` shows of itself."""

from __future__ import annotations

import ast
import inspect
import pydoc
import re
import textwrap
from pathlib import Path

import pytest

from gradschool import nn


def test_every_public_name_stands_in_the_page_that_help_shows():
    page = pydoc.plain(pydoc.render_doc(nn)).split("PACKAGE CONTENTS")[0]
    assert not [name for name in nn.__all__ if not re.search(rf"\b{name}\b", page)]


def test_the_example_of_that_page_runs_and_learns():
    assert nn.__doc__ is not None
    (example,) = re.findall(
        r"(?:^    .*\n|^\n)+", nn.__doc__.partition("Layers  ")[0].partition("\n\n")[2], re.MULTILINE
    )
    *statements, last = ast.parse(textwrap.dedent(example.replace("epochs=10", "epochs=10, progress=False"))).body
    names: dict[str, object] = {}
    exec(compile(ast.Module(statements, []), "example", "exec"), names)
    result = eval(compile(ast.Expression(last.value), "example", "eval"), names)
    assert result["accuracy"] > 0.9


@pytest.mark.parametrize("name", [name for name in nn.__all__ if name not in ("Array", *nn.SUBMODULES)])
def test_a_public_name_says_what_it_is_and_so_do_its_methods(name):
    value = getattr(nn, name)
    assert value.__name__ == name
    assert value.__module__ == f"gradschool.nn.{nn.MODULES[name]}"
    assert inspect.getdoc(value)
    assert inspect.getmodule(value).__doc__
    if isinstance(value, type):
        for method, function in vars(value).items():
            if inspect.isfunction(function) and not method.startswith("_"):
                assert inspect.getdoc(getattr(value, method)), method


def test_the_type_checker_sees_the_same_names_in_the_same_modules():
    source = Path(nn.__file__).read_text()
    pairs = re.findall(r"^    from gradschool\.nn\.([\w.]+) import (\w+) as \2$", source, re.MULTILINE)
    imported = {name: module for module, name in pairs}
    assert imported == nn.MODULES
    modules = re.findall(r"^    from gradschool\.nn import (\w+) as \1$", source, re.MULTILINE)
    assert modules == sorted(nn.SUBMODULES)


def test_an_unknown_name_is_refused():
    with pytest.raises(AttributeError, match=r"^module 'gradschool\.nn' has no attribute 'Dens'"):
        nn.Dens  # noqa: B018
