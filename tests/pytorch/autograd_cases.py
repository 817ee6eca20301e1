"""The tape against PyTorch's: the value of each operation, and the gradients of all that it was given."""

from __future__ import annotations

from itertools import product

import numpy as np
from pytorch.case import Case

from gradschool.nn import autograd
from gradschool.nn.autograd import Tensor

SHAPES = {"same": ((2, 3), (2, 3)), "row": ((2, 3), (3,)), "column": ((2, 1), (3,)), "number": ((), (2, 3))}
RANKS = {
    "vectors": ((3,), (3,)),
    "vector and matrix": ((3,), (3, 4)),
    "matrix and vector": ((2, 3), (3,)),
    "matrices": ((2, 3), (3, 4)),
    "stack and matrix": ((5, 2, 3), (3, 4)),
    "matrix and stack": ((2, 3), (5, 3, 4)),
    "stacks": ((6, 1, 2, 3), (5, 3, 4)),
}


def ours(f, arrays):
    """The value, and the gradients of all arrays but dy."""
    tensors = [Tensor(arrays[name], requires_grad=True) for name in arrays if name != "dy"]
    y = f(*tensors)
    y.backward(arrays["dy"].reshape(-1)[: y.size].reshape(y.shape))
    return {"y": y.data, **{f"d{name}": t.grad for name, t in zip(arrays, tensors, strict=False)}}


def theirs(torch, f, arrays):
    """The same by PyTorch."""
    tensors = [torch.tensor(arrays[name], requires_grad=True) for name in arrays if name != "dy"]
    y = f(*tensors)
    y.backward(torch.tensor(arrays["dy"].reshape(-1)[: y.numel()].reshape(tuple(y.shape))))
    return {"y": y.detach(), **{f"d{name}": t.grad for name, t in zip(arrays, tensors, strict=False)}}


class Curves(Case):
    grid = {
        "name": [
            *("exp", "log", "sqrt", "tanh", "sigmoid", "expm1", "log1p", "square", "sin", "cos", "arctan", "erf"),
            *("softplus", "log_sigmoid", "abs", "relu", "negative"),
        ]
    }
    rtol = 1e-8  # PyTorch's softplus leaves out the curve above 20

    def draw(self, rng, name):
        x = rng.normal(size=(4, 5)) * 3
        return {"x": np.abs(x) + 0.1 if name in ("log", "sqrt", "log1p") else x, "dy": rng.normal(size=(4, 5))}

    def ours(self, arrays, name):
        return ours(getattr(autograd, name), arrays)

    def theirs(self, torch, arrays, name):
        named = {"softplus": torch.nn.functional.softplus, "log_sigmoid": torch.nn.functional.logsigmoid}
        return theirs(torch, named.get(name) or getattr(torch, name), arrays)


class Pairs(Case):
    grid = {
        "name": ["add", "subtract", "multiply", "divide", "power", "maximum", "minimum"],
        "shapes": list(SHAPES),
    }

    def draw(self, rng, name, shapes):
        a, b = (rng.uniform(0.5, 2, size=shape) for shape in SHAPES[shapes])
        return {"a": a, "b": b, "dy": rng.normal(size=(2, 3))}

    def ours(self, arrays, name, shapes):
        return ours(getattr(autograd, name), arrays)

    def theirs(self, torch, arrays, name, shapes):
        return theirs(torch, torch.pow if name == "power" else getattr(torch, name), arrays)


class Matmul(Case):
    grid = {"ranks": list(RANKS)}

    def draw(self, rng, ranks):
        a, b = (rng.normal(size=shape) for shape in RANKS[ranks])
        return {"a": a, "b": b, "dy": rng.normal(size=np.shape(a @ b))}

    def ours(self, arrays, ranks):
        return ours(autograd.matmul, arrays)

    def theirs(self, torch, arrays, ranks):
        return theirs(torch, torch.matmul, arrays)


class Reductions(Case):
    grid = {"name": ["sum", "mean", "max", "min"], "axis": [None, 0, -1, (0, 2)], "keepdims": [False, True]}

    def draw(self, rng, name, axis, keepdims):
        return {"x": rng.normal(size=(2, 3, 4)), "dy": rng.normal(size=(2, 3, 4))}

    def ours(self, arrays, name, axis, keepdims):
        return ours(lambda x: getattr(autograd, name)(x, axis, keepdims), arrays)

    def theirs(self, torch, arrays, name, axis, keepdims):
        reduce = getattr(torch, {"max": "amax", "min": "amin"}.get(name, name))
        axes = (0, 1, 2) if axis is None else axis
        return theirs(torch, lambda x: reduce(x, dim=axes, keepdim=keepdims), arrays)


