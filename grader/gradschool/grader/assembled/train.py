"""Train a small LeNet on handwritten digits with this library, and say how many unseen digits it reads."""

from __future__ import annotations

from time import perf_counter

import numpy as np

from gradschool import datasets, nn


def lenet(rng: np.random.Generator) -> nn.Sequential:
    """Two convolutions with pooling, for images of 1 × 8 × 8, then two dense layers."""
    return nn.Sequential(
        nn.Conv2d(1, 8, 3, padding=1, init=nn.he_normal, rng=rng),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(8, 16, 3, padding=1, init=nn.he_normal, rng=rng),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Dense(64, 48, init=nn.he_normal, rng=rng),
        nn.ReLU(),
        nn.Dense(48, 10, rng=rng),
    )


def main() -> None:
    """Train it and print what came out."""
    rng = np.random.default_rng(0)
    images, digits, *_ = datasets.load_digits()
    X, X_test, y, y_test = datasets.split(images[:, None], digits, rng=rng)
    model, start = lenet(rng), perf_counter()
    optimizer = nn.Adam(model.parameters(), 0.003)
    history = nn.fit(model, X, y, loss=nn.SoftmaxCrossEntropy(), optimizer=optimizer, epochs=20, batch_size=32, rng=rng)
    right = np.mean(np.argmax(model.forward(X_test), axis=1) == y_test)
    print(f"LeNet, {sum(p.value.size for p in model.parameters()):,} parameters, built of the parts in gradschool/nn")
    print(f"loss {history['loss'][0]:.3f} after the first epoch, {history['loss'][-1]:.3f} after the last")
    print(f"unseen digits read: {right:.1%}, after {perf_counter() - start:.0f} s of training")


if __name__ == "__main__":
    main()
