"""Every loss but the first, over its options, at the kinks and at logits whose exponential would overflow."""

from __future__ import annotations

import numpy as np
from pytorch.case import Case

from gradschool import nn

SHAPES = [(1,), (6,), (4, 3), (5, 2, 3)]


class _Loss(Case):
    def both(self, loss, arrays):
        return {"loss": loss.forward(arrays["prediction"], arrays["target"]), "gradient": loss.backward()}

    def their_both(self, torch, loss, arrays):
        prediction = torch.tensor(arrays["prediction"], requires_grad=True)
        value = loss(prediction, torch.tensor(arrays["target"]))
        value.backward()
        return {"loss": value, "gradient": prediction.grad}


class Absolute(_Loss):
    """Whole numbers, so that some differences are 0."""

    grid = {"shape": SHAPES}

    def draw(self, rng, shape):
        return {name: rng.integers(-2, 3, size=shape).astype(float) for name in ("prediction", "target")}

    def ours(self, arrays, shape):
        return self.both(nn.MeanAbsoluteError(), arrays)

    def theirs(self, torch, arrays, shape):
        return self.their_both(torch, torch.nn.L1Loss(), arrays)


class Huber(_Loss):
    """Halves, so that some differences are 0 and some are delta."""

    grid = {"shape": SHAPES, "delta": [0.5, 1.0, 3.0]}

    def draw(self, rng, shape, delta):
        return {name: rng.integers(-6, 7, size=shape) / 2 for name in ("prediction", "target")}

    def ours(self, arrays, shape, delta):
        return self.both(nn.Huber(delta), arrays)

    def theirs(self, torch, arrays, shape, delta):
        return self.their_both(torch, torch.nn.HuberLoss(delta=delta), arrays)


class Binary(_Loss):
    grid = {"shape": SHAPES, "spread": [1, 1e4], "targets": ["labels", "probabilities"]}

    def draw(self, rng, shape, spread, targets):
        target = rng.uniform(size=shape)
        return {
            "prediction": spread * rng.normal(size=shape),
            "target": target if targets != "labels" else target.round(),
        }

    def ours(self, arrays, shape, spread, targets):
        return self.both(nn.BinaryCrossEntropy(), arrays)

    def theirs(self, torch, arrays, shape, spread, targets):
        return self.their_both(torch, torch.nn.BCEWithLogitsLoss(), arrays)


class Softmax(_Loss):
    grid = {
        "shape": [(1, 4), (3, 5), (5, 2, 3)],
        "spread": [1, 1e4],
        "smoothing": [0.0, 0.1],
        "target": ["labels", "one-hot", "soft"],
        "ignore": [None, -100, 1],
    }

    def options(self):
        for options in super().options():
            if options["ignore"] is None or options["target"] == "labels":
                yield options

    def draw(self, rng, shape, spread, smoothing, target, ignore):
        prediction = spread * rng.normal(size=shape)
        labels = rng.integers(shape[-1], size=shape[:-1])
        if ignore is not None:
            labels.flat[0], labels.flat[1:][:1] = 2, ignore
        if target == "one-hot":
            labels = np.eye(shape[-1])[labels]
        elif target == "soft":
            labels = rng.dirichlet(np.ones(shape[-1]), size=shape[:-1])
        return {"prediction": prediction, "target": labels}

    def ours(self, arrays, shape, spread, smoothing, target, ignore):
        return self.both(nn.SoftmaxCrossEntropy(smoothing=smoothing, ignore=ignore), arrays)

    def theirs(self, torch, arrays, shape, spread, smoothing, target, ignore):
        def loss(prediction, t):
            rows = t.reshape(-1) if target == "labels" else t.reshape(-1, shape[-1])
            options = {"label_smoothing": smoothing} | ({} if ignore is None else {"ignore_index": ignore})
            return torch.nn.functional.cross_entropy(prediction.reshape(-1, shape[-1]), rows, **options)

        return self.their_both(torch, loss, arrays)