class MaximaWithTies(Case):
    """Along one axis PyTorch's max gives the whole gradient to the one that it returns the index of: the first."""

    grid = {"name": ["max", "min"], "axis": [0, 1]}

    def draw(self, rng, name, axis):
        return {"x": rng.integers(2, size=(4, 5)).astype(float), "dy": rng.normal(size=(5,))}

    def ours(self, arrays, name, axis):
        return ours(lambda x: getattr(autograd, name)(x, axis), arrays)

    def theirs(self, torch, arrays, name, axis):
        return theirs(torch, lambda x: getattr(torch, name)(x, dim=axis).values, arrays)


class Softmaxes(Case):
    grid = {"name": ["log_sum_exp", "softmax", "log_softmax"], "axis": [0, 1]}

    def draw(self, rng, name, axis):
        return {"x": rng.normal(size=(4, 5)) * 5, "dy": rng.normal(size=(4, 5))}

    def ours(self, arrays, name, axis):
        return ours(lambda x: getattr(autograd, name)(x, axis=axis), arrays)

    def theirs(self, torch, arrays, name, axis):
        named = {"log_sum_exp": torch.logsumexp, "softmax": torch.softmax, "log_softmax": torch.log_softmax}
        return theirs(torch, lambda x: named[name](x, dim=axis), arrays)


INDICES = {
    "number": 1,
    "slices": (slice(None), slice(0, 3, 2)),
    "numbers": [2, 0, 2, 2],
    "pairs": ([0, 0, 3], [1, 1, 4]),
    "column": (slice(None), [1, 1, 0]),
    "new axis": (..., None, 0),
}


class Indexing(Case):
    grid = {"index": [*INDICES, "mask"]}

    def draw(self, rng, index):
        return {"x": rng.normal(size=(4, 5)), "dy": rng.normal(size=(40,))}

    def ours(self, arrays, index):
        return ours(lambda x: x[x > 0 if index == "mask" else INDICES[index]], arrays)

    def theirs(self, torch, arrays, index):
        return theirs(torch, lambda x: x[x > 0 if index == "mask" else INDICES[index]], arrays)


SHAPED = {
    "concatenate": (lambda a, b: autograd.concatenate([a, b, a], axis=1), lambda t, a, b: t.cat([a, b, a], dim=1)),
    "stack": (lambda a, b: autograd.stack([a, b], axis=-1), lambda t, a, b: t.stack([a, b], dim=-1)),
    "where": (lambda a, b: autograd.where(a > b, a, b * 2), lambda t, a, b: t.where(a > b, a, b * 2)),
    "reshape": (lambda a, b: (a + b).reshape(4, 3), lambda t, a, b: (a + b).reshape(4, 3)),
    "transpose": (lambda a, b: a.T @ b, lambda t, a, b: a.T @ b),
    "swapaxes": (lambda a, b: (a * b).swapaxes(0, 1), lambda t, a, b: (a * b).swapaxes(0, 1)),
    "broadcast_to": (
        lambda a, b: (a - b).broadcast_to((2, 3, 4)),
        lambda t, a, b: t.broadcast_to(a - b, (2, 3, 4)),
    ),
    "pad": (
        lambda a, b: autograd.pad(a / b, [(0, 1), (2, 0)]),
        lambda t, a, b: t.nn.functional.pad(a / b, (2, 0, 0, 1)),
    ),
    "clip": (lambda a, b: autograd.clip(a, -0.5, 0.5) * b, lambda t, a, b: t.clip(a, -0.5, 0.5) * b),
}


class Shapes(Case):
    grid = {"name": list(SHAPED)}

    def draw(self, rng, name):
        return {"a": rng.normal(size=(3, 4)), "b": rng.normal(size=(3, 4)), "dy": rng.normal(size=(60,))}

    def ours(self, arrays, name):
        return ours(SHAPED[name][0], arrays)

    def theirs(self, torch, arrays, name):
        return theirs(torch, lambda a, b: SHAPED[name][1](torch, a, b), arrays)


class Graphs(Case):
    """Values that are used many times, in an order that is drawn."""

    grid = {"number": list(range(6))}
    rtol = 1e-8

    def draw(self, rng, number):
        return {"a": rng.normal(size=(3, 3)), "b": rng.normal(size=(3,)), "dy": rng.normal(size=(9,))}

    def ours(self, arrays, number):
        return ours(lambda a, b: self.graph(a, b, number), arrays)

    def theirs(self, torch, arrays, number):
        return theirs(torch, lambda a, b: self.graph(a, b, number), arrays)

    @staticmethod
    def graph(a, b, number):
        rng = np.random.default_rng(number)
        values = [a, a + b, a * b]
        for kind, _ in product(range(4), range(4)):
            x, y = (values[i] for i in rng.integers(len(values), size=2))
            values.append((x + y, x * y, (x - y).tanh(), x @ y)[kind] * 0.5)
        total = values[0]
        for value in values[1:]:
            total = total + value.tanh()
        return total
