"""What students write as Markdown, rendered by nbconvert as formgrader does: it is shown, and nothing in it acts."""

from __future__ import annotations

import itertools
import random
import re
from html.parser import HTMLParser

import nbformat
import pytest
from nbconvert import HTMLExporter
from nbgrader.utils import compute_checksum

from gradschool.grader.autograded import Template, autograded
from gradschool.grader.grade import grade
from gradschool.grader.harmless import NO_WIDTH, harmless

ACTING = {
    "script",
    "iframe",
    "object",
    "embed",
    "form",
    "input",
    "svg",
    "math",
    "style",
    "link",
    "meta",
    "base",
    "video",
}


class Found(HTMLParser):
    """Collects what acts in a page."""

    def __init__(self):
        super().__init__()
        self.acting = []

    def handle_starttag(self, tag, attrs):
        if tag in ACTING:
            self.acting.append(tag)
        for name, value in attrs:
            address = re.sub(r"[\x00-\x20]", "", value or "").lower()
            if name.startswith("on") or (name != "id" and re.match(r"(?:java|vb|live)script:|data:", address)):
                self.acting.append(f"{tag} {name}={value}")


@pytest.fixture(scope="module")
def acting():
    """Return what acts in Markdown as nbconvert renders it."""
    exporter = HTMLExporter(template_name="basic")

    def found(text):
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(text)])
        parser = Found()
        parser.feed(exporter.from_notebook_node(notebook)[0])
        return parser.acting

    return found


ATTACKS = [
    "<script>fetch('/formgrader/api')</script>",
    "a <img src=x onerror=alert(1)> b",
    "<svg/onload=alert(1)>",
    "[x](javascript:alert(1))",
    "[x]( <javascript:alert(1)>)",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java&#115;cript:alert(1))",
    "[x](&#x6A;avascript:alert(1))",
    "[x](javascript&colon;alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[a]\n\n[a]: javascript:alert(1)",
    "[a]\n\n[a]: <javascript:alert(1)>",
    "[a]\n\n[a]:\n javascript:alert(1)",
    "![x](javascript:alert(1))",
    "<javascript:alert(1)>",
    "$x<script>alert(1)</script>$",
    "<!-- --><iframe src=javascript:alert(1)>",
]


@pytest.mark.parametrize("text", ATTACKS)
def test_an_attack_acts_as_it_was_written_and_not_when_it_is_harmless(acting, text):
    assert acting(harmless(text)) == []


def test_the_parser_of_this_test_sees_attacks(acting):
    assert sum(bool(acting(text)) for text in ATTACKS) >= 12


def test_pieces_of_attacks_put_together_at_random_do_not_act(acting):
    words = [
        "script",
        "javascript:",
        "[a]",
        "&#58;",
        "img src=x onerror=f()",
        "data:",
        "<a href=",
        "%3A",
        "&lt;",
        "\n\n",
    ]
    pieces = [*words, *'<>()[]:\\`\n !/"*\t$#']
    draw = random.Random(0)
    texts = ["".join(draw.choices(pieces, k=draw.randint(2, 14))) for _ in range(1500)]
    hits = [text for text in texts if acting(harmless(text))]
    assert hits == []
    assert sum(bool(acting(text)) for text in itertools.islice(texts, 1000)) > 5


@pytest.mark.parametrize(
    "text",
    [
        "Here $a < b$ and $|x|<1$, see [the page](https://example.org/a_(b)?c=d#e), [below](#part-2), [file](a/b.md).",
        "| a | b |\n|---|---|\n| 1 | *2* |",
        "```python\nif a < 3:\n    x[0] = f(y)\n```",
    ],
)
def test_ordinary_text_stays_byte_for_byte(text):
    assert harmless(text) == text


def test_what_is_kept_from_acting_is_still_shown():
    assert harmless("`a<b` <i>x</i>").replace(NO_WIDTH, "") == "`a<b` <i>x</i>"


def test_the_autograded_notebook_holds_a_student_s_text_harmless_and_the_lesson_s_as_it_is(draft, key):
    submission = draft().add(ATTACKS[0], 1, "markdown").add(ATTACKS[3], 1, "raw").submission()
    made = autograded(grade(submission, key), Template(key.lesson, compute_checksum))
    shown = [cell["source"] for cell in made["cells"] if cell["cell_type"] == "markdown"]
    assert {harmless(ATTACKS[0]), harmless(ATTACKS[3])} < set(shown)
    assert not any(NO_WIDTH in text for text in shown if text not in (harmless(ATTACKS[0]), harmless(ATTACKS[3])))
