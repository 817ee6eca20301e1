"""The data sets of `gradschool.nn.keras`."""

from gradschool.nn.keras.datasets import cifar10, fashion_mnist, mnist

__all__ = ["cifar10", "fashion_mnist", "mnist"]
