"""Fashion-MNIST: 70,000 articles of clothing, as images of 28x28 pixels; a harder set in the form of MNIST.

Xiao, Rasul & Vollgraf (2017), "Fashion-MNIST: a novel image dataset for benchmarking machine learning algorithms",
arXiv:1708.07747. MIT licence, copyright Zalando SE, <https://github.com/zalandoresearch/fashion-mnist>.
"""

from __future__ import annotations

import os

import numpy as np

from gradschool.datasets.dataset import Dataset
from gradschool.datasets.idx_pairs import FILES, read_pair, remotes
from gradschool.datasets.outside import ImageSet, Part, load

MIRRORS = (
    "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
    "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
)

FASHION_MNIST = ImageSet(
    name="fashion_mnist",
    shape=(1, 28, 28),
    targets=(
        "T-shirt/top",
        "trouser",
        "pullover",
        "dress",
        "coat",
        "sandal",
        "shirt",
        "sneaker",
        "bag",
        "ankle boot",
    ),
    subfolders=("fashion_mnist", "fashion-mnist", "FashionMNIST/raw", "FashionMNIST"),
    readers=(read_pair,),
    files=FILES,
    remotes={
        "train": remotes(
            "train",
            MIRRORS,
            images="08dc20ab1689590a0bcd66e874647b6ee8464e2d501b5a3f1f78831db19a3fdc",
            labels="b0197879cbda89f3dc7b894f9fd52b858e68ea4182b6947c9d8c2b67e5f18dcc",
        ),
        "test": remotes(
            "test",
            MIRRORS,
            images="78dcbbfb5a27efaf1b6c1d616caca68560be8766c5bffcb2791df9273a534229",
            labels="42bd18137a62d5998cdeae52bf3a0676ac6b706f5cf8439b47bb5b151ae3dccf",
        ),
    },
    namesake="MNIST",
    namesake_begins={"train": (5, 0, 4, 1, 9, 2, 1, 3, 1, 4), "test": (7, 2, 1, 0, 4, 1, 4, 9, 5, 9)},
)


def load_fashion_mnist(
    part: Part = "train", *, path: str | os.PathLike[str] | None = None, download: bool = True
) -> Dataset[np.int64]:
    """Return Fashion-MNIST: X (N, 1, 28, 28) float32 in [0, 1] and y (N,) int64 from 0 to 9; a classification.

    N is 60,000 for `part="train"` and 10,000 for `part="test"`. X[n, 0] is an image, rows from top to bottom: 0 is
    the background, 1 the brightest cloth, in steps of 1/255. `targets` names the classes, from "T-shirt/top" to
    "ankle boot".

    The data do not ship with the course. They are looked for in the folder that the environment variable
    GRADSCHOOL_DATA names, or in its subfolder `fashion_mnist`, then in the cache folder, and then downloaded into the
    latter (31 MB) unless `download` is false. If `path` names a file or folder, they are read from there and nowhere
    else. What is read are the four official files, gzipped or not, or `fashion_mnist.npz` with x_train, y_train, x_test
    and y_test.

    Raises FileNotFoundError if there are no data, and ValueError if a file is damaged or not what its name says.

    Source: Xiao, Rasul & Vollgraf (2017), arXiv:1708.07747.
    """
    return load(FASHION_MNIST, part, path, download)
