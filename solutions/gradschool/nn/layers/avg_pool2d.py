"""Average pooling: the mean of every window of an image.

Forward      Yₙ꜀ₒᵤ = 1/(k_h k_w) · Σᵢⱼ Xₙ꜀ at (o s_h − p_h + i, u s_w − p_w + j)       0 ≤ i < k_h, 0 ≤ j < k_w

             X (N, C, H, W)   Y (N, C, ⌊(H + 2p_h − k_h)/s_h⌋ + 1, ⌊(W + 2p_w − k_w)/s_w⌋ + 1)

Backward     dX at each pixel of a window += dYₙ꜀ₒᵤ / (k_h k_w),   for every window

The padding counts as zeros and the divisor is always k_h k_w, as by default in PyTorch (`count_include_pad=True`). Rows
and columns that the last window does not reach are ignored: their gradient is 0.

LeCun, Bottou, Bengio & Haffner (1998), Proceedings of the IEEE 86, doi:10.1109/5.726791.
"""

from __future__ import annotations

from collections.abc import Sequence

from gradschool.nn.layers.fast_pooling import avg_pool, avg_pool_gradient
from gradschool.nn.layers.images import require_images
from gradschool.nn.layers.layer import Layer
from gradschool.nn.layers.window import pool_window
from gradschool.nn.types import Array


class AvgPool2d(Layer):
    """The mean of every window of every channel.

    `kernel`, `stride` and `padding` are whole numbers or pairs (h, w). The stride is the kernel unless it is given:
    windows side by side. The padding, on all sides, is at most half of the kernel and counts as zeros in the mean.
    """

    def __init__(
        self,
        kernel: int | Sequence[int],
        *,
        stride: int | Sequence[int] | None = None,
        padding: int | Sequence[int] = 0,
    ) -> None:
        """Put windows of `kernel` pixels, `stride` apart, on images with `padding` around them."""
        self.kernel, self.window = kernel, pool_window(kernel, stride, padding)

    def forward(self, x: Array, *, train: bool = False) -> Array:
        """Return the means, (N, C, OH, OW), of `x` of shape (N, C, H, W)."""
        require_images(f"AvgPool2d({self.kernel})", x)
        self._size = x.shape[2:]
        return avg_pool(x, self.window)

    def backward(self, dy: Array) -> Array:
        """Return dX of shape (N, C, H, W)."""
        return avg_pool_gradient(dy, self._size, self.window)
