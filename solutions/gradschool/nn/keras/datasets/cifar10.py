"""CIFAR-10, as Keras returns it."""

from __future__ import annotations

from gradschool.datasets import load_cifar10
from gradschool.nn.keras.datasets.keras_form import Data, in_keras_form


def load_data(path: str | None = None) -> Data:
    """Return ((x_train, y_train), (x_test, y_test)): x (50000, 32, 32, 3) and (10000, 32, 32, 3) uint8, from 0 to 255.

    y is uint8, of shape (N, 1). The data are found, or downloaded, as by `gradschool.datasets.load_cifar10`;
    `path`, if there is such a file or folder, says where they are.
    """
    return in_keras_form(load_cifar10, path)
