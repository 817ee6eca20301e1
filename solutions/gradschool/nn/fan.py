"""How many inputs one output sums up, and how many outputs one input feeds.

Dense     W (D, M)           fan_in = D             fan_out = M
Conv2d    W (O, C, kh, kw)   fan_in = C · kh · kw   fan_out = O · kh · kw
"""

from __future__ import annotations

from math import prod


def fans(shape: tuple[int, ...]) -> tuple[int, int]:
    """Return (fan_in, fan_out) for weights of `shape`: (fan_in, fan_out) itself, or that of Conv2d's filters."""
    if len(shape) < 2:
        raise ValueError(f"fans takes the shape of weights, with two axes or more, got {shape}")
    if len(shape) == 2:
        return shape[0], shape[1]
    outputs, inputs, *window = shape
    return inputs * prod(window), outputs * prod(window)
