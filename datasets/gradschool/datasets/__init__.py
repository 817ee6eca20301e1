"""Data for the lessons: two real data sets that ship with the course, and synthetic ones drawn from a generator.

load_…()      returns a `Dataset` of fresh, writable arrays; a card beside the file says where the data come from
make_…(rng)   draws a new set from a `numpy.random.Generator`; the same seed draws the same set
"""

from gradschool.datasets.blobs import make_blobs
from gradschool.datasets.dataset import Dataset
from gradschool.datasets.diabetes import load_diabetes
from gradschool.datasets.digits import load_digits
from gradschool.datasets.labels import one_hot
from gradschool.datasets.line import make_noisy_line
from gradschool.datasets.points import make_140_points
from gradschool.datasets.spirals import make_spirals
from gradschool.datasets.splitting import split

__all__ = [
    "Dataset",
    "load_diabetes",
    "load_digits",
    "make_140_points",
    "make_blobs",
    "make_noisy_line",
    "make_spirals",
    "one_hot",
    "split",
]
