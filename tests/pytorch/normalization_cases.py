"""Batch normalisation, with its running statistics, and layer normalisation."""

from __future__ import annotations

from pytorch.case import Case

from gradschool import nn


class BatchNorm(Case):
    """A number of batches in training, then one of shifted data in training or in evaluation."""

    grid = {
        "shape": [(6, 4), (2, 1), (5, 3, 4, 2), (1, 2, 3, 5)],
        "before": [0, 1, 4],
        "train": [True, False],
        "momentum": [0.1, 0.9],
        "epsilon": [1e-5, 1e-2],
    }

    def draw(self, rng, shape, before, train, momentum, epsilon):
        features = shape[1]
        x = rng.normal(9, 3, size=shape)
        x[:, 0] = 1e-3 * x[:, 0]  # a variance of the size of epsilon
        return {
            "before": rng.normal(2, 2, size=(before, *shape)),
            "x": x,
            "dy": rng.normal(size=shape),
            "gamma": rng.normal(size=features),
            "beta": rng.normal(size=features),
        }

    def ours(self, arrays, shape, before, train, momentum, epsilon):
        layer = nn.BatchNorm(shape[1], momentum=momentum, epsilon=epsilon)
        layer.load_state({**layer.state(), "gamma": arrays["gamma"], "beta": arrays["beta"]})
        for batch in arrays["before"]:
            layer.forward(batch, train=True)
        y = layer.forward(arrays["x"], train=train)
        return {
            "y": y,
            "dx": layer.backward(arrays["dy"]),
            "dgamma": layer.gamma.grad,
            "dbeta": layer.beta.grad,
            "running_mean": layer.running_mean,
            "running_var": layer.running_var,
        }

    def theirs(self, torch, arrays, shape, before, train, momentum, epsilon):
        kind = torch.nn.BatchNorm1d if len(shape) == 2 else torch.nn.BatchNorm2d
        layer = kind(shape[1], eps=epsilon, momentum=momentum, dtype=torch.float64)
        with torch.no_grad():
            layer.weight.copy_(torch.tensor(arrays["gamma"]))
            layer.bias.copy_(torch.tensor(arrays["beta"]))
            for batch in arrays["before"]:
                layer(torch.tensor(batch))
        x = torch.tensor(arrays["x"], requires_grad=True)
        y = layer.train(train)(x)
        y.backward(torch.tensor(arrays["dy"]))
        return {
            "y": y,
            "dx": x.grad,
            "dgamma": layer.weight.grad,
            "dbeta": layer.bias.grad,
            "running_mean": layer.running_mean,
            "running_var": layer.running_var,
        }


class LayerNorm(Case):
    grid = {"shape": [(6, 4), (1, 7), (3, 5, 4), (2, 3, 4, 5), (2, 6, 1)], "axes": [1, 2, 3], "epsilon": [1e-5, 1e-2]}

    def options(self):
        for options in super().options():
            if options["axes"] < len(options["shape"]):
                yield options

    def draw(self, rng, shape, axes, epsilon):
        return {
            "x": rng.normal(9, 3, size=shape) * rng.choice([1e-3, 1], size=(shape[0], *[1] * (len(shape) - 1))),
            "dy": rng.normal(size=shape),
            "gamma": rng.normal(size=shape[-axes:]),
            "beta": rng.normal(size=shape[-axes:]),
        }

    def ours(self, arrays, shape, axes, epsilon):
        layer = nn.LayerNorm(shape[-1] if axes == 1 else shape[-axes:], epsilon=epsilon)
        layer.load_state({"gamma": arrays["gamma"], "beta": arrays["beta"]})
        y = layer.forward(arrays["x"], train=True)
        return {
            "y": y,
            "dx": layer.backward(arrays["dy"]),
            "dgamma": layer.gamma.grad,
            "dbeta": layer.beta.grad,
        }

    def theirs(self, torch, arrays, shape, axes, epsilon):
        x, gamma, beta = (torch.tensor(arrays[name], requires_grad=True) for name in ("x", "gamma", "beta"))
        y = torch.nn.functional.layer_norm(x, shape[-axes:], gamma, beta, eps=epsilon)
        y.backward(torch.tensor(arrays["dy"]))
        return {"y": y, "dx": x.grad, "dgamma": gamma.grad, "dbeta": beta.grad}
