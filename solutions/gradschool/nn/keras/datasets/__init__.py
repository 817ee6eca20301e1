"""The image sets that Keras has and this library loads."""

from gradschool.nn.keras.datasets import cifar10 as cifar10
from gradschool.nn.keras.datasets import fashion_mnist as fashion_mnist
from gradschool.nn.keras.datasets import mnist as mnist

__all__ = ["cifar10", "fashion_mnist", "mnist"]
