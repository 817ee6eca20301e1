"""Parameters end to end, in blocks that stay in the processor's cache.

An update rule computes entry by entry, so it may be given the entries in any pieces. It reads and writes several
arrays a dozen times over. In blocks of about 128 kB (float32) all of them stay in the cache from the first line of the
rule to the last, where whole arrays would go through memory each time; and small parameters, joined to one block, share
the cost of the calls.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Any, TypeAlias

import numpy as np

from gradschool.nn.parameter import Parameter
from gradschool.nn.types import Array

Kind: TypeAlias = tuple[np.dtype[Any], float]

BLOCK = 2**15
"""The number of entries of a block, more or less: at most half as many again."""


@dataclass(frozen=True)
class Block:
    """Where a block lies in its stretch, and of which entries of which parameters (by index) it is made."""

    whole: slice
    parts: tuple[tuple[int, slice], ...]


class Stretch:
    """Parameters of one dtype and one weight decay, end to end, the largest first; a slot is one flat array for all."""

    def __init__(self, parameters: Iterable[Parameter], slots: Mapping[str, float], kind: Kind) -> None:
        """Lay `parameters` end to end; `slots` names the arrays beside them, and what these are filled with."""
        self.parameters = sorted(parameters, key=lambda parameter: -parameter.value.size)
        self.kind = kind
        dtype, self.weight_decay = kind
        ends = list(accumulate(parameter.value.size for parameter in self.parameters))
        self._places = [slice(start, end) for start, end in pairwise([0, *ends])]
        self._blocks = _cut(self._places)
        self._slots = {name: np.full(ends[-1], start, dtype) for name, start in slots.items()}
        joined = [block.whole.stop - block.whole.start for block in self._blocks if len(block.parts) > 1]
        self._scratch = np.empty((2, max(joined, default=0)), dtype)

    def holds(self, weight_decay: float) -> bool:
        """Return whether the parameters still have the dtype and the weight decay of this stretch."""
        return all(_kind(parameter, weight_decay) == self.kind for parameter in self.parameters)

    def slots(self) -> Iterator[tuple[Parameter, dict[str, Array]]]:
        """Yield each parameter with its slots, in its shape; they are views."""
        for parameter, place in zip(self.parameters, self._places, strict=True):
            yield parameter, {name: slot[place].reshape(parameter.shape) for name, slot in self._slots.items()}

    def blocks(self) -> Iterator[tuple[Array, Array, dict[str, Array]]]:
        """Yield value, gradient and slots block by block, flat; a change to a value or a slot is kept."""
        values = [parameter.value.reshape(-1) for parameter in self.parameters]
        grads = [parameter.grad.reshape(-1) for parameter in self.parameters]
        for block in self._blocks:
            slots = {name: slot[block.whole] for name, slot in self._slots.items()}
            if len(block.parts) == 1:
                [(i, part)] = block.parts
                yield values[i][part], grads[i][part], slots
            else:
                pieces = [values[i][part] for i, part in block.parts]
                value, grad = self._scratch[:, : block.whole.stop - block.whole.start]
                np.concatenate(pieces, out=value)
                np.concatenate([grads[i][part] for i, part in block.parts], out=grad, casting="same_kind")
                yield value, grad, slots
                start = 0
                for piece in pieces:
                    piece[...] = value[start : start + piece.size]
                    start += piece.size
        for parameter, changed in zip(self.parameters, values, strict=True):
            if not parameter.value.flags.c_contiguous:  # then reshape has made a copy
                parameter.value[...] = changed.reshape(parameter.shape)

    def flush(self) -> None:
        """Set the entries of the slots to zero that are less than 1,024 times the smallest normal number."""
        for slot in self._slots.values():
            least = 1024 * np.finfo(slot.dtype).smallest_normal
            for start in range(0, slot.size, BLOCK):
                part = slot[start : start + BLOCK]
                part[np.abs(part) < least] = 0


def stretches(parameters: Iterable[Parameter], slots: Mapping[str, float], weight_decay: float) -> list[Stretch]:
    """Return the parameters as stretches, one of each dtype, of those that decay and of those that do not."""
    kinds: dict[Kind, list[Parameter]] = {}
    for parameter in parameters:
        kinds.setdefault(_kind(parameter, weight_decay), []).append(parameter)
    return [Stretch(found, slots, kind) for kind, found in kinds.items()]


def _kind(parameter: Parameter, weight_decay: float) -> Kind:
    """Return what the parameters of a stretch have in common: the dtype and the weight decay."""
    return parameter.value.dtype, float(weight_decay) if parameter.decay else 0.0


def _cut(places: Sequence[slice]) -> list[Block]:
    """Return blocks that cover `places`, which lie end to end, the largest first.

    A place is cut into even parts; a small one joins the block before it, if there is room.
    """
    blocks: list[Block] = []
    for i, place in enumerate(places):
        size = place.stop - place.start
        last = blocks[-1].whole if blocks else slice(0, BLOCK)
        if size < BLOCK // 4 and place.stop - last.start <= BLOCK:
            parts = blocks.pop().parts if blocks else ()
            blocks.append(Block(slice(last.start, place.stop), (*parts, (i, slice(0, size)))))
            continue
        pieces = max(1, round(size / BLOCK))
        edges = [size * k // pieces for k in range(pieces + 1)]
        for start, end in pairwise(edges):
            blocks.append(Block(slice(place.start + start, place.start + end), ((i, slice(start, end)),)))
    return blocks
