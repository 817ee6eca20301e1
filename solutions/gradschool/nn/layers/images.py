"""What the layers of images (N, C, H, W) share: pairs (h, w), sizes, and the check of x.

A window of k pixels, d apart, spans d (k − 1) + 1 pixels. With p pixels of padding on either side it has

    ⌊(size + 2p − d (k − 1) − 1) / s⌋ + 1

places, s pixels apart; pixels that the last place does not reach belong to none.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import index

from gradschool.nn.types import Array


def pair(value: int | Sequence[int], name: str, *, least: int = 1) -> tuple[int, int]:
    """Return (h, w) for a whole number, meant for both axes, or a pair of them, each `least` or more."""
    try:
        h, w = (index(one) for one in (value if isinstance(value, Sequence) else (value, value)))
    except (TypeError, ValueError):
        raise ValueError(f"{name} is a whole number or a pair (h, w) of them, got {value!r}") from None
    if min(h, w) < least:
        raise ValueError(f"{name} is {least} or more, got {value!r}")
    return h, w


def output_size(size: int, kernel: int, stride: int, padding: int | tuple[int, int], dilation: int = 1) -> int:
    """Return the number of places of a window along an axis; raise ValueError if there is none.

    `padding` is the number of pixels on either side, or the two numbers.
    """
    before, after = (padding, padding) if isinstance(padding, int) else padding
    span = dilation * (kernel - 1) + 1
    padded = before + size + after
    if span > padded:
        with_padding = f" with a padding of {before} and {after}" if before or after else ""
        raise ValueError(
            f"a window that spans {span} pixels is larger than an image of {size}{with_padding}; "
            "take a smaller kernel or dilation, or more padding"
        )
    return (padded - span) // stride + 1


def require_images(layer: str, x: Array, channels: int | None = None) -> None:
    """Raise ValueError unless `x` is of shape (N, channels, H, W); `layer` is the text that made the layer."""
    if x.ndim == 4 and channels in (None, x.shape[1]):
        return
    shape = f"(N, {'C' if channels is None else channels}, H, W)"
    raise ValueError(f"{layer} takes x of shape {shape}, got {x.shape}{_advice(x.shape, channels)}")


def _advice(shape: tuple[int, ...], channels: int | None) -> str:
    """Return what to do with an x of the wrong shape, if there is something."""
    if len(shape) == 4 and shape[3] == channels:
        return "; x.transpose(0, 3, 1, 2) if the channels come last"
    if len(shape) == 3 and channels in (None, 1):
        return "; x[:, None] gives grey images their channel"
    if len(shape) == 3 and shape[0] == channels:
        return "; x[None] is a batch of one"
    if len(shape) == 2:
        return f"; x.reshape(-1, {'C' if channels is None else channels}, H, W) if its rows are images"
    return ""
