"""MNIST, as Keras returns it."""

from __future__ import annotations

from gradschool.datasets import load_mnist
from gradschool.nn.keras.datasets.keras_form import Data, in_keras_form


def load_data(path: str | None = None) -> Data:
    """Return ((x_train, y_train), (x_test, y_test)): x (60000, 28, 28) and (10000, 28, 28) uint8, from 0 to 255.

    y is uint8, of shape (N,). The data are found, or downloaded, as by `gradschool.datasets.load_mnist`;
    `path`, if there is such a file or folder, says where they are.
    """
    return in_keras_form(load_mnist, path)
