"""Messages between the student's process and the judge: a JSON header, then the bytes of plain arrays.

    length of the header, 8 bytes, little-endian
    header, UTF-8 JSON: {"meta": ..., "arrays": [[name, dtype, shape], ...]}
    the arrays' bytes, one after the other, C order

No pickle, no compression, no dtype but the plain ones; sizes are checked before anything is allocated. So a message may
come from anyone.
"""

from __future__ import annotations

import json
import math
import re
import struct
from collections.abc import Mapping
from typing import Any

import numpy as np

from gradschool.lab.evidence import MOST_AXES, MOST_CHARACTERS, PLAIN, AnyArray, Evidence, Fault

LENGTH = struct.Struct("<Q")
DTYPE = re.compile(r"[<>|=]?([biufcU])([0-9]{1,6})")
WIDTHS = {
    "b": {1},
    "i": {1, 2, 4, 8},
    "u": {1, 2, 4, 8},
    "f": {2, 4, 8},
    "c": {8, 16},
    "U": set(range(1, MOST_CHARACTERS + 1)),
}


class MessageError(ValueError):
    """A message is not in the form of this module."""


def pack(meta: Any, arrays: Mapping[str, AnyArray]) -> bytes:
    """Return a message that holds `meta`, which JSON must be able to hold, and `arrays`."""
    table: list[tuple[str, str, tuple[int, ...]]] = []
    parts: list[bytes] = []
    for name, array in arrays.items():
        if array.dtype.kind not in PLAIN:
            raise TypeError(f"a message holds plain arrays, got {name} of dtype {array.dtype}")
        if array.dtype.kind == "f" and array.dtype.itemsize > 8:
            array = array.astype(np.float64)
        if array.dtype.kind == "c" and array.dtype.itemsize > 16:
            array = array.astype(np.complex128)
        if array.dtype.itemsize == 0:  # text of no width, of which NumPy itself makes width 1
            array = array.astype("U1")
        table.append((name, array.dtype.str, array.shape))
        parts.append(np.ascontiguousarray(array).tobytes())
    header = json.dumps({"meta": meta, "arrays": table}).encode()
    return b"".join([LENGTH.pack(len(header)), header, *parts])


def unpack(message: bytes, most: int | None = None) -> tuple[Any, dict[str, AnyArray]]:
    """Return the `meta` and the arrays of a message, whose header has no more than `most` bytes.

    Raises:
        MessageError: the message is malformed in any way.
    """
    if len(message) < LENGTH.size:
        raise MessageError("the message is shorter than its first field")
    (size,) = LENGTH.unpack_from(message)
    start = LENGTH.size + size
    if start > len(message):
        raise MessageError("the header is longer than the message")
    if most is not None and size > most:
        raise MessageError("the header is too long")
    try:
        header = json.loads(message[LENGTH.size : start])
        meta, table = header["meta"], header["arrays"]
        rows = [(name, dtype, tuple(shape)) for name, dtype, shape in table]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise MessageError(f"the header is malformed: {type(error).__name__}") from None
    arrays: dict[str, AnyArray] = {}
    for name, dtype, shape in rows:
        if not isinstance(name, str) or not isinstance(dtype, str) or name in arrays or text(name) != name:
            raise MessageError("an array has no name and dtype of its own")
        match = DTYPE.fullmatch(dtype)
        if match is None:
            raise MessageError("an array has a dtype that is not plain")
        if int(match[2]) not in WIDTHS[match[1]]:
            raise MessageError("an array has a dtype of unknown width")
        if len(shape) > MOST_AXES or not all(type(n) is int and n >= 0 for n in shape):
            raise MessageError("an array has an impossible shape")
        if math.prod(n or 1 for n in shape) >= 2**40:  # an array without entries has a limit too: NumPy's own
            raise MessageError("an array has an impossible shape")
        kind = np.dtype(dtype)
        count = math.prod(shape)
        stop = start + count * kind.itemsize
        if stop > len(message):
            raise MessageError("an array is longer than the message")
        arrays[name] = np.frombuffer(message, dtype=kind, count=count, offset=start).reshape(shape)
        _check_entries(arrays[name])
        start = stop
    if start != len(message):
        raise MessageError("the message is longer than its arrays")
    return meta, arrays


def _check_entries(array: AnyArray) -> None:
    """Refuse bytes that NumPy takes for a boolean or a character and that are none."""
    if array.dtype.kind == "b" and (array.view(np.uint8) > 1).any():
        raise MessageError("an array of booleans holds something else")
    if array.dtype.kind == "U" and array.size:
        codes = np.ascontiguousarray(array).reshape(-1).view(np.dtype(np.uint32).newbyteorder(array.dtype.byteorder))
        if (codes > 0x10FFFF).any():
            raise MessageError("an array of text holds something else")


def pack_evidence(check: str, evidence: Evidence) -> bytes:
    """Return the message that holds what one case of one check gave."""
    fault = evidence.fault
    meta = {
        "check": check,
        "odd": dict(evidence.odd),
        "fault": None if fault is None else [fault.kind, fault.message, fault.where],
        "notes": list(evidence.notes),
    }
    return pack(meta, evidence.arrays)


def unpack_evidence(message: bytes, most: int | None = None) -> tuple[str, Evidence]:
    """Return the name of a check and what one of its cases gave.

    Raises:
        MessageError: the message is malformed in any way.
    """
    meta, arrays = unpack(message, most)
    try:
        fault = None if meta["fault"] is None else Fault(*(text(part) for part in meta["fault"]))
        odd = {text(name): text(words) for name, words in meta["odd"].items()}
        notes = tuple(text(note) for note in meta["notes"][:5])
        check = text(meta["check"])
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise MessageError(f"the evidence is malformed: {type(error).__name__}") from None
    if fault is not None and fault.kind not in ("error", "timeout", "not attempted"):
        raise MessageError("the evidence has a fault of an unknown kind")
    return check, Evidence(arrays, odd, fault, notes)


def text(value: Any, limit: int = 1000) -> str:
    """Return `value` if it is a string, cut to `limit` characters and without control characters."""
    if not isinstance(value, str):
        raise TypeError("a string was expected")
    kept = value[:limit]
    return kept if kept.isprintable() else "".join(c for c in kept if c.isprintable() or c == "\n")
