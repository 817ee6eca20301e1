"""Conv2d and ZeroPad2d."""

from __future__ import annotations

import numpy as np
from pytorch.case import Case

from gradschool import nn


class _Conv2d(Case):
    """A convolution of x (n, inputs, *size) and its three gradients."""

    def draw(self, rng, n=2, inputs=2, outputs=3, size=(7, 6), kernel=3, **options):
        kernel = (kernel, kernel) if isinstance(kernel, int) else kernel
        return {
            "x": rng.normal(size=(n, inputs, *size)),
            "W": rng.normal(size=(outputs, inputs, *kernel)),
            "b": rng.normal(size=outputs),
            "seed": rng.integers(1000),
        }

    def ours(self, arrays, n=2, inputs=2, outputs=3, size=(7, 6), kernel=3, **options):
        layer = nn.Conv2d(inputs, outputs, kernel, **options, init=nn.zeros, rng=np.random.default_rng(0))
        layer.load_state({"W": arrays["W"], "b": arrays["b"]})
        y = layer.forward(arrays["x"])
        dx = layer.backward(np.random.default_rng(arrays["seed"]).normal(size=y.shape))
        return {"y": y, "dx": dx, "dW": layer.W.grad, "db": layer.b.grad}

    def theirs(self, torch, arrays, n=2, inputs=2, outputs=3, size=(7, 6), kernel=3, **options):
        x, W, b = (torch.tensor(arrays[name], requires_grad=True) for name in ("x", "W", "b"))
        y = torch.nn.functional.conv2d(x, W, b, **options)
        y.backward(torch.tensor(np.random.default_rng(arrays["seed"]).normal(size=y.shape)))
        return {"y": y, "dx": x.grad, "dW": W.grad, "db": b.grad}


class Conv2d(_Conv2d):
    grid = {"kernel": [1, 2, 3], "stride": [1, 2, 3], "padding": [0, 1, 2]}


class RectangularConv2d(_Conv2d):
    grid = {
        "kernel": [(1, 3), (3, 2), (4, 1)],
        "stride": [1, (1, 2), (2, 1)],
        "padding": [(1, 0), (0, 2)],
        "size": [(5, 9)],
    }


class DilatedConv2d(_Conv2d):
    grid = {"dilation": [2, (1, 2), (3, 1)], "stride": [1, 2, (3, 1)], "padding": [0, (1, 5)], "kernel": [(3, 2)]}


class ConvChannels(_Conv2d):
    grid = {"n": [1, 3], "inputs": [1, 4], "outputs": [1, 5]}


class ConvKernelOfTheImage(_Conv2d):
    grid = {"size": [(1, 1), (3, 4), (5, 5)], "stride": [1, 2], "padding": [0, 1]}

    def options(self):
        for options in super().options():
            yield {**options, "kernel": options["size"]}


class ConvSame(_Conv2d):
    grid = {"padding": ["same", "valid"], "kernel": [3, (3, 5)], "dilation": [1, 2], "size": [(7, 10)]}


class ConvBlocks(_Conv2d):
    """Batches that are worked through in several blocks, of images alone and of several."""

    grid = {"n": [9, 35], "inputs": [3], "outputs": [8], "size": [(5, 5), (9, 26), (6, 40)], "padding": [1]}


class ZeroPad2d(Case):
    grid = {"padding": [0, 2, (1, 0, 0, 0), (0, 2, 0, 0), (0, 0, 3, 0), (0, 0, 0, 1), (1, 2, 3, 4)]}

    def draw(self, rng, padding):
        return {"x": rng.normal(size=(2, 3, 4, 5)), "dy": rng.normal(size=(2, 3, 20, 20))}

    def ours(self, arrays, padding):
        layer = nn.ZeroPad2d(padding)
        y = layer.forward(arrays["x"])
        return {"y": y, "dx": layer.backward(arrays["dy"][:, :, : y.shape[2], : y.shape[3]])}

    def theirs(self, torch, arrays, padding):
        x = torch.tensor(arrays["x"], requires_grad=True)
        y = torch.nn.ZeroPad2d(padding)(x)
        y.backward(torch.tensor(arrays["dy"])[:, :, : y.shape[2], : y.shape[3]])
        return {"y": y, "dx": x.grad}
