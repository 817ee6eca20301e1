"""Mutated notebooks and mutated messages: each is read or refused, soon, in little memory, and nothing else happens.

The suite tries 200 of each; `GRADSCHOOL_FUZZ=10000 pytest tests/grader/test_fuzz.py` tries as many as one likes.
"""

from __future__ import annotations

import json
import os
import time
import tracemalloc
from collections.abc import Callable
from random import Random
from typing import Any

import numpy as np
import pytest

from gradschool.grader.sandbox.messages import Frames, collect
from gradschool.grader.submission import files, find_submission, prepare
from gradschool.lab.codec import LENGTH, MessageError, pack, pack_evidence, unpack, unpack_evidence
from gradschool.lab.evidence import Evidence, Fault

COUNT = int(os.environ.get("GRADSCHOOL_FUZZ", "200"))
SECONDS, BYTES = 5.0, 300_000_000
"""What one of them may take; a machine may be busy."""

ODD: list[Any] = [
    *(
        None,
        True,
        0,
        -1,
        10**30,
        1.5,
        float("nan"),
        "",
        "x",
        "\x00",
        "\ud800",
        "\\",
        '"outputs": [',
        "[" * 50,
        "😀\r\n",
    ),
    *([], {}, [[]], [None], {"": {}}, {"cells": []}, {"source": 5}, ["a\n", 7, "b"], {"nbgrader": {"grade_id": []}}),
    *("def double(x): return 2 * x", "    return 1", "%%bash\nls", "check('double_values')", "colour = 'blue'", "!ls"),
]
PIECES = [
    *(
        b'"source"',
        b'"cells"',
        b'"outputs": [',
        b'"cell_type": "code"',
        b"null",
        b"[]",
        b"{}",
        b"\\ud800",
        b"1e999",
        b"-" * 5,
    ),
    *(b'"', b"\\", b"\x00", b"\xff", b"\r", b"[" * 2000, b"9" * 5000, b"<<<<<<< a\n", b"\n=======\n", b"\n>>>>>>> b\n"),
    *(b"\xef\xbb\xbf", b"\xff\xfe", b"}", b"]", b",", b":", b"/*"),
]


def places(value: Any) -> list[tuple[Any, Any]]:
    """Return each container within a value, with each of its keys."""
    found, left = [], [value]
    while left:
        container = left.pop()
        items = list(container.items() if isinstance(container, dict) else enumerate(container))
        found += [(container, key) for key, _ in items]
        left += [item for _, item in items if isinstance(item, (dict, list))]
    return found


def rearrange(data: Any, random: Random) -> None:
    """Change the structure of JSON data somewhere: replace, delete, repeat, rename, move."""
    where = places(data)
    if not where:
        return
    container, key = random.choice(where)
    match random.randrange(5):
        case 0:
            container[key] = json.loads(json.dumps(random.choice(ODD)))
        case 1:
            del container[key]
        case 2:
            other, at = random.choice(where)
            copied = json.loads(json.dumps(container[key]))
            if isinstance(other, list):
                other.insert(at, copied)
            else:
                other[at] = copied
        case 3:
            if isinstance(container, dict):
                container[random.choice([*container, "cells", "source", "id", "metadata"])] = container.pop(key)
            else:
                random.shuffle(container)
        case 4:
            if isinstance(container[key], str) and container[key]:
                at = random.randrange(len(container[key]))
                container[key] = container[key][:at] + random.choice(["", "\n", "\x00", "`", "é"]) + container[key][at:]


def scramble(content: bytearray, random: Random, pieces: list[bytes]) -> None:
    """Change the bytes of a file somewhere."""
    at = random.randrange(len(content) + 1)
    match random.randrange(6):
        case 0:
            content[at : at + 1] = bytes([random.randrange(256)])
        case 1:
            del content[at : at + random.randrange(200)]
        case 2:
            content[at:at] = random.choice(pieces)
        case 3:
            content[at:at] = content[at : at + random.randrange(2000)]
        case 4:
            del content[at:]
        case 5:
            content[at : at + 3] = random.randbytes(3)


def mutated(original: Any, random: Random) -> bytes:
    """Return a notebook, changed a few times, in an encoding that may be odd."""
    data = json.loads(json.dumps(original))
    for _ in range(random.choice([0, 1, 1, 3, 10])):
        rearrange(data, random)
    text = json.dumps(data, indent=random.choice([None, 1]), ensure_ascii=random.random() < 0.7)
    encoding = random.choice(["utf-8"] * 8 + ["utf-16", "utf-16-be", "utf-32", "utf-8-sig", "latin-1"])
    content = bytearray(text.encode(encoding, "replace"))
    for _ in range(random.choice([0, 0, 1, 2, 5])):
        scramble(content, random, PIECES)
    return bytes(content)


def within_bounds(work: Callable[[bytes], Any], what: bytes) -> Any:
    """Return what `work` makes of `what`, if it takes neither long nor much."""
    tracemalloc.reset_peak()
    begin = time.perf_counter()
    result = work(what)
    assert time.perf_counter() - begin < SECONDS, what[:1000]
    assert tracemalloc.get_traced_memory()[1] < BYTES, what[:1000]
    return result


