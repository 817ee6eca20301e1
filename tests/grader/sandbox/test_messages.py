"""The stream of messages that comes back, cut anywhere, and made up by anyone."""

from __future__ import annotations

import numpy as np
import pytest

from gradschool.grader.sandbox.limits import Limits
from gradschool.grader.sandbox.messages import MOST_HEADER, PRICE, Executed, Frames, collect, request
from gradschool.grader.submission import Prepared, PreparedCell, prepare
from gradschool.lab import codec


def framed(*bodies):
    return b"".join(len(body).to_bytes(8, "little") + body for body in bodies)


@pytest.mark.parametrize("step", [1, 3, 8, 9, 1000])
def test_messages_are_found_however_the_stream_is_cut(step):
    bodies = [b"one", b"", b"three" * 100]
    frames, stream = Frames(10 * PRICE), framed(*bodies)
    for start in range(0, len(stream), step):
        frames.feed(stream[start : start + step])
    assert (frames.whole, frames.complaint) == (bodies, "")


def test_an_unfinished_message_is_no_message():
    frames = Frames(10 * PRICE)
    frames.feed(framed(b"one") + framed(b"two")[:-1])
    assert (frames.whole, frames.complaint) == ([b"one"], "")


@pytest.mark.parametrize("size", [10 * 2**30, 2**63, 2**64 - 1])
def test_a_message_that_says_it_is_endless_is_not_waited_for(size):
    frames = Frames(2**20)
    frames.feed(size.to_bytes(8, "little") + b"x" * 1000)
    frames.feed(b"x" * 1000)
    assert (frames.whole, frames.complaint) == ([], "it sent more than 1 MB")


def test_empty_messages_count_too():
    frames = Frames(100 * PRICE)
    frames.feed(framed(b"") * 1000)
    assert len(frames.whole) == 100
    assert frames.complaint


def test_no_bytes_make_the_collection_raise():
    prepared = Prepared("ada", "01_tiny", (PreparedCell("a", "extra", "code", "", True),))
    rng = np.random.default_rng(0)
    for _ in range(300):
        executed = collect(prepared, [rng.bytes(int(rng.integers(0, 60))) for _ in range(3)], "")
        assert executed == Executed({}, {}, "it sent a message that can't be read", "a")


def test_a_header_that_would_fill_the_memory_is_not_read():
    prepared = Prepared("ada", "01_tiny", ())
    header = b'{"meta": [' + b"[]," * (MOST_HEADER // 3) + b'0], "arrays": []}'
    executed = collect(prepared, [len(header).to_bytes(8, "little") + header], "")
    assert executed.ended == "it sent a message that can't be read"


def test_what_a_cell_says_once_the_cases_may_have_come_is_not_heard():
    cells = tuple(PreparedCell(name, "extra", "code", "", True) for name in "ab")
    said = [codec.pack({"cell": name, "printed": name, "error": None}, {}) for name in "ab"]
    other = codec.pack(0, {})
    prepared = Prepared("ada", "01_tiny", cells)
    assert set(collect(prepared, said, "").cells) == {"a", "b"}
    assert set(collect(prepared, [other, *said], "").cells) == {"a"}
    assert set(collect(prepared, [other, other, *said], "").cells) == set()


def test_a_request_comes_in_two_parts_and_the_first_holds_no_case(key, draft):
    cells, checks = request(prepare(draft().submission(), key.lesson), key.task, Limits())
    assert b"def double(x)" in cells
    for secret in [v for _, cases in key.task.checks for case in cases for v in case.values()]:
        if isinstance(secret, np.ndarray):
            assert secret.tobytes() not in cells
            assert secret.tobytes() in checks
    assert b"def double_values(nn, x)" not in cells
