"""Pooling: windows side by side, apart and overlapping, with padding, on images that they do not fill; and ties."""

from __future__ import annotations

from typing import ClassVar

from pytorch.case import Case

from gradschool import nn


class _Pool2d(Case):
    """A pooling layer here, the function of the same options there."""

    grid = {
        "kernel": [1, 2, 3, (2, 3), (4, 1)],
        "stride": [None, 1, 2, (3, 1), 5],
        "padding": [0, 1, (1, 0), (2, 0)],
        "shape": [(2, 3, 6, 5), (1, 1, 4, 9)],
    }
    layer: ClassVar[type[nn.Layer]]
    function: ClassVar[str]

    def options(self):
        for options in super().options():
            kernel, padding = options["kernel"], options["padding"]
            kernel = (kernel, kernel) if isinstance(kernel, int) else kernel
            padding = (padding, padding) if isinstance(padding, int) else padding
            if all(2 * p <= k for p, k in zip(padding, kernel, strict=True)):
                yield options

    def draw(self, rng, kernel, stride, padding, shape):
        layer = self.layer(kernel, stride=stride, padding=padding)
        # Few different values: most windows have several maxima.
        x = rng.integers(3, size=shape).astype(float)
        return {"x": x, "dy": rng.normal(size=layer.forward(x).shape)}

    def ours(self, arrays, kernel, stride, padding, shape):
        layer = self.layer(kernel, stride=stride, padding=padding)
        return {"y": layer.forward(arrays["x"]), "dx": layer.backward(arrays["dy"])}

    def theirs(self, torch, arrays, kernel, stride, padding, shape):
        x = torch.tensor(arrays["x"], requires_grad=True)
        y = getattr(torch.nn.functional, self.function)(x, kernel, stride=stride, padding=padding)
        y.backward(torch.tensor(arrays["dy"]))
        return {"y": y, "dx": x.grad}


class MaxPool2d(_Pool2d):
    layer = nn.MaxPool2d
    function = "max_pool2d"


class AvgPool2d(_Pool2d):
    layer = nn.AvgPool2d
    function = "avg_pool2d"


class MaxPool2dOfNumbersThatDiffer(Case):
    grid = {"kernel": [2, 3, (5, 2)], "stride": [1, 2, 3], "padding": [0, 1]}

    def draw(self, rng, kernel, stride, padding):
        x = rng.normal(size=(2, 2, 9, 8))
        return {"x": x, "dy": rng.normal(size=nn.MaxPool2d(kernel, stride=stride, padding=padding).forward(x).shape)}

    def ours(self, arrays, kernel, stride, padding):
        layer = nn.MaxPool2d(kernel, stride=stride, padding=padding)
        return {"y": layer.forward(arrays["x"]), "dx": layer.backward(arrays["dy"])}

    def theirs(self, torch, arrays, kernel, stride, padding):
        x = torch.tensor(arrays["x"], requires_grad=True)
        y = torch.nn.functional.max_pool2d(x, kernel, stride=stride, padding=padding)
        y.backward(torch.tensor(arrays["dy"]))
        return {"y": y, "dx": x.grad}


class GlobalAvgPool2d(Case):
    grid = {"shape": [(1, 1, 1, 1), (4, 3, 2, 5), (2, 5, 7, 3)]}

    def draw(self, rng, shape):
        return {"x": rng.normal(size=shape), "dy": rng.normal(size=shape[:2])}

    def ours(self, arrays, shape):
        layer = nn.GlobalAvgPool2d()
        return {"y": layer.forward(arrays["x"]), "dx": layer.backward(arrays["dy"])}

    def theirs(self, torch, arrays, shape):
        x = torch.tensor(arrays["x"], requires_grad=True)
        y = torch.nn.functional.adaptive_avg_pool2d(x, 1).flatten(1)
        y.backward(torch.tensor(arrays["dy"]))
        return {"y": y, "dx": x.grad}
