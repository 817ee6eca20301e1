"""Every activation, on a grid that holds every kink, and at numbers whose exponential would overflow."""

from __future__ import annotations

import numpy as np
from pytorch.case import Case

from gradschool import nn

ELEMENTWISE = {
    "CELU": (nn.CELU, lambda t: t.nn.CELU()),
    # PyTorch's alpha has the precision of float32.
    "CELU of 0.25": (lambda: nn.CELU(0.25), lambda t: t.nn.CELU(0.25)),
    "ELU": (nn.ELU, lambda t: t.nn.ELU()),
    "ELU of 0.7": (lambda: nn.ELU(0.7), lambda t: t.nn.ELU(0.7)),
    "GELU": (nn.GELU, lambda t: t.nn.GELU()),
    "GELU by tanh": (lambda: nn.GELU(approximate=True), lambda t: t.nn.GELU(approximate="tanh")),
    "Hardshrink": (nn.Hardshrink, lambda t: t.nn.Hardshrink()),
    "Hardshrink of 2": (lambda: nn.Hardshrink(2), lambda t: t.nn.Hardshrink(2)),
    "Hardswish": (nn.Hardswish, lambda t: t.nn.Hardswish()),
    "Hardtanh": (nn.Hardtanh, lambda t: t.nn.Hardtanh()),
    "Hardtanh of -2 and 0.5": (lambda: nn.Hardtanh(-2, 0.5), lambda t: t.nn.Hardtanh(-2, 0.5)),
    "LeakyReLU": (nn.LeakyReLU, lambda t: t.nn.LeakyReLU()),
    "LeakyReLU of 0.3": (lambda: nn.LeakyReLU(0.3), lambda t: t.nn.LeakyReLU(0.3)),
    "LogSigmoid": (nn.LogSigmoid, lambda t: t.nn.LogSigmoid()),
    "Mish": (nn.Mish, lambda t: t.nn.Mish()),
    "ReLU": (nn.ReLU, lambda t: t.nn.ReLU()),
    "ReLU6": (nn.ReLU6, lambda t: t.nn.ReLU6()),
    "SELU": (nn.SELU, lambda t: t.nn.SELU()),
    "SiLU": (nn.SiLU, lambda t: t.nn.SiLU()),
    "Sigmoid": (nn.Sigmoid, lambda t: t.nn.Sigmoid()),
    # PyTorch's threshold is out of the way: beyond it PyTorch gives x for the softplus of x.
    "Softplus": (nn.Softplus, lambda t: t.nn.Softplus(threshold=300)),
    "Softplus of 3": (lambda: nn.Softplus(3), lambda t: t.nn.Softplus(3, threshold=300)),
    "Softshrink": (nn.Softshrink, lambda t: t.nn.Softshrink()),
    "Softshrink of 2": (lambda: nn.Softshrink(2), lambda t: t.nn.Softshrink(2)),
    "Softsign": (nn.Softsign, lambda t: t.nn.Softsign()),
    "Tanh": (nn.Tanh, lambda t: t.nn.Tanh()),
    "Tanhshrink": (nn.Tanhshrink, lambda t: t.nn.Tanhshrink()),
    "Threshold": (lambda: nn.Threshold(0.5, -3), lambda t: t.nn.Threshold(0.5, -3)),
}

GRIDS = {
    "kinks": np.array([-6, -3, -2, -1, -0.5, -0.0, 0, 0.5, 1, 2, 3, 6]),
    "near": np.linspace(-4.3, 4.1, 24),
    "far": np.array([-1e30, -1e4, -800, -100, -40, -25, -20, -15, -10, -8, 8, 10, 15, 20, 25, 40, 100, 800, 1e4, 1e30]),
}


class _Activation(Case):
    def passes(self, layer, arrays):
        return {"y": layer.forward(arrays["x"]), "dx": layer.backward(arrays["dy"])}

    def their_passes(self, torch, module, arrays):
        x = torch.tensor(arrays["x"], requires_grad=True)
        y = module(x)
        y.backward(torch.tensor(arrays["dy"]))
        return {"y": y, "dx": x.grad}


class Elementwise(_Activation):
    grid = {"name": list(ELEMENTWISE), "values": list(GRIDS)}

    def draw(self, rng, name, values):
        return {"x": GRIDS[values].copy(), "dy": rng.normal(size=GRIDS[values].shape)}

    def ours(self, arrays, name, values):
        return self.passes(ELEMENTWISE[name][0](), arrays)

    def theirs(self, torch, arrays, name, values):
        return self.their_passes(torch, ELEMENTWISE[name][1](torch), arrays)


class Hardsigmoid(_Activation):
    """PyTorch's derivative of 1/6 has the precision of float32."""

    grid = {"values": list(GRIDS)}
    rtol = 1e-7

    def draw(self, rng, values):
        return {"x": GRIDS[values].copy(), "dy": rng.normal(size=GRIDS[values].shape)}

    def ours(self, arrays, values):
        return self.passes(nn.Hardsigmoid(), arrays)

    def theirs(self, torch, arrays, values):
        return self.their_passes(torch, torch.nn.Hardsigmoid(), arrays)


class Softmax(_Activation):
    grid = {
        "name": ["Softmax", "LogSoftmax"],
        "shape": [(1, 1), (3, 5), (2, 3, 4)],
        "axis": [-1, 0, 1],
        "spread": [1, 1e4],
    }

    def draw(self, rng, name, shape, axis, spread):
        return {"x": spread * rng.normal(size=shape), "dy": rng.normal(size=shape)}

    def ours(self, arrays, name, shape, axis, spread):
        return self.passes(getattr(nn, name)(axis), arrays)

    def theirs(self, torch, arrays, name, shape, axis, spread):
        return self.their_passes(torch, getattr(torch.nn, name)(axis), arrays)
