"""Dense and plain gradient descent."""

from __future__ import annotations

import numpy as np
from pytorch.case import Case

from gradschool import nn


class Dense(Case):
    grid = {"n": [1, 7], "inputs": [1, 5], "outputs": [1, 3]}

    def draw(self, rng, n, inputs, outputs):
        return {
            "x": rng.normal(size=(n, inputs)),
            "W": rng.normal(size=(inputs, outputs)),
            "b": rng.normal(size=outputs),
            "dy": rng.normal(size=(n, outputs)),
        }

    def ours(self, arrays, n, inputs, outputs):
        layer = nn.Dense(inputs, outputs, rng=np.random.default_rng(0))
        layer.load_state({"W": arrays["W"], "b": arrays["b"]})
        y = layer.forward(arrays["x"])
        return {"y": y, "dx": layer.backward(arrays["dy"]), "dW": layer.W.grad, "db": layer.b.grad}

    def theirs(self, torch, arrays, n, inputs, outputs):
        x, W, b = (torch.tensor(arrays[name], requires_grad=True) for name in ("x", "W", "b"))
        y = torch.nn.functional.linear(x, W.T, b)
        y.backward(torch.tensor(arrays["dy"]))
        return {"y": y, "dx": x.grad, "dW": W.grad, "db": b.grad}


class GradientDescent(Case):
    grid = {"decay": [0.0, 0.3]}

    def draw(self, rng, decay):
        return {"value": rng.normal(size=(4, 3)), "gradients": rng.normal(size=(20, 4, 3))}

    def ours(self, arrays, decay):
        parameter = nn.Parameter(arrays["value"])
        optimizer = nn.GradientDescent([parameter], 0.1, weight_decay=decay)
        for gradient in arrays["gradients"]:
            parameter.grad[...] = gradient
            optimizer.step()
        return {"value": parameter.value}

    def theirs(self, torch, arrays, decay):
        parameter = torch.nn.Parameter(torch.tensor(arrays["value"]))
        optimizer = torch.optim.SGD([parameter], 0.1, weight_decay=decay)
        for gradient in arrays["gradients"]:
            parameter.grad = torch.tensor(gradient)
            optimizer.step()
        return {"value": parameter}
