"""How many places a window has along an axis, and on an image.

A window of k pixels, d apart, spans d (k − 1) + 1 pixels. With p pixels of padding on either side it has

    ⌊(size + 2p − d (k − 1) − 1) / s⌋ + 1

places, s pixels apart; pixels that the last place does not reach belong to none.
"""

from __future__ import annotations

from gradschool.nn.layers.window import Window


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


def places(size: tuple[int, ...], window: Window) -> tuple[int, int]:
    """Return (OH, OW), the number of places on images of `size` (H, W), which get the padding first."""
    top, bottom, left, right = window.padding
    h = output_size(size[0], window.kernel[0], window.stride[0], (top, bottom), window.dilation[0])
    w = output_size(size[1], window.kernel[1], window.stride[1], (left, right), window.dilation[1])
    return h, w
