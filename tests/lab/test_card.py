"""A verdict as text and as HTML."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from gradschool.lab.card import CODE, WORDS, Card, as_html, as_text
from gradschool.lab.judge import Verdict


def verdict(state, points=0.0, **told):
    return Verdict("dense_backward", "Dense", "`backward` returns dX.", points, 2, state, **told)


VERDICTS = {
    "right": verdict("right", 2.0, notes=("RuntimeWarning: overflow",)),
    "partly": verdict(
        "partly",
        1.33,
        findings=(
            "`db` is wrong in 3 of 3 cases (case 0): all 2 entries differ; every entry is 1/32 (here 32 = x.shape[0]) "
            "times what was expected; the worst is entry [0]: 0.5, and 16 was expected.",
        ),
        mistake="db is averaged over the batch, not summed",
        hint="Each row of dY adds its own share to db.",
    ),
    "wrong": verdict("wrong", findings=("`dX` is wrong.", "`dW` is wrong."), hint="Mend `dense_forward` first."),
    "error": verdict("error", findings=("Your code raised ValueError: no.", "It happened at line 3")),
    "timeout": verdict("timeout", findings=("Your code did not finish.",), hint="Look for a loop."),
    "not attempted": verdict("not attempted", findings=("`Dense.backward` is not written yet.",)),
}

TEXTS = {
    "right": """\
✓ dense_backward: right, 2 / 2
  `backward` returns dX.
  Note: RuntimeWarning: overflow""",
    "partly": """\
◐ dense_backward: partly right, 1.33 / 2
  Expected: `backward` returns dX.
  `db` is wrong in 3 of 3 cases (case 0): all 2 entries differ; every entry is 1/32 (here 32 =
    x.shape[0]) times what was expected; the worst is entry [0]: 0.5, and 16 was expected.
  What went wrong: db is averaged over the batch, not summed.
  Hint: Each row of dY adds its own share to db.""",
    "wrong": """\
✗ dense_backward: wrong, 0 / 2
  Expected: `backward` returns dX.
  `dX` is wrong.
  `dW` is wrong.
  Hint: Mend `dense_forward` first.""",
    "error": """\
✗ dense_backward: stopped by an error, 0 / 2
  Expected: `backward` returns dX.
  Your code raised ValueError: no.
  It happened at line 3""",
    "timeout": """\
✗ dense_backward: out of time, 0 / 2
  Expected: `backward` returns dX.
  Your code did not finish.
  Hint: Look for a loop.""",
    "not attempted": """\
○ dense_backward: not attempted, 0 / 2
  Expected: `backward` returns dX.
  `Dense.backward` is not written yet.""",
}


class Tags(HTMLParser):
    """The tags of a page, its attributes and its text."""

    def __init__(self, page):
        super().__init__(convert_charrefs=True)
        self.tags, self.attributes, self.words, self.open = set(), set(), "", []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attributes}
        self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words += data


def test_every_state_has_a_word_and_a_card():
    assert set(WORDS) == set(VERDICTS) == set(TEXTS)


@pytest.mark.parametrize("state", WORDS)
def test_the_text_of_each_state(state):
    assert as_text(VERDICTS[state], 100) == TEXTS[state]
    assert repr(Card(VERDICTS[state])) == TEXTS[state]


@pytest.mark.parametrize("width", [40, 60, 100])
@pytest.mark.parametrize("state", WORDS)
def test_no_line_is_longer_than_the_width(state, width):
    lines = as_text(VERDICTS[state], width).splitlines()
    assert max(map(len, lines[1:])) <= width


def test_a_long_word_is_not_broken():
    path = "/a" * 60
    assert path in as_text(verdict("error", findings=(f"It is in {path}",)))


@pytest.mark.parametrize("state", WORDS)
def test_the_html_of_each_state_says_what_the_text_says(state):
    page = Card(VERDICTS[state])._repr_html_()
    parsed = Tags(page)
    assert parsed.open == []
    assert f"{WORDS[state][0]} dense_backward: {WORDS[state][1]} (" in parsed.words
    said = re.sub(r"\s+", "", parsed.words)
    for line in TEXTS[state].splitlines()[1:]:
        assert re.sub(r"[\s`]+", "", line) in said


@pytest.mark.parametrize("state", WORDS)
def test_the_html_has_inline_styles_only(state):
    parsed = Tags(as_html(VERDICTS[state]))
    assert parsed.tags <= {"div", "span", "code", "b"}
    assert parsed.attributes == {"style"}


HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)> & `<b>code</b>` \"'"


@pytest.mark.parametrize("field", ["name", "words", "findings", "mistake", "hint", "notes"])
def test_hostile_text_is_shown_and_not_run(field):
    told = {"name": "n", "of": "Dense", "words": "w", "points": 0.0, "max_points": 2, "state": "wrong"}
    told[field] = (HOSTILE,) if field in ("findings", "notes") else HOSTILE
    page = as_html(Verdict(**told))
    parsed = Tags(page)
    assert parsed.tags <= {"div", "span", "code", "b"}
    assert parsed.attributes == {"style"}
    assert "<script" not in page
    assert "<img" not in page
    assert HOSTILE.replace("`", "") in parsed.words.replace("`", "")


def test_code_in_backticks_is_marked():
    assert f'<code style="{CODE}">dX</code> is wrong.' in as_html(VERDICTS["wrong"])


def test_points_are_written_without_needless_zeros():
    assert as_text(verdict("partly", 1.5)).startswith("◐ dense_backward: partly right, 1.5 / 2\n")
