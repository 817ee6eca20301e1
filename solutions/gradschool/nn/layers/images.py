"""What the layers of images (N, C, H, W) share: pairs (h, w), the four sides of a padding, and the check of x."""

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


def sides(
    padding: int | tuple[int, int] | str, kernel: tuple[int, int], stride: tuple[int, int], dilation: tuple[int, int]
) -> tuple[int, int, int, int]:
    """Return the padding above, below, to the left and to the right; an odd one for "same" goes below and right."""
    if padding == "same":
        if stride != (1, 1):
            raise ValueError(f'padding="same" is for a stride of 1, got {stride}; give the padding as a number')
        h, w = (d * (k - 1) for d, k in zip(dilation, kernel, strict=True))
        return h // 2, h - h // 2, w // 2, w - w // 2
    if padding == "valid":
        return 0, 0, 0, 0
    if isinstance(padding, str):
        raise ValueError(f'padding is a number, a pair (h, w), "same" or "valid", got {padding!r}')
    h, w = pair(padding, "padding", least=0)
    return h, h, w, w


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
