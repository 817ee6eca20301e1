"""Whole networks, trained for 200 steps from the same weights on the same batches."""

from __future__ import annotations

import numpy as np
from pytorch.case import Case

from gradschool import nn

STEPS = 200
OPTIMIZERS = {
    "SGD": (
        lambda parameters: nn.SGD(parameters, 0.02, momentum=0.9),
        lambda torch, parameters: torch.optim.SGD(parameters, 0.02, momentum=0.9),
    ),
    "Adam": (
        lambda parameters: nn.Adam(parameters, 0.002),
        lambda torch, parameters: torch.optim.Adam(parameters, 0.002),
    ),
}


class _Network(Case):
    grid = {"optimizer": list(OPTIMIZERS)}
    rtol = atol = 1e-8

    def network(self):
        """Our network."""
        raise NotImplementedError

    def reference(self, torch):
        """PyTorch's, its weights still its own."""
        raise NotImplementedError

    def carry(self, value):
        """What a parameter's value here is there: Dense keeps its weights the other way round."""
        return value.T if value.ndim == 2 else value

    def counterparts(self, model):
        """PyTorch's parameters in the order of ours."""
        return list(model.parameters())

    def batches(self, arrays):
        for i in np.random.default_rng(1).integers(len(arrays["labels"]), size=(STEPS, 8)):
            yield arrays["x"][i], arrays["labels"][i]

    def ours(self, arrays, optimizer):
        model, loss = self.network(), nn.SoftmaxCrossEntropy()
        stepper = OPTIMIZERS[optimizer][0](model.parameters())
        losses = []
        for x, labels in self.batches(arrays):
            losses.append(loss(model.forward(self.fed(x), train=True), labels))
            stepper.zero_grad()
            model.accumulate(loss.backward())
            stepper.step()
        return {"losses": np.array(losses)}

    def theirs(self, torch, arrays, optimizer):
        model = self.reference(torch).double()
        with torch.no_grad():
            for theirs, ours in zip(self.counterparts(model), self.network().parameters(), strict=True):
                theirs.copy_(torch.tensor(self.carry(ours.value)))
        stepper = OPTIMIZERS[optimizer][1](torch, self.counterparts(model))
        losses = []
        for x, labels in self.batches(arrays):
            value = torch.nn.functional.cross_entropy(model(torch.tensor(self.fed(x))), torch.tensor(labels))
            losses.append(value.item())
            stepper.zero_grad()
            value.backward()
            stepper.step()
        return {"losses": np.array(losses)}

    def fed(self, x):
        """A batch of examples as the network takes it."""
        return x


class MLP(_Network):
    def draw(self, rng, optimizer):
        return {"x": rng.normal(size=(64, 12)), "labels": rng.integers(5, size=64)}

    def network(self):
        rng = np.random.default_rng(0)
        return nn.Sequential(
            nn.Dense(12, 16, rng=rng),
            nn.BatchNorm(16),
            nn.ReLU(),
            nn.Dense(16, 16, rng=rng),
            nn.Tanh(),
            nn.Dense(16, 5, rng=rng),
        )

    def reference(self, torch):
        from torch.nn import BatchNorm1d, Linear, ReLU, Sequential, Tanh

        return Sequential(Linear(12, 16), BatchNorm1d(16), ReLU(), Linear(16, 16), Tanh(), Linear(16, 5))


class LeNet(_Network):
    def draw(self, rng, optimizer):
        return {"x": rng.normal(size=(32, 1, 16, 16)), "labels": rng.integers(4, size=32)}

    def network(self):
        rng = np.random.default_rng(0)
        return nn.Sequential(
            nn.Conv2d(1, 4, 5, padding=2, rng=rng),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(4, 6, 5, rng=rng),
            nn.ReLU(),
            nn.AvgPool2d(2),
            nn.Flatten(),
            nn.Dense(24, 10, rng=rng),
            nn.ReLU(),
            nn.Dense(10, 4, rng=rng),
        )

    def reference(self, torch):
        from torch.nn import AvgPool2d, Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential

        return Sequential(
            Conv2d(1, 4, 5, padding=2),
            ReLU(),
            MaxPool2d(2),
            Conv2d(4, 6, 5),
            ReLU(),
            AvgPool2d(2),
            Flatten(),
            Linear(24, 10),
            ReLU(),
            Linear(10, 4),
        )


class RNN(_Network):
    """Ours has one bias a unit where PyTorch has two: the second stays at zero and is not trained."""

    def draw(self, rng, optimizer):
        return {"x": rng.normal(size=(32, 9, 3)), "labels": rng.integers(4, size=32)}

    def network(self):
        rng = np.random.default_rng(0)
        return nn.Sequential(nn.RNN(3, 7, last=True, rng=rng), nn.Dense(7, 4, rng=rng))

    def reference(self, torch):
        class Network(torch.nn.Module):
            def __init__(self):
                super().__init__()
                self.rnn, self.linear = torch.nn.RNN(3, 7), torch.nn.Linear(7, 4)
                torch.nn.init.zeros_(self.rnn.bias_hh_l0)

            def forward(self, x):
                return self.linear(self.rnn(x)[0][-1])

        return Network()

    def counterparts(self, model):
        rnn = model.rnn
        return [rnn.weight_ih_l0, rnn.weight_hh_l0, rnn.bias_ih_l0, model.linear.weight, model.linear.bias]

    def fed(self, x):
        return np.ascontiguousarray(x.transpose(1, 0, 2))
