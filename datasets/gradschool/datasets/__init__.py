"""Data for the lessons: real data sets that ship with the course, larger ones, and ones drawn from a generator.

load_…()      returns a `Dataset` of fresh, writable arrays
                load_digits and load_diabetes ship, and so does load_sonnets, which returns a text;
                a card beside each file says where the data come from
                load_mnist, load_fashion_mnist and load_cifar10 find the data on your machine, or download them
                load_cifar10_features finds what write_cifar10_features of its module has computed
make_…(rng)   draws a new set from a `numpy.random.Generator`; the same seed draws the same set
"""

from gradschool.datasets.blobs import make_blobs
from gradschool.datasets.cifar10 import load_cifar10
from gradschool.datasets.cifar10_features import load_cifar10_features
from gradschool.datasets.dataset import Dataset
from gradschool.datasets.diabetes import load_diabetes
from gradschool.datasets.digits import load_digits
from gradschool.datasets.fashion_mnist import load_fashion_mnist
from gradschool.datasets.labels import one_hot
from gradschool.datasets.line import make_noisy_line
from gradschool.datasets.mnist import load_mnist
from gradschool.datasets.points import make_140_points
from gradschool.datasets.sonnets import load_sonnets
from gradschool.datasets.spirals import make_spirals
from gradschool.datasets.splitting import split
from gradschool.datasets.ten_classes import make_ten_classes

__all__ = [
    "Dataset",
    "load_cifar10",
    "load_cifar10_features",
    "load_diabetes",
    "load_digits",
    "load_fashion_mnist",
    "load_mnist",
    "load_sonnets",
    "make_140_points",
    "make_blobs",
    "make_noisy_line",
    "make_spirals",
    "make_ten_classes",
    "one_hot",
    "split",
]
