"""Right answers to project 1 in other styles."""

import numpy as np

from gradschool.grader.authoring import style


@style("densities, and plain sums")
def _(nn):
    def best_guess(X, *, positive=100, negative=40):
        guesses = []
        for x in X:
            plus = positive * np.exp(-0.5 * np.sum((x - 1) ** 2))
            minus = negative * np.exp(-0.5 * np.sum((x + 1) ** 2))
            guesses.append((plus - minus) / (plus + minus))
        return np.array(guesses)

    def r_squared(prediction, target):
        p, t = np.ravel(prediction), np.ravel(target)
        mean = sum(t) / len(t)
        left = sum((a - b) ** 2 for a, b in zip(p, t, strict=True))
        return 1 - left / sum((b - mean) ** 2 for b in t)

    def points_network(*, outputs=1, dropout=0.0, norm=False, rng):
        hidden = nn.Dense(2, 3, init=nn.he_normal, rng=rng)
        last = nn.Dense(3, outputs, rng=rng)
        row = [
            hidden,
            nn.ReLU(),
            nn.BatchNorm(3) if norm else None,
            nn.Dropout(dropout, rng=rng) if dropout > 0 else None,
            last,
            nn.Tanh() if outputs == 1 else None,
        ]
        return nn.Sequential(*[layer for layer in row if layer is not None])

    def train_points(model, X, target, *, loss, optimizer, epochs, size, rng, measure):
        losses, records = [], []
        for _ in range(epochs):
            order = rng.permutation(len(X))
            seen = []
            for start in range(0, len(X), size):
                rows = order[start : start + size]
                for p in model.parameters():
                    p.grad[...] = 0
                value = loss(model.forward(X[rows], train=True), target[rows])
                model.backward(loss.backward())
                optimizer.step()
                seen += [value] * len(rows)
            losses.append(sum(seen) / len(seen))
            records.append(dict(measure()))
        names = records[0] if records else {}
        return {"loss": losses, **{name: [one[name] for one in records] for name in names}}

    return {
        "best_guess": best_guess,
        "r_squared": r_squared,
        "points_network": points_network,
        "train_points": train_points,
    }
