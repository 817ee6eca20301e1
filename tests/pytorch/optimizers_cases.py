"""Optimizers and clipping, on gradients that change from step to step."""

from __future__ import annotations

from math import prod

import numpy as np
from pytorch.case import Case

from gradschool import nn

STEPS = 50
SHAPES = {"W1": (4, 3), "b1": (3,), "W2": (3, 2), "b2": (2,)}


class _Optimizer(Case):
    """Two layers' parameters, of which the biases do not decay: there, they are a group without weight decay."""

    grid = {"decay": [0.0, 0.3], "groups": ["one", "rates", "decays"]}
    rate = 0.02

    def draw(self, rng, **options):
        scale = np.exp(rng.normal(scale=3, size=(STEPS, 1)))
        size = sum(prod(shape) for shape in SHAPES.values())
        gradients = scale * rng.normal(size=(STEPS, size))
        gradients[:, ::5] = 0
        gradients[20:30, ::7] = 0
        return {"values": rng.normal(size=size), "gradients": gradients}

    def cut(self, flat):
        """A flat array as the parameters' arrays."""
        ends = np.cumsum([prod(shape) for shape in SHAPES.values()])[:-1]
        return [part.reshape(shape) for part, shape in zip(np.split(flat, ends), SHAPES.values(), strict=True)]

    def group(self, number, decay, groups):
        """The learning rate and the weight decay of a layer, 0 or 1."""
        return self.rate * (3 if groups == "rates" and number else 1), decay * (2 if groups == "decays" else 1 - number)

    def make(self, parameters, **options):
        """Our optimizer."""
        raise NotImplementedError

    def reference(self, optim, parameters, **options):
        """PyTorch's."""
        raise NotImplementedError

    def ours(self, arrays, decay, groups, **options):
        parameters = [nn.Parameter(value, decay=value.ndim > 1) for value in self.cut(arrays["values"])]
        if groups == "one":
            optimizer = self.make(parameters, learning_rate=self.rate, weight_decay=decay, **options)
        else:
            given = []
            for i in range(2):
                rate, own = self.group(i, decay, groups)
                given.append({"parameters": parameters[2 * i : 2 * i + 2], "learning_rate": rate, "weight_decay": own})
            optimizer = self.make(given, learning_rate=self.rate, weight_decay=decay, **options)
        path = []
        for flat in arrays["gradients"]:
            optimizer.zero_grad()
            for parameter, gradient in zip(parameters, self.cut(flat), strict=True):
                parameter.grad += gradient
            optimizer.step()
            path.append(np.concatenate([parameter.value.ravel() for parameter in parameters]))
        return {"path": np.array(path)}

    def theirs(self, torch, arrays, decay, groups, **options):
        parameters = [torch.nn.Parameter(torch.tensor(value)) for value in self.cut(arrays["values"])]
        given = []
        for i, parameter in enumerate(parameters):
            rate, own = (self.rate, decay) if groups == "one" else self.group(i // 2, decay, groups)
            given.append({"params": [parameter], "lr": rate, "weight_decay": own if parameter.ndim > 1 else 0.0})
        optimizer = self.reference(torch.optim, given, **options)
        path = []
        for flat in arrays["gradients"]:
            for parameter, gradient in zip(parameters, self.cut(flat), strict=True):
                parameter.grad = torch.tensor(gradient)
            optimizer.step()
            path.append(torch.cat([parameter.detach().ravel() for parameter in parameters]))
        return {"path": torch.stack(path)}


class SGD(_Optimizer):
    grid = {**_Optimizer.grid, "momentum": [0.0, 0.9], "dampening": [0.0, 0.4], "nesterov": [False, True]}

    def options(self):
        for options in super().options():
            if not options["nesterov"] or (options["momentum"] and not options["dampening"]):
                yield options

    def make(self, parameters, **options):
        return nn.SGD(parameters, **options)

    def reference(self, optim, parameters, **options):
        return optim.SGD(parameters, **options)


class Adagrad(_Optimizer):
    grid = {**_Optimizer.grid, "epsilon": [1e-10, 0.01], "start": [0.0, 0.5]}

    def make(self, parameters, start, **options):
        return nn.Adagrad(parameters, initial_accumulator=start, **options)

    def reference(self, optim, parameters, epsilon, start):
        return optim.Adagrad(parameters, eps=epsilon, initial_accumulator_value=start)


class Adadelta(_Optimizer):
    grid = {**_Optimizer.grid, "rho": [0.9, 0.5], "epsilon": [1e-6, 0.01]}
    rate = 0.7

    def make(self, parameters, **options):
        return nn.Adadelta(parameters, **options)

    def reference(self, optim, parameters, rho, epsilon):
        return optim.Adadelta(parameters, rho=rho, eps=epsilon)


class RMSprop(_Optimizer):
    grid = {
        **_Optimizer.grid,
        "alpha": [0.99, 0.5],
        "epsilon": [0.01],
        "momentum": [0.0, 0.9],
        "centered": [False, True],
    }

    def make(self, parameters, **options):
        return nn.RMSprop(parameters, **options)

    def reference(self, optim, parameters, epsilon, **options):
        return optim.RMSprop(parameters, eps=epsilon, **options)


class _Adam(_Optimizer):
    grid = {**_Optimizer.grid, "betas": [(0.9, 0.999), (0.0, 0.5), (0.8, 0.0)], "epsilon": [1e-8, 0.1]}


class Adam(_Adam):
    def make(self, parameters, **options):
        return nn.Adam(parameters, **options)

    def reference(self, optim, parameters, betas, epsilon):
        return optim.Adam(parameters, betas=betas, eps=epsilon)


class AdamW(_Adam):
    def make(self, parameters, **options):
        return nn.AdamW(parameters, **options)

    def reference(self, optim, parameters, betas, epsilon):
        return optim.AdamW(parameters, betas=betas, eps=epsilon)


class _Defaults(Case):
    """Thirty steps with the numbers that an optimizer has when none is given."""

    def draw(self, rng):
        return {"value": rng.normal(size=6), "gradients": rng.normal(size=(30, 6))}

    def ours(self, arrays):
        parameter = nn.Parameter(arrays["value"])
        optimizer = getattr(nn, type(self).__name__.removesuffix("Defaults"))([parameter])
        for gradient in arrays["gradients"]:
            parameter.grad[...] = gradient
            optimizer.step()
        return {"value": parameter.value}

    def theirs(self, torch, arrays):
        parameter = torch.nn.Parameter(torch.tensor(arrays["value"]))
        optimizer = getattr(torch.optim, type(self).__name__.removesuffix("Defaults"))([parameter])
        for gradient in arrays["gradients"]:
            parameter.grad = torch.tensor(gradient)
            optimizer.step()
        return {"value": parameter}


class AdagradDefaults(_Defaults):
    pass


class AdadeltaDefaults(_Defaults):
    pass


class RMSpropDefaults(_Defaults):
    pass


class AdamDefaults(_Defaults):
    pass


class AdamWDefaults(_Defaults):
    pass


class _Clipping(Case):
    grid = {"bound": [0.01, 1.0, 100.0], "special": [None, 0.0, np.inf, np.nan]}

    def draw(self, rng, bound, special):
        gradients = rng.normal(size=9)
        if special == 0:
            gradients[:] = 0
        elif special is not None:
            gradients[4] = special
        return {"gradients": gradients}

    def parameters(self, gradients):
        parameters = [nn.Parameter(np.zeros((2, 3))), nn.Parameter(np.zeros(3), decay=False)]
        parameters[0].grad[...] = gradients[:6].reshape(2, 3)
        parameters[1].grad[...] = gradients[6:]
        return parameters

    def tensors(self, torch, gradients):
        tensors = [torch.zeros((2, 3)).double(), torch.zeros(3).double()]
        tensors[0].grad = torch.tensor(gradients[:6].reshape(2, 3))
        tensors[1].grad = torch.tensor(gradients[6:])
        return tensors


class ClipNorm(_Clipping):
    def ours(self, arrays, bound, special):
        W, b = self.parameters(arrays["gradients"])
        norm = nn.clip_norm([W, b], bound)
        return {"norm": norm, "W": W.grad, "b": b.grad}

    def theirs(self, torch, arrays, bound, special):
        W, b = self.tensors(torch, arrays["gradients"])
        norm = torch.nn.utils.clip_grad_norm_([W, b], bound)
        return {"norm": norm, "W": W.grad, "b": b.grad}


class ClipValue(_Clipping):
    def ours(self, arrays, bound, special):
        W, b = self.parameters(arrays["gradients"])
        nn.clip_value([W, b], bound)
        return {"W": W.grad, "b": b.grad}

    def theirs(self, torch, arrays, bound, special):
        W, b = self.tensors(torch, arrays["gradients"])
        torch.nn.utils.clip_grad_value_([W, b], bound)
        return {"W": W.grad, "b": b.grad}