@pytest.fixture(autouse=True)
def traced():
    tracemalloc.start(1)
    yield
    tracemalloc.stop()


@pytest.mark.parametrize("whole", [2_000_000, 0])  # small files are read as they are, larger ones skimmed: try both
def test_mutated_notebooks_are_read_or_refused(lesson, draft, tmp_path, monkeypatch, whole):
    monkeypatch.setattr(files, "MOST_WHOLE", whole)
    random, refused = Random(20260101), 0
    originals = [draft(form).add("# mine", cell_type="markdown").add("x = 1").data for form in ("solved", "student")]
    for original in originals:
        for cell in original["cells"]:
            cell.pop("attachments", None)
            cell["outputs"] = [{"output_type": "stream", "text": ["[a]\n", '"b\\']}]
    own = [cell.id for cell in lesson.cells]

    def hand_in(content: bytes) -> Any:
        (tmp_path / "01_tiny.ipynb").write_bytes(content)
        return prepare(find_submission(tmp_path, "ada", "01_tiny"), lesson)

    for _ in range(COUNT // 2):
        content = mutated(random.choice(originals), random)
        ready = within_bounds(hand_in, content)
        refused += bool(ready.problem)
        ids = [cell.id for cell in ready.cells]
        assert len(ids) == len(set(ids)), content
        assert ready.problem or [i for i in ids if i in own] == own, content
        assert "\x00" not in "".join(cell.source for cell in ready.cells), content
        "\n".join([*ready.notes, ready.problem, *(cell.source for cell in ready.cells)]).encode()
    assert refused < COUNT // 2


def message_pieces() -> list[bytes]:
    """Return what messages are made of."""
    header = b'["a", "<f8", [2]]'
    return [*PIECES, header, b"<U4096", b"|O", b"[0, 1099511627776]", LENGTH.pack(2**40), LENGTH.pack(0), bytes(8)]


def mutated_message(whole: bytes, random: Random) -> bytes:
    """Return a message, its header changed as JSON or its bytes as such; the length is often made to fit."""
    size = LENGTH.unpack_from(whole)[0]
    header, body = whole[LENGTH.size : LENGTH.size + size], whole[LENGTH.size + size :]
    if random.random() < 0.5:
        data = json.loads(header)
        for _ in range(random.choice([1, 1, 3])):
            rearrange(data, random)
        made = bytearray(json.dumps(data).encode())
    else:
        made = bytearray(header)
        for _ in range(random.choice([1, 1, 3])):
            scramble(made, random, message_pieces())
    rest = bytearray(body)
    if random.random() < 0.3:
        scramble(rest, random, message_pieces())
    length = len(made) if random.random() < 0.9 else random.choice([0, size, 2**31, 2**63])
    return LENGTH.pack(length) + bytes(made + rest)


def originals() -> list[bytes]:
    """Return messages of each kind."""
    arrays = {"y": np.arange(6.0).reshape(2, 3), "n": np.array(3), "s": np.array(["ab", "c"]), "t": np.array([True])}
    fault = Fault("error", "ValueError: no", "line 3")
    return [
        pack_evidence("double_values", Evidence(arrays, {"z": "None"}, None, ("a note",))),
        pack_evidence("colour", Evidence(fault=fault)),
        pack({"cell": "exercise-double", "printed": "text", "error": ["ValueError", "no"]}, {}),
        pack({"cell": "setup-1", "printed": "", "error": None}, {}),
        pack({"end": True}, {}),
    ]


@pytest.mark.parametrize("read", [unpack, unpack_evidence])
def test_mutated_messages_are_read_or_refused(read):
    random, refused, kinds = Random(20260102), 0, originals()
    for _ in range(COUNT):
        content = mutated_message(random.choice(kinds), random)
        try:
            name, got = within_bounds(read, content)
        except MessageError:
            refused += 1
            continue
        arrays = got.arrays if isinstance(got, Evidence) else got
        assert sum(array.nbytes for array in arrays.values()) <= len(content)
        if isinstance(got, Evidence):
            "\n".join([name, *arrays, *got.odd, *got.odd.values(), *got.notes]).encode()
    assert COUNT // 10 < refused <= COUNT


def test_mutated_streams_of_messages_are_collected(lesson, draft):
    random, kinds, complaints = Random(20260103), originals(), 0
    prepared = prepare(draft().submission(), lesson)

    def receive(stream: bytes) -> Any:
        frames = Frames(50_000)
        for begin in range(0, len(stream), 100):
            frames.feed(stream[begin : begin + 100])
        return collect(prepared, frames.whole, frames.complaint)

    for _ in range(COUNT):
        parts = [random.choice(kinds) for _ in range(6)]
        at = random.randrange(6)
        parts[at] = mutated_message(parts[at], random)
        stream = bytearray(b"".join(LENGTH.pack(len(part)) + part for part in parts))
        if random.random() < 0.3:
            scramble(stream, random, message_pieces())
        executed = within_bounds(receive, bytes(stream))
        complaints += bool(executed.ended)
        texts = [executed.ended, executed.stopped_at, *executed.evidence]
        texts += [text for cell in executed.cells.values() for text in (cell.printed, *(cell.error or ()))]
        "\n".join(texts).encode()
    assert complaints
