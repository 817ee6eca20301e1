"""Messages: what goes in comes out, and nothing malformed gets further than a MessageError."""

from __future__ import annotations

import contextlib
import json
import tracemalloc

import numpy as np
import pytest

from gradschool.lab.codec import LENGTH, MessageError, pack, pack_evidence, text, unpack, unpack_evidence
from gradschool.lab.evidence import Evidence, Fault

SMALL = {"x": np.array([[1.5, 2.0], [3.0, -4.0]]), "y": np.array([1, 2, 3], dtype=np.int32), "s": np.array(["ab", "c"])}


def message(table, body=b"", meta=None):
    """Return a message whose table of arrays may be anything that JSON holds."""
    return raw(json.dumps({"meta": meta, "arrays": table}).encode(), body)


def raw(header, body=b""):
    return LENGTH.pack(len(header)) + header + body


def same(got, want):
    assert (got.shape, got.dtype) == (want.shape, want.dtype)
    np.testing.assert_array_equal(got, want, strict=True)


# What goes in comes out


@pytest.mark.parametrize(
    "dtype", ["?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "c8", "c16", "U1", "U7"]
)
@pytest.mark.parametrize("shape", [(), (0,), (1,), (5,), (2, 3), (2, 0, 3), (1, 2, 1, 2)])
@pytest.mark.parametrize("order", ["<", ">"])
def test_every_plain_array_comes_back_as_it_was(dtype, shape, order):
    numbers = np.random.default_rng(0).integers(0, 2, size=shape)
    array = numbers.astype(np.dtype(dtype).newbyteorder(order))
    meta, arrays = unpack(pack({"n": 1}, {"the array": array}))
    assert meta == {"n": 1}
    same(arrays["the array"], array)


@pytest.mark.parametrize("view", [lambda a: a[::2], lambda a: a[:, ::-1], lambda a: a.T, lambda a: a[1:3, 1:2]])
def test_an_array_that_is_not_contiguous_comes_back(view):
    array = view(np.arange(20.0).reshape(4, 5))
    same(unpack(pack(None, {"a": array}))[1]["a"], array)


def test_the_extremes_of_numbers_come_back():
    array = np.array([np.nan, np.inf, -np.inf, -0.0, 5e-324, 1.7e308])
    got = unpack(pack(None, {"a": array}))[1]["a"]
    assert got.tobytes() == array.tobytes()


def test_text_of_any_script_comes_back():
    array = np.array(["", "ü", "日本", "😀", "a\nb"])
    same(unpack(pack(None, {"a": array}))[1]["a"], array)
    same(unpack(pack(None, {"a": array.astype(">U2")}))[1]["a"], array.astype(">U2"))


def test_several_arrays_keep_their_names_and_their_order():
    got = unpack(pack([1, None, "ü"], SMALL))
    assert got[0] == [1, None, "ü"]
    assert list(got[1]) == ["x", "y", "s"]
    for name, array in SMALL.items():
        same(got[1][name], array)


def test_a_message_may_hold_no_arrays():
    assert unpack(pack({"end": True}, {})) == ({"end": True}, {})


def test_what_arrives_is_read_only():
    assert not unpack(pack(None, SMALL))[1]["x"].flags.writeable


def test_long_doubles_become_the_longest_that_a_message_holds():
    got = unpack(pack(None, {"f": np.array([1.5], np.longdouble), "c": np.array([1.5j], np.clongdouble)}))[1]
    same(got["f"], np.array([1.5]))
    same(got["c"], np.array([1.5j]))


def test_text_of_no_width_becomes_text_of_width_one():
    array = np.ndarray(3, dtype="U0")
    assert unpack(pack(None, {"a": array}))[1]["a"].tolist() == ["", "", ""]


@pytest.mark.parametrize(
    ("array", "dtype"),
    [
        (np.array([None]), "object"),
        (np.array([b"a"]), r"\|S1"),
        (np.zeros(1, "V4"), r"\|V4"),
        (np.zeros(1, "M8[s]"), r"datetime64\[s\]"),
        (np.zeros(1, "m8[s]"), r"timedelta64\[s\]"),
        (np.zeros(1, [("a", "f8")]), r"\[\('a', '<f8'\)\]"),
    ],
)
def test_an_array_that_is_not_plain_is_not_packed(array, dtype):
    with pytest.raises(TypeError, match=f"^a message holds plain arrays, got a of dtype {dtype}$"):
        pack(None, {"a": array})


# Malformed messages


@pytest.mark.parametrize("length", range(len(pack({"a": [1]}, SMALL))))
def test_a_message_cut_anywhere_is_refused(length):
    with pytest.raises(MessageError):
        unpack(pack({"a": [1]}, SMALL)[:length])


@pytest.mark.parametrize("more", [b"\0", b"trailing", bytes(1000)])
def test_bytes_after_the_last_array_are_refused(more):
    with pytest.raises(MessageError, match=r"^the message is longer than its arrays$"):
        unpack(pack(None, SMALL) + more)


@pytest.mark.parametrize("size", [1, 100, 2**31, 2**63, 2**64 - 1])
def test_a_header_longer_than_the_message_is_refused(size):
    with pytest.raises(MessageError, match=r"^the header is longer than the message$"):
        unpack(LENGTH.pack(size))


@pytest.mark.parametrize(
    "header",
    [
        b"",
        b"{",
        b"not json",
        b"\xff\xfe\xfd",
        b"null",
        b"1",
        b"[]",
        b'"text"',
        b"{}",
        b'{"meta": 1}',
        b'{"arrays": []}',
        b'{"meta": 1, "arrays": null}',
        b'{"meta": 1, "arrays": 3}',
        b'{"meta": 1, "arrays": [1]}',
        b'{"meta": 1, "arrays": [["a", "<f8"]]}',
        b'{"meta": 1, "arrays": [["a", "<f8", [], 0]]}',
        b'{"meta": 1, "arrays": [["a", "<f8", 3]]}',
        b'{"meta": 1, "arrays": [["a", "<f8", null]]}',
        b'{"meta": ' + b"9" * 5000 + b', "arrays": []}',
    ],
)
def test_a_header_of_another_form_is_refused(header):
    with pytest.raises(MessageError, match=r"^the header is malformed: \w+$"):
        unpack(raw(header))


@pytest.mark.parametrize("bracket", [b"[", b'{"a":'])
def test_a_deeply_nested_header_is_refused(bracket):
    with pytest.raises(MessageError, match=r"^the header is malformed: \w+$"):
        unpack(raw(b'{"arrays": [], "meta": ' + bracket * 100_000))


@pytest.mark.parametrize(
    "shape",
    [
        [-1],
        [2, -3],
        [-1, -8],
        [1.0],
        [True],
        [None],
        ["1"],
        [[1]],
        "12",
        [2**40],
        [2**63],
        [2**200],
        [1] * 17,
        [0, 2**40],
        [0, 2**39, 2**39],
        [2**20, 2**20],
        [2**39] * 16,
    ],
)
@pytest.mark.parametrize("dtype", ["<f8", "|b1", "<U4096"])
def test_an_impossible_shape_is_refused(shape, dtype):
    with pytest.raises(MessageError, match=r"^an array has an impossible shape$"):
        unpack(message([["a", dtype, shape]], bytes(64)))


@pytest.mark.parametrize(
    "dtype",
    [
        "O",
        "|O",
        "O8",
        "object",
        "V8",
        "|V8",
        "S4",
        "M8[s]",
        "<M8",
        "m8",
        "float64",
        "f",
        "<f",
        "8",
        "",
        "f8,f8",
        "f-8",
        "f8 ",
        " f8",
        "f8\n",
        "(2,)f8",
        "<<f8",
        "f٨",
        "{'a': 1}",
    ],
)
def test_a_dtype_that_is_not_plain_is_refused(dtype):
    with pytest.raises(MessageError, match=r"^an array has a dtype that is not plain$"):
        unpack(message([["a", dtype, [1]]], bytes(8)))


@pytest.mark.parametrize("dtype", ["f3", "f0", "f16", "i16", "u3", "b2", "c4", "c32", "U0", "U4097", "U999999"])
def test_a_dtype_of_unknown_width_is_refused(dtype):
    with pytest.raises(MessageError, match=r"^an array has a dtype of unknown width$"):
        unpack(message([["a", dtype, [1]]], bytes(64)))


@pytest.mark.parametrize(
    ("name", "dtype"),
    [
        *[(None, "<f8"), (1, "<f8"), (["a"], "<f8"), ("a", None), ("a", 8)],
        *[("half of a character \ud800", "<f8"), ("\x1b[31m", "<f8"), ("a\0", "<f8"), ("x" * 1001, "<f8")],
    ],
)
def test_a_name_or_a_dtype_that_is_no_plain_text_is_refused(name, dtype):
    with pytest.raises(MessageError, match=r"^an array has no name and dtype of its own$"):
        unpack(message([[name, dtype, [1]]], bytes(8)))


def test_two_arrays_of_one_name_are_refused():
    with pytest.raises(MessageError, match=r"^an array has no name and dtype of its own$"):
        unpack(message([["a", "<f8", [1]], ["a", "<f8", [1]]], bytes(16)))


@pytest.mark.parametrize("length", [0, 7, 23])
def test_an_array_longer_than_the_message_is_refused(length):
    with pytest.raises(MessageError, match=r"^an array is longer than the message$"):
        unpack(message([["a", "<f8", [3]]], bytes(length)))


def test_booleans_other_than_0_and_1_are_refused():
    with pytest.raises(MessageError, match=r"^an array of booleans holds something else$"):
        unpack(message([["a", "|b1", [3]]], b"\0\1\2"))


@pytest.mark.parametrize(("order", "body"), [("<", b"\xff\xff\xff\x7f"), (">", b"\0\x11\0\0"), ("<", b"\0\0\x11\0")])
@pytest.mark.parametrize("shape", [[], [1]])
def test_text_beyond_unicode_is_refused(order, body, shape):
    with pytest.raises(MessageError, match=r"^an array of text holds something else$"):
        unpack(message([["a", f"{order}U1", shape]], body))


def test_the_last_character_of_unicode_is_text():
    assert unpack(message([["a", "<U1", []]], b"\xff\xff\x10\0"))[1]["a"].item() == "\U0010ffff"


@pytest.mark.parametrize(
    "hostile",
    [
        message([["a", "<f8", [2**39]]]),
        message([["a", "<U4096", [2**39]]]),
        message([[f"a{i}", "<U0", [2**20]] for i in range(50)]),
        message([[f"a{i}", "<f8", [0, 2**30]] for i in range(50)]),
        LENGTH.pack(2**40),
    ],
)
def test_a_message_that_claims_to_be_large_allocates_nothing_large(hostile):
    tracemalloc.start()
    try:
        with contextlib.suppress(MessageError):
            unpack(hostile)
        assert tracemalloc.get_traced_memory()[1] < 200_000
    finally:
        tracemalloc.stop()


def test_mutated_messages_are_read_or_refused_and_nothing_else():
    rng = np.random.default_rng(20240229)
    evidence = Evidence(SMALL, {"z": "None"}, Fault("error", "ValueError: no", "line 3"), ("a note",))
    whole = pack_evidence("dense", evidence)
    header_ends = LENGTH.size + LENGTH.unpack_from(whole)[0]
    refused = 0
    for _ in range(2000):
        mutated = bytearray(whole)
        for _ in range(rng.integers(1, 4)):
            # Most changes go to the header, where the decisions are made.
            end = header_ends if rng.random() < 0.8 else len(mutated)
            at = int(rng.integers(LENGTH.size if rng.random() < 0.9 else 0, min(end, len(mutated))))
            kind = rng.integers(4)
            if kind == 0:
                mutated[at] = rng.integers(256)
            elif kind == 1:
                mutated[at] = rng.choice(np.frombuffer(b'0123456789-,[]{}":.eEUifcbO<>|', np.uint8))
            elif kind == 2:
                del mutated[at : at + int(rng.integers(1, 4))]
            else:
                mutated[at:at] = rng.bytes(int(rng.integers(1, 4)))
        if rng.random() < 0.5:  # so that insertions and deletions reach the table, and not the length alone
            mutated[: LENGTH.size] = LENGTH.pack(max(0, header_ends - LENGTH.size + len(mutated) - len(whole)))
        try:
            check, got = unpack_evidence(bytes(mutated))
        except MessageError:
            refused += 1
        else:
            assert isinstance(check, str)
            assert all(array.nbytes <= len(mutated) for array in got.arrays.values())
    assert 500 < refused < 2000


# Evidence


@pytest.mark.parametrize(
    "evidence",
    [
        Evidence(),
        Evidence(odd={"dX": "None", "dW": "a dict"}, notes=("RuntimeWarning: overflow", "your code printed: 1")),
        Evidence(fault=Fault("error", "ValueError: no", "line 3 of its cell, in `f`: return 1 / 0")),
        Evidence(fault=Fault("timeout", "it was still running after 10 seconds")),
        Evidence(fault=Fault("not attempted", "Dense.forward")),
    ],
)
def test_evidence_comes_back_as_it_was(evidence):
    assert unpack_evidence(pack_evidence("dense_backward", evidence)) == ("dense_backward", evidence)


def test_the_arrays_of_evidence_come_back():
    check, got = unpack_evidence(pack_evidence("dense", Evidence(SMALL)))
    assert check == "dense"
    assert list(got.arrays) == list(SMALL)
    for name, array in SMALL.items():
        same(got.arrays[name], array)


GOOD = {"check": "dense", "odd": {}, "fault": None, "notes": []}


@pytest.mark.parametrize(
    "meta",
    [
        None,
        1,
        "text",
        [],
        {},
        *({k: v for k, v in GOOD.items() if k != missing} for missing in GOOD),
        {**GOOD, "check": None},
        {**GOOD, "check": 1},
        {**GOOD, "odd": []},
        {**GOOD, "odd": {"a": 1}},
        {**GOOD, "odd": None},
        {**GOOD, "fault": 1},
        {**GOOD, "fault": []},
        {**GOOD, "fault": ["error"]},
        {**GOOD, "fault": ["error", 1]},
        {**GOOD, "fault": ["error", "a", "b", "c"]},
        {**GOOD, "notes": None},
        {**GOOD, "notes": 1},
        {**GOOD, "notes": {}},
        {**GOOD, "notes": [1]},
        {**GOOD, "notes": [["a"]]},
    ],
)
def test_evidence_of_another_form_is_refused(meta):
    with pytest.raises(MessageError, match=r"^the evidence is malformed: \w+$"):
        unpack_evidence(pack(meta, {}))


@pytest.mark.parametrize("kind", ["", "right", "Error", "error "])
def test_a_fault_of_an_unknown_kind_is_refused(kind):
    with pytest.raises(MessageError, match=r"^the evidence has a fault of an unknown kind$"):
        unpack_evidence(pack({**GOOD, "fault": [kind, "a message"]}, {}))


def test_evidence_keeps_five_notes_of_a_thousand_characters():
    notes = unpack_evidence(pack({**GOOD, "notes": ["x" * 3000] * 9}, {}))[1].notes
    assert notes == ("x" * 1000,) * 5


def test_text_loses_control_characters_and_keeps_line_breaks():
    assert text("a\x1b[31m\tb\nc\x00ü\u202e\ud800") == "a[31mb\ncü"


def test_what_is_no_text_is_refused():
    with pytest.raises(TypeError, match=r"^a string was expected$"):
        text(b"bytes")
