"""Convolution of images, in fact their cross-correlation, as in PyTorch: the filters are not flipped.

Forward      y[n,o,y,z] = Σ_cij W[o,c,i,j] · x̂[n, c, s·y + d·i, s·z + d·j] + b[o]
             x (N, C, H, W)   W (O, C, kh, kw)   b (O,)   y (N, O, OH, OW)
             x̂ is x with p rows and columns of zeros around it; stride s, dilation d
             OH = ⌊(H + 2p − d (kh − 1) − 1) / s⌋ + 1, and OW likewise

Backward     dx̂[n,c,u,v] = Σ W[o,c,i,j] · dy[n,o,y,z]     over all o, i, j, y, z with s·y + d·i = u, s·z + d·j = v
             dW[o,c,i,j] = Σ_nyz dy[n,o,y,z] · x̂[n, c, s·y + d·i, s·z + d·j]
             db[o] = Σ_nyz dy[n,o,y,z]

LeCun, Bottou, Bengio & Haffner (1998), Gradient-based learning applied to document recognition, Proc. IEEE 86(11),
doi:10.1109/5.726791.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from gradschool.nn.initializers import glorot_uniform
from gradschool.nn.layers.fast_correlation import correlate, filter_gradient, image_gradient
from gradschool.nn.layers.images import pair, require_images, sides
from gradschool.nn.layers.layer import Layer
from gradschool.nn.layers.places import output_size
from gradschool.nn.layers.sizes import require_sizes
from gradschool.nn.layers.window import Window
from gradschool.nn.parameter import Parameter
from gradschool.nn.types import Array


class Conv2d(Layer):
    """Every output channel is a filter's answer at every place of the image.

    `W`, of shape (outputs, inputs, kh, kw), starts as `init` draws it.
    `b`, of shape (outputs,), starts at zero and does not decay.
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        kernel: int | tuple[int, int],
        *,
        stride: int | tuple[int, int] = 1,
        padding: int | tuple[int, int] | str = 0,
        dilation: int | tuple[int, int] = 1,
        init: Callable[..., Array] = glorot_uniform,
        rng: np.random.Generator,
    ) -> None:
        """Make W and b for images of `inputs` channels; kernel, stride, padding and dilation are numbers or (h, w).

        A padding of "same" gives the output the size of x, for a stride of 1; "valid" is 0.
        """
        require_sizes("Conv2d", inputs, outputs)
        kernel, stride, dilation = pair(kernel, "kernel"), pair(stride, "stride"), pair(dilation, "dilation")
        self.window = Window(kernel, stride, dilation, sides(padding, kernel, stride, dilation))
        self.W = Parameter(init((outputs, inputs, *kernel), rng=rng))
        self.b = Parameter(np.zeros(outputs), decay=False)

    def forward(self, x: Array, *, train: bool = False) -> Array:
        """Return the output, of shape (N, outputs, OH, OW), for `x` of shape (N, inputs, H, W)."""
        self.require_shape(x)
        self._x = x
        return correlate(x, self.W.value, self.b.value, self.window)

    def backward(self, dy: Array) -> Array:
        """Return dX of shape (N, inputs, H, W); add dW and db to the gradients."""
        x = self._x
        self.W.grad += filter_gradient(x, dy, self.window)
        self.b.grad += dy.sum(axis=(0, 2, 3))
        return image_gradient(dy, self.W.value, x.shape[2:], self.window)

    def accumulate(self, dy: Array) -> None:
        """Add dW and db to the gradients."""
        x = self._x
        self.W.grad += filter_gradient(x, dy, self.window)
        self.b.grad += dy.sum(axis=(0, 2, 3))

    def require_shape(self, x: Array) -> None:
        """Raise ValueError unless `x` is of shape (N, inputs, H, W), and at least as large as the window."""
        outputs, inputs, kh, kw = self.W.shape
        kernel = kh if kh == kw else (kh, kw)
        require_images(f"Conv2d({inputs}, {outputs}, {kernel})", x, inputs)
        _, stride, dilation, (top, bottom, left, right) = self.window
        output_size(x.shape[2], kh, stride[0], (top, bottom), dilation[0])
        output_size(x.shape[3], kw, stride[1], (left, right), dilation[1])
