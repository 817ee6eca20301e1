"""Embedding, with tokens that come several times and some that never come."""

from __future__ import annotations

import numpy as np
from pytorch.case import Case

from gradschool import nn


class Embedding(Case):
    grid = {"shape": [(1,), (40,), (5, 6), (2, 3, 4)], "tokens": [1, 10], "features": [1, 3]}

    def draw(self, rng, shape, tokens, features):
        return {
            "x": rng.integers(tokens, size=shape),
            "W": rng.normal(size=(tokens, features)),
            "dy": rng.normal(size=(*shape, features)),
        }

    def ours(self, arrays, shape, tokens, features):
        layer = nn.Embedding(tokens, features, rng=np.random.default_rng(0))
        layer.load_state({"W": arrays["W"]})
        y = layer.forward(arrays["x"])
        layer.backward(arrays["dy"])
        return {"y": y, "dW": layer.W.grad}

    def theirs(self, torch, arrays, shape, tokens, features):
        W = torch.tensor(arrays["W"], requires_grad=True)
        y = torch.nn.functional.embedding(torch.tensor(arrays["x"]), W)
        y.backward(torch.tensor(arrays["dy"]))
        return {"y": y, "dW": W.grad}
