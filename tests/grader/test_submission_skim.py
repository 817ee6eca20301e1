"""Reading without outputs: Python's own JSON parser says what is left."""

from __future__ import annotations

import io
import json
from random import Random
from typing import Any

import pytest

from gradschool.grader.submission.names import alike, copy_number, shown
from gradschool.grader.submission.skim import TooLongError, skim

TEXTS = ["a", "", "\\", '"', '\\"', 'outputs": [', '"outputs": [', '\\"outputs": ["', "]}]", "é\n" * 9, "\\" * 7]
KEYS = ["outputs", "source", "metadata", "x", "y\\", "attachments", '"outputs"']


def skimmed(content: bytes, piece: int, most: int = 10**9) -> Any:
    """Return what is left of a file that is read in pieces of a size."""
    stream = io.BytesIO(content)
    return skim(lambda size: stream.read(min(size, piece)), most)


def made(random: Random, depth: int = 0) -> Any:
    """Return something that JSON holds."""
    kind = random.randrange(7)
    if depth > 4 or kind < 3:
        return random.choice([None, 1, 2.5, True, *TEXTS])
    if kind < 5:
        return [made(random, depth + 1) for _ in range(random.randrange(5))]
    return {random.choice(KEYS): made(random, depth + 1) for _ in range(random.randrange(5))}


def without_outputs(value: Any) -> Any:
    """Return the value with nothing in the place of outputs and pictures; short sources and metadata stay whole."""
    if isinstance(value, list):
        return [without_outputs(item) for item in value]
    if not isinstance(value, dict):
        return value
    left = dict(value)
    for key, item in value.items():
        long = isinstance(item, (list, dict, str))
        if key in ("outputs", "attachments") and long:
            left[key] = None
        elif key not in ("metadata", "source") or not long:
            left[key] = without_outputs(item)
    return left


@pytest.mark.parametrize("seed", range(10))
def test_what_is_left_is_the_rest_of_the_file(seed):
    random = Random(seed)
    for _ in range(50):
        value = made(random)
        content = json.dumps(value, indent=random.choice([None, 1]), ensure_ascii=random.random() < 0.5).encode()
        for piece in (1, 2, 7, 300, 2**20):
            assert json.loads(skimmed(content, piece).content) == without_outputs(value), content


def test_a_long_source_and_long_metadata_are_skipped_and_short_ones_are_not():
    cells = [{"source": "x" * size, "metadata": {"id": "y" * (size // 20)}} for size in (1_900_000, 2_100_000)]
    found = skimmed(json.dumps(cells).encode(), 2**20)
    assert json.loads(found.content) == [cells[0], {"source": None, "metadata": None}]
    assert found.skipped == {"source": 2_100_002, "metadata": 105_010}


@pytest.mark.parametrize("content", [b"{" * 2000, b'"outputs"' * 2000, b"\\" * 2000, b'"outputs":    ' * 2000])
def test_what_is_too_long_without_outputs_is_refused(content):
    with pytest.raises(TooLongError):
        skimmed(content, 2**20, most=1000)


@pytest.mark.parametrize(
    "content", [b'{"outputs": ["a', b'{"outputs": "\\', b'{"outputs": ', b'{"outputs', b'"outputs": }']
)
def test_a_file_that_breaks_off_is_read_to_its_end(content):
    assert skimmed(content, 3).content == skimmed(content, 1000).content


@pytest.mark.parametrize(
    "name",
    [
        *[
            "02_dense.ipynb",
            "02_dense (1).ipynb",
            "02_dense(12).ipynb",
            "02_dense-Copy1.ipynb",
            "02_dense - Copy.ipynb",
        ],
        *["Copy of 02_dense.ipynb", "02 Dense.IPYNB", "02-dense.ipynb.txt", "02_dense.json", "02_dense_copy.ipynb"],
        *["02_dense - Copy (2).ipynb", " 02_dense .ipynb"],
    ],
)
def test_copies_of_a_notebook_are_known_by_their_names(name):
    assert alike(name, "02_dense")


@pytest.mark.parametrize("name", ["02_dense.html", "02_dense2.ipynb", "dense.ipynb", "02_dense", "01_dense.ipynb"])
def test_other_files_are_not_taken_for_copies(name):
    assert not alike(name, "02_dense")


def test_copies_are_ordered_by_their_numbers():
    names = ["a (10).ipynb", "a (9).ipynb", "a.ipynb", "a-Copy2.ipynb", "a - Copy.ipynb"]
    assert sorted(names, key=copy_number) == [
        "a.ipynb",
        "a - Copy.ipynb",
        "a-Copy2.ipynb",
        "a (9).ipynb",
        "a (10).ipynb",
    ]


def test_a_long_name_is_shown_shortened():
    assert shown("x" * 100) == "x" * 59 + "…"
    assert shown("ü [link](javascript:x)`\x1b[31m") == "ü ?link?(javascript?x)???31m"
