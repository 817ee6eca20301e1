"""Read a notebook's JSON without what grading has no use for, in the memory of a megabyte.

The values of a few keys (outputs, pictures, a source as long as no program) are skipped where they are longer than
`MOST` says, and `null` stands in their place; all else is kept byte for byte. Nothing is parsed:

- A key of JSON is `"name":` with a quote that no backslash escapes, wherever it stands; within a string its quotes
  would be escaped.
- A value ends where the sum of its brackets outside strings comes back to zero. NumPy sums them, so the shape of an
  output makes no difference to the time.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

MOST = {
    b"outputs": 0,
    b"attachments": 0,
    b"widgets": 0,
    b"metadata": 100_000,
    b"source": 2_000_000,
    b"input": 2_000_000,
}
"""The keys whose values are skipped, and from how many bytes on."""

CHUNK = 2**20
SMALL, LARGE = 2**12, 2**17
KEY = re.compile(rb'(?<!\\)"(' + b"|".join(MOST) + rb')"\s{0,100}:\s{0,100}')
LONGEST_KEY = 256
FLAT = re.compile(rb'[\[{](?:[^"\[\]{}]++|"(?:[^"\\]++|\\.)*+")*+[\]}]|"(?:[^"\\]++|\\.)*+"', re.DOTALL)
"""A value without brackets within: most outputs of a notebook that was cleared, and most sources."""

QUOTE = 2
MARKS = bytes(
    {ord("["): 1, ord("{"): 1, ord("]"): 255, ord("}"): 255, ord('"'): QUOTE}.get(code, 0) for code in range(256)
)
"""What each byte does: it opens (1), closes (-1), quotes, or does nothing."""


class TooLongError(ValueError):
    """More is left than may be kept."""


@dataclass(frozen=True)
class Skimmed:
    """What is left of a file, and how many bytes of which keys are not."""

    content: bytes
    skipped: Counter[str] = field(default_factory=Counter)


@dataclass
class _Value:
    """A value on its way past."""

    name: bytes
    size: int = 0
    kept: bytearray = field(default_factory=bytearray)
    depth: int = 0
    inside: int = 0
    """1 inside a string."""

    @property
    def skipped(self) -> bool:
        """Whether it is too long to keep."""
        return self.size > MOST[self.name]

    def pass_by(self, buffer: bytes, at: int, last: bool) -> tuple[int, bool]:
        """Return how far the value goes in the buffer from `at` on, and whether it ends there."""
        if self.size == 0 and (flat := FLAT.match(buffer, at)):
            self._take(flat[0])
            return flat.end(), True
        step = SMALL
        while at < len(buffer):
            piece = buffer[at : at + step]
            if (len(piece) - len(piece.rstrip(b"\\"))) % 2 and not (last and len(piece) == 1):
                piece = piece[:-1]  # a backslash waits for what it escapes
            if not piece:
                break
            end = self._end(piece)
            self._take(piece[: end or None])
            at += end or len(piece)
            if end:
                return at, True
            step = min(2 * step, LARGE)
        return at, False

    def _take(self, piece: bytes) -> None:
        self.size += len(piece)
        if not self.skipped:
            self.kept += piece

    def _end(self, piece: bytes) -> int:
        """Return where the value ends in `piece`, which goes on where the last one stopped; 0 if it goes on."""
        plain = piece.replace(b"\\\\", b"..").replace(b'\\"', b"..") if b"\\" in piece else piece
        every = np.frombuffer(plain.translate(MARKS), np.int8)
        places = np.flatnonzero(every)
        if not places.size:
            return 0
        marks = every[places]
        quotes = marks == QUOTE
        within = (np.cumsum(quotes, dtype=np.uint8) + np.uint8(self.inside)) & np.uint8(1)
        depths = self.depth + np.cumsum(np.where(quotes | (within == 1), 0, marks), dtype=np.int32)
        self.depth, self.inside = int(depths[-1]), int(within[-1])
        ends = places[(depths <= 0) & (within == 0)]
        return int(ends[0]) + 1 if ends.size else 0


def skim(read: Callable[[int], bytes], most: int) -> Skimmed:
    """Return what `read` gives, called with how many bytes it may return until it returns none.

    Raises:
        TooLongError: more than `most` bytes would be kept.
    """
    kept, skipped = bytearray(), Counter[str]()
    value: _Value | None = None
    rest, last = b"", False
    while not last:
        chunk = read(CHUNK)
        buffer, at, last = rest + chunk, 0, not chunk
        while at < len(buffer):  # each turn passes a value, or keeps what stands before the next one
            if value is not None:
                at, ended = value.pass_by(buffer, at, last)
                if not ended:
                    break
                kept += b"null" if value.skipped else value.kept
                if value.skipped:
                    skipped[value.name.decode()] += value.size
                value = None
                continue
            match = KEY.search(buffer, at)
            whole = match if match and (match.end() < len(buffer) or last) else None
            stop = whole.end() if whole else _safe_stop(buffer, at, match, last)
            kept += buffer[at:stop]
            at = stop
            if len(kept) > most:
                raise TooLongError
            if whole is None:
                break
            if buffer[at : at + 1] in (b"[", b"{", b'"'):
                value = _Value(whole[1])
        rest = buffer[at:]
    return Skimmed(bytes(kept), skipped)


def _safe_stop(buffer: bytes, at: int, match: re.Match[bytes] | None, last: bool) -> int:
    """Return how much of the buffer holds no key nor the beginning of one."""
    if last:
        return len(buffer)
    stop = match.start() if match else max(at, len(buffer) - LONGEST_KEY)
    return stop - 1 if stop > at and buffer[stop - 1 : stop] == b"\\" else stop
