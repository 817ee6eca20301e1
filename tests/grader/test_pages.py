"""The pages of the feedback are nbconvert's, and their templates are compiled once."""

from __future__ import annotations

import re

import jinja2
import pytest
from nbconvert.exporters import HTMLExporter

from gradschool.grader import notebooks
from gradschool.grader.gradebook import Book
from gradschool.grader.pages import Compiled, Page


def page(exporter, notebook):
    """Return a page without the identifiers that nbconvert draws for it."""
    return re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "", exporter.from_notebook_node(notebook)[0])


def test_templates_are_compiled_for_the_first_page_only_and_the_pages_are_nbconvert_s(lesson, monkeypatch):
    compiled, by_jinja = [], jinja2.Environment.compile

    def counted(environment, source, name=None, *rest, **options):
        compiled.append(name)
        return by_jinja(environment, source, name, *rest, **options)

    monkeypatch.setattr(jinja2.Environment, "compile", counted)
    monkeypatch.setattr(Page, "compiled", Compiled())
    solved, stub = (notebooks.notebook(lesson, form) for form in ("solved", "student"))
    wanted = [page(HTMLExporter(), notebook) for notebook in (solved, stub)]
    assert len(compiled) == 2 * len(set(compiled)) > 0
    compiled.clear()
    found = [page(Page(), notebook) for notebook in (solved, stub)]
    assert len(compiled) == len(set(compiled)) > 0
    assert found == wanted
    assert wanted[0] != wanted[1]


def test_a_template_that_changed_is_compiled_again(monkeypatch):
    monkeypatch.setattr(Page, "compiled", Compiled())
    texts = {"a": "before"}
    shown = []
    for words in ("before", "after", "after"):
        texts["a"] = words
        exporter = Page(extra_loaders=[jinja2.DictLoader(texts)])
        shown.append(exporter.environment.get_template("a").render())
    assert shown == ["before", "after", "after"]


@pytest.mark.parametrize("own", ["", "nbconvert.exporters.SlidesExporter"])
def test_a_classroom_may_have_an_exporter_of_its_own(graded, tmp_path, own):
    mine = graded.copy(tmp_path / "class")
    config = mine.root / "nbgrader_config.py"
    config.write_text(config.read_text() + (f"\nc.GenerateFeedback.exporter_class = {own!r}\n" if own else ""))
    assert Book(mine.root)._api.config.GenerateFeedback.exporter_class == (own or Page)
