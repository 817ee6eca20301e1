"""Schedules over two hundred steps, and the plateau on scripted histories."""

from __future__ import annotations

import warnings

import numpy as np
from pytorch.case import Case

from gradschool import nn

STEPS = 200
RATE = 0.4


def rates(torch, make, steps, *, rate=RATE):
    """The rates of PyTorch's scheduler that `make` returns for an optimizer, step by step."""
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=rate)
    found = []
    with warnings.catch_warnings():  # SequentialLR's own call of `step` is deprecated
        warnings.simplefilter("ignore")
        scheduler = make(torch.optim.lr_scheduler, optimizer)
        for _ in range(steps):
            found.append(float(optimizer.param_groups[0]["lr"]))
            optimizer.step()
            scheduler.step()
    return np.array(found)


class _Schedule(Case):
    steps = STEPS

    def draw(self, rng, **options):
        return {}

    def make(self, **options):
        """Our schedule."""
        raise NotImplementedError

    def reference(self, schedulers, optimizer, **options):
        """PyTorch's, on an optimizer whose rate is RATE."""
        raise NotImplementedError

    def ours(self, arrays, **options):
        return {"rates": self.make(**options).values(self.steps)}

    def theirs(self, torch, arrays, **options):
        return {"rates": rates(torch, lambda s, optimizer: self.reference(s, optimizer, **options), self.steps)}


class StepLR(_Schedule):
    grid = {"step_size": [1, 30, 500], "gamma": [0.1, 0.97]}

    def make(self, **options):
        return nn.StepLR(RATE, **options)

    def reference(self, schedulers, optimizer, **options):
        return schedulers.StepLR(optimizer, **options)


class MultiStepLR(_Schedule):
    grid = {"milestones": [[], [1], [30, 31, 150, 199]], "gamma": [0.1, 0.9]}

    def make(self, **options):
        return nn.MultiStepLR(RATE, **options)

    def reference(self, schedulers, optimizer, **options):
        return schedulers.MultiStepLR(optimizer, **options)


class ConstantLR(_Schedule):
    grid = {"factor": [1 / 3, 1.0], "total_steps": [1, 5, 120]}

    def make(self, **options):
        return nn.ConstantLR(RATE, **options)

    def reference(self, schedulers, optimizer, factor, total_steps):
        return schedulers.ConstantLR(optimizer, factor, total_iters=total_steps)


class LinearLR(_Schedule):
    grid = {"start_factor": [1 / 3, 1.0], "end_factor": [1.0, 0.1], "total_steps": [1, 5, 120]}

    def make(self, **options):
        return nn.LinearLR(RATE, **options)

    def reference(self, schedulers, optimizer, start_factor, end_factor, total_steps):
        return schedulers.LinearLR(optimizer, start_factor, end_factor, total_iters=total_steps)


class Defaults(_Schedule):
    """Schedules for which no option is given but those without a default."""

    grid = {
        "name": ["StepLR", "MultiStepLR", "ConstantLR", "LinearLR", "PolynomialLR", "CosineAnnealingLR", "Restarts"]
    }
    needs = {
        "StepLR": [30],
        "MultiStepLR": [[30, 80]],
        "PolynomialLR": [100],
        "CosineAnnealingLR": [100],
        "Restarts": [30],
    }

    def make(self, name):
        own = name.replace("Restarts", "CosineAnnealingWarmRestarts")
        return getattr(nn, own)(RATE, *self.needs.get(name, []))

    def reference(self, schedulers, optimizer, name):
        own = name.replace("Restarts", "CosineAnnealingWarmRestarts")
        return getattr(schedulers, own)(optimizer, *self.needs.get(name, []))


class LambdaLR(_Schedule):
    def make(self):
        return nn.LambdaLR(RATE, lambda step: 1 / (1 + step) ** 0.5)

    def reference(self, schedulers, optimizer):
        return schedulers.LambdaLR(optimizer, lambda step: 1 / (1 + step) ** 0.5)


