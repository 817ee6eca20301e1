"""The oracle is the form of a sonnet, and what the card says."""

import re
from collections import Counter
from pathlib import Path

import pytest

from gradschool import datasets
from gradschool.datasets import load_sonnets

CARD = (Path(datasets.__file__).parent / "data" / "sonnets.md").read_text(encoding="utf-8")
TEXT = load_sonnets()
SONNETS = TEXT.removesuffix("\n").split("\n\n")


def test_there_are_as_many_sonnets_as_the_card_lists():
    listed = re.search(r"order of the quarto: ([\d,\s]+)\.", CARD)
    assert listed is not None
    numbers = [int(number) for number in listed[1].split(",")]
    assert numbers == sorted(set(numbers))
    assert 1 <= numbers[0] <= numbers[-1] <= 154
    assert len(numbers) == len(SONNETS) == 44


@pytest.mark.parametrize("sonnet", SONNETS, ids=lambda sonnet: sonnet.splitlines()[0])
def test_a_sonnet_has_14_lines_of_verse(sonnet):
    lines = sonnet.split("\n")
    assert len(lines) == 14
    assert all(line == line.strip() and "  " not in line and 25 <= len(line) <= 60 for line in lines)
    assert all(line[0].isupper() or line[0] == "'" for line in lines)
    assert lines[-1][-1] == "."


def test_no_line_stands_in_it_twice():
    lines = Counter(line for sonnet in SONNETS for line in sonnet.split("\n"))
    assert [line for line, times in lines.items() if times > 1] == []


def test_its_characters_are_those_that_the_card_counts():
    assert f"{len(TEXT):,} characters, all ASCII, of {len(set(TEXT))} different ones" in CARD
    assert TEXT.isascii()
    assert not any(c.isdigit() or c in "\r\t" for c in TEXT)
    letters = [c for c in set(TEXT) if c.isalpha()]
    marks = len(set(TEXT) - set(letters) - {" ", "\n"})
    words = " ".join(CARD.split())
    capitals = sum(c.isupper() for c in letters)
    assert f"{marks} marks of punctuation, {capitals} capital letters and 26 small ones" in words


def test_lines_that_everybody_knows():
    for number, line in [
        (6, "Shall I compare thee to a summer's day?"),
        (35, "Let me not to the marriage of true minds"),
    ]:
        assert SONNETS[number].split("\n")[0] == line
    assert SONNETS[0].endswith("To eat the world's due, by the grave and thee.")
