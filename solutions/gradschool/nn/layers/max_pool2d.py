"""Max pooling: the largest pixel of every window of an image.

Forward      Yₙ꜀ₒᵤ = max over i, j of Xₙ꜀ at (o s_h − p_h + i, u s_w − p_w + j)       0 ≤ i < k_h, 0 ≤ j < k_w

             X (N, C, H, W)   Y (N, C, ⌊(H + 2p_h − k_h)/s_h⌋ + 1, ⌊(W + 2p_w − k_w)/s_w⌋ + 1)

Backward     dX at the pixel that is the maximum += dYₙ꜀ₒᵤ,   for every window; a pixel may win several that overlap

The padding counts as −∞. Of several maxima in a window the first one, row by row, gets the gradient, as in PyTorch. A
window with a NaN gives NaN. Rows and columns that the last window does not reach are ignored: their gradient is 0.

Ranzato, Huang, Boureau & LeCun (2007), CVPR, doi:10.1109/CVPR.2007.383157.
"""

from __future__ import annotations

from collections.abc import Sequence

from gradschool.nn.layers.fast_pooling import max_pool, max_pool_gradient
from gradschool.nn.layers.images import require_images
from gradschool.nn.layers.layer import Layer
from gradschool.nn.layers.window import pool_window
from gradschool.nn.types import Array


class MaxPool2d(Layer):
    """The largest pixel of every window of every channel.

    `kernel`, `stride` and `padding` are whole numbers or pairs (h, w). The stride is the kernel unless it is given:
    windows side by side. The padding, on all sides, is at most half of the kernel and never the maximum. Of several
    maxima in one window, the first, row by row, gets the gradient.
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
        """Return the maxima, (N, C, OH, OW), of `x` of shape (N, C, H, W)."""
        require_images(f"MaxPool2d({self.kernel})", x)
        y, winners = max_pool(x, self.window)
        self._saved = winners, x.shape[2:]
        return y

    def backward(self, dy: Array) -> Array:
        """Return dX of shape (N, C, H, W)."""
        winners, size = self._saved
        return max_pool_gradient(dy, winners, size, self.window)