class MultiplicativeLR(_Schedule):
    def make(self):
        return nn.MultiplicativeLR(RATE, lambda step: 1 - 1 / (step + 2))

    def reference(self, schedulers, optimizer):
        return schedulers.MultiplicativeLR(optimizer, lambda step: 1 - 1 / (step + 2))


class ExponentialLR(_Schedule):
    grid = {"gamma": [0.9, 0.99, 1.0]}

    def make(self, gamma):
        return nn.ExponentialLR(RATE, gamma)

    def reference(self, schedulers, optimizer, gamma):
        return schedulers.ExponentialLR(optimizer, gamma)


class PolynomialLR(_Schedule):
    grid = {"total_steps": [1, 50, 199, 300], "power": [1.0, 0.5, 2.0]}

    def make(self, **options):
        return nn.PolynomialLR(RATE, **options)

    def reference(self, schedulers, optimizer, total_steps, power):
        return schedulers.PolynomialLR(optimizer, total_iters=total_steps, power=power)


class CosineAnnealingLR(_Schedule):
    grid = {"total_steps": [1, 7, 80, 199, 300], "minimum": [0.0, 0.01]}

    def make(self, **options):
        return nn.CosineAnnealingLR(RATE, **options)

    def reference(self, schedulers, optimizer, total_steps, minimum):
        return schedulers.CosineAnnealingLR(optimizer, total_steps, eta_min=minimum)


class CosineAnnealingWarmRestarts(_Schedule):
    grid = {"period": [1, 7, 60], "multiple": [1, 2, 3], "minimum": [0.0, 0.01]}

    def make(self, **options):
        return nn.CosineAnnealingWarmRestarts(RATE, **options)

    def reference(self, schedulers, optimizer, period, multiple, minimum):
        return schedulers.CosineAnnealingWarmRestarts(optimizer, period, multiple, eta_min=minimum)


class OneCycleLR(_Schedule):
    """PyTorch's ends after its last step."""

    grid = {
        "warm": [0.3, 0.0, 0.55, 1.0],
        "divisors": [(25, 1e4), (4, 10)],
        "anneal": ["cos", "linear"],
        "total": [7, 201],
    }

    def make(self, warm, divisors, anneal, total):
        return nn.OneCycleLR(RATE, total, warm, *divisors, anneal=anneal)

    def reference(self, schedulers, optimizer, warm, divisors, anneal, total):
        return schedulers.OneCycleLR(
            optimizer,
            RATE,
            total_steps=total,
            pct_start=warm,
            div_factor=divisors[0],
            final_div_factor=divisors[1],
            anneal_strategy=anneal,
            cycle_momentum=False,
        )

    def ours(self, arrays, total, **options):
        return {"rates": self.make(total=total, **options).values(total - 1)}

    def theirs(self, torch, arrays, total, **options):
        made = {"total": total, **options}
        return {"rates": rates(torch, lambda s, optimizer: self.reference(s, optimizer, **made), total - 1)}


class OneCycleDefaults(_Schedule):
    def make(self):
        return nn.OneCycleLR(RATE, STEPS + 1)

    def reference(self, schedulers, optimizer):
        return schedulers.OneCycleLR(optimizer, RATE, total_steps=STEPS + 1, cycle_momentum=False)


def _then(name):
    """What follows a warm-up: ours, and a function of PyTorch's optimizer."""
    return {
        "constant": (nn.ConstantLR(RATE, 1.0), lambda s, o: s.ConstantLR(o, 1.0)),
        "steps": (nn.StepLR(RATE, 40, 0.5), lambda s, o: s.StepLR(o, 40, 0.5)),
        "cosine": (nn.CosineAnnealingLR(RATE, 150, 0.01), lambda s, o: s.CosineAnnealingLR(o, 150, 0.01)),
        "lambda": (nn.LambdaLR(RATE, lambda t: 0.99**t), lambda s, o: s.LambdaLR(o, lambda t: 0.99**t)),
    }[name]


class WarmupLR(_Schedule):
    grid = {"then": ["constant", "steps", "cosine", "lambda"], "steps": [1, 20], "start_factor": [0.01, 1 / 3]}

    def make(self, then, steps, start_factor):
        return nn.WarmupLR(_then(then)[0], steps, start_factor)

    def reference(self, schedulers, optimizer, then, steps, start_factor):
        warm = schedulers.LinearLR(optimizer, start_factor, total_iters=steps)
        return schedulers.SequentialLR(optimizer, [warm, _then(then)[1](schedulers, optimizer)], [steps])


class SequentialLR(_Schedule):
    grid = {"milestones": [(10, 11), (1, 150), (60, 120)]}

    def make(self, milestones):
        parts = [
            nn.ExponentialLR(RATE, 0.97),
            nn.CosineAnnealingWarmRestarts(RATE, 9, 2),
            nn.PolynomialLR(RATE, 50, 2.0),
        ]
        return nn.SequentialLR(parts, milestones)

    def reference(self, schedulers, optimizer, milestones):
        parts = [
            schedulers.ExponentialLR(optimizer, 0.97),
            schedulers.CosineAnnealingWarmRestarts(optimizer, 9, 2),
            schedulers.PolynomialLR(optimizer, total_iters=50, power=2.0),
        ]
        return schedulers.SequentialLR(optimizer, parts, list(milestones))


class ReduceLROnPlateau(Case):
    grid = {
        "mode": ["min", "max"],
        "threshold": [("rel", 0.0), ("rel", 0.01), ("abs", 0.05)],
        "patience": [0, 3],
        "cooldown": [0, 2],
        "minimum": [0.0, 0.01],
        "history": ["falls", "ties", "nan", "infinite", "noise"],
    }

    def draw(self, rng, mode, history, **options):
        steps = np.arange(60)
        values = {
            "falls": 1 / (1 + steps) + 0.2,
            "ties": 1 / (1 + steps // 7),
            "nan": np.where(steps % 5 == 0, 1 / (1 + steps), np.nan),
            "infinite": np.where(steps < 9, np.inf, 1 / (1 + steps)),
            "noise": np.exp(rng.normal(size=60)),
        }[history]
        return {"values": values if mode == "min" else -values + 3}

    def ours(self, arrays, threshold, history, **options):
        plateau = nn.ReduceLROnPlateau(RATE, factor=0.6, threshold_mode=threshold[0], threshold=threshold[1], **options)
        return {"rates": np.array([plateau.step(value) for value in arrays["values"]])}

    def theirs(self, torch, arrays, mode, threshold, patience, cooldown, minimum, history):
        optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=RATE)
        plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(
            optimizer,
            mode,
            factor=0.6,
            patience=patience,
            threshold=threshold[1],
            threshold_mode=threshold[0],
            cooldown=cooldown,
            min_lr=minimum,
            eps=0,
        )
        found = []
        for value in arrays["values"]:
            plateau.step(value)
            found.append(float(optimizer.param_groups[0]["lr"]))
        return {"rates": np.array(found)}


class PlateauDefaults(Case):
    def draw(self, rng):
        return {"values": np.concatenate([[1.0], np.full(40, 0.99995), np.linspace(0.9, 0.5, 20), np.full(20, 0.5)])}

    def ours(self, arrays):
        plateau = nn.ReduceLROnPlateau(RATE)
        return {"rates": np.array([plateau.step(value) for value in arrays["values"]])}

    def theirs(self, torch, arrays):
        optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=RATE)
        plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer)
        found = []
        for value in arrays["values"]:
            plateau.step(value)
            found.append(float(optimizer.param_groups[0]["lr"]))
        return {"rates": np.array(found)}
